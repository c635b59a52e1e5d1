//! What is found out about attempts moves orders and money, once, and never against evidence.

use super::shop::{COST, FIRST, NOW, SECOND, Shop, accepted};
use counter::fulfilment::{Found, Outcome, ProviderChange, Recorded, RouteChange, Verdict};
use domain::orders::{NotAccepted, State};
use domain::providers::{AttemptState, Fit, UpstreamWord};
use domain::{OrderId, RouteId, Timestamp};

const BY_BALANCE: Found = Found::NotAccepted(NotAccepted::BalanceUnmoved);

#[tokio::test]
async fn an_order_that_was_accepted_is_followed_and_paid_for() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    assert_eq!(
        shop.found(attempt, accepted("900")).await,
        Recorded::Done(State::Submitted, Fit::News)
    );
    assert_eq!(shop.booked(FIRST).await, -COST);
    let followed = shop.counter.followed_attempts(FIRST, domain::AttemptId(0), 10).await.unwrap();
    assert_eq!(followed.len(), 1);
    assert_eq!(followed[0].0.upstream_id.as_deref(), Some("900"));
    // Told twice.
    assert_eq!(shop.found(attempt, accepted("900")).await, Recorded::Known);
    assert_eq!(shop.found(attempt, Found::Lost).await, Recorded::Known);
    assert_eq!(shop.found(attempt, Found::NotSent).await, Recorded::Known);
    assert_eq!(shop.booked(FIRST).await, -COST);
    assert_eq!(shop.money().await.1, 2 * COST, "held until it is delivered");
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_was_charged_for_orders_in_review_is_told() {
    let shop = Shop::open().await;
    let unwatched = async || shop.counter.fulfilment_setup(NOW).await.unwrap().unwatched;
    let (one, two) = (shop.order().await, shop.order().await);
    let attempt = shop.claim(one).await;
    shop.found(attempt, accepted("900")).await;
    assert_eq!(unwatched().await, [], "its provider is asked for it");
    shop.says(attempt, UpstreamWord::Failed).await;
    // Of this one nothing is booked.
    let lost = shop.claim(two).await;
    shop.found(lost, Found::Lost).await;
    shop.found(lost, Found::Undecided).await;
    assert_eq!((shop.state(one).await, shop.state(two).await), (State::Review, State::Review));
    assert_eq!(unwatched().await, [(FIRST, domain::Micros::new(COST))]);
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_was_not_sent_or_refused_goes_on() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::NotSent).await;
    assert_eq!(shop.state(order).await, State::Pending);
    let attempt = shop.claim_by(order, RouteId(2)).await.unwrap();
    assert!(attempt.request_id.ends_with("-2"), "{}", attempt.request_id);
    shop.found(attempt.attempt, Found::Refused { another_way: true }).await;
    assert_eq!(shop.state(order).await, State::Pending);
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Refused { another_way: false }).await;
    assert_eq!(shop.state(order).await, State::Canceled);
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    assert_eq!((shop.booked(FIRST).await, shop.booked(SECOND).await), (0, 0));
    shop.assert_clean().await;
}

#[tokio::test]
async fn only_evidence_moves_an_order_whose_answer_was_lost() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    assert_eq!(shop.state(order).await, State::Unknown);
    assert_eq!(shop.money().await.1, 2 * COST);
    shop.found(attempt, BY_BALANCE).await;
    assert_eq!(shop.state(order).await, State::Pending);
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    shop.found(attempt, Found::AcceptedNoId).await;
    assert_eq!(shop.state(order).await, State::SubmittedNoId);
    assert_eq!(shop.booked(FIRST).await, -COST);
    // The id turns up; it is not paid for twice.
    shop.found(attempt, accepted("77")).await;
    assert_eq!(shop.state(order).await, State::Submitted);
    assert_eq!(shop.booked(FIRST).await, -COST);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_late_answer_heals_a_wrong_verdict_while_nothing_was_placed_again() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    shop.found(attempt, BY_BALANCE).await;
    let healed = shop.found(attempt, accepted("5")).await;
    assert_eq!(healed, Recorded::Done(State::Submitted, Fit::Healed));
    assert_eq!(shop.booked(FIRST).await, -COST);
    shop.claim_by(order, RouteId(2)).await.unwrap_err();
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_late_answer_beside_a_second_attempt_goes_to_a_person() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let first = shop.claim(order).await;
    shop.found(first, Found::Lost).await;
    shop.found(first, BY_BALANCE).await;
    let second = shop.claim_by(order, RouteId(2)).await.unwrap().attempt;
    let late = shop.found(first, accepted("5")).await;
    assert_eq!(late, Recorded::Done(State::Review, Fit::Contradiction));
    // The other answer too: both are bought, and both are in the books.
    let other = shop.found(second, accepted("6")).await;
    assert_eq!(other, Recorded::Done(State::Review, Fit::Contradiction));
    assert_eq!((shop.booked(FIRST).await, shop.booked(SECOND).await), (-COST, -COST));
    shop.assert_clean().await;
}

