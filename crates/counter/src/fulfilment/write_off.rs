//! Orders of which nobody could tell for long whether a provider has them: they go before a person, and
//! are written off where the service and the day's budget allow it (docs/adr/0028).

use crate::Counter;
use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::nodes::{Job, Worker};
use crate::orders::settle_parent_of;
use domain::catalogue::WhenUnknown;
use domain::limits::ASKED_FOR_US;
use domain::orders::{Doubt, Event, Order};
use domain::providers::{
    AmbiguityEntry, AmbiguityKind, Attempt, AttemptState, Due, Overdue, Provider, WriteOff, overdue,
};
use domain::{AttemptId, Micros, Timestamp};
use store::tables::write_offs::{self, Entry};
use store::tables::{attempts, orders, providers, restores};
use store::{DbError, StoreError, Tx};

pub use domain::providers::WriteOffTerms;

/// Most orders that one unit is about.
const PER_UNIT: usize = 50;

/// What was done about orders of which nobody could tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WroteOff {
    /// So many went before a person.
    pub asked: usize,
    /// So many were written off.
    pub written_off: usize,
}

/// What the house bears for orders that were written off, in our currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguity {
    /// All of it: the sum of the entries.
    pub expense: Micros,
    /// What was drawn on the budget of the UTC day.
    pub drawn: Micros,
}

/// An order whose answer was lost, and what is known beside it.
struct Looked {
    order: Order,
    attempt: Attempt,
    rival: bool,
    provider: Provider,
    when_unknown: WhenUnknown,
}

impl Looked {
    const fn overdue(&self, drawn: Micros) -> Overdue<'_> {
        Overdue {
            order: &self.order,
            attempt: &self.attempt,
            rival: self.rival,
            asked_again: self.provider.takes_request_id,
            exchange: self.provider.exchange,
            when_unknown: self.when_unknown,
            drawn,
        }
    }
}

impl Worker {
    /// Puts orders before a person of which nobody could tell for as long as `terms` say, and writes
    /// off those that may be. Nothing of them is sent again, whatever is found out later.
    ///
    /// # Errors
    /// [`StoreError`]; what was done until then stands.
    pub async fn write_off_unknown(
        &self,
        terms: WriteOffTerms,
        now: Timestamp,
    ) -> Result<WroteOff, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let mut done = WroteOff::default();
        for some in self.long_unknown(terms, now).await?.chunks(PER_UNIT) {
            let (some, catalogue) = (some.to_vec(), self.catalogue_cache());
            let unit = move |tx: &mut dyn Tx| {
                let snapshot = catalogue.within(tx)?;
                carry_out(tx, &snapshot, &some, &terms, now)
            };
            let WroteOff { asked, written_off } = self.store.write(unit).await??;
            done.asked = done.asked.saturating_add(asked);
            done.written_off = done.written_off.saturating_add(written_off);
        }
        Ok(done)
    }

    /// The attempts about which something is to be done.
    async fn long_unknown(
        &self,
        terms: WriteOffTerms,
        now: Timestamp,
    ) -> Result<Vec<AttemptId>, StoreError> {
        let read = self.store.read(|tx| {
            let snapshot = self.catalogue_cache().current(tx)?;
            let drawn = write_offs::drawn(tx, WriteOff::day(now))?;
            let mut found = Vec::new();
            for provider in providers::providers(tx)? {
                let unknown = attempts::unknown(tx, provider.id, AttemptId(0), i64::MAX)?;
                for attempt in unknown {
                    let age = now.0.saturating_sub(attempt.started.0);
                    if attempt.state != AttemptState::Lost || age < terms.after_us.min(ASKED_FOR_US)
                    {
                        continue;
                    }
                    let looked = look(tx, &snapshot, attempt.id)?;
                    let due = looked.map(|looked| overdue(looked.overdue(drawn), &terms, now));
                    if due.is_some_and(|due| due != Due::Nothing) {
                        found.push(attempt.id);
                    }
                }
            }
            Ok::<_, DbError>(found)
        });
        Ok(read.await??)
    }
}

impl Counter {
    /// Up to `limit` orders that were written off, of attempts below `before`, newest first; those of
    /// which nobody can tell yet, or all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn written_off(
        &self,
        open: bool,
        before: AttemptId,
        limit: i64,
    ) -> Result<Vec<WriteOff>, StoreError> {
        Ok(self.store.read(|tx| write_offs::before(tx, open, before, limit)).await??)
    }

    /// The entries of the ambiguity expense for an attempt, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ambiguity_entries(&self, attempt: AttemptId) -> Result<Vec<Entry>, StoreError> {
        Ok(self.store.read(|tx| write_offs::entries(tx, attempt)).await??)
    }

    /// What the house bears for orders that were written off, and what was drawn on the day of `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ambiguity(&self, now: Timestamp) -> Result<Ambiguity, StoreError> {
        let read = self.store.read(|tx| {
            let expense = write_offs::expense(tx)?;
            let drawn = write_offs::drawn(tx, WriteOff::day(now))?;
            Ok::<_, DbError>(Ambiguity { expense, drawn })
        });
        Ok(read.await??)
    }
}

