//! Ten pieces of a product, and racers that each want one.

use super::Case;
use super::arena::{Arena, PRICE, import, worker};
use super::round::{ENOUGH, Outcome, Round, had, same, told};
use crate::Boxed;
use counter::nodes::Job;
use counter::products::{PlaceProductOrder, ProductChange, ProductReport, StaffReport, Viewer};
use counter::{Counter, Failure, Refusal};
use domain::products::{ItemState, Pieces, ProductKind, ProductRefusal, ProductState, WhenShort};
use domain::{AccountId, Micros, ProductId, ProductOrderId, StockItemId, Timestamp};
use std::collections::BTreeSet;

/// A racer that wants a piece.
#[derive(Debug)]
pub(crate) struct Taker {
    pub(crate) counter: Counter,
    pub(crate) now: Timestamp,
    pub(crate) order: PlaceProductOrder,
}

/// What it was handed, or nothing when it was told that there is none left.
pub(crate) type Handed = Result<Vec<String>, String>;

/// A way to take a piece.
pub(crate) type Way = fn(Taker) -> Boxed<'static, Handed>;

/// A round: ten pieces in so many items, racers with money that each ask for `pieces`.
pub(crate) async fn ten_pieces(round: Round<'_>, way: Way, items: usize, pieces: i64) -> Outcome {
    let arena = round.arena;
    let product = arena.product(ProductChange::default()).await;
    let ten = i64::try_from(ENOUGH).unwrap_or(0);
    arena.stock(product, items, ten / i64::try_from(items).unwrap_or(1)).await;
    let before = arena.riches().await;
    let handed = round
        .race(|racer, counter| {
            let account = arena.rich(racer);
            let order = arena.product_order(account, product, pieces);
            way(Taker { counter, now: round.now, order })
        })
        .await;
    let handed = handed.into_iter().collect::<Result<Vec<_>, String>>()?.concat();
    same("pieces handed out", handed.len(), ENOUGH)?;
    let different: BTreeSet<&String> = handed.iter().collect();
    same("different items handed out", different.len(), items)?;
    let (available, held) = arena.riches().await;
    same("money", (before.0 - available, before.1 - held), (PRICE * ten, 0))?;
    same("pieces left", pieces_left(arena, product).await?, 0)
}

async fn pieces_left(arena: &Arena, product: ProductId) -> Result<i64, String> {
    let counts = arena.counter(0).stock_counts(product).await.map_err(told)?;
    let for_sale = counts.iter().filter(|count| count.state == ItemState::Available);
    Ok(for_sale.map(|count| count.pieces).sum())
}

pub(super) const CASES: &[Case] = &[
    Case { name: "ten items", round: |r| Box::pin(ten_pieces(r, BUY, ENOUGH, 1)) },
    Case { name: "one item with ten uses", round: |r| Box::pin(ten_pieces(r, BUY, 1, 1)) },
    Case { name: "ten items, three for each", round: |r| Box::pin(ten_pieces(r, BUY, ENOUGH, 3)) },
    Case { name: "orders that wait for stock", round: |r| Box::pin(waiting(r)) },
    Case { name: "the same lines in many imports", round: |r| Box::pin(imports(r)) },
    Case { name: "items sold and taken off sale", round: |r| Box::pin(marked_bad(r)) },
    Case { name: "pieces that staff deliver", round: |r| Box::pin(by_hand(r)) },
    Case { name: "replacements of a piece", round: |r| Box::pin(replaced(r)) },
    Case { name: "pieces taken back", round: |r| Box::pin(taken_back(r)) },
    Case {
        name: "a piece replaced and taken back",
        round: |r| Box::pin(replaced_and_taken_back(r)),
    },
];

const BUY: Way = |taker| Box::pin(buy(taker));

fn viewer() -> Viewer {
    Viewer { actor: String::from("racer"), reason: String::from("race") }
}

async fn buy(taker: Taker) -> Handed {
    let account = taker.order.account;
    match taker.counter.place_product_order(taker.order, taker.now).await {
        Ok(order) => opened(&taker.counter, account, order, taker.now).await,
        Err(Failure::Refused(ProductRefusal::OutOfStock)) => Ok(Vec::new()),
        Err(error) => Err(told(error)),
    }
}

/// What was delivered in an order.
async fn opened(
    counter: &Counter,
    account: AccountId,
    order: ProductOrderId,
    now: Timestamp,
) -> Handed {
    let result = counter.result_product(account, order, viewer(), now).await.map_err(told)?;
    let delivered = result.ok_or("the order is not the account's")?;
    Ok(delivered.lines().map(str::to_owned).collect())
}

/// An order of the first rich account for ten pieces of a product.
async fn ordered(round: Round<'_>, product: ProductId) -> ProductOrderId {
    let ten = i64::try_from(ENOUGH).unwrap_or(0);
    let order = round.arena.product_order(round.arena.rich(0), product, ten);
    round.arena.counter(0).place_product_order(order, round.now).await.unwrap()
}

