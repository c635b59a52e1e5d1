//! Every order: its shares fit its charge and its delivery, its transfers sum to its shares, its
//! charge is what was agreed, and its parts fit it.

use super::placings::Placings;
use super::{Check, PAGE, Progress};
use domain::OrderId;
use domain::invariants::{PartsPlan, order_charge, order_delivery, order_money, order_parts};
use domain::ledger::TransferKind;
use domain::orders::{Order, OrderShape};
use store::tables::transfers::{self, Transfer};
use store::tables::{orders, parts};
use store::{DbError, Tx};

pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Vec<Check>, DbError> {
    let mut shares = Check::new(
        "captured + released = charge exactly when an order has ended, and an open order holds \
         the rest",
    );
    let mut earned = Check::new("what was earned of an order is what was delivered of it");
    let mut agreed = Check::new(
        "each order was charged what its rate and quantity come to, and is still what was placed",
    );
    let mut moved = Check::new("each order's transfers sum to its charge, captured and released");
    let mut whole = Check::new(
        "orders in parts have a plan that counts and prices their parts, and end with the last",
    );
    let mut placings = Placings::default();
    let mut last = OrderId(0);
    loop {
        let page = orders::after(tx, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        // Asked for together: an order at a time is a round trip at a time.
        let ids: Vec<OrderId> = page.iter().map(|order| order.id).collect();
        let transfers = transfers::of_orders(tx, &ids)?;
        let origins = orders::origins(tx, &ids)?;
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
            earned.row();
            earned.expect(order_delivery(order));
            let caused = transfers.get(&order.id).map_or(&[][..], Vec::as_slice);
            check_transfers(caused, order, &mut moved);
            agreed.row();
            // What a part costs depends on the whole: see there.
            if order.parent.is_none() {
                agreed.expect(order_charge(order));
            }
            let event = origins.get(&order.id).map(|origin| origin.event);
            placings.compare(tx, order, event, &mut agreed)?;
            check_parts(tx, order, &mut whole)?;
        }
        progress(shares.rule, shares.rows);
    }
    Ok(vec![shares, earned, moved, agreed, whole])
}

fn check_transfers(caused: &[Transfer], order: &Order, check: &mut Check) {
    let (mut held, mut captured, mut released) = (0_i128, 0_i128, 0_i128);
    for transfer in caused {
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
}

fn check_parts(tx: &mut dyn Tx, order: &Order, check: &mut Check) -> Result<(), DbError> {
    if let Some(parent) = order.parent {
        // Everything else about a part is checked with the whole.
        let fits =
            orders::by_id(tx, parent)?.is_some_and(|parent| parent.shape != OrderShape::Single);
        if !fits {
            check.finding(format!("order {}: does not fit its parent {parent}", order.id));
        }
    }
    let plan = match order.shape {
        OrderShape::Single => return Ok(()),
        OrderShape::DripFeed => parts::drip_feed(tx, order.id)?.map(PartsPlan::DripFeed),
        OrderShape::Subscription => parts::subscription(tx, order.id)?
            .map(|(plan, state)| PartsPlan::Subscription(plan, state)),
    };
    check.row();
    match plan {
        None => check.finding(format!("order {}: has no plan", order.id)),
        Some(plan) => {
            let parts = orders::parts(tx, order.id)?;
            check.expect(order_parts(order, &plan, &parts));
        }
    }
    Ok(())
}
