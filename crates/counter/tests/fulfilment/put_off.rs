//! What staff see of cancels and refills that providers put off.

use super::refills::{ask, delivered, with_refills};
use super::shop::{FIRST, NOW, SECOND, Shop, THINGS, accepted};
use counter::catalogue::ServiceChange;
use counter::fulfilment::{Forwarded, PutOff};
use domain::providers::UpstreamWord;
use domain::requests::{CancelState, RefillState};
use domain::{CancelId, ProviderId, RefillId, RouteId};

const LATER: &str = "try again later";

/// With a cancel of an order at each provider, and a refill at the first.
async fn with_wishes() -> Shop {
    let shop = with_refills().await;
    let change = ServiceChange { cancel: Some(true), ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, change, NOW).await.unwrap();
    let (old, _) = delivered(&shop, "5").await;
    ask(&shop, old).await;
    for route in [1, 2] {
        let order = shop.order().await;
        let attempt = shop.claim_by(order, RouteId(route)).await.unwrap().attempt;
        shop.found(attempt, accepted("6")).await;
        let asked = shop.counter.ask_cancels(shop.account, vec![order], NOW).await.unwrap();
        assert_eq!(asked, [Some(Ok(()))]);
    }
    shop
}

impl Shop {
    async fn hears(&self, answers: Vec<Forwarded>) -> Vec<PutOff> {
        self.worker.record_forwards(answers, NOW).await.unwrap()
    }

    /// Where the first cancel stands, and what is noted of it.
    async fn cancel(&self) -> (CancelState, Option<String>) {
        let cancel = self.counter.list_cancels(Some(CancelId(2)), 1).await.unwrap().remove(0);
        (cancel.state, cancel.note)
    }

    async fn refill(&self) -> (RefillState, Option<String>) {
        let refill = self.counter.list_refills(Some(RefillId(2)), 1).await.unwrap().remove(0);
        (refill.state, refill.note)
    }
}

fn put_off(provider: ProviderId, count: usize, words: &str) -> PutOff {
    PutOff { provider, count, words: words.to_owned() }
}

fn cancel_put_off(id: i64, words: &str) -> Forwarded {
    Forwarded::CancelPutOff(CancelId(id), words.to_owned())
}

fn refill_put_off(words: &str) -> Forwarded {
    Forwarded::RefillPutOff(RefillId(1), words.to_owned())
}

fn noted(words: &str) -> Option<String> {
    Some(format!("put off: {words}"))
}

#[tokio::test]
async fn staff_see_the_newest_words_by_which_a_wish_is_put_off() {
    let shop = with_wishes().await;
    let answers = vec![cancel_put_off(1, LATER), refill_put_off(LATER), cancel_put_off(2, "busy")];
    let told = shop.hears(answers).await;
    assert_eq!(told, [put_off(FIRST, 2, LATER), put_off(SECOND, 1, "busy")]);
    assert_eq!(shop.cancel().await, (CancelState::Requested, noted(LATER)));
    assert_eq!(shop.refill().await, (RefillState::Pending, noted(LATER)));
    let told = shop.hears(vec![cancel_put_off(1, "Invalid\nAPI key")]).await;
    assert_eq!(told, [put_off(FIRST, 1, "Invalid API key")]);
    assert_eq!(shop.cancel().await.1, noted("Invalid API key"));
    let long = "é".repeat(400);
    shop.hears(vec![refill_put_off(&long)]).await;
    let note = shop.refill().await.1.unwrap();
    assert!(note.starts_with("put off: éé") && (499..=500).contains(&note.len()), "{note}");
    shop.assert_clean().await;
}

/// It is a note of what waits; what becomes of it is told by where it stands.
#[tokio::test]
async fn what_goes_on_or_has_ended_is_noted_as_put_off_no_more() {
    let shop = with_wishes().await;
    for taken in [true, false] {
        shop.hears(vec![cancel_put_off(1, LATER)]).await;
        if taken {
            assert_eq!(shop.hears(vec![Forwarded::CancelTaken(CancelId(1))]).await, []);
            assert_eq!(shop.cancel().await, (CancelState::Requested, None));
        }
    }
    let order = shop.counter.list_cancels(Some(CancelId(2)), 1).await.unwrap()[0].order;
    let attempt = shop.counter.attempts_of_order(order).await.unwrap()[0].id;
    shop.says(attempt, UpstreamWord::Canceled).await;
    assert_eq!(shop.cancel().await, (CancelState::Done, None));
    // An answer that comes late changes nothing of it.
    shop.hears(vec![cancel_put_off(1, LATER)]).await;
    assert_eq!(shop.cancel().await, (CancelState::Done, None));

    shop.hears(vec![refill_put_off(LATER)]).await;
    assert_eq!(shop.refill().await.1, noted(LATER));
    shop.hears(vec![Forwarded::RefillTaken(RefillId(1), Some(String::from("r1")))]).await;
    assert_eq!(shop.refill().await, (RefillState::InProgress, None));
    shop.hears(vec![refill_put_off(LATER)]).await;
    assert_eq!(shop.refill().await, (RefillState::InProgress, None));
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_note_of_staff_is_kept() {
    let shop = with_wishes().await;
    let note = Some(String::from("the page is gone"));
    shop.hears(vec![cancel_put_off(1, LATER)]).await;
    shop.counter.reject_cancel(CancelId(1), note.clone(), "ann", NOW).await.unwrap();
    for answer in [cancel_put_off(1, LATER), Forwarded::CancelTaken(CancelId(1))] {
        shop.hears(vec![answer]).await;
        assert_eq!(shop.cancel().await, (CancelState::Rejected, note.clone()));
    }
    shop.assert_clean().await;
}