/// An order waits for ten more pieces. They come in while everybody serves it, and others buy.
async fn waiting(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let when_short = Some(WhenShort::Wait);
    let change = ProductChange { when_short, wait_hours: Some(1), ..ProductChange::default() };
    let product = arena.product(change).await;
    arena.stock(product, 1, 1).await;
    let before = arena.riches().await;
    let ten = i64::try_from(ENOUGH).unwrap_or(0);
    let (account, counter) = (arena.rich(0), arena.counter(0));
    let order = arena.product_order(account, product, 1 + ten);
    let order = counter.place_product_order(order, now).await.map_err(told)?;
    let lines: Vec<String> = (0..ENOUGH).map(|_| format!("item {}", arena.serial())).collect();
    let seed = arena.seed();
    let handed = round
        .race(|racer, counter| {
            let lines = lines.clone();
            let account = arena.rich(racer);
            let order = arena.product_order(account, product, 1);
            async move {
                if racer == 0 {
                    import(&counter, product, &lines, 1, seed, now).await.map_err(told)?;
                } else if racer % 2 == 0 {
                    return buy(Taker { counter, now, order }).await;
                }
                let worker = worker(&counter, Job::Orders).await;
                worker.serve_waiting_orders(now).await.map_err(told)?;
                Ok(Vec::new())
            }
        })
        .await;
    let mut handed = handed.into_iter().collect::<Result<Vec<_>, String>>()?.concat();
    let bought = i64::try_from(handed.len()).unwrap_or(0);
    handed.extend(opened(counter, account, order, now).await?);
    let different: BTreeSet<&String> = handed.iter().collect();
    same("different items handed out", different.len(), handed.len())?;
    let left = pieces_left(arena, product).await?;
    let view = counter.show_product_order(order).await.map_err(told)?.order;
    same("pieces", view.delivered + bought + left, 1 + ten)?;
    let completed = view.state == ProductState::Completed;
    same("whether the order has ended", completed, view.delivered == 1 + ten)?;
    // Nothing stays on the shelf while somebody waits for it.
    same("pieces left", if completed { 0 } else { left }, 0)?;
    let (available, held) = arena.riches().await;
    let open = PRICE * view.remains();
    let spent = PRICE * (1 + ten + bought);
    same("money", (before.0 - available, held - before.1), (spent, open))
}

/// However many import them at once, each line is one item.
async fn imports(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let product = arena.product(ProductChange::default()).await;
    let lines: Vec<String> = (0..ENOUGH).map(|_| format!("item {}", arena.serial())).collect();
    let added = round
        .race(|_, counter| {
            let (lines, seed) = (lines.clone(), arena.seed());
            async move {
                match import(&counter, product, &lines, 1, seed, now).await {
                    Ok(report) => Ok(report.added),
                    // Another one is at it.
                    Err(Failure::Refused(Refusal::NotNow(_))) => Ok(0),
                    Err(error) => Err(told(error)),
                }
            }
        })
        .await;
    let added: i64 = added.into_iter().sum::<Result<i64, String>>()?;
    same("lines added", added, i64::try_from(ENOUGH).unwrap_or(0))?;
    same("pieces for sale", pieces_left(arena, product).await?, added)
}

/// An item is sold or taken off sale, never both.
async fn marked_bad(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let product = arena.product(ProductChange::default()).await;
    arena.stock(product, ENOUGH, 1).await;
    let stock = arena.counter(0).list_stock(product, StockItemId(0), 100).await.map_err(told)?;
    let items: Vec<StockItemId> = stock.iter().map(|item| item.id).collect();
    let before = arena.riches().await;
    let gone = round
        .race(|racer, counter| {
            let account = arena.rich(racer);
            let order = arena.product_order(account, product, 1);
            let item = items[(racer / 2) % items.len()];
            async move {
                if racer % 2 == 0 {
                    return match counter.mark_bad(item, viewer(), now).await {
                        Ok(()) => Ok((0, 1)),
                        Err(Failure::Refused(Refusal::NotNow(_))) => Ok((0, 0)),
                        Err(error) => Err(told(error)),
                    };
                }
                match counter.place_product_order(order, now).await {
                    Ok(_) => Ok((1, 0)),
                    Err(Failure::Refused(ProductRefusal::OutOfStock)) => Ok((0, 0)),
                    Err(error) => Err(told(error)),
                }
            }
        })
        .await;
    let (mut sold, mut bad) = (0, 0);
    for told in gone {
        let (s, b) = told?;
        (sold, bad) = (sold + s, bad + b);
    }
    same("items sold and taken off sale", sold + bad, i64::try_from(ENOUGH).unwrap_or(0))?;
    let (available, held) = arena.riches().await;
    same("money", (before.0 - available, before.1 - held), (PRICE * sold, 0))?;
    same("pieces left", pieces_left(arena, product).await?, 0)
}

