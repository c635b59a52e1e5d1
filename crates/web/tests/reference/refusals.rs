//! The table of errors: every text in it can be had, and every text that can be had is in it.

use crate::kinds::{form, order, services};
use crate::page::{Page, codes};
use crate::shop::Shop;
use counter::accounts::AccountChange;
use counter::orders::{OrderReport, Report};
use domain::OrderId;
use panel_api::words::errors;
use serde_json::Value;
use std::collections::BTreeSet;

const HOUR: i64 = 3_600;

/// The texts that calls were refused with.
struct Heard {
    shop: Shop,
    texts: BTreeSet<String>,
}

impl Heard {
    async fn ask(&mut self, form: &str) {
        let reply = self.shop.ask(form).await;
        self.note(&reply, form);
    }

    fn note(&mut self, reply: &str, form: &str) {
        let json: Value = serde_json::from_str(reply).unwrap();
        let text = json["error"].as_str().unwrap_or_else(|| panic!("{form:.200}: {reply}"));
        self.texts.insert(text.to_owned());
    }

    /// An order that was delivered now.
    async fn delivered(&self, service: i64) -> i64 {
        let form = form(service, ["link", "quantity"]);
        let id = order(&self.shop, &form).await.unwrap();
        let report = Report::Completed { start_count: None, remains: None };
        let report = OrderReport { order: OrderId(id), report, reason: None };
        self.shop.counter.report_order(report, "staff", self.shop.now()).await.unwrap();
        id
    }

    async fn of_calls(&mut self) {
        let reply = self.shop.post(String::from("action=balance")).await;
        self.note(&reply, "no key");
        for form in [
            "",
            "action=x",
            "action=status&order=999",
            "action=refill_status&refill=999",
            "action=add_product_order&product=1",
        ] {
            self.ask(form).await;
        }
        self.shop.put_up_products().await;
        self.ask("action=add_product_order&product=2&quantity=1").await;
        let ids: Vec<String> = (1..=101).map(|id| id.to_string()).collect();
        self.ask(&format!("action=status&orders={}", ids.join(","))).await;
        self.ask(&format!("action=add_product_order&require={}", "x".repeat(10_001))).await;
    }

    async fn of_orders(&mut self) {
        let ids = services(&self.shop).await;
        let plain = form(ids["Default"], ["link", "quantity"]);
        for wrong in [
            "service=999",
            "link=",
            "quantity=1.5",
            "quantity=49",
            "quantity=50001",
            "quantity=50000",
            "runs=x",
            "runs=2",
        ] {
            self.ask(&format!("{plain}&{wrong}")).await;
        }
        for (name, length) in [
            ("comments", 10_001),
            ("usernames", 10_001),
            ("hashtags", 10_001),
            ("keywords", 10_001),
            ("groups", 10_001),
            ("list", 10_001),
            ("suggest", 10_001),
            ("search", 10_001),
            ("username", 2_001),
            ("hashtag", 501),
            ("media", 2_001),
            ("country", 501),
            ("google_keyword", 501),
            ("referring_url", 2_001),
            ("request_id", 129),
        ] {
            self.ask(&format!("{plain}&{name}={}", "x".repeat(length))).await;
        }
        for (kind, needs, names) in [
            ("Poll", &["link", "quantity"][..], &["answer_number"][..]),
            ("Web Traffic", &["link", "quantity", "country"], &["device"]),
            ("Web Traffic", &["link", "quantity", "country", "device"], &["type_of_traffic"]),
            (
                "Subscriptions",
                &["username", "min", "max", "posts"],
                &["min", "max", "posts", "old_posts", "delay", "expiry"],
            ),
        ] {
            for name in names {
                let form = form(ids[kind], needs.iter().copied());
                self.ask(&format!("{form}&{name}=x")).await;
            }
        }
        assert!(order(&self.shop, &plain).await.is_some());
        self.ask(&plain).await;
    }

    async fn of_requests(&mut self) {
        let open = form(1, ["link", "quantity", "runs", "interval"]);
        let open = order(&self.shop, &open).await.unwrap();
        let (cool, at_once, bare) =
            (self.delivered(1).await, self.delivered(21).await, self.delivered(22).await);
        for order in [open, cool, bare] {
            self.ask(&format!("action=refill&order={order}")).await;
        }
        let twice = format!("action=refill&order={at_once}");
        assert_eq!(self.shop.ask(&twice).await, r#"{"refill":"1"}"#);
        self.ask(&twice).await;
        self.ask(&format!("action=cancel&order={bare}")).await;
        self.shop.wait(48 * HOUR + 1);
        self.ask(&format!("action=refill&order={cool}")).await;
    }
}

async fn suspend(shop: &Shop) {
    let change = AccountChange { suspended: Some(true), ..AccountChange::default() };
    shop.counter.change_account(shop.account, change, shop.now()).await.unwrap();
}

#[tokio::test]
async fn the_table_is_complete() {
    let mut heard = Heard { shop: Shop::of_every_kind().await, texts: BTreeSet::new() };
    heard.of_calls().await;
    heard.of_orders().await;
    heard.shop.wait(60);
    heard.of_requests().await;
    suspend(&heard.shop).await;
    heard.ask("action=balance").await;
    heard.shop.close().await;
    // Only a store that fails is answered with this.
    heard.texts.insert(errors::TRY_LATER.to_owned());

    let page = Page::read();
    let table = page.table(&["Text", "When", "What to do"]);
    let told: Vec<String> = table.iter().flat_map(|row| codes(row[0])).map(str::to_owned).collect();
    let set: BTreeSet<String> = told.iter().cloned().collect();
    let missing: Vec<_> = heard.texts.difference(&set).collect();
    let unheard: Vec<_> = set.difference(&heard.texts).collect();
    assert!(missing.is_empty() && unheard.is_empty(), "missing {missing:?}, unheard {unheard:?}");
    assert_eq!(set.len(), told.len(), "each text once");
}

#[tokio::test]
async fn a_suspended_account_is_answered_as_is_said() {
    let page = Page::read();
    let flat = page.flat();
    let (_, said) = flat.split_once("can follow its orders and nothing else. ").unwrap();
    let (said, _) = said.split_once(" answer as always").unwrap();
    let said = codes(said);
    let shop = Shop::of_every_kind().await;
    suspend(&shop).await;
    let actions = page.table(&["Action", "What it does", "Parameters beside `key`"]);
    let refused = format!(r#"{{"error":"{}"}}"#, errors::ACCOUNT_SUSPENDED);
    let mut answered = Vec::new();
    for action in actions.iter().flat_map(|row| codes(row[0])) {
        if shop.ask(&format!("action={action}&order=1&refill=1")).await != refused {
            answered.push(action);
        }
    }
    let set = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(set(answered), set(said));
}
