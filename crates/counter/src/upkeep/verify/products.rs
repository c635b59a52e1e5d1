//! Every order for products, and what is for sale of every product.

use super::{Check, PAGE, Progress};
use domain::ProductOrderId;
use domain::invariants::{product_order_delivery, product_order_money};
use domain::ledger::TransferKind;
use domain::products::ProductOrder;
use store::tables::{product_orders, products, transfers};
use store::{DbError, Tx};

pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Vec<Check>, DbError> {
    let mut money = Check::new(
        "each order for products has earned exactly the price of what it delivered, and its \
         transfers say so",
    );
    let mut stands = Check::new("each order for products stands where its pieces say that it does");
    let mut last = ProductOrderId(0);
    loop {
        let page = product_orders::after(tx, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        for order in &page {
            money.row();
            stands.row();
            // Both kinds of orders count by themselves: say which kind is meant.
            let named = |violation| format!("product {violation}");
            money.expect(product_order_money(order).map_err(named));
            stands.expect(product_order_delivery(order).map_err(named));
            check_transfers(tx, order, &mut money)?;
        }
        progress(money.rule, money.rows);
    }
    let mut stock = Check::new("pieces for sale are the uses left of the items for sale");
    for (product, counted, summed) in products::counted_pieces(tx)? {
        stock.row();
        if counted != summed {
            stock.finding(format!(
                "product {product}: {counted} pieces are counted, its items have {summed}"
            ));
        }
    }
    Ok(vec![money, stands, stock])
}

fn check_transfers(
    tx: &mut dyn Tx,
    order: &ProductOrder,
    check: &mut Check,
) -> Result<(), DbError> {
    let (mut held, mut captured, mut released) = (0_i128, 0_i128, 0_i128);
    for transfer in transfers::of_product_order(tx, order.id)? {
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
                check.finding(format!(
                    "product order {}: has a {}",
                    order.id,
                    transfer.kind.name()
                ));
            }
        }
        if transfer.account != order.account {
            check.finding(format!(
                "product order {} of account {}: transfer {} is account {}'s",
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
                "product order {}: {name} is {} micros, its transfers sum to {summed}",
                order.id,
                stored.raw()
            ));
        }
    }
    Ok(())
}
