//! An account with money for ten, and every way to spend it.

use super::arena::{Arena, POSTS, PRICE, UNITS};
use super::round::{ENOUGH, Outcome, Round, same, told};
use super::{Case, round};
use crate::Boxed;
use counter::accounts::Adjustment;
use counter::orders::{PlaceOrder, Post};
use counter::products::{PlaceProductOrder, ProductChange};
use counter::{Counter, Failure, Refusal};
use domain::catalogue::{NumberField, TextField};
use domain::orders::{Number, OrderRefusal, OrderRequest};
use domain::products::{ProductKind, ProductRefusal};
use domain::{AccountId, Micros, OrderId, ProductId, Timestamp};

/// What there is to spend the money on, as far as a way needs it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Goods {
    product: Option<ProductId>,
    subscription: Option<OrderId>,
}

/// A racer that spends [`PRICE`] once.
#[derive(Debug)]
pub(crate) struct Buyer {
    pub(crate) counter: Counter,
    pub(crate) account: AccountId,
    pub(crate) now: Timestamp,
    racer: usize,
    order: PlaceOrder,
    product_order: Option<PlaceProductOrder>,
    subscription: Option<OrderId>,
}

/// Whether the money was spent; false is for a lack of it, anything else is an error.
pub(crate) type Spent = Result<bool, String>;

/// A way to spend [`PRICE`].
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(crate) goods: for<'a> fn(&'a Arena, AccountId) -> Boxed<'a, Goods>,
    pub(crate) spend: fn(Buyer) -> Boxed<'static, Spent>,
}

/// Nothing needs to be there.
pub(crate) fn no_goods(_: &Arena, _: AccountId) -> Boxed<'_, Goods> {
    Box::pin(async { Goods::default() })
}

/// A round: money for ten, of which so much is credit, and racers that each spend the price once.
pub(crate) async fn money_for_ten(round: Round<'_>, way: Way, credit: i64) -> Outcome {
    let arena = round.arena;
    let enough = PRICE * i64::try_from(ENOUGH).unwrap_or(0);
    let account = arena.account(enough - credit, credit).await;
    let goods = (way.goods)(arena, account).await;
    let spent = round
        .race(|racer, counter| {
            (way.spend)(Buyer {
                counter,
                account,
                now: round.now,
                racer,
                order: arena.order(account, None),
                product_order: goods.product.map(|id| arena.product_order(account, id, 1)),
                subscription: goods.subscription,
            })
        })
        .await;
    let spent = spent.into_iter().collect::<Result<Vec<bool>, String>>()?;
    same("racers that spent", spent.iter().filter(|spent| **spent).count(), ENOUGH)?;
    same("what is left", arena.money(&[account]).await.0, -credit)
}

pub(super) const CASES: &[Case] = &[
    Case { name: "orders", round: |round| Box::pin(money_for_ten(round, ORDERS, 0)) },
    Case {
        name: "orders on credit",
        round: |round| Box::pin(money_for_ten(round, ORDERS, 4 * PRICE)),
    },
    Case { name: "product orders", round: |round| Box::pin(money_for_ten(round, PIECES, 0)) },
    Case {
        name: "product orders for staff",
        round: |round| Box::pin(money_for_ten(round, BY_STAFF, 0)),
    },
    Case { name: "debits", round: |round| Box::pin(money_for_ten(round, DEBITS, 0)) },
    Case {
        name: "posts of an endless subscription",
        round: |round| Box::pin(money_for_ten(round, ENDLESS_POSTS, 0)),
    },
    Case {
        name: "every way to spend at once",
        round: |round| Box::pin(money_for_ten(round, EVERYTHING, 0)),
    },
];

const ORDERS: Way = Way { goods: no_goods, spend: |buyer| Box::pin(order(buyer)) };