#[tokio::test]
async fn an_id_that_another_order_has_goes_to_a_person() {
    let shop = Shop::open().await;
    let (one, two) = (shop.order().await, shop.order().await);
    let (first, second) = (shop.claim(one).await, shop.claim(two).await);
    shop.found(first, accepted("5")).await;
    let again = shop.found(second, accepted("5")).await;
    assert_eq!(again, Recorded::Done(State::Review, Fit::Contradiction));
    // Nor can anybody know whose status it is that the provider tells under it.
    assert_eq!(shop.state(one).await, State::Review);
    assert_eq!(shop.followed(FIRST).await, []);
    assert_eq!(shop.booked(FIRST).await, -2 * COST);
    let attempts = shop.counter.attempts_of_order(two).await.unwrap();
    assert_eq!(attempts[0].state, AttemptState::AcceptedNoId);
    // The same id at another provider is another order.
    let three = shop.order().await;
    let third = shop.claim_by(three, RouteId(2)).await.unwrap().attempt;
    shop.found(third, accepted("5")).await;
    assert_eq!(shop.state(three).await, State::Submitted);
    shop.assert_clean().await;
}

/// Five orders at the first provider, and what is heard of them: some of it twice, some of it against
/// what was heard before. Returns what became of everything.
async fn heard(at_once: usize) -> (Vec<Recorded>, Vec<(State, AttemptState)>, Vec<usize>, i64) {
    let shop = Shop::open().await;
    let many = ProviderChange { adds_at_once: Some(9), ..ProviderChange::default() };
    shop.counter.edit_provider(FIRST, many, None, NOW).await.unwrap();
    // A limit by day makes refusals count units back.
    let capped = RouteChange { daily_cap: Some(Some(1_000_000)), ..RouteChange::default() };
    shop.counter.edit_route(RouteId(1), capped, NOW).await.unwrap();
    let (mut orders, mut attempts) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        orders.push(shop.order().await);
        attempts.push(shop.claim(orders[orders.len() - 1]).await);
    }
    let refused = Found::Refused { another_way: false };
    let outcomes: Vec<Outcome> = [
        (0, accepted("1")),
        (1, Found::Lost),
        (2, refused.clone()),
        (0, accepted("1")),
        (1, accepted("2")),
        (2, accepted("3")),
        // Each takes an id that one before it has.
        (3, accepted("1")),
        (4, accepted("2")),
        (0, refused),
    ]
    .map(|(of, found)| Outcome { attempt: attempts[of], found, evidence: String::from("seen") })
    .into();
    let mut recorded = Vec::new();
    for some in outcomes.chunks(at_once) {
        recorded.extend(shop.counter.record_outcomes(some.to_vec(), NOW).await.unwrap());
    }
    let mut states = Vec::new();
    for order in &orders {
        let attempt = shop.counter.attempts_of_order(*order).await.unwrap().remove(0);
        states.push((shop.state(*order).await, attempt.state));
    }
    let followed = shop.followed(FIRST).await;
    let followed = (0..5).filter(|at| followed.contains(&attempts[*at])).collect();
    shop.assert_clean().await;
    (recorded, states, followed, shop.booked(FIRST).await)
}

