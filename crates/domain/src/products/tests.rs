//! Orders for products: what they get of the stock there is, and what their money does on the way.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow here is a failed test")]

use super::{
    Picked, Product, ProductEvent, ProductKind, ProductOrder, ProductPlacement, ProductRefusal,
    ProductState, WhenShort, apply, place,
};
use crate::invariants::{product_order_delivery, product_order_money};
use crate::ledger::{TransferKind, Wallet};
use crate::{AccountId, CategoryId, Micros, ProductId, ProductOrderId, Timestamp};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_000);
/// A price that no sum of it rounds.
const PRICE: i64 = 333_333;

fn product(kind: ProductKind, when_short: WhenShort) -> Product {
    Product {
        id: ProductId(1),
        category: CategoryId(1),
        name: String::from("Licence"),
        description: String::new(),
        kind,
        rate: Micros::new(PRICE),
        min: 1,
        max: 100,
        form: Vec::new(),
        when_short,
        wait_hours: 2,
        warranty_days: 3,
        low_stock: 0,
        position: 1,
        on_sale: true,
    }
}

fn wallet(available: i64) -> Wallet {
    Wallet {
        account: AccountId(1),
        available: Micros::new(available),
        held: Micros::ZERO,
        credit_limit: Micros::ZERO,
        sequence: 0,
    }
}

fn placed(
    product: &Product,
    quantity: i64,
    in_stock: i64,
    available: i64,
) -> Result<ProductPlacement, ProductRefusal> {
    let picked = Picked { quantity, answers: Vec::new() };
    place(picked, product, product.rate, in_stock, &wallet(available), NOW)
}

fn order(product: &Product, placement: &ProductPlacement) -> ProductOrder {
    placement.order(ProductOrderId(1), AccountId(1), product, NOW)
}

/// Orders of 1 to 100 pieces against every stock of 0 to 101, given back or waited for: what is
/// there is delivered and paid for, the rest is returned or held, to the micro.
#[test]
fn every_order_size_against_every_stock_size() {
    let money = PRICE * 100;
    for when_short in [WhenShort::GiveBack, WhenShort::Wait] {
        let product = product(ProductKind::Auto, when_short);
        for quantity in 1..=100 {
            assert_eq!(placed(&product, quantity, 0, money), Err(ProductRefusal::OutOfStock));
            for in_stock in 1..=101 {
                let case = format!("{quantity} of {in_stock}, {}", when_short.name());
                let placement = placed(&product, quantity, in_stock, money).unwrap();
                let delivered = quantity.min(in_stock);
                let rest = PRICE * (quantity - delivered);
                let (state, released) = match (rest, when_short) {
                    (0, _) => (ProductState::Completed, 0),
                    (_, WhenShort::GiveBack) => (ProductState::Partial, rest),
                    (_, WhenShort::Wait) => (ProductState::Waiting, 0),
                };
                assert_eq!((placement.state, placement.delivered), (state, delivered), "{case}");
                assert_eq!(placement.charge.raw(), PRICE * quantity, "{case}");
                assert_eq!(placement.captured.raw(), PRICE * delivered, "{case}");
                assert_eq!(placement.released.raw(), released, "{case}");
                let (_, after) = placement.postings.last().unwrap();
                let held = if state == ProductState::Waiting { rest } else { 0 };
                let left = money - PRICE * delivered - held;
                assert_eq!((after.available.raw(), after.held.raw()), (left, held), "{case}");
                let order = order(&product, &placement);
                assert_eq!(product_order_money(&order), Ok(()), "{case}");
                assert_eq!(product_order_delivery(&order), Ok(()), "{case}");
                let until = (held > 0).then(|| NOW.plus_hours(2));
                assert_eq!(order.wait_until, until, "{case}");
            }
        }
    }
}

/// The whole order must be paid for, also when only a part of it is there.
#[test]
fn an_order_that_cannot_be_paid_gets_nothing() {
    let product = product(ProductKind::Auto, WhenShort::GiveBack);
    let last = PRICE * 10;
    assert!(placed(&product, 10, 1, last).is_ok());
    assert_eq!(placed(&product, 10, 1, last - 1), Err(ProductRefusal::NotEnoughFunds));
}

fn any_event() -> impl Strategy<Value = ProductEvent> {
    prop_oneof![
        Just(ProductEvent::Begun),
        (-1..6_i64).prop_map(|pieces| ProductEvent::Delivered { pieces }),
        Just(ProductEvent::Ended),
        (-1..6_i64).prop_map(|pieces| ProductEvent::Returned { pieces }),
    ]
}

proptest! {
    /// Whatever happens to an order: its invariants hold, what it holds and has earned is what its
    /// postings say, and what was not delivered in the end was paid back.
    #[test]
    fn whatever_happens_the_money_follows_the_pieces(
        by_staff in any::<bool>(),
        waits in any::<bool>(),
        quantity in 1..9_i64,
        in_stock in 1..9_i64,
        events in prop::collection::vec(any_event(), 0..12),
    ) {
        let kind = if by_staff { ProductKind::Service } else { ProductKind::Auto };
        let when_short = if waits { WhenShort::Wait } else { WhenShort::GiveBack };
        let product = product(kind, when_short);
        let placement = placed(&product, quantity, in_stock, PRICE * 9).unwrap();
        let mut order = order(&product, &placement);
        let (_, mut wallet) = *placement.postings.last().unwrap();
        for event in events {
            let Ok(change) = apply(&order, event, NOW) else { continue };
            order = change.order;
            prop_assert_eq!(product_order_money(&order), Ok(()));
            prop_assert_eq!(product_order_delivery(&order), Ok(()));
            for posting in &change.postings {
                wallet = wallet.post(posting).unwrap();
                let refund = matches!(event, ProductEvent::Returned { .. });
                prop_assert_eq!(posting.kind == TransferKind::Refund, refund);
            }
            prop_assert_eq!(wallet.held, order.held());
            let kept = PRICE * order.delivered;
            prop_assert_eq!(wallet.available.raw(), PRICE * 9 - kept - order.held().raw());
        }
    }
}
