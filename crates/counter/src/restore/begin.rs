//! Says that an older copy of the database was put in its place.

use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::fulfilment::give_up;
use crate::journal::Journal;
use crate::orders::start_all_runs;
use crate::{Counter, Failure, Refusal};
use domain::executors::LeaseState;
use domain::orders::{Doubt, Event, Order, OrderShape, State};
use domain::restore::next_id;
use domain::{AccountId, ExecutorId, OrderId, ProviderId, Timestamp};
use std::collections::HashSet;
use store::tables::restores::{self, Restore};
use store::tables::{executors, leases, nodes, order_leases, orders, providers};
use store::{DbError, Tx};

/// Orders of an account's lock that are looked at together.
const PAGE: i64 = 500;

/// Where orders may stand that left the house since without a trace. Those that are before a person
/// already come first, so that none is looked at twice.
const STATES: [State; 6] = [
    State::Review,
    State::Submitted,
    State::InProgress,
    State::Unknown,
    State::Dispatching,
    State::Pending,
];

/// What the ids of orders are called among those of all kinds.
const ORDERS: &str = "order";

/// What the timeline of an order says.
const REASON: &str = "an older copy of the database was put in its place: somebody may have the \
    order by what is not in it";

/// Which ids are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// As many as [`next_id`] says, for a copy that nobody has told of yet. Refused while the latest
    /// restore goes on: it is most likely the same one.
    Once,
    /// As many, also then: another copy was put in its place.
    Again,
    /// So many of each kind, also then.
    Ids(i64),
}

/// What became of the orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The restore as it is noted.
    pub restore: Restore,
    /// How many orders are before a person now, those that were before included.
    pub to_decide: i64,
}

impl Counter {
    /// Notes that an older copy of the database was put in its place, in one unit: skips ids that may
    /// have been given out since (see [`Skip`]), holds every provider and executor, and puts every order before a person that may have left the house since. Those that
    /// a provider has under a known id go on being followed.
    ///
    /// # Errors
    /// [`Refusal`] when a node serves or works on the database, there are not as many ids, or it was said
    /// already ([`Skip::Once`]).
    pub async fn begin_after_restore(
        &self,
        skip: Skip,
        actor: &str,
        now: Timestamp,
    ) -> Result<Restored, Failure<Refusal>> {
        let (catalogue, actor) = (self.catalogue_cache(), actor.to_owned());
        let unit = move |tx: &mut dyn Tx| {
            refuse_beside_nodes(tx)?;
            let latest = restores::latest(tx)?;
            if let Some(latest) = latest.as_ref().filter(|_| skip == Skip::Once) {
                refuse_twice(tx, latest)?;
            }
            // Nor does anything go on that was paused for so long that it counts as gone.
            leases::end_all(tx)?;
            let snapshot = catalogue.within(tx)?;
            let epoch = latest.map_or(0, |restore| restore.epoch);
            let first_order = OrderId(skip_ids(tx, skip)?);
            let actor = actor.clone();
            let restore = Restore { epoch: epoch.saturating_add(1), at: now, first_order, actor };
            let providers: Vec<ProviderId> =
                providers::providers(tx)?.iter().map(|provider| provider.id).collect();
            let executors: Vec<ExecutorId> =
                executors::executors(tx)?.iter().map(|executor| executor.id).collect();
            restores::begin(tx, &restore, &providers, &executors)?;
            for state in STATES {
                sweep(tx, &snapshot, state, &restore)?;
            }
            start_all_runs(tx, &snapshot, now)?;
            let to_decide = restores::count_in_state(tx, State::Review)?;
            tell(tx, &restore, to_decide)?;
            Ok(Restored { restore, to_decide })
        };
        Failure::join(self.store.write(unit).await)
    }
}

/// A node remembers what it read before, and is not told that it is not so any more.
fn refuse_beside_nodes(tx: &mut dyn Tx) -> Result<(), Failure<Refusal>> {
    let now = tx.database_now()?;
    let Some(node) = nodes::alive(tx, now)?.into_iter().next() else { return Ok(()) };
    Err(Refusal::NotNow(format!(
        "a server is running on this database (node {}, {}): end it first. If it was killed a moment \
         ago, or ran when the copy was made, wait until it counts as gone (lease_seconds)",
        node.id, node.role
    ))
    .into())
}

