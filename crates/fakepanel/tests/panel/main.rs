//! The panel as its customers and its tests see it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]

mod dialect;
mod faults;
mod kept;
mod life;
mod money;
mod program;
mod readme;
mod repeats;
mod seeds;
mod sockets;
mod spoilt;
mod wire;

use fakepanel::settings::{Account, Delivery, Service, Span};
use fakepanel::{Action, Amount, Fault, Form, How, Panel, Reaction, Rule, Settings, Verdict};
use serde_json::Value;

const SECOND: u64 = 1_000_000;

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// Orders start after one second and take ten more; start counts are 500.
fn delivery() -> Delivery {
    Delivery {
        start_us: Span::just(SECOND),
        run_us: Span::just(10 * SECOND),
        correct_us: Span::just(100 * SECOND),
        start_count: Span::just(500),
        ..Delivery::default()
    }
}

/// Two accounts, `main` with 100 and `other` with 50, and all service types.
fn settings() -> Settings {
    let account = |name: &str, balance| Account {
        name: name.to_owned(),
        key: format!("key-of-{name}"),
        balance: amount(balance),
    };
    Settings {
        accounts: vec![account("main", "100"), account("other", "50")],
        delivery: delivery(),
        ..Settings::default()
    }
}

fn panel() -> Panel {
    Panel::new(settings(), 1).unwrap()
}

/// A panel with this one rule.
fn with(rule: Rule) -> Panel {
    let mut panel = panel();
    panel.set_faults(vec![rule]).unwrap();
    panel
}

fn form(fields: &[(&str, &str)]) -> Form {
    let key: &[(&str, &str)] = &[("key", "key-of-main")];
    Form::of(&[key, fields].concat())
}

/// An `add` of 100 for 0.09.
fn add_form(link: &str) -> Form {
    form(&[("action", "add"), ("service", "1"), ("link", link), ("quantity", "100")])
}

fn add(panel: &mut Panel, now_us: u64, link: &str) -> Reaction {
    panel.handle(now_us, &add_form(link))
}

/// Places an order; its id.
fn order(panel: &mut Panel, now_us: u64, link: &str) -> u64 {
    let reaction = add(panel, now_us, link);
    json(&reaction)["order"].as_u64().unwrap_or_else(|| panic!("{reaction:?}"))
}

/// Asks as `main`; the text of the answer.
fn ask(panel: &mut Panel, now_us: u64, fields: &[(&str, &str)]) -> String {
    let reaction = panel.handle(now_us, &form(fields));
    assert!(matches!(reaction.how, How::Answer { .. }), "{reaction:?}");
    assert_eq!(reaction.reply.status, 200, "{reaction:?}");
    reaction.reply.body
}

fn status(panel: &mut Panel, now_us: u64, order: u64) -> Value {
    let id = order.to_string();
    let text = ask(panel, now_us, &[("action", "status"), ("order", &id)]);
    serde_json::from_str(&text).unwrap()
}

/// `status` and `remains` of an order.
fn state(panel: &mut Panel, now_us: u64, order: u64) -> (String, i64) {
    let status = status(panel, now_us, order);
    let text = |name: &str| status[name].as_str().unwrap_or_else(|| panic!("{status}")).to_owned();
    (text("status"), text("remains").parse().unwrap())
}

fn json(reaction: &Reaction) -> Value {
    serde_json::from_str(&reaction.reply.body).unwrap()
}

/// The last request that may have changed something.
fn last_verdict(panel: &Panel) -> Verdict {
    panel.journal().writes().last().unwrap().verdict.clone()
}

fn sound(panel: &Panel) {
    let violations = panel.violations();
    assert!(violations.is_empty(), "{violations:#?}");
}
