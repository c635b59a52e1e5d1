//! The same from outside: two processes that serve one database, and racers that ask both over HTTP,
//! as resellers do.

use super::arena::{Arena, LINKS, PRICE, THINGS, UNITS};
use super::pulls;
use super::round::{ENOUGH, Outcome, RACERS, same, told};
use crate::{Boxed, watch};
use counter::accounts::KeyChange;
use counter::orders::{OrderReport, Report};
use counter::products::ProductChange;
use domain::{AccountId, Micros, OrderId, ProductId};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};
use testkit::{Client, Kept};

/// A use case over HTTP, and a round of racers for it.
#[derive(Clone, Copy)]
pub(super) struct ServedCase {
    pub(super) name: &'static str,
    pub(super) round: for<'a> fn(Served<'a>) -> Boxed<'a, Outcome>,
}

/// An arena, and the two servers on its database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served<'a> {
    pub(super) arena: &'a Arena,
    /// Their addresses.
    pub(super) servers: &'a [String; 2],
}

/// What a racer asks.
type Form = Vec<(&'static str, String)>;

/// What it was answered: the value of a field, or the text of the refusal.
type Answer = Result<i64, String>;

impl Served<'_> {
    /// Lets all racers ask at once, every second one the other server; what each was answered in
    /// `field`.
    async fn race(
        &self,
        key: &str,
        field: &'static str,
        form: impl Fn(usize) -> Form,
    ) -> Result<Vec<Answer>, String> {
        let barrier = Arc::new(Barrier::new(RACERS));
        let mut racers = Vec::new();
        for racer in 0..RACERS {
            let address = self.servers[racer % self.servers.len()].clone();
            let client = Client { address, key: key.to_owned() };
            let (form, barrier) = (form(racer), Arc::clone(&barrier));
            racers.push(tokio::task::spawn_blocking(move || {
                let kept = Kept::connect(&client);
                barrier.wait();
                let fields: Vec<(&str, &str)> =
                    form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let answer = kept.and_then(|mut kept| kept.form(&fields)).map_err(told)?;
                read(&answer.body, field)
            }));
        }
        let mut answers = Vec::new();
        for racer in racers {
            answers.push(racer.await.map_err(told)??);
        }
        Ok(answers)
    }

    /// A new account with so much money, and its key.
    async fn customer(&self, prices: i64) -> (AccountId, String) {
        let account = self.arena.account(prices * PRICE, 0).await;
        let (_, key) = self.arena.key(account, watch::time()).await;
        (account, key)
    }

    /// An order of the customer, by one of the servers.
    async fn order(&self, key: &str) -> Result<i64, String> {
        let client = Client { address: self.servers[0].clone(), key: key.to_owned() };
        let link = self.link();
        let asked = tokio::task::spawn_blocking(move || {
            let units = UNITS.to_string();
            let service = THINGS.0.to_string();
            client.call(&[
                ("action", "add"),
                ("service", &service),
                ("link", &link),
                ("quantity", &units),
            ])
        });
        let answer = asked.await.map_err(told)?;
        answer["order"].as_i64().ok_or_else(|| answer.to_string())
    }

    fn link(&self) -> String {
        format!("https://example.com/{}", self.arena.serial())
    }

    /// An order that costs [`PRICE`] and repeats no other.
    fn add(&self) -> Form {
        add(THINGS.0, self.link())
    }

    async fn product(&self, items: usize) -> ProductId {
        let product = self.arena.product(ProductChange::default()).await;
        self.arena.stock(product, items, 1).await;
        product
    }
}

fn add(service: i64, link: String) -> Form {
    vec![
        ("action", String::from("add")),
        ("service", service.to_string()),
        ("link", link),
        ("quantity", UNITS.to_string()),
    ]
}

fn buy(product: ProductId) -> Form {
    vec![
        ("action", String::from("add_product_order")),
        ("product", product.to_string()),
        ("quantity", String::from("1")),
    ]
}

/// Reads an answer, of one thing or of a list with one thing in it.
fn read(body: &str, field: &str) -> Result<Answer, String> {
    let value: Value = serde_json::from_str(body).map_err(|error| format!("{error}: {body}"))?;
    let one = value.get(0).unwrap_or(&value);
    let found = &one[field];
    let number = found.as_i64().or_else(|| found.as_str()?.parse().ok());
    let refused = one["error"].as_str().or_else(|| found["error"].as_str());
    match (number, refused) {
        (Some(number), None) => Ok(Ok(number)),
        (None, Some(refused)) => Ok(Err(refused.to_owned())),
        _ => Err(format!("a racer was answered {body}")),
    }
}

