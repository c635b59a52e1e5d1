//! Cancels: carried out at once while nobody works on the order, requested afterwards.

use crate::desk::{Cause, Desk};
use crate::orders::{ends_not_by_asking, is_stopped, stop_parts};
use crate::{Counter, Failure, Refusal};
use domain::orders::{Event, Order, OrderShape, State};
use domain::requests::{CancelDecision, CancelRefusal, CancelState, ask_cancel};
use domain::{AccountId, CancelId, OrderId, Timestamp};
use store::tables::orders;
use store::tables::requests::{self, Cancel};
use store::{DbError, StoreError, Tx, TxExt};

/// A cancel that staff have asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedByStaff {
    /// The cancel.
    pub cancel: Cancel,
    /// What ends the order, where it is before a person: no answer to this does.
    pub waits: Option<String>,
}

/// What a cancel asked for comes to. `None` as the outer value: the order is not the account's.
pub type AskedCancel = Option<Result<(), CancelRefusal>>;

impl Counter {
    /// Asks to cancel each order, in one unit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ask_cancels(
        &self,
        account: AccountId,
        ids: Vec<OrderId>,
        now: Timestamp,
    ) -> Result<Vec<AskedCancel>, StoreError> {
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
                let service = snapshot.services.get(&order.service);
                let service = service.ok_or(CancelRefusal::NotPossible);
                let cancels = requests::cancels_of_order(desk.tx, id)?;
                let open = cancels.iter().any(|asked| asked.state == CancelState::Requested);
                let decision = service.and_then(|service| ask_cancel(&order, service, open));
                answers.push(Some(match decision {
                    Err(refusal) => Err(refusal),
                    Ok(decision) => Ok(carry_out(&mut desk, &order, decision, Cause::default())?),
                }));
            }
            desk.finish()?;
            Ok::<_, DbError>(answers)
        };
        Ok(self.store.write(unit).await??)
    }

    /// Asks whoever has an order to cancel it, as its customer might, for staff: also where the service has
    /// no cancels for customers. An order that nobody has begun is canceled at once.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order, it has ended, or it was asked already.
    pub async fn ask_cancel_by_staff(
        &self,
        id: OrderId,
        reason: Option<&str>,
        actor: &str,
        now: Timestamp,
    ) -> Result<AskedByStaff, Failure<Refusal>> {
        let (actor, reason) = (actor.to_owned(), reason.map(str::to_owned));
        let unit = move |tx: &mut dyn Tx| {
            let missing = || Refusal::missing("order", id);
            let account = orders::by_id(tx, id)?.ok_or_else(missing)?.account;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![account])?;
            let order = orders::by_id(desk.tx, id)?.ok_or_else(missing)?;
            if order.state.is_terminal() {
                let text = format!("order {id} has ended: it is {}", order.state.name());
                return Err(Refusal::NotNow(text).into());
            }
            let is_open = |asked: &&Cancel| asked.state == CancelState::Requested;
            if let Some(open) = requests::cancels_of_order(desk.tx, id)?.iter().find(is_open) {
                let text =
                    format!("order {id}: this was asked already, cancel {} is open", open.id);
                return Err(Refusal::NotNow(text).into());
            }
            let begun = order.state != State::Pending;
            let decision = if begun { CancelDecision::Ask } else { CancelDecision::Now };
            let reason = reason.as_deref();
            let cause = Cause { actor: Some(&actor), reason, ..Cause::default() };
            carry_out(&mut desk, &order, decision, cause)?;
            desk.flush_orders()?;
            let latest = requests::cancels_of_order(desk.tx, id)?;
            let latest = latest.into_iter().max_by_key(|cancel| cancel.id).ok_or_else(missing)?;
            let waits = ends_not_by_asking(desk.tx, &order)?;
            desk.finish()?;
            Ok(AskedByStaff { cancel: latest, waits })
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Refuses a cancel that was asked; the order goes on. One of an order in parts has stopped it
    /// already, and cannot be refused; those of its parts can.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, it has been decided, or the order cannot go on.
    pub async fn reject_cancel(
        &self,
        id: CancelId,
        note: Option<String>,
        actor: &str,
        now: Timestamp,
    ) -> Result<Cancel, Failure<Refusal>> {
        let actor = actor.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            let missing = || Refusal::missing("cancel", id);
            let account = requests::cancel(tx, id)?.ok_or_else(missing)?.account;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![account])?;
            let before = requests::cancel(desk.tx, id)?.ok_or_else(missing)?;
            let rejected = reject_one(&mut desk, before, note.clone(), &actor)?;
            let after = rejected.map_err(Failure::Refused)?;
            desk.finish()?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Cancels: the open ones, oldest first; or all below `before`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_cancels(
        &self,
        before: Option<CancelId>,
        limit: i64,
    ) -> Result<Vec<Cancel>, StoreError> {
        let read = self.store.read(|tx| match before {
            None => requests::open_cancels(tx, limit),
            Some(before) => requests::cancels_before(tx, before, limit),
        });
        Ok(read.await??)
    }
}

