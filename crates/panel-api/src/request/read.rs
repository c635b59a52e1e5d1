//! From one HTTP request to what is asked.

use super::action::{self, Action};
use super::ids;
use super::params::Params;
use super::vocabulary::{
    INCORRECT_ORDER_ID, INCORRECT_REFILL_ID, INCORRECT_REQUEST, LIMIT, ORDER, ORDERS, REFILL,
    REFILLS,
};
use super::{Add, AddProductOrder, Id, Ids, Number, form, json};
use crate::words::errors;
use crate::{Fault, limits};
use std::fmt;

/// All that one HTTP request carries that the dialect may read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Input<'a> {
    /// The raw query string, without the question mark.
    pub query: Option<&'a str>,
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The raw body, its size already limited by the caller.
    pub body: &'a [u8],
    /// The text parts, names and values, when the body is `multipart/form-data`; the body is then
    /// not read.
    pub multipart: Option<&'a [(String, String)]>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
}

/// What a server may choose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Understand calls without `action`, as one release of a widely copied PHP class sends them: a
    /// request with nothing but `refill` or `refills` asks for refill statuses, one with nothing
    /// but `order` or `orders` for refills.
    pub infer_missing_action: bool,
}

/// One call: who asks, and for what.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The API key, trimmed; empty when there is none.
    pub key: String,
    /// What is asked. An error here is for the holder of a valid key only: check the key first.
    pub request: Result<Request, Fault>,
}

/// Without the key.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("request", &self.request).finish_non_exhaustive()
    }
}

/// What is asked, by action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The service list.
    Services,
    /// The balance.
    Balance,
    /// A new order.
    Add(Box<Add>),
    /// The state of orders.
    Status(Ids),
    /// Refills, by order id.
    Refill(Ids),
    /// The state of refills, by refill id.
    RefillStatus(Ids),
    /// Cancellation, by order id.
    Cancel(Ids),
    /// My latest orders (`action=orders` without ids).
    Orders {
        /// How many: 1 to [`limits::ORDERS_LISTED`], which is also what a missing or unreadable
        /// limit means.
        limit: u32,
    },
    /// The product list.
    Products,
    /// A new product order.
    AddProductOrder(AddProductOrder),
    /// The state of product orders.
    ProductOrderStatus(Ids),
    /// The goods of a product order.
    ResultProduct(Id),
}

/// Reads one request.
///
/// Query and body are one set of parameters, body over query; within one of them the last value of
/// a name counts, as in PHP. A body that begins with `{` is JSON whatever it is declared to be.
/// Values are trimmed; empty ones and the texts `undefined` and `null` are as good as absent, and
/// so are parameters that the dialect does not know.
///
/// # Errors
///
/// At once, without looking at a key: `Incorrect request` when the body cannot be read, when there
/// are more pairs than [`limits::PAIRS`], or when `key` or `action` come with different values;
/// `Invalid API key` when the key is too long to be one. Anything else that is wrong is in
/// [`Call::request`].
pub fn read(input: &Input<'_>, options: &Options) -> Result<Call, Fault> {
    let mut params = Params::default();
    if let Some(query) = input.query {
        form::read(query.as_bytes(), &mut params)?;
    }
    params.take_over(body(input)?);
    let key = params.key()?.unwrap_or_default().to_owned();
    if key.chars().count() > limits::KEY_CHARS {
        return Err(Fault(errors::INVALID_KEY));
    }
    let asked = params.action()?;
    let request = asked.and_then(|asked| understand(asked, &params, input, options));
    Ok(Call { key, request })
}

/// The parameters of the body, by what it is rather than by what it is called.
fn body(input: &Input<'_>) -> Result<Params, Fault> {
    let mut params = Params::default();
    if let Some(parts) = input.multipart {
        for (name, value) in parts {
            params.count()?;
            params.put_text(name, || Some(value.clone()));
        }
        return Ok(params);
    }
    let bytes = input.body.trim_ascii();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let declared = input.content_type.unwrap_or_default();
    let media = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match bytes.first() {
        // Some clients declare JSON and send nothing: that is a request without a body.
        None => {}
        Some(b'{' | b'[') => json::read(bytes, &mut params)?,
        Some(_) if media.ends_with("/json") || media.ends_with("+json") => {
            return Err(INCORRECT_REQUEST);
        }
        Some(_) if media.starts_with("multipart/") => return Err(INCORRECT_REQUEST),
        Some(_) => form::read(bytes, &mut params)?,
    }
    Ok(params)
}

/// The request behind an action, or behind its absence.
fn understand(
    asked: Option<&str>,
    params: &Params,
    input: &Input<'_>,
    options: &Options,
) -> Result<Request, Fault> {
    params.check()?;
    let action = match asked {
        Some(text) => action::parse(text).ok_or(Fault(errors::INCORRECT_ACTION))?,
        None if options.infer_missing_action => action::infer(params).ok_or(INCORRECT_REQUEST)?,
        None => return Err(INCORRECT_REQUEST),
    };
    let header = input.idempotency_key;
    let orders = || ids::read(params, &[ORDERS, ORDER]);
    let wanted = || orders()?.ok_or(INCORRECT_ORDER_ID);
    Ok(match action {
        Action::Services => Request::Services,
        Action::Balance => Request::Balance,
        Action::Add => Request::Add(Box::new(Add::read(params, header)?)),
        Action::Status => Request::Status(wanted()?),
        Action::MultiStatus => Request::Status(wanted()?.keyed()),
        Action::Orders => match orders()? {
            Some(ids) => Request::Status(ids.keyed()),
            None => Request::Orders { limit: limit(params)? },
        },
        Action::Refill => Request::Refill(wanted()?),
        Action::RefillStatus => {
            let found = match ids::read(params, &[REFILLS, REFILL])? {
                Some(ids) => Some(ids),
                // At least one client library sends the refill's id as `order`.
                None => orders().map_err(|fault| {
                    if fault == INCORRECT_ORDER_ID { INCORRECT_REFILL_ID } else { fault }
                })?,
            };
            Request::RefillStatus(found.ok_or(INCORRECT_REFILL_ID)?)
        }
        Action::Cancel => Request::Cancel(wanted()?),
        Action::Products => Request::Products,
        Action::AddProductOrder => Request::AddProductOrder(AddProductOrder::read(params, header)?),
        Action::ProductOrderStatus => Request::ProductOrderStatus(wanted()?),
        Action::ResultProduct => {
            Request::ResultProduct(wanted()?.only().ok_or(INCORRECT_ORDER_ID)?)
        }
    })
}

/// How many orders to list. A helper of a helper action: an odd limit is not worth refusing.
fn limit(params: &Params) -> Result<u32, Fault> {
    let most = limits::ORDERS_LISTED;
    Ok(match params.number(LIMIT)? {
        Some(Number::Int(asked)) => u32::try_from(asked.clamp(1, i64::from(most))).unwrap_or(most),
        Some(Number::TooSmall) => 1,
        Some(Number::TooBig | Number::Malformed) | None => most,
    })
}
