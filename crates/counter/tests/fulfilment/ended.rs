//! Orders that staff would end while a provider has them, or may have them.

use super::restored::{LATER, at};
use super::shop::{COST, FIRST, NOW, Shop, accepted};
use counter::fulfilment::{ForwardKind, Found};
use counter::orders::{OrderReport, Report};
use counter::{Failure, Refusal};
use domain::OrderId;
use domain::orders::{NotAccepted, State};
use domain::providers::UpstreamWord;

const CANCELED: Report = Report::Canceled;
const PARTIAL: Report = Report::Partial { remains: 999 };

impl Shop {
    async fn end(&self, order: OrderId, report: Report) -> Result<State, String> {
        let report = OrderReport { order, report, reason: None };
        match self.counter.report_unless_placed(report, "ann", LATER).await {
            Ok(order) => Ok(order.state),
            Err(Failure::Refused(Refusal::NotNow(text))) => Err(text),
            Err(error) => panic!("{error}"),
        }
    }

    /// Neither ending is taken; what is said of them.
    async fn refuses(&self, order: OrderId) -> String {
        let (state, money) = (self.state(order).await, self.money().await);
        let told = self.end(order, CANCELED).await.unwrap_err();
        assert_eq!(self.end(order, PARTIAL).await.unwrap_err(), told);
        assert_eq!((self.state(order).await, self.money().await), (state, money), "nothing moved");
        told
    }
}

#[tokio::test]
async fn what_a_provider_has_is_not_given_back() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    let told = shop.refuses(order).await;
    assert!(told.contains("it is being placed at first"), "{told}");
    shop.found(attempt, accepted("900")).await;
    for word in [UpstreamWord::Pending, UpstreamWord::InProgress] {
        shop.says(attempt, word).await;
        let told = shop.refuses(order).await;
        assert!(told.contains("first has it as 900, is not told"), "{told}");
        assert!(told.contains("`cancel ask 1`") && told.contains("--although-placed"), "{told}");
    }
    assert_eq!(shop.followed(FIRST).await, [attempt], "it is followed as before");
    // Asked there, it comes back when the provider says so.
    let asked = shop.counter.ask_cancel_by_staff(order, Some("a wish"), "ann", NOW).await.unwrap();
    assert_eq!(asked.waits, None);
    let asked = asked.cancel;
    let again = shop.counter.ask_cancel_by_staff(order, None, "ann", NOW).await.unwrap_err();
    assert!(again.to_string().contains("asked already"), "{again}");
    let forwards = shop.forwards(NOW).await;
    let [sent] = &forwards[..] else { panic!("{forwards:?}") };
    let expected = (ForwardKind::Cancel, vec![(asked.id.0, String::from("900"))]);
    assert_eq!((sent.kind, sent.asked.clone()), expected);
    assert_eq!(shop.money().await.1, 2 * COST, "held until then");
    shop.says(attempt, UpstreamWord::Canceled).await;
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    let ended = shop.counter.ask_cancel_by_staff(order, None, "ann", NOW).await.unwrap_err();
    assert!(ended.to_string().contains("has ended"), "{ended}");
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_is_before_a_person_is_not_ended_by_asking() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, accepted("900")).await;
    assert_eq!(shop.says(attempt, UpstreamWord::Failed).await, Some(State::Review));
    let told = shop.refuses(order).await;
    assert!(!told.contains("`cancel ask"), "{told}");
    let helps = ["`order complete 1`", "`order partial 1", "`order cancel 1", "--although-placed"];
    assert!(helps.iter().all(|help| told.contains(help)), "{told}");
    // Asked all the same, whoever asks is told what ends it.
    let asked = shop.counter.ask_cancel_by_staff(order, None, "ann", NOW).await.unwrap();
    let told = asked.waits.unwrap();
    assert!(helps.iter().all(|help| told.contains(help)), "{told}");
    shop.says(attempt, UpstreamWord::Canceled).await;
    assert_eq!((shop.state(order).await, shop.money().await.1), (State::Review, 2 * COST));
    let report = OrderReport { order, report: CANCELED, reason: None };
    shop.counter.report_order(report, "ann", NOW).await.unwrap();
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    // Where it is not known what became of it, that comes first.
    let (lost, attempt) = shop.in_review().await;
    let asked = shop.counter.ask_cancel_by_staff(lost, None, "ann", NOW).await.unwrap();
    assert!(asked.waits.unwrap().contains("`order decide 2`"));
    shop.found(attempt, Found::AcceptedNoId).await;
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_a_provider_may_have_is_decided_first() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    let told = shop.refuses(order).await;
    assert!(told.contains("first may have it, its answer was lost"), "{told}");
    assert!(told.contains("`order decide 1`") && !told.contains("--although"), "{told}");
    shop.found(attempt, Found::Undecided).await;
    assert_eq!(shop.state(order).await, State::Review);
    let told = shop.refuses(order).await;
    assert!(told.contains("--although-placed"), "{told}");
    shop.found(attempt, Found::AcceptedNoId).await;
    let told = shop.refuses(order).await;
    assert!(told.contains("first has it under an id that is not known"), "{told}");
    // Whoever is sure says so.
    let report = OrderReport { order, report: CANCELED, reason: None };
    let after = shop.counter.report_order(report, "ann", NOW).await.unwrap();
    assert_eq!(after.state, State::Canceled);
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_nobody_has_is_ended_as_ever() {
    let shop = Shop::open().await;
    let (never, refused, done) = (shop.order().await, shop.order().await, shop.order().await);
    let attempt = shop.claim(refused).await;
    shop.found(attempt, Found::Lost).await;
    shop.found(attempt, Found::NotAccepted(NotAccepted::Person)).await;
    let attempt = shop.claim(done).await;
    shop.found(attempt, accepted("7")).await;
    shop.says(attempt, UpstreamWord::Completed).await;
    for order in [never, refused, done] {
        assert_eq!(shop.end(order, CANCELED).await, Ok(State::Canceled));
    }
    assert_eq!(shop.money().await, (1_000_000_000, 0), "the last is corrected");
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_may_have_left_since_a_copy_is_looked_for_first() {
    let mut shop = Shop::open().await;
    let (order, other) = (shop.order().await, shop.order().await);
    assert_eq!(shop.restored().await, 2);
    let told = shop.refuses(order).await;
    assert!(told.contains("after the copy") && told.contains("`order decide 1`"), "{told}");
    assert_eq!(shop.decide(order, at(FIRST, Some("7"))).await, Ok(State::Submitted));
    let told = shop.refuses(order).await;
    assert!(told.contains("first has it as 7"), "{told}");
    // One that came since is nobody's.
    let new = shop.order().await;
    assert_eq!(shop.end(new, CANCELED).await, Ok(State::Canceled));
    assert_eq!(shop.state(other).await, State::Review);
    shop.assert_clean().await;
}