/// Refuses a cancel that was read under its account's lock.
pub(crate) fn reject_one(
    desk: &mut Desk<'_>,
    before: Cancel,
    note: Option<String>,
    actor: &str,
) -> Result<Result<Cancel, Refusal>, DbError> {
    let (id, now) = (before.id, desk.now);
    if before.state != CancelState::Requested {
        let text = format!("cancel {id} is {} already", before.state.name());
        return Ok(Err(Refusal::NotNow(text)));
    }
    let order = orders::by_id(desk.tx, before.order)?;
    if let Some(order) = &order
        && is_stopped(desk, order)?
    {
        let text = format!(
            "order {} has been stopped and does not go on; refuse the cancels of its parts",
            order.id
        );
        return Ok(Err(Refusal::NotNow(text)));
    }
    let was = before.state;
    let after = Cancel { state: CancelState::Rejected, note, changed: now, ..before };
    requests::update_cancel(desk.tx, was, &after)?;
    if let Some(order) = order {
        // The customer may ask again, when things look different.
        let asked_no_more = Order { cancel_requested: false, changed: now, ..order.clone() };
        orders::update(desk.tx, &[(order, asked_no_more)])?;
    }
    let data = serde_json::json!({ "cancel": id.0, "actor": actor, "note": after.note });
    let kind = "cancel.rejected";
    desk.journal.note(after.account, Some(after.order), kind, data.to_string(), now);
    Ok(Ok(after))
}

/// Writes an open cancel of an order; the order's flag is the caller's to set.
pub(crate) fn write_cancel(desk: &mut Desk<'_>, order: &Order) -> Result<(), DbError> {
    let now = desk.now;
    let id = CancelId(desk.tx.take_id("cancel")?);
    let (account, state) = (order.account, CancelState::Requested);
    let asked =
        Cancel { id, account, order: order.id, state, note: None, created: now, changed: now };
    requests::insert_cancel(desk.tx, &asked)
}

fn carry_out(
    desk: &mut Desk<'_>,
    order: &Order,
    decision: CancelDecision,
    cause: Cause<'_>,
) -> Result<(), DbError> {
    if decision == CancelDecision::Already {
        return Ok(());
    }
    write_cancel(desk, order)?;
    let kind = match decision {
        CancelDecision::Now => "order.canceled",
        _ => "order.cancel_requested",
    };
    // Whatever ends the order settles the cancel with it.
    let asked = desk.apply(order, &Event::CancelAsked, kind, cause)?;
    let asked = asked.map_err(|error| desk.tx.poison(DbError::new("CANCEL", error.to_string())))?;
    if order.shape == OrderShape::Single {
        desk.flush_orders()?;
        crate::orders::settle_parent_of(desk, &asked)
    } else if asked.state.is_terminal() {
        desk.flush_orders()?;
        crate::orders::end_plan(desk, &asked)
    } else {
        stop_parts(desk, &asked, "order.stopped", cause).map(|_| ())
    }
}
