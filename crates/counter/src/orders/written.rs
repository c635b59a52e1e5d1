//! The rows of a new order.

use super::params::params_json;
use super::place::PlaceOrder;
use domain::orders::{DripFeed, Order, PartsState, Placement, Plan, State};
use domain::{AccountId, Micros, OrderId, ServiceId, Timestamp};
use store::tables::orders::{NewOrder, Origin};
use store::tables::parts;
use store::{DbError, Tx};

/// Writes the plan of an order in parts; `waits` says that it has to wait for its turn.
pub(super) fn write_plan(
    tx: &mut dyn Tx,
    id: OrderId,
    account: AccountId,
    placement: &Placement,
    waits: bool,
    now: Timestamp,
) -> Result<(), DbError> {
    match &placement.checked.plan {
        Plan::Single => Ok(()),
        Plan::DripFeed { runs, interval_minutes, run_quantity } => {
            let plan = DripFeed {
                runs: *runs,
                interval_minutes: *interval_minutes,
                run_quantity: *run_quantity,
                runs_started: 0,
                next_run: now,
                state: PartsState::Active,
                paused: false,
                waits,
            };
            parts::insert_drip_feed(tx, id, account, &plan)
        }
        Plan::Subscription(plan) => parts::insert_subscription(tx, id, account, plan),
    }
}

/// The order itself.
pub(super) fn new_order(
    id: OrderId,
    asked: &PlaceOrder,
    service: ServiceId,
    placement: Placement,
    origin: Origin,
    now: Timestamp,
) -> NewOrder {
    let shape = placement.shape();
    let Placement { checked, rate, charge, .. } = placement;
    let order = Order {
        id,
        account: asked.account,
        service,
        parent: None,
        shape,
        state: State::Pending,
        fence: 0,
        link: checked.link,
        quantity: checked.quantity,
        rate,
        charge,
        captured: Micros::ZERO,
        released: Micros::ZERO,
        start_count: None,
        remains: checked.quantity,
        cancel_requested: false,
        created: now,
        changed: now,
        ended: None,
    };
    let params = (!checked.params.is_empty()).then(|| params_json(&checked.params));
    NewOrder { order, origin, key: asked.key, params }
}
