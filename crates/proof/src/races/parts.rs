//! Orders in parts: runs that are due, posts that were paid ahead, and stopping all of it.

use super::Case;
use super::arena::{Arena, PRICE, UNITS, worker};
use super::round::{ENOUGH, Outcome, Round, had, same, told};
use super::spend::subscribe;
use counter::nodes::Job;
use counter::orders::{OrderReport, OrderView, PlaceOrder, Post, Report};
use counter::{Counter, Refusal};
use domain::catalogue::NumberField;
use domain::orders::{Number, State};
use domain::{AccountId, OrderId, Timestamp};

pub(super) const CASES: &[Case] = &[
    Case { name: "runs that are due", round: |r| Box::pin(runs(r)) },
    Case { name: "a run that is due and a cancel", round: |r| Box::pin(stopped_run(r)) },
    Case { name: "posts paid ahead", round: |r| Box::pin(posts(r)) },
];

pub(super) const RUNS: i64 = 2;

pub(super) async fn drip_feed(arena: &Arena, account: AccountId, now: Timestamp) -> OrderId {
    let mut order: PlaceOrder = arena.order(account, None);
    for (field, value) in [(NumberField::Runs, RUNS), (NumberField::Interval, 10)] {
        order.request.set_number(field, Some(Number::Int(value)));
    }
    arena.counter(0).place_order(order, now).await.unwrap()
}

async fn shown(counter: &Counter, order: OrderId, now: Timestamp) -> Result<OrderView, String> {
    counter.show_order(order, now).await.map_err(told)
}

/// Everybody starts what is due, and each run is started once.
async fn runs(round: Round<'_>) -> Outcome {
    let arena = round.arena;
    let account = arena.account(PRICE * RUNS, 0).await;
    let order = drip_feed(arena, account, round.now).await;
    for run in 1..=RUNS {
        let now = round.now.plus_minutes(10 * (run - 1));
        let moved =
            round
                .race(|_, counter| async move {
                    worker(&counter, Job::Orders).await.move_parts(now).await
                })
                .await;
        let moved = moved.into_iter().sum::<Result<usize, _>>().map_err(told)?;
        same("runs started", moved, 1)?;
        let view = shown(arena.counter(0), order, now).await?;
        same("parts", view.parts.len(), usize::try_from(run).unwrap_or(0))?;
        let (held, rest) = (view.parts.iter().map(|p| p.charge.raw()).sum(), PRICE * (RUNS - run));
        same("held by the parts", held, PRICE * run)?;
        same("held by the whole", view.order.held().raw(), rest)?;
        same("money", arena.money(&[account]).await, (0, PRICE * RUNS))?;
    }
    Ok(())
}

/// Half start the run, half stop the whole: the run is begun and goes on, or its money goes back.
async fn stopped_run(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let account = arena.account(PRICE * RUNS, 0).await;
    let order = drip_feed(arena, account, now).await;
    let moved = round
        .race(|racer, counter| async move {
            if racer % 2 == 0 {
                let worker = worker(&counter, Job::Orders).await;
                return worker.move_parts(now).await.map_err(told);
            }
            // Whoever comes late is told that it is done.
            counter.ask_cancels(account, vec![order], now).await.map(|_| 0).map_err(told)
        })
        .await;
    let moved = moved.into_iter().sum::<Result<usize, String>>()?;
    let view = shown(arena.counter(0), order, now).await?;
    same("parts", view.parts.len(), moved)?;
    // A run that nobody had begun is canceled with the whole.
    same("state", view.order.state, State::Canceled)?;
    same("money", arena.money(&[account]).await, (PRICE * RUNS, 0))
}

/// As many posts become orders as were paid for.
async fn posts(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let ahead = i64::try_from(ENOUGH).unwrap_or(0);
    let account = arena.account(PRICE * ahead, 0).await;
    let order = subscribe(arena, account, ahead).await;
    let posted = round
        .race(|racer, counter| {
            let link = format!("https://example.com/post/{racer}");
            let post = Post { order, link, quantity: UNITS };
            async move { counter.record_post(post, "racer", now).await }
        })
        .await;
    had(&posted, ENOUGH, |refusal| matches!(refusal, Refusal::NotNow(_)))?;
    let view = shown(arena.counter(0), order, now).await?;
    same("parts", view.parts.len(), ENOUGH)?;
    same("money", arena.money(&[account]).await, (0, PRICE * ahead))?;
    // All at once: whoever reports the last part ends the whole.
    let parts: Vec<OrderId> = view.parts.iter().map(|part| part.id).collect();
    let ended = round
        .race(|racer, counter| {
            let order = parts[racer % parts.len()];
            let report = Report::Completed { start_count: None, remains: None };
            let report = OrderReport { order, report, reason: None };
            async move { counter.report_order(report, "racer", now).await }
        })
        .await;
    had(&ended, ENOUGH, |refusal| matches!(refusal, Refusal::NotNow(_)))?;
    same("state", shown(arena.counter(0), order, now).await?.order.state, State::Completed)?;
    same("money", arena.money(&[account]).await, (0, 0))
}
