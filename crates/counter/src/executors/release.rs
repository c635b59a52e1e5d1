//! Giving an order back that an executor has: a person's decision.

use crate::accounts::check_reason;
use crate::desk::{Cause, Desk};
use crate::{Counter, Failure, Refusal};
use domain::executors::{LeaseState, OrderLease};
use domain::orders::{Event, Order};
use domain::{OrderId, Timestamp};
use store::tables::{order_leases, orders};
use store::{DbError, Tx};

impl Counter {
    /// Takes an order from the executor that has it, so that it can be pulled again. Whoever says so
    /// has made sure that the executor does not deliver it any more. What was delivered by its
    /// reports stays delivered: who pulls the order next delivers what remains.
    ///
    /// # Errors
    /// [`Refusal`] when no executor has the order, a cancel of it is open, or the reason is unusable.
    pub async fn release_order(
        &self,
        id: OrderId,
        reason: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Order, Failure<Refusal>> {
        let (actor, reason) = (actor.to_owned(), reason.trim().to_owned());
        let unit = move |tx: &mut dyn Tx| {
            check_reason(&reason)?;
            let missing = || Refusal::missing("order", id);
            let account = orders::by_id(tx, id)?.ok_or_else(missing)?.account;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![account])?;
            let order = orders::by_id(desk.tx, id)?.ok_or_else(missing)?;
            let lease = order_leases::own(desk.tx, &[id])?.into_iter().next();
            let Some(lease) = lease.filter(|lease| lease.state.is_open()) else {
                let text = format!("order {id} is in no executor's hands");
                return Err(Refusal::NotNow(text).into());
            };
            if order.cancel_requested {
                let text = format!(
                    "order {id}: its customer asks to cancel it; end it (`order cancel {id}`, \
                     `order partial {id}`), or refuse the cancel first"
                );
                return Err(Refusal::NotNow(text).into());
            }
            let before = lease.state;
            let after = OrderLease { state: LeaseState::Released, ..lease };
            order_leases::update(desk.tx, before, &after)?;
            let cause = Cause { actor: Some(&actor), reason: Some(&reason), ..Cause::default() };
            let released = desk.apply(&order, &Event::GivenBack, "order.released", cause)?;
            let released = released
                .map_err(|error| desk.tx.poison(DbError::new("RELEASE", error.to_string())))?;
            desk.finish()?;
            Ok(released)
        };
        Failure::join(self.store.write(unit).await)
    }
}
