//! Refills: asked by customers, decided by whoever fulfils.

use crate::desk::Desk;
use crate::{Counter, Failure, Refusal};
use domain::requests::{RefillRefusal, RefillState, ask_refill, decide_refill};
use domain::{AccountId, OrderId, RefillId, Timestamp};
use store::tables::orders;
use store::tables::requests::{self, Refill};
use store::{DbError, StoreError, Tx, TxExt};

/// What a refill asked for comes to. `None` as the outer value: the order is not the account's.
pub type AskedRefill = Option<Result<RefillId, RefillRefusal>>;

/// What whoever fulfils decides about a refill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefillDecision {
    /// Somebody has begun.
    Begin,
    /// It was delivered.
    Complete,
    /// It is refused.
    Reject,
}

impl RefillDecision {
    /// What the refill is afterwards.
    pub const fn state(self) -> RefillState {
        match self {
            Self::Begin => RefillState::InProgress,
            Self::Complete => RefillState::Completed,
            Self::Reject => RefillState::Rejected,
        }
    }
}

impl Counter {
    /// Asks for a refill of each order, in one unit. A suspended account is answered by the
    /// caller, who knows the principal.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ask_refills(
        &self,
        account: AccountId,
        ids: Vec<OrderId>,
        now: Timestamp,
    ) -> Result<Vec<AskedRefill>, StoreError> {
        let catalogue = self.catalogue_cache();
        let unit = move |tx: &mut dyn Tx| {
            let snapshot = catalogue.within(tx)?;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![account])?;
            let mut answers = Vec::with_capacity(ids.len());
            for &id in &ids {
                let own = orders::of_account(desk.tx, account, &[id])?.into_iter().next();
                let Some(order) = own else {
                    answers.push(None);
                    continue;
                };
                let last = requests::last_refill(desk.tx, id)?;
                let last = last.map(|refill| (refill.created, refill.state));
                let service = snapshot.services.get(&order.service);
                let allowed = service.ok_or(RefillRefusal::Disabled);
                let allowed = allowed.and_then(|service| ask_refill(&order, service, last, now));
                answers.push(Some(match allowed {
                    Err(refusal) => Err(refusal),
                    Ok(()) => Ok(write_refill(&mut desk, account, id)?),
                }));
            }
            desk.finish()?;
            Ok::<_, DbError>(answers)
        };
        Ok(self.store.write(unit).await??)
    }

    /// The states of those of `ids` that are the account's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refill_states(
        &self,
        account: AccountId,
        ids: &[RefillId],
    ) -> Result<Vec<(RefillId, RefillState)>, StoreError> {
        let read = self.store.read(|tx| {
            let mut states = Vec::with_capacity(ids.len());
            for &id in ids {
                let found = requests::refill(tx, id)?;
                let own = found.filter(|refill| refill.account == account);
                states.extend(own.map(|refill| (id, refill.state)));
            }
            Ok::<_, DbError>(states)
        });
        Ok(read.await??)
    }

    /// Decides about a refill.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or it has been decided.
    pub async fn decide_refill(
        &self,
        id: RefillId,
        decision: RefillDecision,
        note: Option<String>,
        actor: &str,
        now: Timestamp,
    ) -> Result<Refill, Failure<Refusal>> {
        let actor = actor.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            let missing = || Refusal::missing("refill", id);
            let account = requests::refill(tx, id)?.ok_or_else(missing)?.account;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![account])?;
            let before = requests::refill(desk.tx, id)?.ok_or_else(missing)?;
            let decided = decide_one(&mut desk, before, decision, note.clone(), &actor)?;
            let after = decided.map_err(Failure::Refused)?;
            desk.finish()?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Refills: the open ones, oldest first; or all below `before`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_refills(
        &self,
        before: Option<RefillId>,
        limit: i64,
    ) -> Result<Vec<Refill>, StoreError> {
        let read = self.store.read(|tx| match before {
            None => requests::open_refills(tx, limit),
            Some(before) => requests::refills_before(tx, before, limit),
        });
        Ok(read.await??)
    }
}

fn write_refill(
    desk: &mut Desk<'_>,
    account: AccountId,
    order: OrderId,
) -> Result<RefillId, DbError> {
    let now = desk.now;
    let id = RefillId(desk.tx.take_id("refill")?);
    let state = RefillState::Pending;
    let refill = Refill { id, account, order, state, note: None, created: now, changed: now };
    requests::insert_refill(desk.tx, &refill)?;
    let data = serde_json::json!({ "refill": id.0 }).to_string();
    desk.journal.note(account, Some(order), "refill.asked", data, now);
    Ok(id)
}

/// Decides about a refill that was read under its account's lock.
pub(crate) fn decide_one(
    desk: &mut Desk<'_>,
    before: Refill,
    decision: RefillDecision,
    note: Option<String>,
    actor: &str,
) -> Result<Result<Refill, Refusal>, DbError> {
    let (id, was) = (before.id, before.state);
    let state = decision.state();
    if !decide_refill(was, state) {
        let text = format!("refill {id} is {} already", was.name());
        return Ok(Err(Refusal::NotNow(text)));
    }
    // What is noted of one that waits is that its provider puts it off.
    let noted = before.note.clone().filter(|_| was != RefillState::Pending);
    let note = note.or(noted);
    let after = Refill { state, note, changed: desk.now, ..before };
    requests::update_refill(desk.tx, was, &after)?;
    let data = serde_json::json!({
        "refill": id.0, "state": state.name(), "actor": actor, "note": after.note,
    });
    let (order, now) = (after.order, desk.now);
    desk.journal.note(after.account, Some(order), "refill.changed", data.to_string(), now);
    Ok(Ok(after))
}
