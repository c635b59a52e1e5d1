//! Orders that are written off, while somebody finds out what became of them.

use super::Case;
use super::arena::{PRICE, worker};
use super::round::{ENOUGH, Outcome, RACERS, Round, same, told};
use crate::Boxed;
use counter::Counter;
use counter::catalogue::ServiceChange;
use counter::fulfilment::{
    Claim, Found, Outcome as Came, ProviderChange, ProviderSecret, RouteChange, Verdict,
    WriteOffTerms,
};
use counter::nodes::Job;
use domain::catalogue::{Fulfilment, WhenUnknown};
use domain::orders::{NotAccepted, Number, Order, State};
use domain::providers::{Attempt, AttemptState, WriteOff, WriteOffState};
use domain::{AccountId, AttemptId, Micros, OrderId, RouteId, ServiceId, Timestamp};

pub(super) const CASES: &[Case] = &[
    Case { name: "a write-off and a late answer", round: |r| Box::pin(answered(r)) },
    Case { name: "a write-off and staff who have looked", round: |r| Box::pin(decided(r)) },
    Case { name: "write-offs on a budget for ten", round: |r| Box::pin(ten_of_many(r, SWEEP)) },
];

/// What an order is expected to cost.
pub(crate) const COST: i64 = PRICE / 2;

/// Whoever writes off what may be.
#[derive(Debug)]
pub(crate) struct Sweeper {
    pub(crate) counter: Counter,
    pub(crate) daily: Micros,
    pub(crate) now: Timestamp,
}

/// A way to do it; how many were written off.
pub(crate) type Way = fn(Sweeper) -> Boxed<'static, Result<usize, String>>;

const SWEEP: Way = |sweeper| Box::pin(sweep(sweeper));

async fn sweep(sweeper: Sweeper) -> Result<usize, String> {
    let Sweeper { counter, daily, now } = sweeper;
    let terms = WriteOffTerms { after_us: 0, quiet_us: 0, daily };
    let worker = worker(&counter, Job::Fulfilment).await;
    worker.write_off_unknown(terms, now).await.map(|done| done.written_off).map_err(told)
}

/// A provider and a route to it, of a service whose orders are written off.
struct Place {
    service: ServiceId,
    route: RouteId,
}

async fn place(round: Round<'_>) -> Place {
    let (counter, now) = (round.arena.counter(0), round.now);
    let service = round.arena.service().await;
    let change = ServiceChange {
        fulfilment: Some(Fulfilment::Providers),
        when_unknown: Some(WhenUnknown::Refund { most: Micros::new(COST) }),
        ..ServiceChange::default()
    };
    counter.edit_service(service, change, now).await.unwrap();
    let name = format!("provider {}", round.arena.serial());
    let change = ProviderChange {
        url: Some(String::from("https://panel.example.com/api/v2")),
        currency: Some(String::from("USD")),
        adds_at_once: Some(100),
        name: Some(name),
        ..ProviderChange::default()
    };
    let secret = ProviderSecret { key: String::from("race"), nonce: [9; 24] };
    let provider = counter.add_provider(change, secret, now).await.unwrap();
    let route = RouteChange {
        service: Some(service),
        provider: Some(provider),
        upstream_service: Some(String::from("1")),
        cost: Some(Micros::new(1)),
        ..RouteChange::default()
    };
    Place { service, route: counter.add_route(route, now).await.unwrap() }
}

/// An order whose answer was lost, before a person.
async fn lost(round: Round<'_>, place: &Place) -> (AccountId, OrderId, AttemptId) {
    let (counter, now) = (round.arena.counter(0), round.now);
    let account = round.arena.account(PRICE, 0).await;
    let mut order = round.arena.order(account, None);
    order.request.service = Some(Number::Int(place.service.0));
    let order = counter.place_order(order, now).await.unwrap();
    let claim = Claim { order, route: place.route, expected_cost: Micros::new(COST) };
    let worker = worker(counter, Job::Fulfilment).await;
    let taken = worker.claim_orders(vec![claim], now).await.unwrap().remove(0).unwrap();
    for found in [Found::Lost, Found::Undecided] {
        found_out(counter, taken.attempt, found, now).await.unwrap();
    }
    (account, order, taken.attempt)
}

async fn found_out(
    counter: &Counter,
    attempt: AttemptId,
    found: Found,
    now: Timestamp,
) -> Result<(), String> {
    let outcome = Came { attempt, found, evidence: String::from("a race") };
    counter.record_outcomes(vec![outcome], now).await.map(|_| ()).map_err(told)
}

/// A budget that has room for so many more on the day of the round.
async fn room_for(round: Round<'_>, count: usize) -> Result<Micros, String> {
    let drawn = round.arena.counter(0).ambiguity(round.now).await.map_err(told)?.drawn;
    let room = COST.saturating_mul(i64::try_from(count).unwrap_or(0));
    Ok(Micros::new(drawn.raw() + room))
}

/// How it stands: the order, its attempt, and what was written off.
struct Stands {
    order: Order,
    attempt: Attempt,
    item: Option<WriteOff>,
    booked: i64,
}

