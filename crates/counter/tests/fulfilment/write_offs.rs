//! Orders of which nobody can tell for long are written off within a budget, once, and nothing of them
//! is sent again.

use super::shop::{COST, FIRST, NOW, SECOND, Shop, THINGS, accepted};
use counter::catalogue::ServiceChange;
use counter::fulfilment::{
    Found, NotClaimed, ProviderChange, Recorded, RouteChange, Verdict, WriteOffTerms, WroteOff,
};
use domain::catalogue::WhenUnknown;
use domain::orders::{NotAccepted, State};
use domain::providers::{AmbiguityKind, Fit, WriteOff, WriteOffState};
use domain::{AttemptId, Micros, OrderId, RouteId, Timestamp};

const HOUR_US: i64 = 3_600_000_000;

/// Two orders a day.
const TERMS: WriteOffTerms =
    WriteOffTerms { after_us: 24 * HOUR_US, quiet_us: HOUR_US, daily: Micros::new(2 * COST) };

const NOTHING: WroteOff = WroteOff { asked: 0, written_off: 0 };

fn hours(hours: i64) -> Timestamp {
    Timestamp(NOW.0 + hours * HOUR_US)
}

impl Shop {
    async fn refunds(&self, most: i64) {
        let when_unknown = Some(WhenUnknown::Refund { most: Micros::new(most) });
        let change = ServiceChange { when_unknown, ..ServiceChange::default() };
        self.counter.edit_service(THINGS, change, NOW).await.unwrap();
    }

    /// An order whose answer was lost.
    async fn lost(&self) -> (OrderId, AttemptId) {
        let order = self.order().await;
        let attempt = self.claim(order).await;
        self.found(attempt, Found::Lost).await;
        (order, attempt)
    }

    /// The same, before a person at once: the provider gets other orders meanwhile.
    async fn undecided(&self) -> (OrderId, AttemptId) {
        let lost = self.lost().await;
        self.found(lost.1, Found::Undecided).await;
        lost
    }

    async fn sweep(&self, at: Timestamp) -> WroteOff {
        self.worker.write_off_unknown(TERMS, at).await.unwrap()
    }

    async fn item(&self, attempt: AttemptId) -> Option<WriteOff> {
        let items = self.counter.written_off(false, AttemptId(i64::MAX), 100).await.unwrap();
        items.into_iter().find(|item| item.attempt == attempt)
    }

    async fn expense(&self) -> i64 {
        self.counter.ambiguity(NOW).await.unwrap().expense.raw()
    }
}

#[tokio::test]
async fn the_customer_has_the_money_back_and_the_provider_is_paid_when_it_has_it() {
    let shop = Shop::open().await;
    shop.refunds(COST).await;
    let (order, attempt) = shop.lost().await;
    assert_eq!(shop.sweep(hours(23)).await, NOTHING);
    assert_eq!(shop.sweep(hours(24)).await, WroteOff { asked: 1, written_off: 0 });
    assert_eq!(shop.state(order).await, State::Review);
    assert!(shop.counter.placement(attempt).await.unwrap().is_none(), "nobody asks again");
    assert_eq!(shop.sweep(hours(24)).await, NOTHING, "what is on its way may arrive");
    assert_eq!(shop.sweep(hours(25)).await, WroteOff { asked: 0, written_off: 1 });
    assert_eq!(shop.sweep(hours(48)).await, NOTHING);
    assert_eq!(shop.state(order).await, State::Canceled);
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    assert_eq!((shop.expense().await, shop.booked(FIRST).await), (COST, 0));
    let item = shop.item(attempt).await.unwrap();
    assert_eq!((item.state, item.refunded.raw()), (WriteOffState::Open, 2 * COST));
    shop.assert_clean().await;
    // A late answer: the order was accepted, and dearer than expected.
    let cost = Some(Micros::new(COST + 5));
    let late = Found::Accepted { upstream_id: String::from("900"), cost };
    assert_eq!(shop.found(attempt, late).await, Recorded::Done(State::Canceled, Fit::Borne));
    assert_eq!((shop.expense().await, shop.booked(FIRST).await), (COST + 5, -COST - 5));
    assert_eq!(shop.item(attempt).await.unwrap().state, WriteOffState::Accepted);
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    assert_eq!(shop.found(attempt, accepted("900")).await, Recorded::Known);
    let entries = shop.counter.ambiguity_entries(attempt).await.unwrap();
    let kinds: Vec<AmbiguityKind> = entries.iter().map(|entry| entry.entry.kind).collect();
    assert_eq!(kinds, [AmbiguityKind::Drawn, AmbiguityKind::Adjustment]);
    shop.assert_clean().await;
}

