//! What a provider and a route must be like before they are written.

use super::refusals::says_something;
use super::{Provider, Route};
use crate::Micros;
use crate::catalogue::check_name;
use crate::edited::is_new;
use crate::limits::{
    ADDS_AT_ONCE_MAX, LINK_BYTES_MAX, PRIORITY_MAX, PROVIDER_RATE_MAX, QUANTITY_MAX,
    REASON_BYTES_MAX, REFUSAL_LETTERS_MIN, REFUSALS_MAX, TRUST_READS_MAX, UPSTREAM_ORDER_BYTES_MAX,
    WEIGHT_MAX,
};
use crate::money::charge_per_thousand;
use std::ops::RangeInclusive;

/// Why a provider or a route cannot be written. Each text names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The name is unusable.
    #[error("{0}")]
    Name(#[from] crate::catalogue::CatalogueError),
    /// The name would be taken for an id.
    #[error("name: must not be a number: providers are called by their ids too")]
    NameIsNumber,
    /// The address is unusable.
    #[error("url: must begin with https:// or http:// and have at most {LINK_BYTES_MAX} bytes")]
    Url,
    /// The currency is unusable.
    #[error("currency: must be the three capital letters of an ISO code")]
    Currency,
    /// A number is out of range.
    #[error("{field}: must be from {} to {}", .range.start(), .range.end())]
    Number {
        /// Which.
        field: &'static str,
        /// What is in range.
        range: RangeInclusive<i64>,
    },
    /// The exchange rate is out of range.
    #[error("exchange: must be above zero and at most 1000000")]
    Exchange,
    /// The texts are unusable.
    #[error(
        "refusals: at most {REFUSALS_MAX} texts of 1 to {REASON_BYTES_MAX} bytes, each on one line"
    )]
    Refusals,
    /// A text would match what is no refusal.
    #[error(
        "refusals: `{0}` would match far too much: a text needs at least {REFUSAL_LETTERS_MIN} letters, \
         and counts only as a whole"
    )]
    RefusalTooShort(String),
    /// The provider's name of the service is unusable.
    #[error(
        "upstream service: must be 1 to {UPSTREAM_ORDER_BYTES_MAX} letters, digits, _, -, : or #, with a digit, \
         and a number above zero where it is one"
    )]
    UpstreamService,
    /// The limits are out of order.
    #[error("min and max: must be 1 or more, and min not above max")]
    Limits,
    /// The cost is out of range.
    #[error("cost: must not be below zero, and the largest order must fit the books")]
    Cost,
}

/// Most that one unit of a provider's currency may be worth in ours.
const EXCHANGE_MAX: Micros = Micros::new(1_000_000_000_000);

/// Whether a provider may be written. `before` is what is stored, when that is changed: only what becomes
/// another is looked at.
///
/// # Errors
/// [`ProviderError`] names the field.
pub fn check_provider(before: Option<&Provider>, provider: &Provider) -> Result<(), ProviderError> {
    if is_new(before, provider, |one| one.name.clone()) {
        check_name(&provider.name)?;
        if provider.name.parse::<i64>().is_ok() {
            return Err(ProviderError::NameIsNumber);
        }
    }
    if is_new(before, provider, |one| one.url.clone()) && !is_url(&provider.url) {
        return Err(ProviderError::Url);
    }
    let currency = provider.currency.as_bytes();
    let is_code = currency.len() == 3 && currency.iter().all(u8::is_ascii_uppercase);
    if is_new(before, provider, |one| one.currency.clone()) && !is_code {
        return Err(ProviderError::Currency);
    }
    let exchange = provider.exchange > Micros::ZERO && provider.exchange <= EXCHANGE_MAX;
    if is_new(before, provider, |one| one.exchange) && !exchange {
        return Err(ProviderError::Exchange);
    }
    check_numbers(before, provider)?;
    if is_new(before, provider, |one| one.refusals.clone()) {
        check_refusals(&provider.refusals)?;
    }
    Ok(())
}

