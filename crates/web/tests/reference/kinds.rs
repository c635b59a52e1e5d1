//! The table of service types: what each needs, how it is counted and what it costs, by ordering
//! one of each.

use crate::page::{Page, codes};
use crate::shop::Shop;
use panel_api::words::ServiceKind;
use serde_json::Value;
use std::collections::HashMap;

const HEADINGS: [&str; 4] = ["Type", "Needs", "May have", "Quantity"];

/// A value for every parameter of an order that fits, lists of three lines each.
const VALUES: [(&str, &str); 28] = [
    ("link", "https://example.com/"),
    ("quantity", "60"),
    ("runs", "2"),
    ("interval", "5"),
    ("comments", "a%0Ab%0Ac"),
    ("usernames", "a%0Ab%0Ac"),
    ("hashtags", "a%0Ab%0Ac"),
    ("keywords", "a%0Ab%0Ac"),
    ("groups", "a%0Ab%0Ac"),
    ("list", "a%0Ab%0Ac"),
    ("suggest", "a%0Ab%0Ac"),
    ("search", "a%0Ab%0Ac"),
    ("username", "ann"),
    ("hashtag", "press"),
    ("media", "https://example.com/m"),
    ("answer_number", "1"),
    ("country", "WW"),
    ("device", "5"),
    ("type_of_traffic", "3"),
    ("google_keyword", "press"),
    ("referring_url", "https://example.com/r"),
    ("min", "60"),
    ("max", "70"),
    ("posts", "2"),
    ("old_posts", "1"),
    ("delay", "15"),
    ("expiry", "31/12/2026"),
    ("limit", "1"),
];

fn value(name: &str) -> &'static str {
    let found = VALUES.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| *value).unwrap_or_else(|| panic!("no value for {name}"))
}

/// The ids of the services, by the text of their type; of several, the first.
pub(crate) async fn services(shop: &Shop) -> HashMap<String, i64> {
    let list: Value = serde_json::from_str(&shop.ask("action=services").await).unwrap();
    let mut ids = HashMap::new();
    for row in list.as_array().unwrap() {
        let kind = row["type"].as_str().unwrap().to_owned();
        ids.entry(kind).or_insert(row["service"].as_i64().unwrap());
    }
    ids
}

/// An `add` with a fitting value for each of the names.
pub(crate) fn form<'n>(service: i64, names: impl IntoIterator<Item = &'n str>) -> String {
    let mut form = format!("action=add&service={service}");
    for name in names {
        form.push_str(&format!("&{name}={}", value(name)));
    }
    form
}

/// The id that an `add` is answered with, when it is taken.
pub(crate) async fn order(shop: &Shop, form: &str) -> Option<i64> {
    let reply: Value = serde_json::from_str(&shop.ask(form).await).unwrap();
    reply["order"].as_i64()
}

#[test]
fn every_type_is_there() {
    let page = Page::read();
    let types: Vec<&str> = page.table(&HEADINGS).iter().flat_map(|row| codes(row[0])).collect();
    let names: Vec<&str> = ServiceKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(types, names);
}

