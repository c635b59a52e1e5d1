//! Our balance at a provider: what staff book, and how it is read.

use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::limits::REASON_BYTES_MAX;
use domain::providers::{EntryKind, Provider};
use domain::{AccountId, Micros, ProviderId, Timestamp};
use store::tables::providers::{self, Entry};
use store::{StoreError, Tx};

/// What staff book at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Where.
    pub provider: ProviderId,
    /// A deposit, or a correction.
    pub kind: EntryKind,
    /// How the balance moves, in the provider's currency.
    pub amount: Micros,
    /// Who books it.
    pub actor: String,
    /// Why.
    pub reason: String,
}

impl Counter {
    /// Books a deposit or a correction at a provider; returns the provider as it is then.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider, or the booking is not one that staff make.
    pub async fn book_at_provider(
        &self,
        booking: Booking,
        now: Timestamp,
    ) -> Result<Provider, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            check(&booking)?;
            let id = booking.provider;
            let missing = || Refusal::missing("provider", id);
            let before = providers::provider(tx, id)?.ok_or_else(missing)?;
            if before.booked.checked_add(booking.amount).is_none() {
                return Err(Refusal::Invalid(String::from("amount: is too large")).into());
            }
            let entry = Entry {
                id: 0,
                provider: id,
                attempt: None,
                kind: booking.kind,
                amount: booking.amount,
                actor: Some(booking.actor.clone()),
                reason: Some(booking.reason.clone()),
                at: now,
            };
            providers::book(tx, &[entry])?;
            let data = serde_json::json!({
                "provider": id.0,
                "kind": booking.kind.name(),
                "amount": booking.amount.raw(),
                "actor": booking.actor,
                "reason": booking.reason,
            });
            let mut journal = Journal::default();
            journal.note(AccountId(0), None, "provider.booked", data.to_string(), now);
            journal.write(tx)?;
            Ok(providers::provider(tx, id)?.ok_or_else(missing)?)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Up to `limit` entries of a provider below `before`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn provider_entries(
        &self,
        provider: ProviderId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        let read = self.store.read(|tx| providers::entries_before(tx, provider, before, limit));
        Ok(read.await??)
    }
}

fn check(booking: &Booking) -> Result<(), Refusal> {
    let fits = match booking.kind {
        EntryKind::Deposit => booking.amount > Micros::ZERO,
        EntryKind::Correction => booking.amount != Micros::ZERO,
        EntryKind::Charge | EntryKind::GiveBack | EntryKind::Adjustment => {
            let text = "kind: staff book deposits and corrections";
            return Err(Refusal::Invalid(String::from(text)));
        }
    };
    if !fits {
        let text = "amount: a deposit is above zero, a correction is not zero";
        return Err(Refusal::Invalid(String::from(text)));
    }
    let reason = booking.reason.trim();
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(Refusal::Invalid(format!("reason: must be 1 to {REASON_BYTES_MAX} bytes")));
    }
    Ok(())
}
