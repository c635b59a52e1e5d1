//! What a provider and a route must be like before they are written.

use super::refusals::says_something;
use super::{Provider, Route};
use crate::Micros;
use crate::catalogue::check_name;
use crate::limits::{
    ADDS_AT_ONCE_MAX, LINK_BYTES_MAX, PRIORITY_MAX, PROVIDER_RATE_MAX, QUANTITY_MAX,
    REASON_BYTES_MAX, REFUSAL_LETTERS_MIN, REFUSALS_MAX, TRUST_READS_MAX, UPSTREAM_ID_BYTES_MAX,
    UPSTREAM_ORDER_BYTES_MAX, WEIGHT_MAX,
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
    #[error("upstream service: must be 1 to {UPSTREAM_ID_BYTES_MAX} bytes on one line")]
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

/// Whether a provider may be written.
///
/// # Errors
/// [`ProviderError`] names the field.
pub fn check_provider(provider: &Provider) -> Result<(), ProviderError> {
    check_name(&provider.name)?;
    if provider.name.parse::<i64>().is_ok() {
        return Err(ProviderError::NameIsNumber);
    }
    let url = provider.url.as_str();
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    if !scheme || url.len() > LINK_BYTES_MAX || url.chars().any(odd) {
        return Err(ProviderError::Url);
    }
    let currency = provider.currency.as_bytes();
    if currency.len() != 3 || !currency.iter().all(u8::is_ascii_uppercase) {
        return Err(ProviderError::Currency);
    }
    if provider.exchange <= Micros::ZERO || provider.exchange > EXCHANGE_MAX {
        return Err(ProviderError::Exchange);
    }
    number("adds at once", provider.adds_at_once, 1..=ADDS_AT_ONCE_MAX)?;
    number("adds per second", provider.adds_per_second, 1..=PROVIDER_RATE_MAX)?;
    number("asks per second", provider.asks_per_second, 1..=PROVIDER_RATE_MAX)?;
    number("trust reads", provider.trust_reads, 0..=TRUST_READS_MAX)?;
    if let Some(decimals) = provider.balance_decimals {
        number("balance decimals", decimals, 0..=6)?;
    }
    let fits = |text: &String| {
        (1..=REASON_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control)
    };
    if provider.refusals.len() > REFUSALS_MAX || !provider.refusals.iter().all(fits) {
        return Err(ProviderError::Refusals);
    }
    let short = provider.refusals.iter().find(|text| !says_something(text));
    short.map_or(Ok(()), |text| Err(ProviderError::RefusalTooShort(text.clone())))
}

/// Whether a route may be written.
///
/// # Errors
/// [`ProviderError`] names the field.
pub fn check_route(route: &Route) -> Result<(), ProviderError> {
    let name = route.upstream_service.as_str();
    let fits = (1..=UPSTREAM_ID_BYTES_MAX).contains(&name.len());
    if !fits || name.chars().any(char::is_control) {
        return Err(ProviderError::UpstreamService);
    }
    if route.min < 1 || route.min > route.max || route.max > QUANTITY_MAX {
        return Err(ProviderError::Limits);
    }
    if route.cost < Micros::ZERO || charge_per_thousand(route.cost, route.max).is_none() {
        return Err(ProviderError::Cost);
    }
    number("priority", route.priority, -PRIORITY_MAX..=PRIORITY_MAX)?;
    number("weight", route.weight, 1..=WEIGHT_MAX)?;
    route.daily_cap.map_or(Ok(()), |cap| number("daily cap", cap, 0..=i64::MAX))
}

/// Whether a provider's id of an order can be asked about: letters, digits and a few signs, with a digit
/// that is not zero where it is a number. One that cannot would spoil the question about all others.
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
