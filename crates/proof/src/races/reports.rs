//! One order, and many who report on it or ask something of it.

use super::Case;
use super::arena::{PRICE, UNITS};
use super::round::{Outcome, RACERS, Round, had, same, told};
use counter::orders::{OrderReport, Report};
use counter::requests::RefillDecision;
use counter::{Failure, Refusal};
use domain::orders::{Order, State};
use domain::requests::{CancelRefusal, CancelState, RefillRefusal};
use domain::{AccountId, CancelId, OrderId, RefillId};

pub(super) const CASES: &[Case] = &[
    Case { name: "completions of an order", round: |r| Box::pin(completions(r)) },
    Case { name: "cancellations of an order", round: |r| Box::pin(cancellations(r)) },
    Case { name: "partial reports on an order", round: |r| Box::pin(partials(r)) },
    Case { name: "contradicting reports on an order", round: |r| Box::pin(contradictions(r)) },
    Case { name: "cancels asked of a pending order", round: |r| Box::pin(cancels(r)) },
    Case { name: "cancels asked of an order in delivery", round: |r| Box::pin(late_cancels(r)) },
    Case { name: "a cancel refused and carried out", round: |r| Box::pin(cancel_decided(r)) },
    Case { name: "refills asked of an order", round: |r| Box::pin(refills(r)) },
    Case { name: "decisions about a refill", round: |r| Box::pin(refill_decided(r)) },
];

const COMPLETED: Report = Report::Completed { start_count: None, remains: None };

/// A new order of a new account that has spent all it had.
async fn ordered(round: Round<'_>) -> (AccountId, OrderId) {
    let account = round.arena.account(PRICE, 0).await;
    let order = round.arena.order(account, None);
    let placed = round.arena.counter(0).place_order(order, round.now).await;
    (account, placed.unwrap())
}

async fn report(round: Round<'_>, order: OrderId, report: Report) -> Order {
    let report = OrderReport { order, report, reason: None };
    round.arena.counter(0).report_order(report, "staff", round.now).await.unwrap()
}

async fn shown(round: Round<'_>, order: OrderId) -> Result<Order, String> {
    let shown = round.arena.counter(0).show_order(order, round.now).await;
    shown.map(|shown| shown.order).map_err(told)
}

/// Every racer reports what `of` says for it.
async fn reported(
    round: Round<'_>,
    order: OrderId,
    of: impl Fn(usize) -> Report,
) -> Vec<Result<Order, Failure<Refusal>>> {
    let now = round.now;
    round
        .race(|racer, counter| {
            let report = OrderReport { order, report: of(racer), reason: None };
            async move { counter.report_order(report, "racer", now).await }
        })
        .await
}

const fn not_now(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotNow(_))
}

/// What the account has is what the order gave back, and nothing is held once it has ended.
async fn settled(round: Round<'_>, account: AccountId, order: &Order) -> Outcome {
    let gone = order.captured.raw() + order.released.raw();
    same("captured and released", gone, order.charge.raw())?;
    same("money", round.arena.money(&[account]).await, (order.released.raw(), 0))
}

async fn completions(round: Round<'_>) -> Outcome {
    let (account, order) = ordered(round).await;
    had(&reported(round, order, |_| COMPLETED).await, 1, not_now)?;
    let order = shown(round, order).await?;
    same("captured", order.captured.raw(), PRICE)?;
    settled(round, account, &order).await
}

async fn cancellations(round: Round<'_>) -> Outcome {
    let (account, order) = ordered(round).await;
    had(&reported(round, order, |_| Report::Canceled).await, 1, not_now)?;
    let order = shown(round, order).await?;
    same("released", order.released.raw(), PRICE)?;
    settled(round, account, &order).await
}

/// A correction never takes from the customer: whatever the turns, the largest shortfall stands.
async fn partials(round: Round<'_>) -> Outcome {
    let (account, order) = ordered(round).await;
    let remains = |racer| i64::try_from(racer).unwrap_or(0) + 1;
    let back = reported(round, order, |racer| Report::Partial { remains: remains(racer) }).await;
    let had = back.iter().filter(|told| told.is_ok()).count();
    super::round::had(&back, had, not_now)?;
    let order = shown(round, order).await?;
    same("state", order.state, State::Partial)?;
    same("remains", order.remains, remains(RACERS - 1))?;
    same("captured", order.captured.raw(), PRICE / UNITS * (UNITS - order.remains))?;
    settled(round, account, &order).await
}

/// The one that gives back most stands, because each may correct the ones that gave less.
async fn contradictions(round: Round<'_>) -> Outcome {
    let (account, order) = ordered(round).await;
    let of = |racer| match racer % 3 {
        0 => COMPLETED,
        1 => Report::Partial { remains: UNITS / 2 },
        _ => Report::Canceled,
    };
    let back = reported(round, order, of).await;
    let ways = (0..3).filter(|way| back.iter().skip(*way).step_by(3).any(Result::is_ok)).count();
    // Each is true at most once.
    had(&back, ways, not_now)?;
    let order = shown(round, order).await?;
    same("state", order.state, State::Canceled)?;
    settled(round, account, &order).await
}