fn look(tx: &mut dyn Tx, snapshot: &Snapshot, id: AttemptId) -> Result<Option<Looked>, DbError> {
    let Some(attempt) = attempts::by_id(tx, id)? else { return Ok(None) };
    // The order may be with somebody else by a try that is not in the books: that is for a person.
    if restores::latest(tx)?.is_some_and(|restore| attempt.started <= restore.at) {
        return Ok(None);
    }
    let Some(order) = orders::by_id(tx, attempt.order)? else { return Ok(None) };
    let Some(provider) = providers::provider(tx, attempt.provider)? else { return Ok(None) };
    let all = attempts::of_order(tx, order.id)?;
    let rival = all.iter().any(|other| other.id != id && other.state.may_be_placed());
    let service = snapshot.services.get(&order.service);
    let when_unknown = service.map(|service| service.when_unknown).unwrap_or_default();
    Ok(Some(Looked { order, attempt, rival, provider, when_unknown }))
}

/// Decides about the attempts once more, under the locks of their accounts, and does it.
fn carry_out(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    ids: &[AttemptId],
    terms: &WriteOffTerms,
    now: Timestamp,
) -> Result<WroteOff, DbError> {
    let accounts = attempts::by_ids(tx, ids)?.into_iter().map(|attempt| attempt.account).collect();
    let mut desk = Desk::new(tx, now);
    desk.lock(accounts)?;
    // Nobody else draws on it: the unit is under the lease.
    let mut drawn = write_offs::drawn(desk.tx, WriteOff::day(now))?;
    let mut done = WroteOff::default();
    for id in ids {
        let Some(looked) = look(desk.tx, snapshot, *id)? else { continue };
        let known = looked.overdue(drawn);
        match overdue(known, terms, now) {
            Due::Nothing => {}
            Due::AskPerson => {
                let doubted = Event::Doubted(Doubt::NothingShows);
                let reason = "nothing has shown for too long whether the provider has it; look there, \
                              then `order decide`";
                step(&mut desk, &looked.order, &doubted, ("order.review", reason))?;
                done.asked = done.asked.saturating_add(1);
            }
            Due::WriteOff { risk } => {
                let item = WriteOff::new(known, risk, terms, now);
                drawn = item.drawn;
                write_off(&mut desk, &looked, &item)?;
                done.written_off = done.written_off.saturating_add(1);
            }
        }
    }
    desk.finish()?;
    Ok(done)
}

fn write_off(desk: &mut Desk<'_>, looked: &Looked, item: &WriteOff) -> Result<(), DbError> {
    write_offs::insert(desk.tx, item)?;
    let entry = AmbiguityEntry { kind: AmbiguityKind::Drawn, amount: item.risk };
    if item.risk != Micros::ZERO {
        write_offs::book(desk.tx, item.attempt, entry, desk.now)?;
    }
    let reason = format!(
        "nobody could tell whether provider {} has it: written off at a risk of {}, with it {} of the \
         day's {} are drawn",
        looked.provider.name, item.risk, item.drawn, item.budget
    );
    let after =
        step(desk, &looked.order, &Event::WrittenOff, ("order.written_off", reason.as_str()))?;
    settle_parent_of(desk, &after)
}

/// Takes a step of an order, with the kind of its event and the reason, and writes it at once: what
/// follows in this unit may be about the whole that it is a part of.
fn step(
    desk: &mut Desk<'_>,
    order: &Order,
    event: &Event,
    (kind, reason): (&str, &str),
) -> Result<Order, DbError> {
    let cause = Cause { order: Some(order.id), reason: Some(reason), ..Cause::default() };
    match desk.apply(order, event, kind, cause)? {
        Ok(after) => {
            desk.flush_orders()?;
            Ok(after)
        }
        // The rule has looked at this very order.
        Err(refused) => Err(desk.tx.poison(DbError::new("WRITE_OFF", refused.to_string()))),
    }
}

/// Notes what became known of an order that was written off under `attempt`, as the attempt stands now.
pub(super) fn note_known(
    desk: &mut Desk<'_>,
    item: &WriteOff,
    attempt: &Attempt,
    exchange: Micros,
) -> Result<(), DbError> {
    let cost = domain::money::multiplied(attempt.cost, exchange).unwrap_or(item.risk);
    let Some((after, entry)) = item.known(attempt.state, cost, desk.now) else { return Ok(()) };
    write_offs::update(desk.tx, item.state, &after)?;
    if let Some(entry) = entry {
        write_offs::book(desk.tx, item.attempt, entry, desk.now)?;
    }
    let data = serde_json::json!({ "write_off": after.state.name(), "cost": after.cost.raw() });
    let kind = "order.write_off_known";
    desk.journal.note(item.account, Some(item.order), kind, data.to_string(), desk.now);
    Ok(())
}
