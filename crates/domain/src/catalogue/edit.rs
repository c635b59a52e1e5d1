//! What an operator may write into the catalogue.

use super::{Counting, Fulfilment, LinkRule, PartsBy, Service, ServiceKind};
use crate::Micros;
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
        "kind: orders of this service are read by what its kind counts (units, packages or posts); \
         add another service, and take this one off sale"
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

/// Checks that a service that has orders may become of another kind: what was ordered of it is placed,
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

/// Checks a whole service before it is stored.
///
/// # Errors
/// The first [`CatalogueError`] found.
pub fn check_service(service: &Service) -> Result<(), CatalogueError> {
    check_name(&service.name)?;
    check_description(&service.description)?;
    let shape = service.kind.shape();
    if service.min < 1 || service.min > service.max || service.max > QUANTITY_MAX {
        return Err(CatalogueError::Limits);
    }
    if shape.counting == Counting::One && (service.min, service.max) != (1, 1) {
        return Err(CatalogueError::PackageLimits);
    }
    let largest = crate::money::charge_per_thousand(service.rate, service.max);
    // Half the range stays free, so that sums of charges do not run into the end of it.
    if service.rate < Micros::ZERO || largest.is_none_or(|charge| charge.raw() > i64::MAX / 2) {
        return Err(CatalogueError::Rate);
    }
    if service.drip_feed && !shape.runs {
        return Err(CatalogueError::DripFeed);
    }
    if let Some(rule) = service.refill {
        let days = (1..=REFILL_DAYS_MAX).contains(&rule.days);
        let cooldown = (0..=REFILL_COOLDOWN_HOURS_MAX).contains(&rule.cooldown_hours);
        if !days || !cooldown {
            return Err(CatalogueError::Refill);
        }
    }
    // The posts of a subscription have links, and may wait for each other.
    if service.link_rule == LinkRule::OneOpen && !shape.link {
        return Err(CatalogueError::OneOpenPerLink);
    }
    if service.parts == PartsBy::Upstream && service.fulfilment != Fulfilment::Providers {
        return Err(CatalogueError::PartsUpstream);
    }
    if service.when_unknown.most().is_some_and(|most| most < Micros::ZERO) {
        return Err(CatalogueError::WhenUnknown);
    }
    Ok(())
}