async fn cancel_states(round: Round<'_>, order: OrderId) -> Result<Vec<CancelState>, String> {
    let cancels = round.arena.counter(0).list_cancels(Some(CancelId(i64::MAX)), 100).await;
    let cancels = cancels.map_err(told)?;
    Ok(cancels.iter().filter(|cancel| cancel.order == order).map(|cancel| cancel.state).collect())
}

async fn asked_to_cancel(
    round: Round<'_>,
    account: AccountId,
    order: OrderId,
    expected: usize,
) -> Outcome {
    let now = round.now;
    let asked = round
        .race(|_, counter| async move {
            counter.ask_cancels(account, vec![order], now).await.map(|answers| answers[0])
        })
        .await;
    let mut taken = 0;
    for answer in asked {
        match answer.map_err(told)? {
            Some(Ok(())) => taken += 1,
            Some(Err(CancelRefusal::NotPossible)) => {}
            None => return Err(String::from("the order is not the account's")),
        }
    }
    same("cancels that were taken", taken, expected)
}

async fn cancels(round: Round<'_>) -> Outcome {
    let (account, order) = ordered(round).await;
    asked_to_cancel(round, account, order, 1).await?;
    same("cancels", cancel_states(round, order).await?, vec![CancelState::Done])?;
    settled(round, account, &shown(round, order).await?).await?;
    same("money", round.arena.money(&[account]).await, (PRICE, 0))
}

async fn late_cancels(round: Round<'_>) -> Outcome {
    let (account, order) = ordered(round).await;
    report(round, order, Report::Accepted).await;
    // All of them are told that their wish was taken: it is one wish.
    asked_to_cancel(round, account, order, RACERS).await?;
    same("cancels", cancel_states(round, order).await?, vec![CancelState::Requested])?;
    same("money", round.arena.money(&[account]).await, (0, PRICE))
}

async fn cancel_decided(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let (account, order) = ordered(round).await;
    report(round, order, Report::Accepted).await;
    let asked = arena.counter(0).ask_cancels(account, vec![order], now).await.map_err(told)?;
    same("the cancel", asked, vec![Some(Ok(()))])?;
    let open = arena.counter(0).list_cancels(None, 1_000).await.map_err(told)?;
    let cancel = open.iter().find(|cancel| cancel.order == order).map(|cancel| cancel.id);
    let cancel = cancel.ok_or("the cancel is not there")?;
    let back = round
        .race(|racer, counter| async move {
            if racer % 2 == 0 {
                let rejected = counter.reject_cancel(cancel, None, "racer", now).await;
                return (true, rejected.map(|_| ()));
            }
            let report = OrderReport { order, report: Report::Canceled, reason: None };
            (false, counter.report_order(report, "racer", now).await.map(|_| ()))
        })
        .await;
    let of = |kind| back.iter().filter(move |(k, _)| *k == kind).map(|(_, told)| told.clone());
    let (rejected, canceled): (Vec<_>, Vec<_>) = (of(true).collect(), of(false).collect());
    had(&canceled, 1, not_now)?;
    let refused = rejected.iter().any(Result::is_ok);
    had(&rejected, usize::from(refused), not_now)?;
    let expected = if refused { CancelState::Rejected } else { CancelState::Done };
    same("cancels", cancel_states(round, order).await?, vec![expected])?;
    settled(round, account, &shown(round, order).await?).await
}

/// Asks for refills; the ids of those that were taken.
async fn asked_to_refill(
    round: Round<'_>,
    account: AccountId,
    order: OrderId,
) -> Result<Vec<RefillId>, String> {
    let now = round.now;
    let asked = round
        .race(|_, counter| async move {
            counter.ask_refills(account, vec![order], now).await.map(|answers| answers[0])
        })
        .await;
    let mut taken = Vec::new();
    for answer in asked {
        match answer.map_err(told)? {
            Some(Ok(refill)) => taken.push(refill),
            Some(Err(RefillRefusal::TooSoon { .. })) => {}
            other => return Err(format!("a racer was told: {other:?}")),
        }
    }
    Ok(taken)
}

async fn refills(round: Round<'_>) -> Outcome {
    let (account, order) = ordered(round).await;
    report(round, order, COMPLETED).await;
    let taken = asked_to_refill(round, account, order).await?;
    same("refills that were taken", taken.len(), 1)?;
    let open = round.arena.counter(0).list_refills(None, 100_000).await.map_err(told)?;
    let open: Vec<RefillId> = open.iter().filter(|r| r.order == order).map(|r| r.id).collect();
    same("open refills", open, taken.clone())?;
    // Done, so that the next round has few to look through.
    let counter = round.arena.counter(0);
    let done = RefillDecision::Complete;
    counter.decide_refill(taken[0], done, None, "staff", round.now).await.map_err(told)?;
    Ok(())
}

async fn refill_decided(round: Round<'_>) -> Outcome {
    let (account, order) = ordered(round).await;
    report(round, order, COMPLETED).await;
    let now = round.now;
    let asked = round.arena.counter(0).ask_refills(account, vec![order], now).await;
    let refill = asked.map_err(told)?[0].ok_or("no answer")?.map_err(told)?;
    let decided = round
        .race(|racer, counter| async move {
            let decision =
                if racer % 2 == 0 { RefillDecision::Complete } else { RefillDecision::Reject };
            counter.decide_refill(refill, decision, None, "racer", now).await
        })
        .await;
    had(&decided, 1, not_now)
}
