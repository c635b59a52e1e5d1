//! Orders that are before a person because nothing showed what became of them leave it by a person's word,
//! or by what is certain.

use super::shop::{COST, FIRST, NOW, Shop, accepted};
use counter::catalogue::ServiceChange;
use counter::fulfilment::{Found, Recorded, Verdict};
use counter::restore::Accept;
use domain::orders::{NotAccepted, State};
use domain::providers::Fit;
use domain::{AttemptId, OrderId, RouteId};

const ABSENT: Verdict = Verdict::NotAccepted { grace_us: 0 };
const REFUSED: Found = Found::Refused { another_way: true };

impl Shop {
    /// An order whose answer was lost, before a person.
    pub(crate) async fn in_review(&self) -> (OrderId, AttemptId) {
        let order = self.order().await;
        let attempt = self.claim(order).await;
        self.found(attempt, Found::Lost).await;
        self.found(attempt, Found::Undecided).await;
        assert_eq!(self.state(order).await, State::Review);
        (order, attempt)
    }
}

#[tokio::test]
async fn what_surely_is_not_there_goes_elsewhere_by_itself() {
    let shop = Shop::open().await;
    for certain in [REFUSED, Found::NotSent] {
        let (order, attempt) = shop.in_review().await;
        let late = shop.found(attempt, certain).await;
        assert_eq!(late, Recorded::Done(State::Pending, Fit::News));
        shop.claim_by(order, RouteId(2)).await.unwrap();
        assert_eq!(shop.found(attempt, Found::NotSent).await, Recorded::Known);
        assert_eq!(shop.state(order).await, State::Dispatching);
    }
    shop.assert_clean().await;
}

/// What nobody else takes ends, however late that is known.
#[tokio::test]
async fn what_nobody_takes_is_canceled() {
    let shop = Shop::open().await;
    let unknown = shop.order().await;
    let lost = shop.claim(unknown).await;
    shop.found(lost, Found::Lost).await;
    let nowhere = Found::Refused { another_way: false };
    let ended = Recorded::Done(State::Canceled, Fit::News);
    assert_eq!(shop.found(lost, nowhere.clone()).await, ended);
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    let (_, attempt) = shop.in_review().await;
    assert_eq!(shop.found(attempt, nowhere.clone()).await, ended);
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    // Unless another try may be there.
    let (order, attempt) = shop.in_review().await;
    assert_eq!(shop.decide(order, ABSENT).await, Ok(State::Pending));
    let second = shop.claim(order).await;
    shop.found(second, Found::Lost).await;
    shop.found(attempt, accepted("5")).await;
    assert_eq!(shop.found(second, nowhere).await, Recorded::Done(State::Review, Fit::News));
    assert_eq!(shop.money().await.1, 2 * COST);
    shop.assert_clean().await;
}

#[tokio::test]
async fn who_wanted_it_canceled_meanwhile_has_the_money_back() {
    let shop = Shop::open().await;
    let change = ServiceChange { cancel: Some(true), ..ServiceChange::default() };
    shop.counter.edit_service(super::shop::THINGS, change, NOW).await.unwrap();
    let (order, attempt) = shop.in_review().await;
    shop.counter.ask_cancels(shop.account, vec![order], NOW).await.unwrap();
    assert_eq!(shop.state(order).await, State::Review);
    assert_eq!(shop.found(attempt, REFUSED).await, Recorded::Done(State::Canceled, Fit::News));
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_is_less_than_certain_is_left_to_the_person() {
    let shop = Shop::open().await;
    let (order, attempt) = shop.in_review().await;
    shop.found(attempt, Found::NotAccepted(NotAccepted::BalanceUnmoved)).await;
    assert_eq!(shop.state(order).await, State::Review, "a balance can be wrong");
    assert_eq!(shop.decide(order, ABSENT).await, Ok(State::Pending));
    // The first try is there after all: what is certain of the second says nothing of that.
    let second = shop.claim(order).await;
    shop.found(second, Found::Lost).await;
    shop.found(attempt, accepted("5")).await;
    assert_eq!(shop.state(order).await, State::Review);
    shop.found(second, REFUSED).await;
    assert_eq!(shop.state(order).await, State::Review);
    assert_eq!(shop.money().await.1, 2 * COST);
    shop.assert_clean().await;
}

#[tokio::test]
async fn after_a_restore_the_books_may_not_know_all_tries() {
    let mut shop = Shop::open().await;
    let (order, attempt) = shop.in_review().await;
    shop.restored().await;
    shop.release(FIRST, Accept::Explained).await.unwrap();
    assert_eq!(shop.found(attempt, REFUSED).await, Recorded::Done(State::Review, Fit::News));
    assert_eq!(shop.decide(order, ABSENT).await, Ok(State::Pending), "staff have looked");
    // What was tried since is known.
    let since = shop.claim_by(order, RouteId(1)).await;
    assert!(since.is_ok(), "{since:?}");
    shop.assert_clean().await;
}
