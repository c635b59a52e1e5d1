//! Every order: its shares fit its charge and its state, its transfers sum to its shares, and its
//! parts fit it.

use super::{Check, PAGE, Progress};
use domain::invariants::order_money;
use domain::ledger::TransferKind;
use domain::orders::{Order, OrderShape, PartsState};
use domain::{Micros, OrderId};
use store::tables::{orders, parts, transfers};
use store::{DbError, Tx};

pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Vec<Check>, DbError> {
    let mut shares = Check::new(
        "captured + released = charge exactly when an order has ended, and an open order holds \
         the rest",
    );
    let mut moved = Check::new("each order's transfers sum to its charge, captured and released");
    let mut whole = Check::new("orders in parts have a plan, and end with their last part");
    let mut last = OrderId(0);
    loop {
        let page = orders::after(tx, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        for order in &page {
            shares.row();
            shares.expect(order_money(order));
            if order.ended.is_some() != order.state.is_terminal() {
                shares.finding(format!(
                    "order {}: is {} and its end is {:?}",
                    order.id,
                    order.state.name(),
                    order.ended.map(|ended| ended.0)
                ));
            }
            check_transfers(tx, order, &mut moved)?;
            check_parts(tx, order, &mut whole)?;
        }
        progress(shares.rule, shares.rows);
    }
    Ok(vec![shares, moved, whole])
}

fn check_transfers(tx: &mut dyn Tx, order: &Order, check: &mut Check) -> Result<(), DbError> {
    let (mut held, mut captured, mut released) = (0_i128, 0_i128, 0_i128);
    for transfer in transfers::of_order(tx, order.id)? {
        check.row();
        let amount = i128::from(transfer.amount.raw());
        match transfer.kind {
            TransferKind::Hold => held = held.saturating_add(amount),
            TransferKind::Capture => captured = captured.saturating_add(amount),
            TransferKind::Release => released = released.saturating_add(amount),
            TransferKind::Refund => {
                captured = captured.saturating_sub(amount);
                released = released.saturating_add(amount);
            }
            TransferKind::Credit | TransferKind::Debit => {
                check.finding(format!("order {}: has a {}", order.id, transfer.kind.name()));
            }
        }
        if transfer.account != order.account {
            check.finding(format!(
                "order {} of account {}: transfer {} is account {}'s",
                order.id, order.account, transfer.number, transfer.account
            ));
        }
    }
    let sides = [
        ("charge", order.charge, held),
        ("captured", order.captured, captured),
        ("released", order.released, released),
    ];
    for (name, stored, summed) in sides {
        if i128::from(stored.raw()) != summed {
            check.finding(format!(
                "order {}: {name} is {} micros, its transfers sum to {summed}",
                order.id,
                stored.raw()
            ));
        }
    }
    Ok(())
}

fn check_parts(tx: &mut dyn Tx, order: &Order, check: &mut Check) -> Result<(), DbError> {
    if let Some(parent) = order.parent {
        let fits = orders::by_id(tx, parent)?.is_some_and(|parent| {
            parent.shape != OrderShape::Single
                && parent.account == order.account
                && parent.service == order.service
        });
        if !fits {
            check.finding(format!("order {}: does not fit its parent {parent}", order.id));
        }
    }
    let plan = match order.shape {
        OrderShape::Single => return Ok(()),
        OrderShape::DripFeed => parts::drip_feed(tx, order.id)?.map(|plan| plan.state),
        OrderShape::Subscription => parts::subscription(tx, order.id)?.map(|(_, state)| state),
    };
    check.row();
    let open = orders::part_sums(tx, order.id)?.totals.open;
    match plan {
        None => check.finding(format!("order {}: has no plan", order.id)),
        Some(PartsState::Active) if order.state.is_terminal() => {
            check.finding(format!("order {}: has ended, its plan goes on", order.id));
        }
        Some(PartsState::Ended) if !order.state.is_terminal() && open == 0 => {
            check.finding(format!("order {}: its last part has ended, it has not", order.id));
        }
        Some(PartsState::Ended) if order.held() != Micros::ZERO => {
            let held = order.held();
            check.finding(format!("order {}: its plan is over, it still holds {held}", order.id));
        }
        Some(_) if order.state.is_terminal() && open > 0 => {
            check.finding(format!("order {}: has ended, {open} parts are open", order.id));
        }
        Some(_) => {}
    }
    Ok(())
}
