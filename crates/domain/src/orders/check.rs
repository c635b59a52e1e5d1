//! Checks what a customer asked for against the service: the parameters it needs, in the form
//! that is stored.

use super::expiry::expiry_end;
use super::parts::Subscription;
use super::refusal::{Field, OrderRefusal};
use super::request::{Number, OrderParams, OrderRequest};
use crate::Timestamp;
use crate::catalogue::{
    Counting, ListField, NumberField, PartsBy, Service, ServiceKind, TextField,
};
use crate::limits::{
    ANSWER_MAX, INTERVAL_MINUTES_MAX, LINE_BYTES_MAX, LINES_MAX, LINK_BYTES_MAX,
    LISTS_FORM_BYTES_MAX, POSTS_MAX, QUANTITY_MAX, RUNS_MAX, TEXT_BYTES_MAX,
};

/// How an order is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// In one go.
    Single,
    /// In runs.
    DripFeed {
        /// How many.
        runs: i64,
        /// Minutes between two.
        interval_minutes: i64,
        /// Units of each.
        run_quantity: i64,
    },
    /// An order for each post.
    Subscription(Subscription),
}

/// An order that fits its service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The link; empty for kinds that have none.
    pub link: String,
    /// Units of the whole order; of a subscription without an end, zero.
    pub quantity: i64,
    /// What else whoever fulfils it needs.
    pub params: OrderParams,
    /// How it is carried out.
    pub plan: Plan,
}

/// Delays that subscriptions may have, in minutes (the dialect's list).
const DELAYS: [i64; 7] = [0, 5, 10, 15, 30, 60, 90];

/// Checks `request` against `service`.
///
/// # Errors
/// The first [`OrderRefusal`], in the order link, lists and texts, quantity, runs, the rest.
pub fn check(
    request: &OrderRequest,
    service: &Service,
    now: Timestamp,
) -> Result<Checked, OrderRefusal> {
    let shape = service.kind.shape();
    let link = if shape.link { check_link(request.link.as_deref())? } else { String::new() };
    let mut params = OrderParams::default();
    let mut bytes: usize = 0;
    for &field in shape.lists {
        let lines = checked_list(request, field)?;
        bytes = bytes.saturating_add(form_bytes(&lines));
        if bytes > LISTS_FORM_BYTES_MAX {
            return Err(OrderRefusal::Incorrect(Field::List(field)));
        }
        params.lists.push((field, lines));
    }
    for &field in shape.texts {
        let text = checked_text(request, field)?.ok_or(incorrect_text(field))?;
        params.texts.push((field, text));
    }
    let (quantity, plan) = match shape.counting {
        Counting::One => (1, Plan::Single),
        Counting::Lines(list) => {
            let count = i64::try_from(request.list(list).len()).unwrap_or(i64::MAX);
            (within(count, count, service)?, Plan::Single)
        }
        Counting::Asked => counted(request, service, &mut params)?,
        Counting::Posts => subscribed(request, service, now, &mut params)?,
    };
    match service.kind {
        ServiceKind::Poll => {
            let answer = ranged(request, NumberField::AnswerNumber, 1, ANSWER_MAX)?;
            params.numbers.push((NumberField::AnswerNumber, answer));
        }
        ServiceKind::WebTraffic => traffic(request, &mut params)?,
        _ => {}
    }
    Ok(Checked { link, quantity, params, plan })
}

/// A link is whatever the service's fulfilment understands (an address, a name, a number), but
/// it has no blanks or control characters, and none of the schemes that run code in the browser
/// of whoever clicks it.
///
/// # Errors
/// [`OrderRefusal::Link`] otherwise.
pub fn check_link(link: Option<&str>) -> Result<String, OrderRefusal> {
    let link = link.unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if link.is_empty() || link.len() > LINK_BYTES_MAX || link.chars().any(odd) {
        return Err(OrderRefusal::Link);
    }
    let scheme = link.split(':').next().unwrap_or_default();
    let unsafe_schemes = ["javascript", "data", "vbscript", "file"];
    if link.contains(':') && unsafe_schemes.iter().any(|bad| scheme.eq_ignore_ascii_case(bad)) {
        return Err(OrderRefusal::Link);
    }
    Ok(link.to_owned())
}