/// That so many had what they asked for, each something else when `each`, and that all others were
/// told `why_not`.
fn had(answers: &[Answer], expected: usize, each: bool, why_not: &str) -> Outcome {
    if let Some(other) = answers.iter().filter_map(|a| a.as_ref().err()).find(|a| *a != why_not) {
        return Err(format!("a racer was told: {other}"));
    }
    let got: Vec<i64> = answers.iter().filter_map(|answer| answer.as_ref().ok().copied()).collect();
    same("racers that had what they asked for", got.len(), expected)?;
    let different = got.iter().collect::<BTreeSet<_>>().len();
    same("different orders", different, if each { expected } else { 1 })
}

const NO_FUNDS: &str = "Not enough funds on balance";
const ACTIVE: &str =
    "You have active order with this link. Please wait until order being completed.";

pub(super) const CASES: &[ServedCase] = &[
    ServedCase { name: "served: orders", round: |s| Box::pin(orders(s)) },
    ServedCase { name: "served: product orders", round: |s| Box::pin(product_orders(s)) },
    ServedCase { name: "served: both ways to spend", round: |s| Box::pin(both(s)) },
    ServedCase { name: "served: ten pieces", round: |s| Box::pin(ten_pieces(s)) },
    ServedCase { name: "served: daily cap", round: |s| Box::pin(daily_cap(s)) },
    ServedCase { name: "served: one request id", round: |s| Box::pin(request_id(s)) },
    ServedCase { name: "served: the same order", round: |s| Box::pin(repeated(s)) },
    ServedCase { name: "served: one open order for a link", round: |s| Box::pin(link(s)) },
    ServedCase { name: "served: cancels", round: |s| Box::pin(cancels(s)) },
    ServedCase { name: "served: refills", round: |s| Box::pin(refills(s)) },
    pulls::SERVED,
];

/// Orders for services, with money for ten.
async fn orders(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(10).await;
    let answers = served.race(&key, "order", |_| served.add()).await?;
    had(&answers, ENOUGH, true, NO_FUNDS)?;
    same("money", served.arena.money(&[account]).await, (0, 10 * PRICE))
}

/// Orders for products, with money for ten.
async fn product_orders(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(10).await;
    let product = served.product(RACERS).await;
    let answers = served.race(&key, "order", |_| buy(product)).await?;
    had(&answers, ENOUGH, true, NO_FUNDS)?;
    same("money", served.arena.money(&[account]).await, (0, 0))
}

/// Either, with money for ten.
async fn both(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(10).await;
    let product = served.product(RACERS).await;
    // Racers 0 and 1, 4 and 5, …: both kinds at both servers.
    let is_product = |racer: usize| racer & 2 == 0;
    let form = |racer| if is_product(racer) { buy(product) } else { served.add() };
    let answers = served.race(&key, "order", form).await?;
    let (mut bought, mut held) = (0, 0);
    for (racer, answer) in answers.iter().enumerate() {
        match answer {
            Ok(_) if is_product(racer) => bought += 1,
            Ok(_) => held += 1,
            Err(refused) => same("what a racer was told", refused.as_str(), NO_FUNDS)?,
        }
    }
    same("racers that spent", bought + held, 10)?;
    same("money", served.arena.money(&[account]).await, (0, held * PRICE))
}

/// Ten pieces, and money for all.
async fn ten_pieces(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(100).await;
    let product = served.product(ENOUGH).await;
    let answers = served.race(&key, "order", |_| buy(product)).await?;
    had(&answers, ENOUGH, true, "Out of stock")?;
    same("money", served.arena.money(&[account]).await, (90 * PRICE, 0))
}

/// A key that may spend for ten in a day.
async fn daily_cap(served: Served<'_>) -> Outcome {
    let account = served.arena.account(100 * PRICE, 0).await;
    let (id, key) = served.arena.key(account, watch::time()).await;
    let change =
        KeyChange { daily_cap: Some(Some(Micros::new(10 * PRICE))), ..KeyChange::default() };
    served.arena.counter(0).edit_key(id, change, watch::time()).await.map_err(told)?;
    let answers = served.race(&key, "order", |_| served.add()).await?;
    let got = answers.iter().filter(|answer| answer.is_ok()).count();
    same("racers that spent", got, ENOUGH)?;
    same("money", served.arena.money(&[account]).await, (90 * PRICE, 10 * PRICE))
}

