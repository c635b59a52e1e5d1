//! Orders that nobody could end rightly: the provider gave their id to another order, and told how that
//! one ended before we knew. Nothing else about them is excused.

use super::person::{self, Done};
use super::site::{Site, Stored};
use domain::OrderId;
use domain::orders::Order;
use domain::providers::{Attempt, request_id};
use fakepanel::State as End;
use std::collections::HashMap;

/// How each of them ended, as the provider told it: the end of the other order.
pub(super) fn misread(site: &Site, stored: &Stored, done: &Done) -> HashMap<OrderId, End> {
    let orders: HashMap<OrderId, &Order> = stored.orders.iter().map(|o| (o.id, o)).collect();
    let mut names: HashMap<String, &Attempt> = HashMap::new();
    for attempt in &stored.attempts {
        if let Some(order) = orders.get(&attempt.order) {
            names.insert(request_id(order.id, order.created, attempt.number), attempt);
        }
    }
    let mut found = HashMap::new();
    for upstream in &site.upstreams {
        let there = person::tags(upstream);
        let named = |name: Option<&str>| name.and_then(|name| names.get(name));
        for (_, first) in &there {
            let Some(order) = named(first.request_id.as_deref())
                .and_then(|attempt| orders.get(&attempt.order))
                .filter(|order| !done.ended.contains(&order.id.0))
            else {
                continue;
            };
            let later = there.iter().map(|(_, other)| other);
            let mut later = later.filter(|o| o.id == first.id && o.number > first.number);
            // When its id was told; where its answer was lost, nobody ever was.
            let unknown = later.find(|other| {
                let told = format!("accepted as {}", other.id);
                let known = named(other.request_id.as_deref()).filter(|attempt| {
                    attempt.evidence.as_deref().is_some_and(|words| words.ends_with(&told))
                });
                let before = |ended| known.is_none_or(|known| ended <= known.changed);
                order.ended.is_some_and(before)
            });
            if let Some(other) = unknown {
                found.insert(order.id, other.state);
            }
        }
    }
    found
}

/// Whether an order ended as the provider said under its id, which was not its own end.
pub(super) fn excuses(order: &Order, told: End, own: End) -> bool {
    use domain::orders::State;
    let is = |end: End| match end {
        End::Completed { .. } => order.state == State::Completed,
        End::Partial { .. } => order.state == State::Partial,
        End::Canceled => order.state == State::Canceled,
        End::Pending | End::InProgress => false,
    };
    !is(own) && is(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::orders::{OrderShape, State};
    use domain::{AccountId, Micros, ServiceId, Timestamp};

    #[test]
    fn only_the_end_of_the_other_order_is_excused() {
        let order = |state| Order {
            id: OrderId(1),
            account: AccountId(1),
            service: ServiceId(1),
            parent: None,
            shape: OrderShape::Single,
            state,
            fence: 1,
            link: String::new(),
            quantity: 100,
            rate: Micros::ZERO,
            charge: Micros::ZERO,
            captured: Micros::ZERO,
            released: Micros::ZERO,
            start_count: None,
            remains: 0,
            cancel_requested: false,
            created: Timestamp(0),
            changed: Timestamp(0),
            ended: Some(Timestamp(1)),
        };
        let done = End::Completed { remains: 0 };
        assert!(excuses(&order(State::Completed), done, End::Canceled));
        assert!(!excuses(&order(State::Completed), End::Canceled, End::Canceled));
        assert!(!excuses(&order(State::Canceled), done, done));
        assert!(!excuses(&order(State::Completed), done, done), "it is its own");
    }
}