/// Every racer reports the same of an order for products.
async fn reported(
    round: Round<'_>,
    order: ProductOrderId,
    report: impl Fn(usize) -> ProductReport,
) -> Vec<Result<domain::products::ProductOrder, Failure<Refusal>>> {
    let now = round.now;
    round
        .race(|racer, counter| {
            let (report, actor) = (report(racer), String::from("racer"));
            let report = StaffReport { order, report, note: None, actor, seed: round.arena.seed() };
            async move { counter.report_product_order(report, now).await }
        })
        .await
}

const fn no_more(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotNow(_))
}

async fn by_hand(round: Round<'_>) -> Outcome {
    let arena = round.arena;
    let kind = Some(ProductKind::Service);
    let product = arena.product(ProductChange { kind, ..ProductChange::default() }).await;
    let order = ordered(round, product).await;
    let line = |racer: usize| ProductReport::Deliver(vec![format!("piece {racer}")]);
    had(&reported(round, order, line).await, ENOUGH, no_more)?;
    let lines = opened(arena.counter(0), arena.rich(0), order, round.now).await?;
    let different: BTreeSet<&String> = lines.iter().collect();
    same("pieces", (lines.len(), different.len()), (ENOUGH, ENOUGH))
}

async fn replaced(round: Round<'_>) -> Outcome {
    let arena = round.arena;
    let warranty_days = Some(1);
    let product = arena.product(ProductChange { warranty_days, ..ProductChange::default() }).await;
    arena.stock(product, ENOUGH, 1).await;
    let order = ordered(round, product).await;
    // As many to replace the first piece with, one after the other.
    arena.stock(product, ENOUGH, 1).await;
    let before = arena.riches().await;
    let reports = reported(round, order, |_| ProductReport::Replace(1)).await;
    had(&reports, ENOUGH, no_more)?;
    let lines = opened(arena.counter(0), arena.rich(0), order, round.now).await?;
    let different: BTreeSet<&String> = lines.iter().collect();
    same("pieces", (lines.len(), different.len()), (ENOUGH, ENOUGH))?;
    same("pieces left", pieces_left(arena, product).await?, 0)?;
    same("money", arena.riches().await, before)
}

/// Some name a piece, some take the last one: each is taken back once.
async fn taken_back(round: Round<'_>) -> Outcome {
    let arena = round.arena;
    let product = arena.product(ProductChange::default()).await;
    arena.stock(product, ENOUGH, 1).await;
    let before = arena.riches().await;
    let order = ordered(round, product).await;
    let which = |racer: usize| match racer % 2 {
        0 => Pieces::Last(1),
        _ => Pieces::Numbered(vec![i64::try_from(racer % ENOUGH).unwrap_or(0) + 1]),
    };
    let reports = reported(round, order, |racer| ProductReport::TakeBack(which(racer))).await;
    had(&reports, ENOUGH, not_there)?;
    let view = arena.counter(0).show_product_order(order).await.map_err(told)?;
    same("state", view.order.state, ProductState::Canceled)?;
    same("released", view.order.released, view.order.charge)?;
    same("captured", view.order.captured, Micros::ZERO)?;
    same("money", arena.riches().await, before)
}

const fn not_there(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotNow(_) | Refusal::Invalid(_) | Refusal::Missing { .. })
}

/// Half replace the one piece that there is, half take it back: that is done once, and what was
/// replaced by then is replaced.
async fn replaced_and_taken_back(round: Round<'_>) -> Outcome {
    let arena = round.arena;
    let warranty_days = Some(1);
    let product = arena.product(ProductChange { warranty_days, ..ProductChange::default() }).await;
    arena.stock(product, 1, 1).await;
    let before = arena.riches().await;
    let order = arena.product_order(arena.rich(0), product, 1);
    let order = arena.counter(0).place_product_order(order, round.now).await.map_err(told)?;
    arena.stock(product, ENOUGH, 1).await;
    let reports = reported(round, order, |racer| match racer % 2 {
        0 => ProductReport::Replace(1),
        _ => ProductReport::TakeBack(Pieces::Numbered(vec![1])),
    })
    .await;
    let of = |way| reports.iter().skip(way).step_by(2).cloned().collect::<Vec<_>>();
    let replaced = of(0).iter().filter(|told| told.is_ok()).count();
    had(&of(0), replaced, not_there)?;
    had(&of(1), 1, not_there)?;
    let left = usize::try_from(pieces_left(arena, product).await?).unwrap_or(0);
    same("items that took its place", replaced, ENOUGH - left)?;
    let lines = opened(arena.counter(0), arena.rich(0), order, round.now).await?;
    same("pieces", lines, Vec::new())?;
    same("money", arena.riches().await, before)
}
