//! Cancels and refills that providers put off.

use super::forwards::Forwarded;
use super::outcome::shortened;
use domain::limits::SENT_ON_FOR_US;
use domain::{CancelId, ProviderId, RefillId, Timestamp};
use std::collections::BTreeMap;
use store::tables::forwards;
use store::{DbError, Tx};

/// What a provider has put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOff {
    /// Who.
    pub provider: ProviderId,
    /// How many cancels and refills.
    pub count: usize,
    /// What it said to the first of them.
    pub words: String,
}

/// Cancels and refills, each with the words of its provider.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    cancels: BTreeMap<CancelId, String>,
    refills: BTreeMap<RefillId, String>,
}

impl Wishes {
    /// Those that these answers put off.
    pub(super) fn put_off(answers: &[Forwarded]) -> Self {
        let mut wishes = Self::default();
        for answer in answers {
            match answer {
                Forwarded::CancelPutOff(id, text) => {
                    wishes.cancels.insert(*id, shortened(text));
                }
                Forwarded::RefillPutOff(id, text) => {
                    wishes.refills.insert(*id, shortened(text));
                }
                _ => {}
            }
        }
        wishes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cancels.is_empty() && self.refills.is_empty()
    }

    pub(super) fn has_cancel(&self, id: CancelId) -> bool {
        self.cancels.contains_key(&id)
    }

    pub(super) fn has_refill(&self, id: RefillId) -> bool {
        self.refills.contains_key(&id)
    }

    /// Notes that they are put off, for staff to read; returns those that have been for too long, and how
    /// many each provider has put off.
    pub(super) fn note(
        &self,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Result<(Self, Vec<PutOff>), DbError> {
        let is_old = |since: Timestamp| now.0.saturating_sub(since.0) >= SENT_ON_FOR_US;
        let cancels = forwards::cancels_put_off(tx, &noted(&self.cancels), now)?;
        let refills = forwards::refills_put_off(tx, &noted(&self.refills), now)?;
        let cancels = cancels.into_iter().filter(|(_, since)| is_old(*since));
        let refills = refills.into_iter().filter(|(_, since)| is_old(*since));
        let old = Self {
            cancels: cancels.map(|(id, _)| (id, String::new())).collect(),
            refills: refills.map(|(id, _)| (id, String::new())).collect(),
        };
        Ok((old, self.by_provider(tx)?))
    }

    fn by_provider(&self, tx: &mut dyn Tx) -> Result<Vec<PutOff>, DbError> {
        let cancels: Vec<CancelId> = self.cancels.keys().copied().collect();
        let refills: Vec<RefillId> = self.refills.keys().copied().collect();
        let cancels = forwards::cancels_asked_of(tx, &cancels)?;
        let refills = forwards::refills_asked_of(tx, &refills)?;
        let cancels = cancels.iter().map(|(id, of)| (*of, self.cancels.get(id)));
        let refills = refills.iter().map(|(id, of)| (*of, self.refills.get(id)));
        let mut found: BTreeMap<ProviderId, PutOff> = BTreeMap::new();
        for (provider, words) in cancels.chain(refills) {
            let words = words.cloned().unwrap_or_default();
            let of = found.entry(provider).or_insert(PutOff { provider, count: 0, words });
            of.count = of.count.saturating_add(1);
        }
        Ok(found.into_values().collect())
    }
}

/// What is noted of wishes.
fn noted<Id: Copy>(wishes: &BTreeMap<Id, String>) -> Vec<(Id, String)> {
    wishes.iter().map(|(id, words)| (*id, shortened(&format!("put off: {words}")))).collect()
}