async fn stands(round: Round<'_>, order: OrderId) -> Result<Stands, String> {
    let counter = round.arena.counter(0);
    let shown = counter.show_order(order, round.now).await.map_err(told)?;
    let mut attempts = counter.attempts_of_order(order).await.map_err(told)?;
    same("attempts", attempts.len(), 1)?;
    let attempt = attempts.remove(0);
    let items = counter.written_off(false, AttemptId(attempt.id.0 + 1), 1).await.map_err(told)?;
    let item = items.into_iter().find(|item| item.attempt == attempt.id);
    let provider = counter.show_provider(attempt.provider).await.map_err(told)?.provider;
    Ok(Stands { order: shown.order, attempt, item, booked: provider.booked.raw() })
}

/// Half write it off, half have the late answer. Either is first; the provider is paid once, and the
/// customer pays for what is delivered or has the money back.
async fn answered(round: Round<'_>) -> Outcome {
    let now = round.now;
    let place = place(round).await;
    let (account, order, attempt) = lost(round, &place).await;
    let daily = room_for(round, 1).await?;
    let back = round
        .race(|racer, counter| async move {
            if racer % 2 == 0 {
                return sweep(Sweeper { counter, daily, now }).await;
            }
            let found = Found::Accepted { upstream_id: String::from("7"), cost: None };
            found_out(&counter, attempt, found, now).await.map(|()| 0)
        })
        .await;
    let written_off = back.into_iter().sum::<Result<usize, String>>()?;
    let Stands { order, attempt, item, booked } = stands(round, order).await?;
    same("attempt", attempt.state, AttemptState::Accepted)?;
    same("booked", (booked, attempt.cost.raw()), (-COST, COST))?;
    if written_off == 0 {
        same("written off", item, None)?;
        same("state", order.state, State::Submitted)?;
        return same("money", round.arena.money(&[account]).await, (0, PRICE));
    }
    let known = item.map(|item| (item.state, item.cost.raw()));
    same("written off", (written_off, known), (1, Some((WriteOffState::Accepted, COST))))?;
    same("state", (order.state, attempt.followed), (State::Canceled, false))?;
    same("money", round.arena.money(&[account]).await, (PRICE, 0))
}

/// Half write it off, half have looked and not found it. Then it waits to be placed again, or it was
/// written off and never is.
async fn decided(round: Round<'_>) -> Outcome {
    let now = round.now;
    let place = place(round).await;
    let (account, order, _) = lost(round, &place).await;
    let daily = room_for(round, 1).await?;
    let back = round
        .race(|racer, counter| async move {
            if racer % 2 == 0 {
                return sweep(Sweeper { counter, daily, now }).await.map(|count| (count, 0));
            }
            let verdict = Verdict::NotAccepted;
            let decided = counter.decide_attempt(order, verdict, "racer", "looked", now).await;
            Ok((0, usize::from(decided.is_ok())))
        })
        .await;
    let back = back.into_iter().collect::<Result<Vec<(usize, usize)>, String>>()?;
    let written_off: usize = back.iter().map(|(count, _)| count).sum();
    same("verdicts", back.iter().map(|(_, decided)| decided).sum::<usize>(), 1)?;
    let Stands { order, attempt, item, booked } = stands(round, order).await?;
    same("attempt", (attempt.state, booked), (AttemptState::NotAccepted, 0))?;
    if written_off == 0 {
        same("written off", item, None)?;
        same("state", order.state, State::Pending)?;
        return same("money", round.arena.money(&[account]).await, (0, PRICE));
    }
    let known = item.map(|item| (item.state, item.cost.raw()));
    same("written off", (written_off, known), (1, Some((WriteOffState::NotAccepted, 0))))?;
    same("state", order.state, State::Canceled)?;
    same("money", round.arena.money(&[account]).await, (PRICE, 0))?;
    let claim = Claim { order: order.id, route: place.route, expected_cost: Micros::new(COST) };
    let worker = worker(round.arena.counter(0), Job::Fulfilment).await;
    let again = worker.claim_orders(vec![claim], now).await.map_err(told)?;
    same("sent again", again.iter().any(Result::is_ok), false)
}

/// Everybody writes off what may be of twice as many as the budget is for.
pub(crate) async fn ten_of_many(round: Round<'_>, way: Way) -> Outcome {
    let now = round.now;
    let place = place(round).await;
    let mut accounts = Vec::new();
    let mut attempts = Vec::new();
    for _ in 0..2 * ENOUGH {
        let (account, _, attempt) = lost(round, &place).await;
        accounts.push(account);
        attempts.push(attempt);
    }
    let daily = room_for(round, ENOUGH).await?;
    let back = round.race(|_, counter| way(Sweeper { counter, daily, now })).await;
    same("racers", back.len(), RACERS)?;
    let written_off = back.into_iter().sum::<Result<usize, String>>()?;
    same("written off", written_off, ENOUGH)?;
    let given_back = PRICE * i64::try_from(ENOUGH).unwrap_or(0);
    same("money", round.arena.money(&accounts).await, (given_back, given_back))?;
    same("drawn", room_for(round, 0).await?, daily)?;
    // So that the next round has none of them.
    for attempt in attempts {
        let found = Found::NotAccepted(NotAccepted::Person);
        found_out(round.arena.counter(0), attempt, found, now).await?;
    }
    Ok(())
}
