//! What a key may do, from where, and for how much.

mod network;

pub use network::{NETWORKS_MAX, Network, Networks, client_address};

use crate::limits::RENEWED_DAYS_MAX;
use crate::names::named;
use crate::{Micros, Timestamp};
use std::fmt;
use std::net::IpAddr;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Asking: services, statuses, balance.
    Read,
    /// Placing orders for services.
    Order,
    /// Everything about products: their list, ordering, results.
    Products,
    /// Asking for refills and cancels.
    RefillCancel,
}

named!(Scope {
    Read => "read",
    Order => "order",
    Products => "products",
    RefillCancel => "refill_cancel",
});

/// A set of scopes, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

/// Why a text does not describe access.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// Not a scope.
    #[error("scopes: `{0}` is none; there are read, order, products and refill_cancel")]
    Scope(String),
    /// Not an address or network.
    #[error("address `{0}`: write an IP address, or a network like 192.0.2.0/24 or 2001:db8::/32")]
    Address(String),
    /// A network whose address has bits beyond its prefix.
    #[error("address `{given}`: has bits beyond its prefix; the network is {network}")]
    HostBits {
        /// What was given.
        given: String,
        /// The network it lies in.
        network: Network,
    },
    /// More networks than are looked through on every request.
    #[error("addresses: at most {NETWORKS_MAX}")]
    TooMany,
}

impl Scopes {
    /// Every scope.
    pub const ALL: Self = Self(0b1111);

    /// Whether `scope` is in the set.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    const fn bit(scope: Scope) -> u8 {
        match scope {
            Scope::Read => 1,
            Scope::Order => 2,
            Scope::Products => 4,
            Scope::RefillCancel => 8,
        }
    }

    /// Reads names separated by commas; `all` stands for every scope.
    ///
    /// # Errors
    /// [`AccessError::Scope`] when a name is not known or there is none.
    pub fn parse(text: &str) -> Result<Self, AccessError> {
        if text.trim() == "all" {
            return Ok(Self::ALL);
        }
        let mut set = 0;
        for name in text.split(',').map(str::trim) {
            let scope = Scope::from_name(name);
            set |= Self::bit(scope.ok_or_else(|| AccessError::Scope(name.to_owned()))?);
        }
        Ok(Self(set))
    }
}

impl fmt::Display for Scopes {
    /// Names separated by commas, as [`Scopes::parse`] reads them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Scope::ALL.iter().filter(|scope| self.contains(**scope));
        let names: Vec<&str> = names.map(|scope| scope.name()).collect();
        f.write_str(&names.join(","))
    }
}

/// What a key may do, from where, for how much, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRules {
    /// What it may be used for.
    pub scopes: Scopes,
    /// Where it may be used from; anywhere when empty.
    pub allow: Networks,
    /// What orders placed with it may cost in one UTC day; nothing for no limit.
    pub daily_cap: Option<Micros>,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

impl Default for KeyRules {
    /// Everything, from anywhere, for ever.
    fn default() -> Self {
        Self { scopes: Scopes::ALL, allow: Networks::default(), daily_cap: None, expires: None }
    }
}

impl KeyRules {
    /// Whether the key opens anything at `now`, from `address` (nothing when it is not known).
    pub fn admit(&self, address: Option<IpAddr>, now: Timestamp) -> bool {
        let from_here =
            self.allow.is_empty() || address.is_some_and(|address| self.allow.contain(address));
        from_here && self.expires.is_none_or(|expires| now < expires)
    }

    /// The rules of the key that takes this one's place: the same, and when it was to live for a
    /// time, for the same time again, but for [`RENEWED_DAYS_MAX`] at most. When the expiry of an
    /// old key was changed is not known, and its whole age must not become its successor's life.
    #[must_use]
    pub fn renewed(&self, created: Timestamp, now: Timestamp) -> Self {
        let life = |expires: Timestamp| expires.0.saturating_sub(created.0);
        let most = now.plus_days(RENEWED_DAYS_MAX);
        let expires =
            self.expires.map(|expires| Timestamp(now.0.saturating_add(life(expires))).min(most));
        Self { expires, ..self.clone() }
    }
}

/// What was spent after `charge`, when that is within `cap`.
pub fn within_cap(cap: Micros, spent: Micros, charge: Micros) -> Option<Micros> {
    spent.checked_add(charge).filter(|sum| *sum <= cap)
}

/// The UTC day of a moment, counted from 1970-01-01.
pub const fn utc_day(at: Timestamp) -> i64 {
    at.0.div_euclid(86_400_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        assert_eq!(Scopes::parse("all"), Ok(Scopes::ALL));
        assert_eq!(Scopes::ALL.to_string(), "read,order,products,refill_cancel");
        let two = Scopes::parse("refill_cancel, read").unwrap();
        assert_eq!(two.to_string(), "read,refill_cancel");
        for scope in Scope::ALL {
            assert!(Scopes::ALL.contains(*scope));
            let one = Scopes::parse(scope.name()).unwrap();
            for other in Scope::ALL {
                assert_eq!(one.contains(*other), scope == other);
            }
        }
        for text in ["", "read,", "write", "READ"] {
            assert!(matches!(Scopes::parse(text), Err(AccessError::Scope(_))), "{text}");
        }
    }

    #[test]
    fn a_key_opens_from_its_networks_until_it_expires() {
        let here = Some(ip("192.0.2.1"));
        let any = KeyRules::default();
        assert!(any.admit(None, Timestamp(i64::MAX)) && any.admit(here, Timestamp(0)));
        let allow = Networks::parse("192.0.2.0/24").unwrap();
        let bound = KeyRules { allow, expires: Some(Timestamp(10)), ..any };
        assert!(bound.admit(here, Timestamp(9)));
        assert!(!bound.admit(here, Timestamp(10)), "expired");
        assert!(!bound.admit(Some(ip("203.0.113.1")), Timestamp(9)));
        assert!(!bound.admit(None, Timestamp(9)), "nobody knows from where");
        let renewed = bound.renewed(Timestamp(4), Timestamp(100));
        assert_eq!(renewed, KeyRules { expires: Some(Timestamp(106)), ..bound.clone() });
        let now = Timestamp(10).plus_days(-1);
        let old = bound.renewed(Timestamp(0).plus_days(-2_000), now);
        assert_eq!(old.expires, Some(now.plus_days(366)), "its age is not its life");
    }

    #[test]
    fn caps_are_kept_to_the_micro() {
        let cap = Micros::new(10);
        assert_eq!(within_cap(cap, Micros::new(7), Micros::new(3)), Some(cap));
        assert_eq!(within_cap(cap, Micros::new(7), Micros::new(4)), None);
        assert_eq!(within_cap(Micros::MAX, Micros::MAX, Micros::new(1)), None);
        assert_eq!(within_cap(Micros::ZERO, Micros::ZERO, Micros::ZERO), Some(Micros::ZERO));
        let day = 86_400_000_000;
        for (at, number) in [(0, 0), (day - 1, 0), (day, 1), (-1, -1)] {
            assert_eq!(utc_day(Timestamp(at)), number);
        }
    }
}
