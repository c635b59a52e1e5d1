//! The steps of a random sequence that are about products.

use super::goods::{BY_STAFF, PRODUCTS, Terms, Wanted};
use proptest::prelude::*;

/// A step about products. Indexes are taken modulo what is there, mostly of what fits.
#[derive(Clone, Debug)]
pub(crate) enum Trade {
    /// Imports fresh lines, each good for so many uses, and one that is there already.
    Stock {
        product: usize,
        lines: i64,
        uses: i64,
    },
    /// Places several orders that wait for the writer together.
    Buy(Vec<Wanted>),
    Terms {
        product: usize,
        terms: Terms,
    },
    Begin {
        order: usize,
    },
    Deliver {
        order: usize,
        lines: i64,
    },
    End {
        order: usize,
    },
    Replace {
        order: usize,
        piece: i64,
    },
    TakeBack {
        order: usize,
        which: Which,
    },
    MarkBad {
        item: usize,
    },
    Serve,
}

#[derive(Clone, Debug)]
pub(crate) enum Which {
    Last(i64),
    Numbered(Vec<i64>),
}

fn any_wanted() -> impl Strategy<Value = Wanted> {
    let quantity = prop::sample::select(vec![0, 1, 2, 3, 6, 7]);
    let request_id = prop::option::weighted(0.3, 0..3_u8);
    (0..3_usize, 0..PRODUCTS, quantity, request_id).prop_map(
        |(account, product, quantity, request_id)| Wanted {
            account,
            product,
            quantity,
            request_id,
        },
    )
}

fn any_terms() -> impl Strategy<Value = Terms> {
    (0..9_i64, 0..2_i64, any::<bool>()).prop_map(|(price, warranty_days, waits)| Terms {
        price,
        warranty_days,
        waits,
    })
}

fn any_which() -> impl Strategy<Value = Which> {
    prop_oneof![
        1 => (-1..8_i64).prop_map(Which::Last),
        3 => prop::collection::vec(1..7_i64, 1..4).prop_map(Which::Numbered),
    ]
}

pub(crate) fn any_trade() -> impl Strategy<Value = Trade> {
    prop_oneof![
        4 => (0..PRODUCTS, 0..5_i64, 1..3_i64)
            .prop_map(|(product, lines, uses)| Trade::Stock { product, lines, uses }),
        6 => prop::collection::vec(any_wanted(), 1..4).prop_map(Trade::Buy),
        1 => (0..PRODUCTS, any_terms())
            .prop_map(|(product, terms)| Trade::Terms { product, terms }),
        1 => (0..30_usize).prop_map(|order| Trade::Begin { order }),
        2 => (0..30_usize, 0..4_i64).prop_map(|(order, lines)| Trade::Deliver { order, lines }),
        1 => (0..30_usize).prop_map(|order| Trade::End { order }),
        3 => (0..30_usize, 0..7_i64).prop_map(|(order, piece)| Trade::Replace { order, piece }),
        3 => (0..30_usize, any_which())
            .prop_map(|(order, which)| Trade::TakeBack { order, which }),
        1 => (0..30_usize).prop_map(|item| Trade::MarkBad { item }),
        1 => Just(Trade::Serve),
    ]
}

/// Adds to the example what the rules about products are about, all of account 3. Of order 1 a piece
/// was replaced and one taken back; 2 and 3 share item 5, of which 2 has another instead now; 4 is
/// partial, 5 waits. Staff deliver 6, have canceled 7 and not begun 8. Items 1 and 5 are bad, 9 and
/// 10 for sale.
pub(crate) fn example() -> Vec<Trade> {
    let buy = |product, quantity| Wanted { account: 2, product, quantity, request_id: None };
    let stock = |product, lines, uses| Trade::Stock { product, lines, uses };
    vec![
        stock(0, 4, 1),
        Trade::Buy(vec![Wanted { request_id: Some(1), ..buy(0, 3) }]),
        Trade::Replace { order: 0, piece: 1 },
        Trade::TakeBack { order: 0, which: Which::Numbered(vec![2]) },
        stock(0, 1, 4),
        Trade::Buy(vec![buy(0, 2), buy(0, 1)]),
        stock(0, 2, 1),
        Trade::Replace { order: 1, piece: 2 },
        Trade::Buy(vec![buy(0, 3)]),
        stock(1, 1, 1),
        Trade::Buy(vec![buy(1, 3), buy(BY_STAFF, 2), buy(BY_STAFF, 1), buy(BY_STAFF, 1)]),
        Trade::Deliver { order: 0, lines: 1 },
        Trade::End { order: 2 },
        stock(0, 2, 1),
    ]
}