#[tokio::test]
async fn what_one_unit_records_is_as_if_it_came_one_after_the_other() {
    let one_by_one = heard(1).await;
    let news = |state| Recorded::Done(state, Fit::News);
    assert_eq!(
        one_by_one.0[..5],
        [
            news(State::Submitted),
            news(State::Unknown),
            news(State::Canceled),
            Recorded::Known,
            news(State::Submitted),
        ]
    );
    let doubted = Recorded::Done(State::Review, Fit::Contradiction);
    assert_eq!(one_by_one.0[6..8], [doubted, doubted]);
    for at_once in [2, 4, 9] {
        assert_eq!(heard(at_once).await, one_by_one, "{at_once} in a unit");
    }
}

#[tokio::test]
async fn an_ended_order_whose_id_is_given_away_is_not_corrected_by_the_other() {
    let shop = Shop::open().await;
    let one = shop.order().await;
    let first = shop.claim(one).await;
    shop.found(first, accepted("5")).await;
    shop.says(first, UpstreamWord::Completed).await;
    assert_eq!(shop.state(one).await, State::Completed);
    assert_eq!(shop.followed(FIRST).await, [first], "for corrections");
    let two = shop.order().await;
    let second = shop.claim(two).await;
    shop.found(second, accepted("5")).await;
    assert_eq!(shop.followed(FIRST).await, []);
    // Canceled is the other one.
    assert_eq!(shop.says(first, UpstreamWord::Canceled).await, None);
    assert_eq!((shop.state(one).await, shop.state(two).await), (State::Completed, State::Review));
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_late_answer_with_an_id_that_is_taken_ends_its_being_followed() {
    let shop = Shop::open().await;
    let (one, two) = (shop.order().await, shop.order().await);
    let (first, second) = (shop.claim(one).await, shop.claim(two).await);
    shop.found(first, accepted("5")).await;
    shop.found(second, Found::Lost).await;
    // The balance shows that it is there.
    shop.found(second, Found::AcceptedNoId).await;
    assert_eq!(shop.found(second, accepted("5")).await, Recorded::Known);
    assert_eq!(shop.state(one).await, State::Review);
    assert_eq!(shop.followed(FIRST).await, []);
    // And to whoever has it next.
    let three = shop.order().await;
    let third = shop.claim(three).await;
    let again = shop.found(third, accepted("5")).await;
    assert_eq!(again, Recorded::Done(State::Review, Fit::Contradiction));
    shop.assert_clean().await;
}

/// That a provider does not have an order, looked up when a late answer has had a minute.
const ABSENT: Verdict = Verdict::NotAccepted { grace_us: 60_000_000 };

async fn decide(
    shop: &Shop,
    order: OrderId,
    verdict: Verdict,
    seconds: i64,
) -> Result<State, String> {
    let at = Timestamp(NOW.0 + seconds * 1_000_000);
    let decided = shop.counter.decide_attempt(order, verdict, "ann", "looked it up", at).await;
    decided.map(|order| order.state).map_err(|error| error.to_string())
}

#[tokio::test]
async fn staff_say_what_they_have_seen() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    decide(&shop, order, ABSENT, 500).await.unwrap_err();
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    shop.found(attempt, Found::Undecided).await;
    assert_eq!(shop.state(order).await, State::Review);
    assert_eq!(decide(&shop, order, ABSENT, 500).await, Ok(State::Pending));
    decide(&shop, order, ABSENT, 500).await.unwrap_err();
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    let as_id = |id: &str| Verdict::AcceptedAs(id.to_owned());
    assert_eq!(decide(&shop, order, as_id("31"), 0).await, Ok(State::Submitted));
    assert_eq!(shop.booked(FIRST).await, -COST);
    // One that cannot be asked about would spoil the question about ninety-nine others.
    for odd in ["3 1", "31.", "a/31", "done"] {
        let odd = decide(&shop, shop.order().await, as_id(odd), 0).await.unwrap_err();
        assert!(odd.starts_with("id:"), "{odd}");
    }
    // A slip must not take the other order's id away.
    let other = shop.order().await;
    let attempt = shop.claim(other).await;
    shop.found(attempt, Found::Lost).await;
    let slip = decide(&shop, other, as_id("31"), 0).await.unwrap_err();
    assert!(slip.contains(&format!("order {order} has 31")), "{slip}");
    assert_eq!(shop.state(order).await, State::Submitted);
    shop.assert_clean().await;
}