fn checked_list(request: &OrderRequest, field: ListField) -> Result<Vec<String>, OrderRefusal> {
    let lines = request.list(field);
    let fits = !lines.is_empty() && lines.len() <= LINES_MAX;
    if fits && lines.iter().all(|line| line.len() <= LINE_BYTES_MAX) {
        Ok(lines.to_vec())
    } else {
        Err(OrderRefusal::Incorrect(Field::List(field)))
    }
}

/// The bytes that a list takes in a form, a line for each entry.
fn form_bytes(lines: &[String]) -> usize {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" *-._".contains(&byte);
    let bytes = lines.iter().flat_map(|line| line.bytes().chain([b'\n']));
    bytes.map(|byte| if plain(byte) { 1 } else { 3 }).fold(0, usize::saturating_add)
}

fn checked_text(request: &OrderRequest, field: TextField) -> Result<Option<String>, OrderRefusal> {
    match request.text(field) {
        Some(text) if text.len() > bytes_max(field) => Err(incorrect_text(field)),
        Some(text) if text.chars().any(char::is_control) => Err(incorrect_text(field)),
        Some(text) => Ok(Some(text.to_owned())),
        None => Ok(None),
    }
}

/// Users and media are named by address as often as by name.
const fn bytes_max(field: TextField) -> usize {
    match field {
        TextField::Username | TextField::Media | TextField::ReferringUrl => LINK_BYTES_MAX,
        _ => TEXT_BYTES_MAX,
    }
}

const fn incorrect_text(field: TextField) -> OrderRefusal {
    OrderRefusal::Incorrect(Field::Text(field))
}

const fn incorrect_number(field: NumberField) -> OrderRefusal {
    OrderRefusal::Incorrect(Field::Number(field))
}

/// `total` when the smallest part is not below the service's least and the whole not above its
/// most.
fn within(part: i64, total: i64, service: &Service) -> Result<i64, OrderRefusal> {
    if part < service.min {
        return Err(OrderRefusal::QuantityLow { min: service.min });
    }
    if total > service.max || total > QUANTITY_MAX {
        return Err(OrderRefusal::QuantityHigh { max: service.max });
    }
    Ok(total)
}

fn counted(
    request: &OrderRequest,
    service: &Service,
    params: &mut OrderParams,
) -> Result<(i64, Plan), OrderRefusal> {
    let asked = match request.number(NumberField::Quantity) {
        Some(Number::Int(asked)) => asked,
        Some(Number::TooBig) => return Err(OrderRefusal::QuantityHigh { max: service.max }),
        Some(Number::TooSmall) => return Err(OrderRefusal::QuantityLow { min: service.min }),
        Some(Number::Malformed) | None => return Err(incorrect_number(NumberField::Quantity)),
    };
    // Clients send `runs=0` or `runs=1` with orders that are no drip-feed; that is one run.
    let runs = optional(request, NumberField::Runs, 0, RUNS_MAX)?.unwrap_or(1);
    if runs <= 1 {
        return Ok((within(asked, asked, service)?, Plan::Single));
    }
    if !service.drip_feed {
        return Err(incorrect_number(NumberField::Runs));
    }
    let interval_minutes = ranged(request, NumberField::Interval, 1, INTERVAL_MINUTES_MAX)?;
    let total = asked.saturating_mul(runs);
    let quantity = within(asked, total, service)?;
    if service.parts == PartsBy::Upstream {
        let plan = [(NumberField::Runs, runs), (NumberField::Interval, interval_minutes)];
        params.numbers.extend(plan);
        return Ok((quantity, Plan::Single));
    }
    Ok((quantity, Plan::DripFeed { runs, interval_minutes, run_quantity: asked }))
}