#[tokio::test]
async fn staff_say_later_what_became_of_it_and_it_is_not_sent_again() {
    let shop = Shop::open().await;
    shop.refunds(COST).await;
    let (order, attempt) = shop.undecided().await;
    let (other, second) = shop.undecided().await;
    assert_eq!(shop.sweep(hours(24)).await, WroteOff { asked: 0, written_off: 2 });
    let decide = async |order, verdict| {
        let at = Timestamp(NOW.0 + 90_000_000_000);
        shop.counter.decide_attempt(order, verdict, "ann", "looked it up", at).await.unwrap()
    };
    assert_eq!(decide(order, Verdict::NotAccepted { grace_us: 0 }).await.state, State::Canceled);
    assert_eq!(shop.item(attempt).await.unwrap().state, WriteOffState::NotAccepted);
    assert_eq!(shop.expense().await, COST);
    shop.claim_by(order, RouteId(2)).await.unwrap_err();
    assert_eq!(decide(other, Verdict::AcceptedNoId).await.state, State::Canceled);
    assert_eq!((shop.expense().await, shop.booked(FIRST).await), (COST, -COST));
    shop.assert_clean().await;
    // Its id turns up, and the first was there after all.
    assert_eq!(
        shop.found(second, accepted("8")).await,
        Recorded::Done(State::Canceled, Fit::Borne)
    );
    assert_eq!(
        shop.found(attempt, accepted("7")).await,
        Recorded::Done(State::Canceled, Fit::Borne)
    );
    assert_eq!((shop.expense().await, shop.booked(FIRST).await), (2 * COST, -2 * COST));
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    let open = shop.counter.written_off(true, AttemptId(i64::MAX), 100).await.unwrap();
    assert_eq!(open, []);
    shop.assert_clean().await;
}

