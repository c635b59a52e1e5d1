//! Cancels and refills that customers asked for, sent on to the providers that have the orders.
//!
//! A cancel may be sent as often as one likes: what becomes of the order is told by its status. A
//! refill is noted as sent before it is; one whose answer was lost is sent again after a while, and a
//! provider that has it says so. What a provider puts off is sent on again for a
//! day from the first time.

use super::put_off::{PutOff, Wishes};
use crate::nodes::{Job, Worker};
use crate::requests::RefillDecision;
use crate::{Failure, Refusal};
use domain::requests::RefillState;
use domain::{CancelId, ProviderId, RefillId, Timestamp};
use store::tables::forwards::{self, Page};
use store::{DbError, StoreError, Tx};

/// Seconds after which a refill is sent again whose answer was lost.
const AGAIN_SECONDS: i64 = 600;

/// Who sends them on, as the timeline calls it.
const ACTOR: &str = "provider";

/// What is asked of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ForwardKind {
    /// To cancel orders; the ids are the provider's of the orders.
    Cancel,
    /// To refill orders; the ids are the provider's of the orders.
    Refill,
    /// Where refills stand; the ids are the provider's of the refills.
    RefillStatus,
}

/// A part of what is to be asked of one provider, to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedForwards {
    /// Whom.
    pub provider: ProviderId,
    /// What.
    pub kind: ForwardKind,
    /// Above which of our numbers.
    pub after: i64,
    /// How many at most.
    pub limit: i64,
}

/// What is to be asked of one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToForward {
    /// Whom.
    pub provider: ProviderId,
    /// What.
    pub kind: ForwardKind,
    /// Our number of each cancel or refill, in their order, and what the provider is asked for.
    pub asked: Vec<(i64, String)>,
}

/// What a provider said to something that was sent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// It takes the wish to cancel.
    CancelTaken(CancelId),
    /// It does not, in these words.
    CancelRefused(CancelId, String),
    /// It takes the refill, and calls it so when it says.
    RefillTaken(RefillId, Option<String>),
    /// It has the refill already.
    RefillKnown(RefillId),
    /// It does not refill, in these words.
    RefillRefused(RefillId, String),
    /// It does not take the wish to cancel for now, in these words.
    CancelPutOff(CancelId, String),
    /// It does not refill for now, in these words.
    RefillPutOff(RefillId, String),
    /// The refill stands there.
    RefillStands(RefillId, RefillState),
}

impl Worker {
    /// What of it is to be asked now, in the order of `wanted`. Refills are noted as sent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_forwards(
        &self,
        wanted: Vec<WantedForwards>,
        now: Timestamp,
    ) -> Result<Vec<ToForward>, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let read = self.store.read(move |tx| {
            let again = now.minus_seconds(AGAIN_SECONDS);
            let mut taken = Vec::with_capacity(wanted.len());
            for WantedForwards { provider, kind, after, limit } in wanted.iter().copied() {
                let page = Page { provider, after, limit };
                let asked = match kind {
                    ForwardKind::Cancel => forwards::cancels(tx, page)?,
                    ForwardKind::Refill => forwards::refills(tx, page, again)?,
                    ForwardKind::RefillStatus => forwards::open_refills(tx, page)?,
                };
                taken.push(ToForward { provider, kind, asked });
            }
            Ok::<_, DbError>(taken)
        });
        let taken = read.await??;
        let refills = taken.iter().filter(|taken| taken.kind == ForwardKind::Refill);
        let ids: Vec<RefillId> =
            refills.flat_map(|taken| &taken.asked).map(|(id, _)| RefillId(*id)).collect();
        if !ids.is_empty() {
            let unit = move |tx: &mut dyn Tx| forwards::refills_sent(tx, &ids, now);
            self.store.write(unit).await??;
        }
        Ok(taken)
    }

    /// Records what providers said; returns which of them put something off.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_forwards(
        &self,
        mut answers: Vec<Forwarded>,
        now: Timestamp,
    ) -> Result<Vec<PutOff>, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let put_off = self.put_off(&mut answers, now).await?;
        let (mut cancels, mut named) = (Vec::new(), Vec::new());
        for answer in &answers {
            match answer {
                // One that is refused is rejected below, and sent again should that come to nothing.
                Forwarded::CancelTaken(id) => cancels.push(*id),
                Forwarded::RefillTaken(id, Some(name)) => named.push((*id, name.clone())),
                _ => {}
            }
        }
        let unit = move |tx: &mut dyn Tx| {
            forwards::cancels_sent(tx, &cancels, now)?;
            for (id, name) in &named {
                forwards::refill_is(tx, *id, name)?;
            }
            Ok::<_, DbError>(())
        };
        self.store.write(unit).await??;
        for answer in answers {
            match answer {
                // What is put off stays where it is.
                Forwarded::CancelTaken(_)
                | Forwarded::CancelPutOff(..)
                | Forwarded::RefillPutOff(..) => {}
                Forwarded::CancelRefused(id, text) => {
                    moved(self.reject_cancel(id, Some(text), ACTOR, now).await)?;
                }
                Forwarded::RefillTaken(id, _) | Forwarded::RefillKnown(id) => {
                    self.decide(id, RefillDecision::Begin, None, now).await?;
                }
                Forwarded::RefillRefused(id, text) => {
                    self.decide(id, RefillDecision::Reject, Some(text), now).await?;
                }
                Forwarded::RefillStands(id, state) => {
                    let decision = match state {
                        RefillState::Pending => continue,
                        RefillState::InProgress => RefillDecision::Begin,
                        RefillState::Completed => RefillDecision::Complete,
                        RefillState::Rejected => RefillDecision::Reject,
                    };
                    self.decide(id, decision, None, now).await?;
                }
            }
        }
        Ok(put_off)
    }

    /// Notes what is put off. What has been for too long is refused: it counts from the first time,
    /// because before, the wish may have waited for a provider that nobody could ask.
    async fn put_off(
        &self,
        answers: &mut [Forwarded],
        now: Timestamp,
    ) -> Result<Vec<PutOff>, StoreError> {
        let wishes = Wishes::put_off(answers);
        if wishes.is_empty() {
            return Ok(Vec::new());
        }
        let unit = move |tx: &mut dyn Tx| wishes.note(tx, now);
        let (old, put_off) = self.store.write(unit).await??;
        for answer in answers {
            match answer {
                Forwarded::CancelPutOff(id, text) if old.has_cancel(*id) => {
                    *answer = Forwarded::CancelRefused(*id, std::mem::take(text));
                }
                Forwarded::RefillPutOff(id, text) if old.has_refill(*id) => {
                    *answer = Forwarded::RefillRefused(*id, std::mem::take(text));
                }
                _ => {}
            }
        }
        Ok(put_off)
    }

    async fn decide(
        &self,
        id: RefillId,
        decision: RefillDecision,
        note: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        moved(self.decide_refill(id, decision, note, ACTOR, now).await)
    }
}

/// Somebody else may have decided it meanwhile, or it stands there already.
fn moved<T>(result: Result<T, Failure<Refusal>>) -> Result<(), StoreError> {
    match result {
        Ok(_) | Err(Failure::Refused(_)) => Ok(()),
        Err(Failure::Store(error)) => Err(error),
    }
}