/// Whether a copy is the one that was told of before, nothing in it can tell: one that was made while that
/// restore went on looks the same. So somebody who tells of one again has to say that it is another.
fn refuse_twice(tx: &mut dyn Tx, latest: &Restore) -> Result<(), Failure<Refusal>> {
    let providers = restores::held_providers(tx)?.into_iter().map(|(_, name)| name);
    let executors = restores::held_executors(tx)?.into_iter().map(|(_, name)| name);
    let held: Vec<String> = providers.chain(executors).collect();
    let next = restores::blocks(tx)?.into_iter().find(|(kind, ..)| kind == ORDERS);
    let placed = next.is_some_and(|(_, next, _)| next != latest.first_order.0);
    let why = match held.as_slice() {
        [] if placed => return Ok(()),
        [] => String::from("no order was placed since"),
        held => format!("held still: {}", held.join(", ")),
    };
    Err(Refusal::NotNow(format!(
        "this was said before (restore {}, by {}; {why}): nothing is to be done if it was of the same \
         copy. If another copy was put in its place since, say so with --another-copy",
        latest.epoch, latest.actor
    ))
    .into())
}

/// Skips ids of every kind; returns the next one of orders.
fn skip_ids(tx: &mut dyn Tx, skip: Skip) -> Result<i64, Failure<Refusal>> {
    let wanted = match skip {
        Skip::Once | Skip::Again => None,
        Skip::Ids(wanted) => Some(wanted),
    };
    let mut first_order = 1;
    for (kind, next, last) in restores::blocks(tx)? {
        let to = next_id(next, last, wanted).ok_or_else(|| {
            let left = last.saturating_sub(next);
            Refusal::Invalid(format!(
                "skip-ids: of ids of the kind {kind} 0 to {left} can be skipped"
            ))
        })?;
        if to != next {
            restores::skip_ids(tx, &kind, next, to)?;
        }
        if kind == ORDERS {
            first_order = to;
        }
    }
    Ok(first_order)
}

/// Puts every order in a state before a person that may have left the house without a trace.
fn sweep(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    state: State,
    restore: &Restore,
) -> Result<(), DbError> {
    let mut after = OrderId(0);
    loop {
        let ids = restores::open_in_state(tx, state, after, PAGE)?;
        let Some(last) = ids.last().copied() else { return Ok(()) };
        after = last;
        if state == State::Dispatching {
            give_up(tx, &ids, restore.at)?;
        }
        let found = orders::by_ids(tx, &ids)?;
        let leased = order_leases::own(tx, &ids)?;
        let leased = leased.iter().filter(|lease| lease.state == LeaseState::Live);
        let leased: HashSet<OrderId> = leased.map(|lease| lease.order).collect();
        let doubted: Vec<Order> = found
            .into_iter()
            .filter(|order| may_be_away(snapshot, order, leased.contains(&order.id)))
            .collect();
        let mut desk = Desk::new(tx, restore.at);
        desk.lock(doubted.iter().map(|order| order.account).collect())?;
        for order in &doubted {
            put_before_person(&mut desk, order, Some(&restore.actor))?;
        }
        desk.finish()?;
    }
}

/// Whether somebody may have the order by what is not in the books. What a provider has under a known
/// id is asked for there; what it has under none waits for a person already, and so does what staff
/// deliver.
fn may_be_away(snapshot: &Snapshot, order: &Order, leased: bool) -> bool {
    let others = order.fence > 0 || snapshot.leaves_the_house(order.service);
    order.shape == OrderShape::Single
        && match order.state {
            State::Pending | State::Review => others,
            State::Dispatching | State::Unknown => true,
            State::Submitted | State::InProgress => leased,
            _ => false,
        }
}

/// Lets a person decide about an order that may have left the house.
pub(crate) fn put_before_person(
    desk: &mut Desk<'_>,
    order: &Order,
    actor: Option<&str>,
) -> Result<(), DbError> {
    let kind = "order.restored";
    if order.state == State::Review {
        let data = serde_json::json!({ "actor": actor, "reason": REASON }).to_string();
        desk.journal.note(order.account, Some(order.id), kind, data, desk.now);
        return Ok(());
    }
    let cause = Cause { actor, reason: Some(REASON), ..Cause::default() };
    match desk.apply(order, &Event::Doubted(Doubt::Restored), kind, cause)? {
        Ok(_) => Ok(()),
        Err(refused) => Err(desk.tx.poison(DbError::new("RESTORE", refused.to_string()))),
    }
}

fn tell(tx: &mut dyn Tx, restore: &Restore, to_decide: i64) -> Result<(), DbError> {
    let data = serde_json::json!({
        "restore": restore.epoch,
        "first_order": restore.first_order.0,
        "to_decide": to_decide,
        "actor": restore.actor,
    });
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, "restore.begun", data.to_string(), restore.at);
    journal.write(tx)
}
