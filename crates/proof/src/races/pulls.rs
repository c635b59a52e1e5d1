//! Executors that pull the same orders, and what else may happen to an order meanwhile.

use super::Case;
use super::round::{ENOUGH, Outcome, RACERS, Round, had, same, told};
use super::served::{Served, ServedCase};
use crate::{Boxed, watch};
use counter::accounts::RANDOM_BYTES;
use counter::catalogue::ServiceChange;
use counter::executors::{
    Caller, ExecutorChange, ExecutorKeyChange, ExecutorRefusal, ExecutorReport,
};
use counter::{Counter, Failure, Refusal};
use domain::catalogue::Fulfilment;
use domain::executors::{ReportedStatus, Said};
use domain::orders::{Number, State};
use domain::requests::CancelRefusal;
use domain::{OrderId, ServiceId, Timestamp};
use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};
use testkit::Client;

pub(super) const CASES: &[Case] = &[
    Case { name: "pulls of ten orders", round: |r| Box::pin(pulls(r, PULL)) },
    Case { name: "pulls and cancels of an order", round: |r| Box::pin(pulls_and_cancels(r)) },
    Case { name: "reports and a release of an order", round: |r| Box::pin(released(r)) },
];

pub(super) const SERVED: ServedCase =
    ServedCase { name: "served: pulls of ten orders", round: |s| Box::pin(served(s)) };

/// A racer that wants an order of a service.
#[derive(Debug)]
pub(crate) struct Puller {
    pub(crate) counter: Counter,
    pub(crate) caller: Caller,
    pub(crate) service: ServiceId,
    pub(crate) now: Timestamp,
}

/// The order that it was given, if any.
pub(crate) type Given = Result<Option<OrderId>, String>;

/// A way to pull an order.
pub(crate) type Way = fn(Puller) -> Boxed<'static, Given>;

const PULL: Way = |puller| Box::pin(pull(puller));

async fn pull(puller: Puller) -> Given {
    let Puller { counter, caller, service, now } = puller;
    let pulled = counter.pull_orders(caller, &[service], 1, now).await.map_err(told)?;
    Ok(pulled.first().map(|held| held.order.id))
}

/// How many executors there are.
const EXECUTORS: usize = 4;

/// The executors of the arena, with their keys; made by the first who asks.
async fn executors(counter: &Counter, now: Timestamp) -> Vec<Caller> {
    let mut callers = Vec::new();
    for number in 0..EXECUTORS {
        let known = counter.executors().await.unwrap();
        let executor = match known.get(number) {
            Some((executor, _)) => executor.id,
            None => {
                let name = Some(format!("executor-{number}"));
                let change = ExecutorChange { name, ..ExecutorChange::default() };
                counter.add_executor(change, now).await.unwrap().id
            }
        };
        let key = match counter.executor_keys(executor).await.unwrap().first() {
            Some(key) => key.id,
            None => {
                let random = [u8::try_from(number).unwrap_or(0); RANDOM_BYTES];
                let change = ExecutorKeyChange::default();
                counter.make_executor_key(executor, change, random, now).await.unwrap().id
            }
        };
        callers.push(Caller { executor, key });
    }
    callers
}

/// A new service that executors fulfil.
async fn service(round: Round<'_>) -> ServiceId {
    let service = round.arena.service().await;
    let fulfilment = Some(Fulfilment::Executors);
    let change = ServiceChange { fulfilment, ..ServiceChange::default() };
    round.arena.counter(0).edit_service(service, change, round.now).await.unwrap();
    service
}

async fn ordered(round: Round<'_>, service: ServiceId, racer: usize) -> OrderId {
    let mut order = round.arena.order(round.arena.rich(racer), None);
    order.request.service = Some(Number::Int(service.0));
    round.arena.counter(0).place_order(order, round.now).await.unwrap()
}

/// A round: ten orders of several customers, and racers of a few executors that each want one.
pub(crate) async fn pulls(round: Round<'_>, way: Way) -> Outcome {
    let (counter, now) = (round.arena.counter(0), round.now);
    let callers = executors(counter, now).await;
    let service = service(round).await;
    let mut orders = BTreeSet::new();
    for customer in 0..ENOUGH {
        orders.insert(ordered(round, service, customer).await);
    }
    let given = round
        .race(|racer, counter| {
            let caller = callers[racer % EXECUTORS];
            let pulled = way(Puller { counter, caller, service, now });
            async move { (caller, pulled.await) }
        })
        .await;
    let mut pulled: Vec<(Caller, OrderId)> = Vec::new();
    for (caller, order) in given {
        pulled.extend(order?.map(|order| (caller, order)));
    }
    same("orders handed over", pulled.len(), ENOUGH)?;
    let different: BTreeSet<OrderId> = pulled.iter().map(|(_, order)| *order).collect();
    same("different orders handed over", different, orders)?;
    // Each is whose it was handed over to, who delivers it.
    for (caller, order) in pulled {
        completed(counter, caller, order, now).await.map_err(told)?;
    }
    Ok(())
}

async fn completed(
    counter: &Counter,
    caller: Caller,
    order: OrderId,
    now: Timestamp,
) -> Result<(), Failure<ExecutorRefusal>> {
    let said = Said { status: Some(ReportedStatus::Completed), ..Said::default() };
    let report = ExecutorReport { order, said, reason: None };
    let mut reported = counter.report_pulled(caller, vec![report], now).await?;
    reported.remove(0).map(|_| ()).map_err(Failure::Refused)
}

