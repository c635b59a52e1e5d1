//! After an older copy of the database was put in its place: nothing is placed, what may be at a
//! provider is before a person, and a person says where it is.

use super::shop::{COST, FIRST, NOW, SECOND, Shop, THINGS, accepted, counter_on, worker};
use counter::catalogue::ServiceChange;
use counter::fulfilment::{
    ForwardKind, Found, NotClaimed, ProviderChange, Verdict, WriteOffTerms, WroteOff,
};
use counter::orders::{OrderReport, Report};
use counter::restore::{Accept, Skip};
use counter::{Failure, Refusal};
use domain::catalogue::{LinkRule, WhenUnknown};
use domain::orders::{PublicStatus, State};
use domain::providers::AttemptState;
use domain::{Micros, OrderId, ProviderId, RouteId, Timestamp};

/// Whoever looked long enough: nothing is on its way any more.
pub(crate) const NOBODY: Verdict = Verdict::NotAccepted { grace_us: i64::MIN };

pub(crate) const LATER: Timestamp = NOW.plus_minutes(10);

pub(crate) fn refused<T: std::fmt::Debug>(told: Result<T, Failure<Refusal>>) -> String {
    match told {
        Err(Failure::Refused(refusal)) => refusal.to_string(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn at(provider: ProviderId, id: Option<&str>) -> Verdict {
    Verdict::PlacedAt(provider, id.map(str::to_owned))
}

impl Shop {
    /// Says that a copy was put in place; a worker that was there before goes on no more.
    pub(crate) async fn restored(&mut self) -> i64 {
        let restored = self.counter.begin_after_restore(Skip::Once, "ann", LATER).await.unwrap();
        let before = self.worker.claim_orders(Vec::new(), NOW).await.unwrap_err();
        assert!(before.is_lease_lost(), "{before}");
        self.restart().await;
        restored.to_decide
    }

    /// Goes on as a server does that is started now.
    pub(crate) async fn restart(&mut self) {
        self.counter = counter_on(&self.database);
        self.worker = worker(&self.counter).await;
    }

    pub(crate) async fn decide(&self, order: OrderId, verdict: Verdict) -> Result<State, String> {
        let decided = self.counter.decide_attempt(order, verdict, "ann", "looked", LATER).await;
        match decided {
            Ok(order) => Ok(order.state),
            Err(error) => Err(refused::<()>(Err(error))),
        }
    }

    pub(crate) async fn release(&self, provider: ProviderId, accept: Accept) -> Result<(), String> {
        let released = self.counter.release_provider(provider, accept, ("ann", "looked"), LATER);
        match released.await {
            Ok(provider) => {
                assert_eq!(provider.restored, None);
                Ok(())
            }
            Err(error) => Err(refused::<()>(Err(error))),
        }
    }

    async fn attempts(&self, order: OrderId) -> Vec<(ProviderId, AttemptState, bool)> {
        let attempts = self.counter.attempts_of_order(order).await.unwrap();
        attempts.iter().map(|a| (a.provider, a.state, a.followed)).collect()
    }
}

/// An order in each place: pending, being placed, unknown, with a provider, there without an id, and
/// before a person.
async fn everywhere(shop: &Shop) -> [OrderId; 6] {
    let change = ProviderChange { adds_at_once: Some(10), ..ProviderChange::default() };
    shop.counter.edit_provider(FIRST, change, None, NOW).await.unwrap();
    let mut orders = [OrderId(0); 6];
    for order in &mut orders {
        *order = shop.order().await;
    }
    let [_, _, unknown, with_id, no_id, review] = orders;
    let lost = |order| async move {
        let attempt = shop.claim(order).await;
        shop.found(attempt, Found::Lost).await;
        attempt
    };
    let attempt = shop.claim(with_id).await;
    shop.found(attempt, accepted("100")).await;
    let attempt = lost(no_id).await;
    shop.found(attempt, Found::AcceptedNoId).await;
    let attempt = lost(review).await;
    shop.found(attempt, Found::Undecided).await;
    shop.claim(orders[1]).await;
    lost(unknown).await;
    orders
}

#[tokio::test]
async fn what_may_have_left_the_house_is_before_a_person_and_nothing_is_placed() {
    let mut shop = Shop::open().await;
    let [pending, dispatching, unknown, with_id, no_id, review] = everywhere(&shop).await;
    let lost = shop.counter.attempts_of_order(unknown).await.unwrap()[0].id;
    assert!(shop.counter.placement(lost).await.unwrap().is_some());
    assert_eq!(shop.restored().await, 4);
    for order in [pending, dispatching, unknown, review] {
        assert_eq!(shop.state(order).await, State::Review, "{order}");
        let events = shop.counter.show_order(order, NOW).await.unwrap().events;
        assert!(events.iter().any(|event| event.kind == "order.restored"), "{events:?}");
    }
    assert_eq!(shop.state(with_id).await, State::Submitted, "it is asked for there");
    assert_eq!(shop.state(no_id).await, State::SubmittedNoId, "it waits for a person anyway");
    assert_eq!(shop.attempts(dispatching).await, [(FIRST, AttemptState::Lost, false)]);
    assert_eq!(shop.counter.placement(lost).await.unwrap(), None, "it is not asked for again");

    // Customers order on, and wait; only what was not there before can be given back at once.
    let new = shop.order().await;
    assert!(new.0 > review.0 + 1_000, "ids are not given out twice: {new}");
    for route in [1, 2] {
        assert_eq!(shop.claim_by(new, RouteId(route)).await, Err(NotClaimed::Restored));
    }
    let waits = shop.counter.show_order(new, LATER).await.unwrap().waits.unwrap();
    assert_eq!(waits, "first is held after a restore; second is held after a restore");
    let asked = shop.counter.ask_cancels(shop.account, vec![pending, new], LATER).await.unwrap();
    assert_eq!(asked.len(), 2);
    let states = (shop.state(pending).await, shop.state(new).await);
    assert_eq!(states, (State::Review, State::Pending), "the service cannot be canceled");
    let view = shop.counter.show_order(pending, NOW).await.unwrap();
    assert_eq!(view.status.status, PublicStatus::Pending);
    shop.assert_clean().await;

    // One provider after the other.
    shop.release(FIRST, Accept::Explained).await.unwrap();
    assert_eq!(shop.claim_by(new, RouteId(2)).await, Err(NotClaimed::Restored));
    shop.claim(new).await;
    let again = shop.release(FIRST, Accept::Explained).await.unwrap_err();
    assert!(again.contains("not held"), "{again}");
    let held = shop.counter.quarantine().await.unwrap().unwrap();
    assert_eq!(held.providers, [(SECOND, String::from("second"))]);
    assert_eq!((held.to_decide, held.pending, held.restore.epoch), (4, 0, 1));
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_person_says_where_each_order_is() {
    let mut shop = Shop::open().await;
    let mut orders = Vec::new();
    for _ in 0..6 {
        orders.push(shop.order().await);
    }
    let [nowhere, first, second, lost, no_id, twice] = orders[..] else { panic!() };
    let attempt = shop.claim(lost).await;
    shop.found(attempt, Found::Lost).await;
    assert_eq!(shop.restored().await, 6);

    assert_eq!(shop.decide(nowhere, NOBODY).await, Ok(State::Pending));
    assert_eq!(shop.attempts(nowhere).await, []);
    let vague = shop.decide(first, Verdict::AcceptedAs(String::from("7"))).await.unwrap_err();
    assert!(vague.contains("at which provider"), "{vague}");
    assert_eq!(shop.decide(first, at(FIRST, Some("7"))).await, Ok(State::Submitted));
    assert_eq!(shop.attempts(first).await, [(FIRST, AttemptState::Accepted, true)]);
    assert_eq!(shop.decide(second, at(SECOND, Some("7"))).await, Ok(State::Submitted));
    assert_eq!((shop.booked(FIRST).await, shop.booked(SECOND).await), (-COST, -COST));
    // What was tried before the copy came to nothing: it is with the other provider.
    assert_eq!(shop.decide(lost, at(SECOND, Some("8"))).await, Ok(State::Submitted));
    let tries = [(FIRST, AttemptState::NotAccepted, false), (SECOND, AttemptState::Accepted, true)];
    assert_eq!(shop.attempts(lost).await, tries);
    assert_eq!(shop.decide(no_id, at(SECOND, None)).await, Ok(State::SubmittedNoId));
    assert_eq!(shop.decide(no_id, at(SECOND, Some("9"))).await, Ok(State::Submitted));
    assert_eq!(shop.booked(SECOND).await, -3 * COST, "booked once each");

    let taken = shop.decide(twice, at(SECOND, Some("9"))).await.unwrap_err();
    assert!(taken.contains(&format!("calls order {no_id}")), "{taken}");
    assert_eq!(shop.state(twice).await, State::Review);
    for decided in [nowhere, first, no_id] {
        for verdict in [NOBODY, at(FIRST, Some("11")), at(FIRST, None)] {
            let known = shop.decide(decided, verdict).await.unwrap_err();
            assert!(known.contains("it is known"), "{known}");
        }
    }
    shop.assert_clean().await;
    shop.release(FIRST, Accept::Explained).await.unwrap();
    let placement = shop.claim_by(nowhere, RouteId(1)).await.unwrap();
    assert_eq!(placement.number, 1);
    shop.assert_clean().await;
}

#[tokio::test]
async fn who_waited_for_a_turn_may_have_had_it() {
    let mut shop = Shop::open().await;
    let change = ServiceChange { link_rule: Some(LinkRule::Queue), ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, change, NOW).await.unwrap();
    let link = "https://example.com/one";
    let [first, second, third] =
        [shop.order_on(link).await, shop.order_on(link).await, shop.order_on(link).await];
    let attempt = shop.claim(first).await;
    shop.found(attempt, accepted("100")).await;
    assert_eq!(shop.restored().await, 2);
    shop.assert_clean().await;
    // The second had its turn: it waits no more, and holds up nobody.
    assert_eq!(shop.decide(second, at(FIRST, Some("101"))).await, Ok(State::Submitted));
    shop.assert_clean().await;
    let report = Report::Completed { start_count: None, remains: None };
    let report = OrderReport { order: first, report, reason: None };
    shop.counter.report_order(report, "ann", LATER).await.unwrap();
    shop.assert_clean().await;
    shop.release(FIRST, Accept::Explained).await.unwrap();
    assert_eq!(shop.claim_by(third, RouteId(1)).await, Err(NotClaimed::Gone), "it is in review");
    assert_eq!(shop.decide(third, NOBODY).await, Ok(State::Pending));
    shop.claim(third).await;
    shop.assert_clean().await;
}

#[tokio::test]
async fn who_wants_to_cancel_gets_nothing_back_for_what_may_be_delivered() {
    let mut shop = Shop::open().await;
    let change = ServiceChange { cancel: Some(true), ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, change, NOW).await.unwrap();
    let (there, nowhere) = (shop.order().await, shop.order().await);
    assert_eq!(shop.restored().await, 2);
    let asked = shop.counter.ask_cancels(shop.account, vec![there, nowhere], LATER).await;
    assert_eq!(asked.unwrap(), [Some(Ok(())), Some(Ok(()))]);
    assert_eq!(shop.money().await, (1_000_000_000 - 4 * COST, 4 * COST));
    assert_eq!(shop.decide(nowhere, NOBODY).await, Ok(State::Canceled));
    assert_eq!(shop.decide(there, at(FIRST, Some("7"))).await, Ok(State::Submitted));
    assert_eq!(shop.money().await, (1_000_000_000 - 2 * COST, 2 * COST));
    // The wish is sent on once somebody has looked.
    assert_eq!(shop.forwards(LATER).await, []);
    shop.release(FIRST, Accept::Explained).await.unwrap();
    let forwards = shop.forwards(LATER).await;
    assert!(matches!(&forwards[..], [one] if one.kind == ForwardKind::Cancel), "{forwards:?}");
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_was_tried_before_is_not_written_off() {
    let mut shop = Shop::open().await;
    let most = Micros::new(10 * COST);
    let when_unknown = Some(WhenUnknown::Refund { most });
    let change = ServiceChange { when_unknown, ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, change, NOW).await.unwrap();
    let terms = WriteOffTerms { after_us: 1, quiet_us: 1, daily: most };
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    shop.restored().await;
    shop.release(FIRST, Accept::Explained).await.unwrap();
    let written = shop.worker.write_off_unknown(terms, NOW.plus_minutes(10_000)).await.unwrap();
    assert_eq!((written, shop.state(order).await), (WroteOff::default(), State::Review));
}

#[tokio::test]
async fn what_is_under_way_at_a_provider_that_is_held_is_found() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.claim(order).await;
    shop.assert_clean().await;
    shop.database.by_hand("update provider set restored_us = 1 where id = 1");
    let report = shop.counter.verify(&mut |_, _| {}).await.unwrap();
    let mut found = report.checks.iter().filter(|check| !check.findings.is_empty());
    assert!(found.next().is_some_and(|check| check.rule.contains("held after a restore")));
    assert!(found.next().is_none());
}
