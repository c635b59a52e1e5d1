//! Orders that wait for their turn on a link: one of them has it, whoever comes and goes. And
//! drip-feeds that are paused, resumed and stopped by everybody.

use super::Case;
use super::arena::{Arena, PRICE, TURNS, request, worker};
use super::parts::{RUNS, drip_feed};
use super::round::{Outcome, RACERS, Round, had, same, told};
use counter::nodes::Job;
use counter::orders::{OrderReport, PlaceOrder, Report, Steer};
use counter::{Counter, Refusal};
use domain::orders::State;
use domain::{OrderId, Timestamp};

pub(super) const CASES: &[Case] = &[
    Case { name: "a turn on a link", round: |r| Box::pin(one_turn(r)) },
    Case { name: "a drip-feed that is paused and goes on", round: |r| Box::pin(paused(r)) },
];

fn on_link(arena: &Arena, racer: usize, link: &str) -> PlaceOrder {
    let plain = arena.order(arena.rich(racer), None);
    PlaceOrder { request: request(TURNS, link), ..plain }
}

/// Everybody orders on one link, and everybody tries to begin: one has begun, all others wait. Then
/// it ends while others cancel and others come, and again one has its turn.
async fn one_turn(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let link = format!("https://example.com/turn/{}", arena.serial());
    let placed = round
        .race(|racer, counter| {
            let order = on_link(arena, racer, &link);
            async move { counter.place_order(order, now).await.map_err(told) }
        })
        .await;
    let mut orders = placed.into_iter().collect::<Result<Vec<OrderId>, String>>()?;
    same("in turn after placing", in_turn(arena.counter(0), &orders, now).await?.len(), 1)?;
    let begun = round
        .race(|racer, counter| {
            let report =
                OrderReport { order: orders[racer], report: Report::Accepted, reason: None };
            async move { counter.report_order(report, "racer", now).await }
        })
        .await;
    had(&begun, 1, |refusal| matches!(refusal, Refusal::NotNow(_)))?;
    let begun: Vec<OrderId> = begun.into_iter().flatten().map(|order| order.id).collect();
    let news = round
        .race(|racer, counter| {
            let (order, own) = (on_link(arena, racer, &link), orders[racer]);
            let (account, ends) = (arena.rich(racer), begun.contains(&own));
            async move {
                if ends {
                    let report = Report::Completed { start_count: None, remains: None };
                    let report = OrderReport { order: own, report, reason: None };
                    counter.report_order(report, "racer", now).await.map_err(told)?;
                } else if racer % 3 == 0 {
                    return counter.place_order(order, now).await.map(Some).map_err(told);
                } else if racer % 3 == 1 {
                    counter.ask_cancels(account, vec![own], now).await.map_err(told)?;
                }
                Ok(None)
            }
        })
        .await;
    let news = news.into_iter().collect::<Result<Vec<_>, String>>()?;
    orders.extend(news.into_iter().flatten());
    // One after the other has its turn, until the link is free.
    let mut left = open(arena.counter(0), &orders, now).await?;
    same("left on the link", left > RACERS / 3, true)?;
    while left > 0 {
        let turn = in_turn(arena.counter(0), &orders, now).await?;
        same("in turn", turn.len(), 1)?;
        let counter = arena.counter(left);
        let account = counter.show_order(turn[0], now).await.map_err(told)?.order.account;
        counter.ask_cancels(account, turn, now).await.map_err(told)?;
        left -= 1;
    }
    same("open at last", open(arena.counter(0), &orders, now).await?, 0)
}

/// Those of the open orders that do not wait.
async fn in_turn(
    counter: &Counter,
    orders: &[OrderId],
    now: Timestamp,
) -> Result<Vec<OrderId>, String> {
    let mut found = Vec::new();
    for order in orders {
        let shown = counter.show_order(*order, now).await.map_err(told)?;
        if !shown.order.state.is_terminal() && shown.waits.is_none() {
            found.push(*order);
        }
    }
    Ok(found)
}

async fn open(counter: &Counter, orders: &[OrderId], now: Timestamp) -> Result<usize, String> {
    let mut count = 0;
    for order in orders {
        let shown = counter.show_order(*order, now).await.map_err(told)?;
        count += usize::from(!shown.order.state.is_terminal());
    }
    Ok(count)
}

/// Half start the run that is due and half pause: one of them has paused. Then all resume, and all
/// stop: one of them each time, and what never started goes back once.
async fn paused(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let account = arena.account(PRICE * RUNS, 0).await;
    let order = drip_feed(arena, account, now).await;
    let not_now = |refusal: &Refusal| matches!(refusal, Refusal::NotNow(_));
    let steered = round
        .race(|racer, counter| async move {
            if racer % 2 == 0 {
                worker(&counter, Job::Orders)
                    .await
                    .move_parts(now)
                    .await
                    .map_err(counter::Failure::Store)?;
                return Err(Refusal::NotNow(String::from("has moved on")).into());
            }
            counter.steer_parts(order, Steer::Pause, "racer", None, now).await
        })
        .await;
    had(&steered, 1, not_now)?;
    let later = now.plus_minutes(100);
    worker(arena.counter(0), Job::Orders).await.move_parts(later).await.map_err(told)?;
    let started = arena.counter(0).show_order(order, now).await.map_err(told)?.parts.len();
    same("at most the run that was due", started <= 1, true)?;
    for steer in [Steer::Resume, Steer::Stop] {
        let steered = round
            .race(|_, counter| async move {
                counter.steer_parts(order, steer, "racer", None, later).await
            })
            .await;
        had(&steered, 1, not_now)?;
    }
    let held = PRICE * i64::try_from(started).unwrap_or(0);
    same("money", arena.money(&[account]).await, (PRICE * RUNS - held, held))?;
    let state = if started == 0 { State::Canceled } else { State::InProgress };
    same("state", arena.counter(1).show_order(order, now).await.map_err(told)?.order.state, state)
}
