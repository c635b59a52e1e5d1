//! Every kind of service, ordered through the API and carried out: quantity, charge, stored
//! parameters and money, against figures that were worked out by hand.

use crate::common::Shop;
use counter::orders::Report;
use domain::Micros;

/// An order of one kind.
struct Kind {
    service: i64,
    /// What is sent beside the service.
    form: &'static str,
    link: &'static str,
    quantity: i64,
    charge: &'static str,
    params: Option<&'static str>,
    /// Units left when it ends in part, and what is charged then; none for what cannot be parted.
    partial: Option<(i64, &'static str)>,
}

const fn kind(service: i64, form: &'static str, quantity: i64, charge: &'static str) -> Kind {
    Kind {
        service,
        form,
        link: "https://example.com/p",
        quantity,
        charge,
        params: None,
        partial: None,
    }
}

impl Kind {
    const fn with(self, params: &'static str) -> Self {
        Self { params: Some(params), ..self }
    }

    const fn parted(self, remains: i64, charge: &'static str) -> Self {
        Self { partial: Some((remains, charge)), ..self }
    }
}

fn kinds() -> Vec<Kind> {
    vec![
        // 0.9 x 1234 / 1000; 1000 of 1234 delivered.
        kind(1, "quantity=1234", 1_234, "1.1106").parted(234, "0.9"),
        kind(2, "", 1, "12.5"),
        // 2.5 x 100 / 1000; 67 of 100.
        kind(3, "quantity=100&keywords=press%0Aoffice+hours", 100, "0.25")
            .with(r#"{"keywords":["press","office hours"]}"#)
            .parted(33, "0.1675"),
        // 40 x 3 / 1000; 2 of 3.
        kind(4, "comments=a,b%0D%0Ac%0D%0A%0D%0Ad%0D%0A", 3, "0.12")
            .with(r#"{"comments":["a,b","c","d"]}"#)
            .parted(1, "0.08"),
        kind(5, "comments=a%0Db", 1, "7.77").with(r#"{"comments":["a","b"]}"#),
        // 1.25 x 17 / 1000; 12 of 17.
        kind(6, "quantity=17&usernames=ann,bob", 17, "0.02125")
            .with(r#"{"usernames":["ann","bob"]}"#)
            .parted(5, "0.015"),
        // 1.5 x 21 / 1000; 1 of 21.
        kind(7, "quantity=21&usernames=ann%0Abob&hashtags=x,y", 21, "0.0315")
            .with(r#"{"usernames":["ann","bob"],"hashtags":["x","y"]}"#)
            .parted(20, "0.0015"),
        // 3 x 4 / 1000; 1 of 4.
        kind(8, "usernames=@a%0A@b%0A@c%0A@d&quantity=99", 4, "0.012")
            .with(r#"{"usernames":["@a","@b","@c","@d"]}"#)
            .parted(3, "0.003"),
        // 0.333333 x 10 / 1000 = 0.00333333, rounded up; 3 of 10 is 0.0010002, rounded up.
        kind(9, "quantity=10&hashtag=%23press", 10, "0.003334")
            .with(r##"{"hashtag":"#press"}"##)
            .parted(7, "0.001001"),
        // 0.7 x 15 / 1000; 14 of 15.
        kind(10, "quantity=15&username=https://example.com/ann", 15, "0.0105")
            .with(r#"{"username":"https://example.com/ann"}"#)
            .parted(1, "0.0098"),
        // 0.8 x 999 / 1000; two thirds.
        kind(11, "quantity=999&media=https://example.com/m", 999, "0.7992")
            .with(r#"{"media":"https://example.com/m"}"#)
            .parted(333, "0.5328"),
        // 5.005 x 11 / 1000; 7 of 11.
        kind(12, "quantity=11&username=ann", 11, "0.055055")
            .with(r#"{"username":"ann"}"#)
            .parted(4, "0.035035"),
        // 33.3 x 2 / 1000; half.
        kind(13, "username=ann&comments=yes%0Ano", 2, "0.0666")
            .with(r#"{"comments":["yes","no"],"username":"ann"}"#)
            .parted(1, "0.0333"),
        // 0.0001 x 10 / 1000 is a millionth, and a tenth of it is rounded up to it again.
        kind(14, "quantity=10&answers_number=2", 10, "0.000001")
            .with(r#"{"answer_number":2}"#)
            .parted(9, "0.000001"),
        // 6 x 50 / 1000; half.
        kind(15, "quantity=50&groups=one,1%0Atwo", 50, "0.3")
            .with(r#"{"groups":["one,1","two"]}"#)
            .parted(25, "0.15"),
        // 0.15 x 2000 / 1000; three quarters.
        kind(17, "quantity=2000&country=DE&device=5&type_of_traffic=1&google_keyword=press+work", 2_000, "0.3")
            .with(r#"{"country":"DE","google_keyword":"press work","device":5,"type_of_traffic":1}"#)
            .parted(500, "0.225"),
        // 0.15 x 100 / 1000; a hundredth.
        kind(17, "quantity=100&country=WW&device=1&type_of_traffic=2&referring_url=https://a.example/x", 100, "0.015")
            .with(r#"{"country":"WW","referring_url":"https://a.example/x","device":1,"type_of_traffic":2}"#)
            .parted(99, "0.00015"),
        // 0.15 x 101 / 1000.
        kind(17, "quantity=101&country=WW&device=4&type_of_traffic=3&google_keyword=junk", 101, "0.01515")
            .with(r#"{"country":"WW","device":4,"type_of_traffic":3}"#),
        // 1.1 x 10 / 1000; half.
        kind(18, "quantity=10&list=v1%0Av2", 10, "0.011")
            .with(r#"{"list":["v1","v2"]}"#)
            .parted(5, "0.0055"),
        // 1.2 x 10 / 1000; 8 of 10.
        kind(19, "quantity=10&suggest=v,1", 10, "0.012")
            .with(r#"{"suggest":["v,1"]}"#)
            .parted(2, "0.0096"),
        // 1.3 x 30 / 1000; 20 of 30.
        kind(20, "quantity=30&search=press%0Awork", 30, "0.039")
            .with(r#"{"search":["press","work"]}"#)
            .parted(10, "0.026"),
    ]
}

fn micros(text: &str) -> Micros {
    Micros::parse(text).unwrap()
}

/// Of the thousand that Alice began with.
fn left(spent: &str) -> String {
    micros("1000").checked_sub(micros(spent)).unwrap().to_string()
}

/// Gives Alice her thousand back, so that each kind starts from round figures.
async fn fill_up(shop: &Shop) {
    let (available, held) = shop.money(&shop.alice).await;
    assert_eq!(held, "0");
    let amount = micros("1000").checked_sub(micros(&available)).unwrap();
    if amount > Micros::ZERO {
        let reason = String::from("as before");
        let account = shop.alice.id;
        let adjustment = counter::accounts::Adjustment { account, amount, reason };
        shop.counter.credit(adjustment, "test", shop.now()).await.unwrap();
    }
}

async fn place(shop: &Shop, kind: &Kind, suffix: &str) -> i64 {
    let (service, form) = (kind.service, kind.form);
    shop.place(&format!("service={service}&link={}{suffix}&{form}", kind.link)).await
}

async fn status(shop: &Shop, order: i64) -> String {
    shop.ask(&shop.alice, &format!("action=status&order={order}")).await
}

fn told(charge: &str, start: i64, status: &str, remains: i64) -> String {
    format!(
        r#"{{"charge":"{charge}","start_count":"{start}","status":"{status}","remains":"{remains}","currency":"USD"}}"#
    )
}

#[tokio::test]
async fn each_is_counted_priced_and_stored_as_it_should() {
    let shop = Shop::open().await;
    for kind in kinds() {
        let order = place(&shop, &kind, "").await;
        let what = format!("service {}: {}", kind.service, kind.form);
        let view = shop.show(order).await;
        assert_eq!(view.order.quantity, kind.quantity, "{what}");
        assert_eq!(view.order.link, kind.link, "{what}");
        assert_eq!(view.order.charge.to_string(), kind.charge, "{what}");
        assert_eq!(view.params.as_deref(), kind.params, "{what}");
        let money = shop.money(&shop.alice).await;
        assert_eq!(money, (left(kind.charge), kind.charge.to_owned()), "{what}");
        assert_eq!(status(&shop, order).await, told(kind.charge, 0, "Pending", kind.quantity));

        shop.report(order, Report::Completed { start_count: Some(41), remains: Some(-2) }).await;
        assert_eq!(status(&shop, order).await, told(kind.charge, 41, "Completed", -2), "{what}");
        let money = shop.money(&shop.alice).await;
        assert_eq!(money, (left(kind.charge), String::from("0")), "{what}");
        fill_up(&shop).await;
    }
    shop.close().await;
}

#[tokio::test]
async fn what_is_cancelled_is_given_back_whole() {
    let shop = Shop::open().await;
    for kind in kinds() {
        let what = format!("service {}: {}", kind.service, kind.form);
        // Before anybody has begun, by its customer; then by whoever fulfils it.
        for by_customer in [true, false] {
            let order = place(&shop, &kind, if by_customer { "/1" } else { "/2" }).await;
            if by_customer {
                let form = format!("action=cancel&order={order}");
                let taken = format!(r#"{{"order":{order},"cancel":1,"status":"success"}}"#);
                assert_eq!(shop.ask(&shop.alice, &form).await, taken, "{what}");
            } else {
                shop.report(order, Report::Progress { start_count: None, remains: None }).await;
                shop.report(order, Report::Canceled).await;
            }
            let canceled = told("0", 0, "Canceled", kind.quantity);
            assert_eq!(status(&shop, order).await, canceled, "{what}");
            let money = shop.money(&shop.alice).await;
            assert_eq!(money, (String::from("1000"), String::from("0")), "{what}");
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn what_is_delivered_in_part_is_charged_in_part() {
    let shop = Shop::open().await;
    for kind in kinds() {
        let Some((remains, charge)) = kind.partial else { continue };
        let what = format!("service {}: {}", kind.service, kind.form);
        let order = place(&shop, &kind, "").await;
        shop.report(order, Report::Progress { start_count: Some(7), remains: Some(remains) }).await;
        let told_first = told(kind.charge, 7, "In progress", remains);
        assert_eq!(status(&shop, order).await, told_first, "{what}");
        shop.report(order, Report::Partial { remains }).await;
        assert_eq!(status(&shop, order).await, told(charge, 7, "Partial", remains), "{what}");
        let money = shop.money(&shop.alice).await;
        assert_eq!(money, (left(charge), String::from("0")), "{what}");
        fill_up(&shop).await;
    }
    shop.close().await;
}

#[tokio::test]
async fn no_kind_is_left_out() {
    let ordered: std::collections::BTreeSet<i64> =
        kinds().iter().map(|kind| kind.service).collect();
    // Subscriptions have no link and are carried out in parts: `parts` has them.
    let wanted = (1..=20).filter(|service| *service != 16);
    assert!(ordered.into_iter().eq(wanted));
}