const PIECES: Way = Way {
    goods: |arena, _| {
        Box::pin(async {
            let product = arena.product(ProductChange::default()).await;
            arena.stock(product, round::RACERS, 1).await;
            Goods { product: Some(product), ..Goods::default() }
        })
    },
    spend: |buyer| Box::pin(product_order(buyer)),
};

const BY_STAFF: Way = Way {
    goods: |arena, _| {
        let change = ProductChange { kind: Some(ProductKind::Service), ..ProductChange::default() };
        Box::pin(async { Goods { product: Some(arena.product(change).await), ..Goods::default() } })
    },
    spend: |buyer| Box::pin(product_order(buyer)),
};

const DEBITS: Way = Way { goods: no_goods, spend: |buyer| Box::pin(debit(buyer)) };

const ENDLESS_POSTS: Way = Way {
    goods: |arena, account| {
        Box::pin(async move {
            let subscription = Some(subscribe(arena, account, 0).await);
            Goods { subscription, ..Goods::default() }
        })
    },
    spend: |buyer| Box::pin(post(buyer)),
};

const EVERYTHING: Way = Way {
    goods: |arena, account| {
        Box::pin(async move {
            let goods = (PIECES.goods)(arena, account).await;
            Goods { subscription: Some(subscribe(arena, account, 0).await), ..goods }
        })
    },
    spend: |buyer| match buyer.racer % 4 {
        0 => Box::pin(order(buyer)),
        1 => Box::pin(product_order(buyer)),
        2 => Box::pin(debit(buyer)),
        _ => Box::pin(post(buyer)),
    },
};

/// What a use case came to, as a racer for money sees it.
fn spent<T, R: std::error::Error>(
    came_to: Result<T, Failure<R>>,
    no_money: impl Fn(&R) -> bool,
) -> Spent {
    match came_to {
        Ok(_) => Ok(true),
        Err(Failure::Refused(refusal)) if no_money(&refusal) => Ok(false),
        Err(error) => Err(told(error)),
    }
}

async fn order(buyer: Buyer) -> Spent {
    let placed = buyer.counter.place_order(buyer.order, buyer.now).await;
    spent(placed, |refusal| *refusal == OrderRefusal::NotEnoughFunds)
}

async fn product_order(buyer: Buyer) -> Spent {
    let order = buyer.product_order.ok_or("no product was prepared")?;
    let placed = buyer.counter.place_product_order(order, buyer.now).await;
    spent(placed, |refusal| *refusal == ProductRefusal::NotEnoughFunds)
}

async fn debit(buyer: Buyer) -> Spent {
    let (amount, reason) = (Micros::new(PRICE), String::from("race"));
    let adjustment = Adjustment { account: buyer.account, amount, reason };
    let done = buyer.counter.debit(adjustment, "racer", buyer.now).await;
    spent(done, |refusal| matches!(refusal, Refusal::Money(_)))
}

async fn post(buyer: Buyer) -> Spent {
    let order = buyer.subscription.ok_or("no subscription was prepared")?;
    let link = format!("https://example.com/post/{}", buyer.racer);
    let post = Post { order, link, quantity: UNITS };
    let done = buyer.counter.record_post(post, "racer", buyer.now).await;
    spent(done, |refusal| matches!(refusal, Refusal::Money(_)))
}

/// A subscription of posts of up to [`UNITS`]; zero posts for no end.
pub(super) async fn subscribe(arena: &Arena, account: AccountId, posts: i64) -> OrderId {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(POSTS.0));
    request.set_text(TextField::Username, Some(String::from("someone")));
    let numbers = [(NumberField::Min, 1), (NumberField::Max, UNITS), (NumberField::Delay, 0)];
    for (field, value) in numbers.into_iter().chain([(NumberField::Posts, posts)]) {
        request.set_number(field, Some(Number::Int(value)));
    }
    let order = PlaceOrder { request, ..arena.order(account, None) };
    arena.counter(0).place_order(order, super::arena::START).await.unwrap()
}