#[tokio::test]
async fn nobody_can_have_seen_that_an_order_is_not_there_while_it_may_still_come() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    let refused = decide(&shop, order, ABSENT, 900).await.unwrap_err();
    assert!(refused.contains("attempt 1 is under way"), "{refused}");
    shop.found(attempt, Found::Lost).await;
    let refused = decide(&shop, order, ABSENT, 30).await.unwrap_err();
    assert!(refused.contains("for 45 seconds"), "it may be sent for 15: {refused}");
    assert!(decide(&shop, order, ABSENT, 74).await.unwrap_err().contains("for 1 seconds"));
    // That nothing shows does not make it younger.
    let undecided = Outcome { attempt, found: Found::Undecided, evidence: String::new() };
    let later = Timestamp(NOW.0 + 70_000_000);
    shop.counter.record_outcomes(vec![undecided], later).await.unwrap();
    assert_eq!(shop.state(order).await, State::Review);
    assert_eq!(decide(&shop, order, ABSENT, 75).await, Ok(State::Pending));
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_is_asked_for_again_goes_before_a_person_first() {
    let shop = Shop::open().await;
    let change = ProviderChange { takes_request_id: Some(true), ..ProviderChange::default() };
    shop.counter.edit_provider(FIRST, change, None, NOW).await.unwrap();
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    assert!(shop.counter.placement(attempt).await.unwrap().is_some(), "it is asked for again");
    assert_eq!(decide(&shop, order, ABSENT, 900).await, Ok(State::Review));
    assert_eq!(shop.counter.placement(attempt).await.unwrap(), None);
    // The last time may be on its way.
    let refused = decide(&shop, order, ABSENT, 910).await.unwrap_err();
    assert!(refused.contains("for 65 seconds"), "{refused}");
    assert_eq!(decide(&shop, order, ABSENT, 975).await, Ok(State::Pending));
    shop.assert_clean().await;
}

/// Two workers may have called under the same request id: the one that was taken over from, and the
/// one that asked again.
#[tokio::test]
async fn a_refusal_of_one_call_says_nothing_of_the_other() {
    let shop = Shop::open().await;
    let change = ProviderChange { takes_request_id: Some(true), ..ProviderChange::default() };
    shop.counter.edit_provider(FIRST, change, None, NOW).await.unwrap();
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    for found in [Found::Refused { another_way: true }, Found::NotSent] {
        assert_eq!(shop.found(attempt, found).await, Recorded::Known);
        assert_eq!(shop.state(order).await, State::Unknown);
    }
    let recorded = shop.found(attempt, accepted("5")).await;
    assert_eq!(recorded, Recorded::Done(State::Submitted, Fit::News));
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_cannot_be_sent_goes_another_way_or_comes_to_an_end() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let first = shop.claim(order).await;
    let elsewhere = shop.found(first, Found::Unsendable { another_way: true }).await;
    assert_eq!(elsewhere, Recorded::Done(State::Pending, Fit::News));
    let second = shop.claim_by(order, RouteId(2)).await.unwrap().attempt;
    let ended = shop.found(second, Found::Unsendable { another_way: false }).await;
    assert_eq!(ended, Recorded::Done(State::Canceled, Fit::News));
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    let attempts = shop.counter.attempts_of_order(order).await.unwrap();
    let states: Vec<AttemptState> = attempts.iter().map(|attempt| attempt.state).collect();
    assert_eq!(states, [AttemptState::NotSent; 2]);
    let view = shop.counter.show_order(order, NOW).await.unwrap();
    assert!(view.events.iter().all(|event| event.kind != "order.refused_upstream"));
    shop.assert_clean().await;
}