/// The same order with one request id: all are told the same.
async fn request_id(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(100).await;
    let mut form = served.add();
    form.push(("request_id", String::from("once")));
    let answers = served.race(&key, "order", |_| form.clone()).await?;
    had(&answers, RACERS, false, "")?;
    same("money", served.arena.money(&[account]).await, (99 * PRICE, PRICE))
}

/// The same order without one: one is placed.
async fn repeated(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(100).await;
    let form = served.add();
    let answers = served.race(&key, "order", |_| form.clone()).await?;
    had(&answers, 1, true, ACTIVE)?;
    same("money", served.arena.money(&[account]).await, (99 * PRICE, PRICE))
}

/// Orders that look different, of a service that takes one for a link.
async fn link(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(100).await;
    let link = served.link();
    let form = |racer: usize| {
        let mut form = add(LINKS.0, link.clone());
        form.push(("request_id", format!("racer-{racer}")));
        form
    };
    let answers = served.race(&key, "order", form).await?;
    had(&answers, 1, true, ACTIVE)?;
    same("money", served.arena.money(&[account]).await, (99 * PRICE, PRICE))
}

/// One order that all cancel: its money comes back once.
async fn cancels(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(1).await;
    let order = served.order(&key).await?;
    let form = || vec![("action", String::from("cancel")), ("orders", order.to_string())];
    let answers = served.race(&key, "cancel", |_| form()).await?;
    let got = answers.iter().filter(|answer| answer.is_ok()).count();
    if got == 0 {
        return Err(format!("nobody could cancel: {answers:?}"));
    }
    same("money", served.arena.money(&[account]).await, (PRICE, 0))
}

/// One finished order that all want refilled: one refill is asked for.
async fn refills(served: Served<'_>) -> Outcome {
    let (account, key) = served.customer(1).await;
    let order = served.order(&key).await?;
    for report in [Report::Accepted, Report::Completed { start_count: None, remains: Some(0) }] {
        let report = OrderReport { order: OrderId(order), report, reason: None };
        let done = served.arena.counter(0).report_order(report, "race", watch::time()).await;
        done.map_err(told)?;
    }
    let form = || vec![("action", String::from("refill")), ("order", order.to_string())];
    let answers = served.race(&key, "refill", |_| form()).await?;
    let refills: BTreeSet<i64> =
        answers.iter().filter_map(|answer| answer.as_ref().ok().copied()).collect();
    same("refills", refills.len(), 1)?;
    same("money", served.arena.money(&[account]).await, (0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_too_few_and_doubled_answers_are_found() {
        let answered = |ids: &[i64], refused: usize| -> Vec<Answer> {
            let refused = std::iter::repeat_n(Err(String::from(NO_FUNDS)), refused);
            ids.iter().copied().map(Ok).chain(refused).collect()
        };
        assert_eq!(had(&answered(&[1, 2], 3), 2, true, NO_FUNDS), Ok(()));
        for (ids, refused, why_not) in [
            (&[1, 2, 3][..], 2, NO_FUNDS),
            (&[1], 4, NO_FUNDS),
            (&[1, 1], 3, NO_FUNDS),
            (&[1, 2], 3, ACTIVE),
        ] {
            assert!(had(&answered(ids, refused), 2, true, why_not).is_err(), "{ids:?}");
        }
        assert!(had(&answered(&[1, 2], 0), 2, false, "").is_err(), "two orders for one request");
    }

    #[test]
    fn what_is_neither_an_answer_nor_a_refusal_is_found() {
        assert_eq!(read(r#"{"order":7}"#, "order"), Ok(Ok(7)));
        assert_eq!(read(r#"[{"order":7,"cancel":3}]"#, "cancel"), Ok(Ok(3)));
        let refused = r#"[{"order":7,"cancel":{"error":"no"}}]"#;
        assert_eq!(read(refused, "cancel"), Ok(Err(String::from("no"))));
        for body in ["", "{}", "<html>", r#"{"error":"no","order":7}"#] {
            assert!(read(body, "order").is_err(), "{body}");
        }
    }
}
