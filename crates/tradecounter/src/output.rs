//! What commands print: a table or lines for people, JSON for programs.

use crate::clock;
use crate::failure::Failure;
use domain::orders::Order;
use domain::pricing::Tier;
use domain::providers::{Attempt, Provider, Route};
use domain::{Micros, Timestamp};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::Write;
use std::sync::Mutex;
use store::tables::accounts::Account;
use store::tables::keys::Key;
use store::tables::providers::Entry;
use store::tables::requests::{Cancel, Refill};
use store::tables::transfers::Transfer;

/// How a command prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

/// What was said and is not printed yet.
static SAID: Mutex<String> = Mutex::new(String::new());

/// Says a line. It is printed when the command has ended: a command that has changed something
/// must not break off because nobody can read what it did.
pub(crate) fn say(line: &str) {
    if let Ok(mut said) = SAID.lock() {
        said.push_str(&harmless(line));
        said.push('\n');
    }
}

/// A text that steers no terminal: control characters but tabs and line breaks are spelled as in
/// JSON, where they mean the same.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Prints what was said.
pub(crate) fn print() -> Result<(), Failure> {
    let said = SAID.lock().map(|mut said| std::mem::take(&mut *said)).unwrap_or_default();
    let mut out = std::io::stdout().lock();
    let printed = out.write_all(said.as_bytes()).and_then(|()| out.flush());
    printed.map_err(Failure::Unprinted)
}

impl Output {
    /// Prints a list: an array, or a table of the named members.
    pub(crate) fn list(self, rows: &[Value], columns: &[&str]) {
        if self.json {
            say(&Value::from(rows).to_string());
        } else if rows.is_empty() {
            say("nothing found");
        } else {
            table(rows, columns);
        }
    }

    /// Prints one thing: an object, or a line for each member.
    pub(crate) fn one(self, value: &Value) {
        if self.json {
            say(&value.to_string());
            return;
        }
        let Value::Object(members) = value else { return say(&cell(value)) };
        let width = members.keys().map(String::len).max().unwrap_or(0);
        for (name, value) in members {
            match value {
                Value::Array(rows) if rows.iter().all(Value::is_object) && !rows.is_empty() => {
                    say(&format!("{name}:"));
                    let columns: Vec<&str> = rows
                        .first()
                        .and_then(Value::as_object)
                        .map(|row| row.keys().map(String::as_str).collect())
                        .unwrap_or_default();
                    table(rows, &columns);
                }
                value => say(&format!("{name:width$}  {}", cell(value))),
            }
        }
    }

    /// Prints that something was done: the object, or the sentence.
    pub(crate) fn done(self, value: &Value, sentence: &str) {
        if self.json { say(&value.to_string()) } else { say(sentence) }
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::from("-"),
        Value::String(text) => plain(text),
        other => other.to_string(),
    }
}

/// A text as it may stand in a cell: a line break or a tab would end it.
fn plain(text: &str) -> String {
    harmless(text).replace('\n', "\\n").replace('\t', "\\t")
}

fn table(rows: &[Value], columns: &[&str]) {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            columns.iter().map(|name| row.get(name).map_or_else(String::new, cell)).collect()
        })
        .collect();
    let width = |column: usize| {
        let widest = cells.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count());
        let name = columns.get(column).map_or(0, |name| name.len());
        widest.max().unwrap_or(0).max(name)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        say(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    line(columns.to_vec());
    for row in &cells {
        line(row.iter().map(String::as_str).collect());
    }
}

/// An amount, as text: exact, and the same for people and programs.
pub(crate) fn amount(amount: Micros) -> Value {
    Value::from(amount.to_string())
}

/// A moment, as text.
pub(crate) fn time(at: Timestamp) -> Value {
    Value::from(clock::shown(at))
}

pub(crate) fn account(account: &Account) -> Value {
    json!({
        "account": account.id.0,
        "name": account.name,
        "status": if account.suspended { "suspended" } else { "active" },
        "available": amount(account.wallet.available),
        "held": amount(account.wallet.held),
        "credit_limit": amount(account.wallet.credit_limit),
        "get_writes": account.get_writes,
        "tier": account.tier.map(|tier| tier.0),
        "discount": account.discount.map(|discount| discount.to_string()),
        "created": time(account.created),
    })
}

pub(crate) fn tier(tier: &Tier) -> Value {
    json!({ "tier": tier.id.0, "name": tier.name, "discount": tier.discount.to_string() })
}

pub(crate) fn key(key: &Key, spent_today: Option<Micros>) -> Value {
    let known = |text: String| Some(text).filter(|text| !text.is_empty());
    json!({
        "key_id": key.id.0,
        "account": key.account.0,
        "name": key.name,
        "ends_with": known(key.hint.clone()),
        "scopes": key.rules.scopes.to_string(),
        "allow": known(key.rules.allow.to_string()),
        "daily_cap": key.rules.daily_cap.map(amount),
        "spent_today": spent_today.map(amount),
        "expires": key.rules.expires.map(clock::shown),
        "last_used": key.last_used.map(clock::shown),
        "created": time(key.created),
        "revoked": key.revoked.map(clock::shown),
    })
}