#[tokio::test]
async fn every_type_needs_what_is_said() {
    let page = Page::read();
    let shop = Shop::of_every_kind().await;
    let ids = services(&shop).await;
    for row in page.table(&HEADINGS) {
        let (id, needs) = (ids[codes(row[0])[0]], codes(row[1]));
        assert!(order(&shop, &form(id, needs.iter().copied())).await.is_some(), "{row:?}");
        for missing in &needs {
            let without = needs.iter().copied().filter(|name| name != missing);
            let text = if *missing == "link" {
                String::from("Bad link")
            } else {
                format!("Incorrect {missing}")
            };
            let refused = format!(r#"{{"error":"{text}"}}"#);
            assert_eq!(shop.ask(&form(id, without)).await, refused, "{row:?}");
        }
        shop.wait(60);
    }
    shop.close().await;
}

#[tokio::test]
async fn every_type_takes_what_it_may_have_and_ignores_the_rest() {
    let page = Page::read();
    let shop = Shop::of_every_kind().await;
    let ids = services(&shop).await;
    for row in page.table(&HEADINGS) {
        let (id, needs, may) = (ids[codes(row[0])[0]], codes(row[1]), codes(row[2]));
        let all = form(id, needs.iter().chain(&may).copied());
        assert!(order(&shop, &all).await.is_some(), "{row:?}");
        let mut junk = form(id, needs.iter().copied());
        for (name, _) in VALUES {
            // A service that is ordered by quantity looks at its runs to refuse them.
            let looks = name == "runs" && row[3] == "`quantity`";
            if !looks && !needs.contains(&name) && !may.contains(&name) {
                junk.push_str(&format!("&{name}=junk"));
            }
        }
        assert!(order(&shop, &junk).await.is_some(), "{row:?}");
        shop.wait(60);
    }
    shop.close().await;
}

#[tokio::test]
async fn every_type_is_counted_and_charged_as_is_said() {
    let page = Page::read();
    let shop = Shop::of_every_kind().await;
    let ids = services(&shop).await;
    let mut flat = Vec::new();
    for row in page.table(&HEADINGS) {
        let needs = codes(row[1]);
        let (quantity, charge) = match row[3] {
            "1" => ("1", "2.5"),
            "`quantity`" => ("60", "0.15"),
            lines if lines.starts_with("lines of `") => ("3", "0.0075"),
            _ => {
                assert_eq!(row[0], "`Subscriptions`");
                continue;
            }
        };
        if quantity == "1" {
            flat.push(row[0]);
        }
        let id = order(&shop, &form(ids[codes(row[0])[0]], needs.iter().copied())).await.unwrap();
        let status = shop.ask(&format!("action=status&order={id}")).await;
        let status: Value = serde_json::from_str(&status).unwrap();
        assert_eq!(
            (status["remains"].as_str(), status["charge"].as_str()),
            (Some(quantity), Some(charge)),
            "{row:?}"
        );
    }
    let said = "The charge is rate × quantity / 1000.";
    assert!(page.flat().contains(&format!("{said} Of {} it is the rate.", flat.join(" and "))));
    shop.close().await;
}

/// The cell about a subscription's parameter.
fn told<'p>(page: &'p Page, name: &str) -> &'p str {
    let rows = page.table(&["Parameter", "Meaning"]);
    rows.iter().find(|row| row[0] == name).unwrap()[1]
}

#[tokio::test]
async fn the_delays_are_those_that_are_listed() {
    let page = Page::read();
    let (_, listed) = told(&page, "`delay`").split_once(": ").unwrap();
    let (listed, _) = listed.split_once(". ").unwrap();
    let listed: Vec<&str> =
        listed.split([',', ' ']).filter(|word| !matches!(*word, "" | "or")).collect();
    let shop = Shop::of_every_kind().await;
    let id = services(&shop).await["Subscriptions"];
    let needs = form(id, ["username", "min", "max"]);
    let mut taken = Vec::new();
    for delay in -1..=121 {
        if order(&shop, &format!("{needs}&delay={delay}")).await.is_some() {
            taken.push(delay.to_string());
        }
    }
    assert_eq!(taken, listed);
    shop.close().await;
}

#[tokio::test]
async fn a_subscription_is_charged_as_is_said() {
    let page = Page::read();
    let said = "rate × `max` × (`posts` + `old_posts`) / 1000";
    assert!(page.flat().contains(said), "{said}");
    let shop = Shop::of_every_kind().await;
    let id = services(&shop).await["Subscriptions"];
    let all = ["username", "min", "max", "posts", "old_posts"];
    for (form, charge) in [(form(id, all), "0.525"), (form(id, ["username", "min", "max"]), "0")] {
        let order = order(&shop, &form).await.unwrap();
        let status = shop.ask(&format!("action=status&order={order}")).await;
        assert!(status.starts_with(&format!(r#"{{"charge":"{charge}","#)), "{status}");
    }
    shop.close().await;
}