fn subscribed(
    request: &OrderRequest,
    service: &Service,
    now: Timestamp,
    params: &mut OrderParams,
) -> Result<(i64, Plan), OrderRefusal> {
    let min = ranged(request, NumberField::Min, i64::MIN, i64::MAX)?;
    let max = ranged(request, NumberField::Max, i64::MIN, i64::MAX)?;
    within(min, min, service)?;
    within(max, max, service)?;
    if min > max {
        return Err(incorrect_number(NumberField::Max));
    }
    let delay_minutes = optional(request, NumberField::Delay, 0, 90)?.unwrap_or(0);
    if !DELAYS.contains(&delay_minutes) {
        return Err(incorrect_number(NumberField::Delay));
    }
    let new_posts = optional(request, NumberField::Posts, 0, POSTS_MAX)?.unwrap_or(0);
    let old_posts = optional(request, NumberField::OldPosts, 0, POSTS_MAX)?.unwrap_or(0);
    // No number of new posts means no end: then nothing is held ahead, each post is charged.
    let posts = if new_posts == 0 { 0 } else { new_posts.saturating_add(old_posts) };
    if posts > POSTS_MAX {
        return Err(incorrect_number(NumberField::OldPosts));
    }
    let expires = match checked_text(request, TextField::Expiry)? {
        None => None,
        Some(text) => {
            let end = expiry_end(&text).filter(|end| *end > now);
            let end = end.ok_or(incorrect_text(TextField::Expiry))?;
            params.texts.push((TextField::Expiry, text));
            Some(end)
        }
    };
    let quantity = max.saturating_mul(posts);
    if quantity > QUANTITY_MAX {
        return Err(incorrect_number(NumberField::Posts));
    }
    let numbers = [
        (NumberField::Min, min),
        (NumberField::Max, max),
        (NumberField::Posts, new_posts),
        (NumberField::OldPosts, old_posts),
        (NumberField::Delay, delay_minutes),
    ];
    params.numbers.extend(numbers);
    if service.parts == PartsBy::Upstream {
        // It is charged ahead, and of something without an end nobody knows how much that is.
        return if posts == 0 {
            Err(incorrect_number(NumberField::Posts))
        } else {
            Ok((quantity, Plan::Single))
        };
    }
    let plan = Subscription { min, max, posts, posts_done: 0, delay_minutes, expires };
    Ok((quantity, Plan::Subscription(plan)))
}

fn traffic(request: &OrderRequest, params: &mut OrderParams) -> Result<(), OrderRefusal> {
    let device = ranged(request, NumberField::Device, 1, 5)?;
    let origin = ranged(request, NumberField::TypeOfTraffic, 1, 3)?;
    params.numbers.push((NumberField::Device, device));
    params.numbers.push((NumberField::TypeOfTraffic, origin));
    // 1: visitors come from a search, 2: from a page, 3: from nowhere.
    let field = match origin {
        1 => TextField::GoogleKeyword,
        2 => TextField::ReferringUrl,
        _ => return Ok(()),
    };
    let text = checked_text(request, field)?.ok_or(incorrect_text(field))?;
    params.texts.push((field, text));
    Ok(())
}

/// A number that must be there, within bounds.
fn ranged(
    request: &OrderRequest,
    field: NumberField,
    least: i64,
    most: i64,
) -> Result<i64, OrderRefusal> {
    optional(request, field, least, most)?.ok_or(incorrect_number(field))
}

/// A number that may be absent, within bounds.
fn optional(
    request: &OrderRequest,
    field: NumberField,
    least: i64,
    most: i64,
) -> Result<Option<i64>, OrderRefusal> {
    match request.number(field) {
        None => Ok(None),
        Some(Number::Int(value)) if (least..=most).contains(&value) => Ok(Some(value)),
        Some(_) => Err(incorrect_number(field)),
    }
}
