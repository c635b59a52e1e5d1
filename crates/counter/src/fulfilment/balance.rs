//! What a provider says that our balance there is.

use crate::journal::Journal;
use crate::nodes::{Job, Worker};
use domain::providers::{Books, EntryKind};
use domain::{AccountId, AttemptId, Micros, ProviderId, Timestamp};
use store::tables::attempts;
use store::tables::providers::{self, Entry};
use store::{DbError, StoreError, Tx};

/// Entries and attempts that are looked at for those of a moment: nodes give ids out of blocks of
/// their own, so the latest may not be the last.
const LATEST: i64 = 1_000;

/// How much longer ago something counts as having moved while a balance was asked for: what is late is
/// at most that.
const MARGIN_US: i64 = 5_000_000;

/// A balance as a provider has told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceRead {
    /// Who.
    pub provider: ProviderId,
    /// How much, in its currency.
    pub balance: Micros,
    /// What may have come back from open orders without our books having it, at most.
    pub open: Micros,
    /// How far our books may be off by roundings.
    pub slack: Micros,
    /// What was booked there before it was asked for, when nothing was under way then and nothing may
    /// have come back that is not booked, until now: it can be what our books begin with.
    pub begins: Option<Micros>,
    /// How many microseconds ago it was asked for.
    pub age_us: i64,
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
            let (id, balance) = (read.provider, read.balance);
            let Some(provider) = providers::provider(tx, id)? else { return Ok::<_, DbError>(()) };
            // What was bought after an older copy was made is not booked yet: only staff accept what the
            // balance is then.
            if provider.restored.is_some() {
                return providers::set_reported(tx, id, balance, 0, now);
            }
            let unknown = attempts::unknown(tx, id, AttemptId(0), LATEST)?;
            let (booked, asked) = (provider.booked, Timestamp(now.0.saturating_sub(read.age_us)));
            if provider.reported.is_none() {
                let still = read.begins == Some(booked) && unknown.is_empty();
                if !still || has_moved(tx, id, asked)? {
                    return Ok(());
                }
                let by_hand = providers::by_hand(tx, id)?;
                let books = Books { booked, ..Books::default() };
                let beginning = books.beginning(balance, by_hand);
                let agrees = beginning.is_some() || balance == booked;
                providers::set_reported(tx, id, balance, i64::from(agrees), now)?;
                return beginning.map_or(Ok(()), |amount| begin(tx, id, amount, now));
            }
            let since = Timestamp(asked.0.saturating_sub(MARGIN_US));
            let Some((taken, added)) = moved(tx, id, since)? else {
                // Too much has, for anything to be said about it.
                return providers::set_reported(tx, id, balance, provider.quiet_reads, now);
            };
            let costs = unknown.iter().map(|attempt| attempt.expected_cost.raw());
            let unknown = Micros::new(costs.fold(0, i64::saturating_add));
            let BalanceRead { open, slack, .. } = read;
            let books = Books { booked, taken, added, unknown, open, slack };
            let quiet_reads =
                if books.explain(balance) { provider.quiet_reads.saturating_add(1) } else { 0 };
            providers::set_reported(tx, id, balance, quiet_reads, now)?;
            if provider.quiet_reads >= provider.trust_reads && quiet_reads < provider.trust_reads {
                let data = serde_json::json!({
                    "provider": id.0,
                    "balance": balance.raw(),
                    "booked": booked.raw(),
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

/// What was booked since a moment as taken, and as added; nothing when there is more than is looked at.
fn moved(
    tx: &mut dyn Tx,
    provider: ProviderId,
    since: Timestamp,
) -> Result<Option<(Micros, Micros)>, DbError> {
    let entries = providers::entries_before(tx, provider, i64::MAX, LATEST)?;
    let full = i64::try_from(entries.len()).is_ok_and(|read| read >= LATEST);
    let (mut taken, mut added) = (0_i64, 0_i64);
    let later: Vec<i64> =
        entries.iter().filter(|entry| entry.at >= since).map(|entry| entry.amount.raw()).collect();
    for amount in &later {
        taken = taken.saturating_add(amount.saturating_neg().max(0));
        added = added.saturating_add((*amount).max(0));
    }
    let all = full && later.len() == entries.len();
    Ok((!all).then_some((Micros::new(taken), Micros::new(added))))
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
