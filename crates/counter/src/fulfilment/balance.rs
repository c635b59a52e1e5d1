//! What a provider says that our balance there is.

use crate::journal::Journal;
use crate::nodes::{Job, Worker};
use domain::providers::EntryKind;
use domain::{AccountId, AttemptId, Micros, ProviderId, Timestamp};
use store::tables::attempts;
use store::tables::providers::{self, Entry};
use store::{DbError, StoreError, Tx};

/// Entries and attempts that are looked at for those of a moment: nodes give ids out of blocks of
/// their own, so the latest may not be the last.
const LATEST: i64 = 100;

/// A balance as a provider has told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceRead {
    /// Who.
    pub provider: ProviderId,
    /// How much, in its currency.
    pub balance: Micros,
    /// Whether our books explain it: nothing else may have moved it.
    pub explained: bool,
    /// Whether nothing was under way there when it was asked for, so that it can be what our books
    /// begin with.
    pub quiet: bool,
    /// When it was asked for.
    pub asked: Timestamp,
}

impl Worker {
    /// Notes what a provider said that our balance there is. The first that is read while nothing is
    /// under way, from the question to this unit, is what our books there begin with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_balance(
        &self,
        read: BalanceRead,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.works_on(Job::Fulfilment)?;
        let unit = move |tx: &mut dyn Tx| {
            let BalanceRead { provider: id, balance, explained, quiet, asked } = read;
            let Some(provider) = providers::provider(tx, id)? else { return Ok::<_, DbError>(()) };
            // What was bought after an older copy was made is not booked yet: only staff accept what the
            // balance is then.
            if provider.restored.is_some() {
                providers::set_reported(tx, id, balance, 0, now)?;
                return Ok(());
            }
            let first = provider.reported.is_none();
            if first && (!quiet || has_moved(tx, id, asked)?) {
                return Ok(());
            }
            let quiet_reads =
                if first || explained { provider.quiet_reads.saturating_add(1) } else { 0 };
            providers::set_reported(tx, id, balance, quiet_reads, now)?;
            let missing = balance.raw().saturating_sub(provider.booked.raw());
            if first && missing != 0 {
                begin(tx, id, Micros::new(missing), now)?;
            }
            if provider.quiet_reads >= provider.trust_reads && quiet_reads < provider.trust_reads {
                let data = serde_json::json!({
                    "provider": id.0,
                    "balance": balance.raw(),
                    "booked": provider.booked.raw(),
                });
                tell(tx, "provider.balance_unexplained", data.to_string(), now)?;
            }
            Ok(())
        };
        Ok(self.store.write(unit).await??)
    }
}

/// Whether anything was booked or begun since a moment: the balance of then may hold it or not.
fn has_moved(tx: &mut dyn Tx, provider: ProviderId, since: Timestamp) -> Result<bool, DbError> {
    let entries = providers::entries_before(tx, provider, i64::MAX, LATEST)?;
    let begun = attempts::of_provider_before(tx, provider, AttemptId(i64::MAX), LATEST)?;
    let is_later = |at: Timestamp| at >= since;
    Ok(entries.iter().any(|entry| is_later(entry.at))
        || begun.iter().any(|attempt| is_later(attempt.started)))
}

/// Books what our books at a provider begin with.
fn begin(
    tx: &mut dyn Tx,
    provider: ProviderId,
    amount: Micros,
    now: Timestamp,
) -> Result<(), DbError> {
    let kind = if amount > Micros::ZERO { EntryKind::Deposit } else { EntryKind::Correction };
    let reason = Some(String::from("the balance when it was read for the first time"));
    let entry =
        Entry { id: 0, provider, attempt: None, kind, amount, actor: None, reason, at: now };
    providers::book(tx, &[entry])?;
    let data = serde_json::json!({ "provider": provider.0, "amount": amount.raw() });
    tell(tx, "provider.booked", data.to_string(), now)
}

fn tell(tx: &mut dyn Tx, kind: &str, data: String, now: Timestamp) -> Result<(), DbError> {
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, kind, data, now);
    journal.write(tx)
}