fn is_url(url: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    scheme && url.len() <= LINK_BYTES_MAX && !url.chars().any(odd)
}

fn check_numbers(before: Option<&Provider>, provider: &Provider) -> Result<(), ProviderError> {
    type Read = fn(&Provider) -> Option<i64>;
    let numbers: [(&'static str, Read, RangeInclusive<i64>); 5] = [
        ("adds at once", |one| Some(one.adds_at_once), 1..=ADDS_AT_ONCE_MAX),
        ("adds per second", |one| Some(one.adds_per_second), 1..=PROVIDER_RATE_MAX),
        ("asks per second", |one| Some(one.asks_per_second), 1..=PROVIDER_RATE_MAX),
        ("trust reads", |one| Some(one.trust_reads), 0..=TRUST_READS_MAX),
        ("balance decimals", |one| one.balance_decimals, 0..=6),
    ];
    for (field, read, range) in numbers {
        match read(provider) {
            Some(value) if is_new(before, provider, read) => number(field, value, range)?,
            _ => {}
        }
    }
    Ok(())
}

fn check_refusals(refusals: &[String]) -> Result<(), ProviderError> {
    let fits = |text: &String| {
        (1..=REASON_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control)
    };
    if refusals.len() > REFUSALS_MAX || !refusals.iter().all(fits) {
        return Err(ProviderError::Refusals);
    }
    let short = refusals.iter().find(|text| !says_something(text));
    short.map_or(Ok(()), |text| Err(ProviderError::RefusalTooShort(text.clone())))
}

/// Whether a route may be written. `before` is what is stored, when that is changed: only what becomes
/// another is looked at.
///
/// # Errors
/// [`ProviderError`] names the field.
pub fn check_route(before: Option<&Route>, route: &Route) -> Result<(), ProviderError> {
    let name = is_new(before, route, |one| one.upstream_service.clone());
    if name && !is_upstream_id(&route.upstream_service) {
        return Err(ProviderError::UpstreamService);
    }
    let in_order = 1 <= route.min && route.min <= route.max && route.max <= QUANTITY_MAX;
    if is_new(before, route, |one| (one.min, one.max)) && !in_order {
        return Err(ProviderError::Limits);
    }
    let bookable =
        route.cost >= Micros::ZERO && charge_per_thousand(route.cost, route.max).is_some();
    if is_new(before, route, |one| (one.cost, one.max)) && !bookable {
        return Err(ProviderError::Cost);
    }
    if is_new(before, route, |one| one.priority) {
        number("priority", route.priority, -PRIORITY_MAX..=PRIORITY_MAX)?;
    }
    if is_new(before, route, |one| one.weight) {
        number("weight", route.weight, 1..=WEIGHT_MAX)?;
    }
    match route.daily_cap {
        Some(cap) if is_new(before, route, |one| one.daily_cap) => {
            number("daily cap", cap, 0..=i64::MAX)
        }
        _ => Ok(()),
    }
}

/// Whether what a provider calls an order or a service can be sent and is meant: letters, digits and a
/// few signs, with a digit that is not zero where it is a number. One that cannot would spoil the
/// question about all others.
pub fn is_upstream_id(id: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:#".contains(&byte);
    let is_zero = digits(id) && id.bytes().all(|byte| byte == b'0');
    let is_below = id.strip_prefix('-').is_some_and(digits);
    (1..=UPSTREAM_ORDER_BYTES_MAX).contains(&id.len())
        && id.bytes().all(plain)
        && id.bytes().any(|byte| byte.is_ascii_digit())
        && !is_zero
        && !is_below
}

fn number(
    field: &'static str,
    value: i64,
    range: RangeInclusive<i64>,
) -> Result<(), ProviderError> {
    if range.contains(&value) { Ok(()) } else { Err(ProviderError::Number { field, range }) }
}