#[tokio::test]
async fn an_exhausted_budget_holds_until_another_day() {
    let shop = Shop::open().await;
    shop.refunds(COST).await;
    for _ in 0..3 {
        shop.undecided().await;
    }
    let written_off = |written_off| WroteOff { asked: 0, written_off };
    let at = hours(24);
    assert_eq!(shop.sweep(at).await, written_off(2));
    assert_eq!(shop.sweep(at).await, NOTHING);
    let ambiguity = shop.counter.ambiguity(at).await.unwrap();
    assert_eq!((ambiguity.expense, ambiguity.drawn), (TERMS.daily, TERMS.daily));
    assert_eq!(shop.money().await.1, 2 * COST, "the third is held");
    assert_eq!(shop.sweep(hours(48)).await, written_off(1));
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_is_held_waits_for_a_person_or_for_the_answer_to_the_same_request_id() {
    let shop = Shop::open().await;
    let off = WriteOffTerms { daily: Micros::ZERO, ..TERMS };
    let (held, _) = shop.lost().await;
    assert_eq!(shop.sweep(hours(24)).await, WroteOff { asked: 1, written_off: 0 });
    assert_eq!(shop.sweep(hours(99)).await, NOTHING);
    assert_eq!(shop.state(held).await, State::Review);
    // Too dear, or no budget.
    shop.refunds(COST - 1).await;
    assert_eq!(shop.sweep(hours(99)).await, NOTHING);
    shop.refunds(COST).await;
    assert_eq!(shop.worker.write_off_unknown(off, hours(99)).await.unwrap(), NOTHING);
    // Where it is asked for again, that is better than a person, for as long as a provider surely knows
    // what it was asked for.
    let change = ProviderChange { takes_request_id: Some(true), ..ProviderChange::default() };
    shop.counter.edit_provider(SECOND, change, None, NOW).await.unwrap();
    let order = shop.order().await;
    let placement = shop.claim_by(order, RouteId(2)).await.unwrap();
    shop.found(placement.attempt, Found::Lost).await;
    let soon = WriteOffTerms { after_us: 1, ..off };
    assert_eq!(shop.worker.write_off_unknown(soon, hours(23)).await.unwrap(), NOTHING);
    assert_eq!(shop.state(order).await, State::Unknown);
    assert!(shop.counter.placement(placement.attempt).await.unwrap().is_some());
    let late = WriteOffTerms { after_us: i64::MAX, ..off };
    let asked = WroteOff { asked: 1, written_off: 0 };
    assert_eq!(shop.worker.write_off_unknown(late, hours(24)).await.unwrap(), asked);
    assert_eq!(shop.state(order).await, State::Review);
    assert!(shop.counter.placement(placement.attempt).await.unwrap().is_none());
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_verdict_before_it_is_written_off_stands() {
    let shop = Shop::open().await;
    shop.refunds(COST).await;
    let (order, attempt) = shop.undecided().await;
    shop.found(attempt, accepted("5")).await;
    assert_eq!(shop.sweep(hours(24)).await, NOTHING);
    assert_eq!(shop.state(order).await, State::Submitted);
    assert_eq!(shop.expense().await, 0);
    shop.assert_clean().await;
}

/// The provider goes on, however many of its orders nobody can tell of.
#[tokio::test]
async fn what_is_written_off_holds_up_no_other_order() {
    let shop = Shop::open().await;
    shop.refunds(COST).await;
    let change = ProviderChange { adds_at_once: Some(1), ..ProviderChange::default() };
    shop.counter.edit_provider(FIRST, change, None, NOW).await.unwrap();
    shop.undecided().await;
    let next = shop.order().await;
    assert_eq!(shop.claim_by(next, RouteId(1)).await.unwrap_err(), NotClaimed::Busy);
    let other = RouteChange { on: Some(false), ..RouteChange::default() };
    shop.counter.edit_route(RouteId(2), other, NOW).await.unwrap();
    let waits = async || shop.counter.show_order(next, NOW).await.unwrap().waits;
    assert_eq!(waits().await.unwrap(), "first has as many orders under way as it may have");
    shop.sweep(hours(24)).await;
    assert_eq!(waits().await, None);
    shop.claim_by(next, RouteId(1)).await.unwrap();
    shop.assert_clean().await;
}

/// The checker proves itself: each kind of broken row is found by `verify`.
#[tokio::test]
async fn what_is_broken_by_hand_is_found() {
    for broken in [
        "update write_off set state = 'accepted' where attempt_id = 1",
        "update write_off set state = 'open' where attempt_id = 2",
        "update write_off set cost = 0 where attempt_id = 1",
        "update write_off set risk = risk - 1 where attempt_id = 2",
        "update write_off set drawn = drawn + 1, budget = budget + 1 where attempt_id = 2",
        "update write_off set day = day + 1 where attempt_id = 1",
        "update write_off set refunded = 1 where attempt_id = 1",
        "update write_off set provider_id = 2 where attempt_id = 1",
        "update write_off set order_id = 99 where attempt_id = 1",
        "delete from write_off where attempt_id = 1",
        "delete from ambiguity_entry where attempt_id = 1",
        "update ambiguity_entry set amount = amount + 1 where kind = 'returned'",
        "update ambiguity_entry set attempt_id = 77 where attempt_id = 1",
        "update attempt set state = 'not_accepted' where id = 1",
        "update orders set fence = 2 where id = 1",
    ] {
        let shop = Shop::open().await;
        shop.refunds(COST).await;
        shop.undecided().await;
        let (_, second) = shop.undecided().await;
        shop.sweep(hours(24)).await;
        shop.found(second, Found::NotAccepted(NotAccepted::Person)).await;
        shop.assert_clean().await;
        shop.database.by_hand(broken);
        let report = shop.counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(!report.clean(), "not found: {broken}");
    }
}