/// Either it is pulled, once, and its cancel waits, or it is canceled, and nobody pulls it.
async fn pulls_and_cancels(round: Round<'_>) -> Outcome {
    let now = round.now;
    let callers = executors(round.arena.counter(0), now).await;
    let service = service(round).await;
    let account = round.arena.rich(0);
    let order = ordered(round, service, 0).await;
    let back = round
        .race(|racer, counter| {
            let caller = callers[racer % EXECUTORS];
            async move {
                if racer % 2 == 0 {
                    let pulled = pull(Puller { counter, caller, service, now }).await?;
                    return Ok(pulled.map(|_| caller));
                }
                let asked = counter.ask_cancels(account, vec![order], now).await.map_err(told)?;
                match asked[0] {
                    Some(Ok(()) | Err(CancelRefusal::NotPossible)) => Ok(None),
                    None => Err(String::from("the order is not the account's")),
                }
            }
        })
        .await;
    let back: Vec<Option<Caller>> = back.into_iter().collect::<Result<_, String>>()?;
    let pulled: Vec<Caller> = back.into_iter().flatten().collect();
    let shown = round.arena.counter(0).show_order(order, now).await.map_err(told)?;
    same("leases", shown.leases.len(), pulled.len())?;
    let Some(caller) = pulled.first() else {
        return same("state", shown.order.state, State::Canceled);
    };
    same("racers that pulled it", pulled.len(), 1)?;
    same("state", shown.order.state, State::Submitted)?;
    completed(round.arena.counter(0), *caller, order, now).await.map_err(told)
}

/// Its executor reports an order as delivered while staff give it back. Either stands, and not both.
async fn released(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let callers = executors(arena.counter(0), now).await;
    let service = service(round).await;
    let order = ordered(round, service, 0).await;
    let caller = callers[0];
    let first = Puller { counter: arena.counter(0).clone(), caller, service, now };
    same("the order", pull(first).await?, Some(order))?;
    let back = round
        .race(|racer, counter| async move {
            if racer % 2 == 0 {
                let released = counter.release_order(order, "a race", "racer", now).await;
                return (Some(released.map(|_| ())), None);
            }
            (None, Some(completed(&counter, caller, order, now).await))
        })
        .await;
    let (released, reported): (Vec<_>, Vec<_>) = back.into_iter().unzip();
    let released: Vec<_> = released.into_iter().flatten().collect();
    let reported: Vec<_> = reported.into_iter().flatten().collect();
    let given_back = released.iter().any(Result::is_ok);
    had(&released, usize::from(given_back), |refusal| matches!(refusal, Refusal::NotNow(_)))?;
    // Said again it is as true as before.
    let reports = if given_back { 0 } else { RACERS / 2 };
    had(&reported, reports, |refusal| *refusal == ExecutorRefusal::Missing("order"))?;
    let shown = arena.counter(0).show_order(order, now).await.map_err(told)?;
    if !given_back {
        return same("state", shown.order.state, State::Completed);
    }
    same("state", shown.order.state, State::Pending)?;
    let next = Puller { counter: arena.counter(1).clone(), caller: callers[1], service, now };
    same("who is next", pull(next).await?, Some(order))?;
    completed(arena.counter(1), callers[1], order, now).await.map_err(told)
}

/// Over HTTP, from two servers: ten orders, and racers with the key of one executor.
async fn served(served: Served<'_>) -> Outcome {
    let (arena, now) = (served.arena, watch::time());
    let round = Round { arena, number: 0, now };
    let service = service(round).await;
    let mut orders = BTreeSet::new();
    for customer in 0..ENOUGH {
        orders.insert(ordered(round, service, customer).await);
    }
    let counter = arena.counter(0);
    let caller = executors(counter, now).await[0];
    let random = arena.seed()[..RANDOM_BYTES].try_into().map_err(told)?;
    let change = ExecutorKeyChange::default();
    let made = counter.make_executor_key(caller.executor, change, random, now).await;
    let key = made.map_err(told)?.token.reveal().to_owned();
    let barrier = Arc::new(Barrier::new(RACERS));
    let racers = (0..RACERS).map(|racer| {
        let address = served.servers[racer % served.servers.len()].clone();
        let (client, barrier) = (Client { address, key: key.clone() }, Arc::clone(&barrier));
        tokio::task::spawn_blocking(move || {
            let key = &client.key;
            let path = format!("/adminapi/v1?key={key}&action=getOrder&type={service}");
            barrier.wait();
            client.get(&path).json()
        })
    });
    let mut pulled = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        let told_of = racer.await.map_err(told)?;
        match (told_of["id"].as_str(), told_of["error"].as_str()) {
            (Some(id), None) => pulled.push(OrderId(id.parse().map_err(told)?)),
            (None, Some("order_not_found")) => {}
            _ => return Err(format!("a racer was answered {told_of}")),
        }
    }
    same("orders handed over", pulled.len(), ENOUGH)?;
    same("different orders handed over", pulled.into_iter().collect(), orders.clone())?;
    // Delivered, so that the executor may have those of the next round.
    for order in orders {
        completed(counter, caller, order, now).await.map_err(told)?;
    }
    Ok(())
}
