//! What an operator may write into the catalogue.

use super::{Counting, Fulfilment, LinkRule, PartsBy, RefillRule, Service, ServiceKind};
use crate::Micros;
use crate::edited::is_new;
use crate::limits::{
    DESCRIPTION_BYTES_MAX, NAME_BYTES_MAX, QUANTITY_MAX, REFILL_COOLDOWN_HOURS_MAX, REFILL_DAYS_MAX,
};

/// What is wrong with an entry of the catalogue. Each text names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The name is empty, too long, or holds control characters.
    #[error("name: give 1 to {NAME_BYTES_MAX} bytes without control characters")]
    Name,
    /// The description is too long or holds control characters.
    #[error(
        "description: give at most {DESCRIPTION_BYTES_MAX} bytes without control characters \
         other than line breaks"
    )]
    Description,
    /// Orders of it are read by what the kind counts.
    #[error(
        "kind: what it counts (units, packages or posts) is fixed once the service exists, because orders are \
         read by it; add another service, and take this one off sale"
    )]
    Kind,
    /// The rate is negative or too large for the largest order.
    #[error("rate: must not be negative, and the largest order must cost less than 9 trillion")]
    Rate,
    /// The limits contradict each other.
    #[error("min and max: need 1 <= min <= max <= {QUANTITY_MAX}")]
    Limits,
    /// A package always counts as one.
    #[error("min and max: a package counts as one, so both must be 1")]
    PackageLimits,
    /// This kind cannot be split into runs.
    #[error("drip-feed: only default and web_traffic services can be split into runs")]
    DripFeed,
    /// The refill rule is out of range.
    #[error(
        "refill: days must be 1 to {REFILL_DAYS_MAX}, cooldown hours 0 to \
         {REFILL_COOLDOWN_HOURS_MAX}"
    )]
    Refill,
    /// A subscription has no link that could be open.
    #[error("one open order per link: a subscription has no link")]
    OneOpenPerLink,
    /// Nobody else can divide the orders.
    #[error("parts: only orders that providers fulfil can be divided by them")]
    PartsUpstream,
    /// No order can cost that.
    #[error("when-unknown: the most that an order may cost must not be negative")]
    WhenUnknown,
}

/// Checks the name of anything: not empty, not too long, no control characters.
///
/// # Errors
/// [`CatalogueError::Name`] otherwise.
pub fn check_name(name: &str) -> Result<(), CatalogueError> {
    let fits = !name.trim().is_empty() && name.len() <= NAME_BYTES_MAX;
    if fits && !name.chars().any(char::is_control) { Ok(()) } else { Err(CatalogueError::Name) }
}

/// Checks a description: not too long, no control characters but line breaks and tabs.
///
/// # Errors
/// [`CatalogueError::Description`] otherwise.
pub fn check_description(text: &str) -> Result<(), CatalogueError> {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.len() <= DESCRIPTION_BYTES_MAX && !text.chars().any(odd) {
        Ok(())
    } else {
        Err(CatalogueError::Description)
    }
}

/// Checks that a service may become of another kind: what was ordered of it, if anything, is placed,
/// followed and given back by what its kind counts.
///
/// # Errors
/// [`CatalogueError::Kind`] otherwise.
pub const fn check_kind_change(
    before: ServiceKind,
    after: ServiceKind,
) -> Result<(), CatalogueError> {
    use Counting::{Asked, Lines, One, Posts};
    match (before.shape().counting, after.shape().counting) {
        (One, One) | (Posts, Posts) | (Asked | Lines(_), Asked | Lines(_)) => Ok(()),
        _ => Err(CatalogueError::Kind),
    }
}

/// Checks a service before it is stored. `before` is what is stored, when that is changed: only what
/// becomes another is looked at.
///
/// # Errors
/// The first [`CatalogueError`] found.
pub fn check_service(before: Option<&Service>, service: &Service) -> Result<(), CatalogueError> {
    if is_new(before, service, |one| one.name.clone()) {
        check_name(&service.name)?;
    }
    if is_new(before, service, |one| one.description.clone()) {
        check_description(&service.description)?;
    }
    let shape = service.kind.shape();
    if is_new(before, service, |one| (one.kind, one.min, one.max)) {
        if service.min < 1 || service.min > service.max || service.max > QUANTITY_MAX {
            return Err(CatalogueError::Limits);
        }
        if shape.counting == Counting::One && (service.min, service.max) != (1, 1) {
            return Err(CatalogueError::PackageLimits);
        }
    }
    let largest = crate::money::charge_per_thousand(service.rate, service.max);
    // Half the range stays free, so that sums of charges do not run into the end of it.
    let bookable = largest.is_some_and(|charge| charge.raw() <= i64::MAX / 2);
    let price = service.rate >= Micros::ZERO && bookable;
    if is_new(before, service, |one| (one.rate, one.max)) && !price {
        return Err(CatalogueError::Rate);
    }
    if is_new(before, service, |one| (one.kind, one.drip_feed)) && service.drip_feed && !shape.runs
    {
        return Err(CatalogueError::DripFeed);
    }
    match service.refill {
        Some(rule) if is_new(before, service, |one| one.refill) => check_refill(rule)?,
        _ => {}
    }
    // The posts of a subscription have links, and may wait for each other.
    let one_open = service.link_rule == LinkRule::OneOpen;
    if is_new(before, service, |one| (one.kind, one.link_rule)) && one_open && !shape.link {
        return Err(CatalogueError::OneOpenPerLink);
    }
    let passed = service.parts == PartsBy::Upstream;
    let parts = !passed || service.fulfilment == Fulfilment::Providers;
    if is_new(before, service, |one| (one.parts, one.fulfilment)) && !parts {
        return Err(CatalogueError::PartsUpstream);
    }
    let below = service.when_unknown.most().is_some_and(|most| most < Micros::ZERO);
    if is_new(before, service, |one| one.when_unknown) && below {
        return Err(CatalogueError::WhenUnknown);
    }
    Ok(())
}

fn check_refill(rule: RefillRule) -> Result<(), CatalogueError> {
    let days = (1..=REFILL_DAYS_MAX).contains(&rule.days);
    let cooldown = (0..=REFILL_COOLDOWN_HOURS_MAX).contains(&rule.cooldown_hours);
    if days && cooldown { Ok(()) } else { Err(CatalogueError::Refill) }
}