pub(crate) fn order(order: &Order) -> Value {
    json!({
        "order": order.id.0,
        "account": order.account.0,
        "service": order.service.0,
        "state": order.state.name(),
        "quantity": order.quantity,
        "remains": order.remains,
        "start_count": order.start_count,
        "charge": amount(order.charge),
        "captured": amount(order.captured),
        "released": amount(order.released),
        "held": amount(order.held()),
        "cancel_requested": order.cancel_requested,
        "shape": order.shape.name(),
        "parent": order.parent.map(|parent| parent.0),
        "link": order.link,
        "created": time(order.created),
        "changed": time(order.changed),
    })
}

pub(crate) fn provider(provider: &Provider) -> Value {
    json!({
        "provider": provider.id.0,
        "name": provider.name,
        "url": provider.url,
        "state": provider.state.name(),
        "paused_for": provider.paused_for,
        "currency": provider.currency,
        "exchange": amount(provider.exchange),
        "adds_at_once": provider.adds_at_once,
        "adds_per_second": provider.adds_per_second,
        "asks_per_second": provider.asks_per_second,
        "takes_request_id": provider.takes_request_id,
        "balance_decimals": provider.balance_decimals,
        "refusals": provider.refusals,
        "trust_reads": provider.trust_reads,
        "quiet_reads": provider.quiet_reads,
        "booked": amount(provider.booked),
        "reported": provider.reported.map(|(balance, _)| amount(balance)),
        "reported_at": provider.reported.map(|(_, at)| clock::shown(at)),
        "held_since": provider.restored.map(clock::shown),
        "created": time(provider.created),
    })
}

pub(crate) fn provider_entry(entry: &Entry) -> Value {
    json!({
        "entry": entry.id,
        "provider": entry.provider.0,
        "kind": entry.kind.name(),
        "amount": amount(entry.amount),
        "attempt": entry.attempt.map(|attempt| attempt.0),
        "actor": entry.actor,
        "reason": entry.reason,
        "at": time(entry.at),
    })
}

pub(crate) fn route(route: &Route) -> Value {
    json!({
        "route": route.id.0,
        "service": route.service.0,
        "provider": route.provider.0,
        "upstream_service": route.upstream_service,
        "cost": amount(route.cost),
        "min": route.min,
        "max": route.max,
        "priority": route.priority,
        "weight": route.weight,
        "daily_cap": route.daily_cap,
        "on": route.on,
        "off_for": route.off_for,
    })
}

pub(crate) fn attempt(attempt: &Attempt) -> Value {
    json!({
        "attempt": attempt.id.0,
        "order": attempt.order.0,
        "number": attempt.number,
        "provider": attempt.provider.0,
        "route": attempt.route.0,
        "state": attempt.state.name(),
        "upstream_id": attempt.upstream_id,
        "expected_cost": amount(attempt.expected_cost),
        "cost": amount(attempt.cost),
        "evidence": attempt.evidence,
        "followed": attempt.followed,
        "started": time(attempt.started),
        "changed": time(attempt.changed),
    })
}

pub(crate) fn transfer(transfer: &Transfer) -> Value {
    let (debit, credit) = transfer.kind.books();
    json!({
        "account": transfer.account.0,
        "number": transfer.number,
        "kind": transfer.kind.name(),
        "from": debit.name(),
        "to": credit.name(),
        "amount": amount(transfer.amount),
        "available_after": amount(transfer.available_after),
        "held_after": amount(transfer.held_after),
        "order": transfer.order.map(|order| order.0),
        "product_order": transfer.product_order.map(|order| order.0),
        "actor": transfer.actor,
        "reason": transfer.reason,
        "at": time(transfer.at),
    })
}

pub(crate) fn refill(refill: &Refill) -> Value {
    json!({
        "refill": refill.id.0,
        "order": refill.order.0,
        "account": refill.account.0,
        "state": refill.state.name(),
        "note": refill.note,
        "created": time(refill.created),
        "changed": time(refill.changed),
    })
}

pub(crate) fn cancel(cancel: &Cancel) -> Value {
    json!({
        "cancel": cancel.id.0,
        "order": cancel.order.0,
        "account": cancel.account.0,
        "state": cancel.state.name(),
        "note": cancel.note,
        "created": time(cancel.created),
        "changed": time(cancel.changed),
    })
}

pub(crate) fn event(event: &store::tables::events::Event) -> Value {
    let data: Value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
    json!({ "at": time(event.at), "event": event.kind, "data": data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_wrote_moves_the_cursor_of_who_reads_it() {
        let written = Value::from("red \u{1b}[31m\r\nStraße");
        assert_eq!(cell(&written), "red \\u001b[31m\\u000d\\nStraße");
    }

    #[test]
    fn neither_a_line_nor_json_steers_the_terminal() {
        let text = "a\u{1b}[2J\tb\u{7f}\u{9b}\nc";
        assert_eq!(harmless(text), "a\\u001b[2J\tb\\u007f\\u009b\nc");
        // JSON leaves two of them as they are; spelled out they still mean the same.
        let printed = harmless(&json!(text).to_string()).into_owned();
        assert!(printed.chars().all(|c| !c.is_control()), "{printed}");
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), text);
    }
}
