//! What a provider offers.

use super::edit::Limits;
use super::rules::SyncRules;
use crate::Micros;
use crate::catalogue::ServiceKind;
use crate::limits::{OFFERS_LOST_FEW, OFFERS_MAX, QUANTITY_MAX};

/// A service as a provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What the provider calls it.
    pub service: String,
    /// Its name.
    pub name: String,
    /// The heading that it stands under.
    pub category: String,
    /// Its type, in the provider's words; may be empty.
    pub kind: String,
    /// What it costs per 1,000 units, or as a package, in the provider's currency, rounded up to a
    /// micro.
    pub rate: Micros,
    /// Smallest quantity.
    pub min: i64,
    /// Largest quantity.
    pub max: i64,
    /// Whether it has refills.
    pub refill: bool,
    /// Whether it can be cancelled.
    pub cancel: bool,
    /// Whether the provider splits it into runs.
    pub dripfeed: bool,
}

/// A provider's list as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// What could be read.
    pub offers: Vec<Offer>,
    /// How many entries could not.
    pub broken: usize,
}

/// Why a list changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListRefused {
    /// Nothing is in it: panels answer so when their database is away.
    #[error("the list is empty")]
    Empty,
    /// It is too long.
    #[error("the list has more than {OFFERS_MAX} services")]
    TooLong,
    /// Too much of it could not be read, or is there twice.
    #[error("{broken} of {entries} entries of the list cannot be read or contradict another")]
    Broken {
        /// Entries that could not be read.
        broken: usize,
        /// Entries in all.
        entries: usize,
    },
    /// Too many services that we know are missing.
    #[error("{lost} of {known} services that we have routes to are missing from the list")]
    Lost {
        /// Those that are missing.
        lost: usize,
        /// Those that we know.
        known: usize,
    },
}

/// The kind of service that a provider's text names, whatever its case and separators. A text that is
/// left out means the ordinary kind.
pub fn kind_of(text: &str) -> Option<ServiceKind> {
    let plain = plain_kind(text);
    if plain.is_empty() { Some(ServiceKind::Default) } else { ServiceKind::from_name(&plain) }
}

/// A text for a kind without what differs between panels that mean the same.
pub(super) fn plain_kind(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

/// Whether `part` of `whole` is more than so many percent.
pub(super) fn is_more(part: usize, percent: i64, whole: usize) -> bool {
    let hundredths = part.saturating_mul(100);
    usize::try_from(percent).is_ok_and(|percent| hundredths > whole.saturating_mul(percent))
}

impl Offer {
    /// Its limits as we can keep them: an order has one unit at least.
    pub fn limits(&self) -> Limits {
        Limits { min: self.min.max(1), max: self.max.min(QUANTITY_MAX) }
    }
}

impl List {
    /// The list with one offer for each service: of those that are there twice and differ, neither is
    /// believed.
    #[must_use]
    pub fn without_contradictions(&self) -> Self {
        let mut offers = self.offers.clone();
        offers.sort_by(|one, other| one.service.cmp(&other.service));
        offers.dedup();
        let twice = |offer: &Offer| {
            let first = offers.partition_point(|other| other.service < offer.service);
            let after = offers.partition_point(|other| other.service <= offer.service);
            after.saturating_sub(first) > 1
        };
        let kept: Vec<Offer> = offers.iter().filter(|offer| !twice(offer)).cloned().collect();
        let dropped = offers.len().saturating_sub(kept.len());
        Self { offers: kept, broken: self.broken.saturating_add(dropped) }
    }

    /// Whether the list, of which `lost` of the `known` services are missing, can be believed.
    pub(super) fn check(
        &self,
        lost: usize,
        known: usize,
        rules: &SyncRules,
    ) -> Result<(), ListRefused> {
        let entries = self.offers.len().saturating_add(self.broken);
        if entries == 0 {
            return Err(ListRefused::Empty);
        }
        if entries > OFFERS_MAX {
            return Err(ListRefused::TooLong);
        }
        if self.offers.is_empty() || is_more(self.broken, rules.broken_percent, entries) {
            return Err(ListRefused::Broken { broken: self.broken, entries });
        }
        if lost > OFFERS_LOST_FEW && is_more(lost, rules.lost_percent, known) {
            return Err(ListRefused::Lost { lost, known });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_any_spelling() {
        for (text, kind) in [
            ("Default", Some(ServiceKind::Default)),
            ("custom_comments", Some(ServiceKind::CustomComments)),
            (" Mentions with Hashtags ", Some(ServiceKind::MentionsWithHashtags)),
            ("SEO", Some(ServiceKind::Seo)),
            ("Custom-Comments Package", Some(ServiceKind::CustomCommentsPackage)),
            ("", Some(ServiceKind::Default)),
            ("Likes spread", None),
        ] {
            assert_eq!(kind_of(text), kind, "{text}");
        }
    }

    #[test]
    fn percentages_are_exceeded_not_met() {
        assert!(!is_more(1, 20, 5) && is_more(2, 20, 5) && !is_more(0, 0, 5) && is_more(1, 0, 5));
        assert!(!is_more(1, -1, 5), "no percentage");
    }
}
