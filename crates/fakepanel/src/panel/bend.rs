//! Answers as no reference page has them.

use std::borrow::Cow;

use crate::action::Action;
use crate::json::Json;
use crate::panel::{Order, State};

/// The same answer in other types and places.
pub(super) fn types(action: Action, variant: &str, mut json: Json) -> Json {
    match (action, variant) {
        // What is not the ordinary answer is a refusal, and stays one.
        _ if json.member("error").is_some() => json,
        (Action::Add, _) => add(variant, json),
        (Action::Status, _) => statuses(variant, json),
        (Action::Services, "wrapped") => Json::object([("data", each(json, loose))]),
        (Action::Services, _) => each(json, loose),
        (Action::Balance, _) => changed(json, "balance", number),
        (Action::Refill, "no-id") => Json::object([
            ("status", Json::text("Success")),
            ("message", Json::text("Refill requested")),
        ]),
        (Action::Refill, _) => each(json, |refill| changed(refill, "refill", turned)),
        (Action::RefillStatus, _) => each(json, |refill| changed(refill, "status", spelt)),
        (Action::Cancel, "map") => map(json),
        (Action::Cancel, _) => each(json, |cancel| changed(cancel, "cancel", truth)),
    }
}

fn add(variant: &str, mut json: Json) -> Json {
    let id = json.member("order").cloned().unwrap_or(Json::Null);
    match variant {
        "order-id" => Json::object([("order_id", id)]),
        "nested" => Json::object([
            ("success", Json::Bool(true)),
            ("data", Json::object([("order_id", turned(id))])),
        ]),
        "with-status" => Json::object([("status", Json::text("success")), ("order", id)]),
        _ => changed(json, "order", turned),
    }
}

fn statuses(variant: &str, json: Json) -> Json {
    if variant == "list" {
        return listed(json);
    }
    match json {
        // One status, and not an object of them.
        Json::Object(members) if members.iter().any(|(name, _)| name == "status") => {
            status_as(variant, Json::Object(members))
        }
        Json::Object(members) => {
            let changed = members.into_iter().map(|(id, entry)| (id, status_as(variant, entry)));
            Json::Object(changed.collect())
        }
        other => other,
    }
}

fn status_as(variant: &str, json: Json) -> Json {
    let fields = ["charge", "start_count", "remains"];
    match variant {
        "numbers" => fields.into_iter().fold(json, |json, field| changed(json, field, number)),
        "nulls" => {
            let empty = |json, field| changed(json, field, |_| Json::Null);
            changed(empty(empty(json, "start_count"), "remains"), "currency", |_| Json::Null)
        }
        _ => match changed(json, "status", spelt) {
            Json::Object(members) => {
                let renamed = members.into_iter().map(|(name, value)| match name.as_ref() {
                    "start_count" => (Cow::Borrowed("start_counter"), value),
                    _ => (name, value),
                });
                Json::Object(renamed.collect())
            }
            other => other,
        },
    }
}

/// An object by id as a list whose entries carry their ids.
fn listed(json: Json) -> Json {
    match json {
        Json::Object(members) if members.iter().any(|(name, _)| name == "status") => {
            Json::List(vec![Json::Object(members)])
        }
        Json::Object(members) => Json::List(
            members
                .into_iter()
                .map(|(id, entry)| {
                    let mut fields = vec![(Cow::Borrowed("order"), Json::text(id))];
                    if let Json::Object(members) = entry {
                        fields.extend(members);
                    }
                    Json::Object(fields)
                })
                .collect(),
        ),
        other => other,
    }
}

/// A list of orders with what became of their cancels, as an object by id.
fn map(json: Json) -> Json {
    let entries = match json {
        Json::List(entries) => entries,
        one => vec![one],
    };
    let members = entries.into_iter().filter_map(|mut entry| {
        let done = matches!(entry.member("cancel"), Some(Json::Number(_)));
        let words = if done { "Canceled" } else { "Order cannot be cancelled" };
        let id = match entry.member("order") {
            Some(Json::Number(id) | Json::Text(id)) => id.clone(),
            _ => return None,
        };
        Some((Cow::Owned(id), Json::text(words)))
    });
    Json::Object(members.collect())
}

fn loose(service: Json) -> Json {
    let service = changed(service, "service", turned);
    let numbers = ["rate", "min", "max"];
    let service = numbers.into_iter().fold(service, |json, field| changed(json, field, number));
    let service = changed(service, "refill", truth_as_number);
    let service = changed(service, "cancel", |value| match truth_as_number(value) {
        Json::Number(text) => Json::Text(text),
        other => other,
    });
    changed(service, "type", |kind| match kind {
        Json::Text(text) => Json::Text(text.to_lowercase().replace(' ', "_")),
        other => other,
    })
}

/// A status that cannot be; nothing for one that is left out.
pub(super) fn status(variant: &str, order: &Order, json: Json) -> Option<Json> {
    let with = |json, state: &'static str, remains: i64| {
        let json = changed(json, "status", |_| Json::text(state));
        changed(json, "remains", |_| Json::text(remains))
    };
    match variant {
        "missing" => None,
        "error" => Some(Json::error("Incorrect order ID")),
        "error-text" => Some(Json::text("Incorrect order ID")),
        "above-quantity" => Some(with(json, "Partial", order.quantity.saturating_add(7))),
        "partial-zero" => Some(with(json, "Partial", 0)),
        "partial-negative" => Some(with(json, "Partial", -3)),
        // Over and over: completed while it is not, and taken back when it is.
        "completed-then-partial" => match order.state {
            State::Completed { .. } => Some(with(json, "Partial", 1)),
            _ => Some(with(json, "Completed", 0)),
        },
        _ => Some(changed(json, "status", |_| Json::text("Moderation"))),
    }
}

/// Each of a list; the value itself where it is none.
fn each(json: Json, change: impl Fn(Json) -> Json) -> Json {
    match json {
        Json::List(entries) => Json::List(entries.into_iter().map(change).collect()),
        one => change(one),
    }
}

fn changed(mut json: Json, field: &str, change: impl FnOnce(Json) -> Json) -> Json {
    if let Some(value) = json.member(field) {
        *value = change(std::mem::replace(value, Json::Null));
    }
    json
}

/// Text that is a number as one.
fn number(json: Json) -> Json {
    match json {
        Json::Text(text) => Json::Number(text),
        other => other,
    }
}

/// Text as number, and number as text.
fn turned(json: Json) -> Json {
    match json {
        Json::Text(text) => Json::Number(text),
        Json::Number(text) => Json::Text(text),
        other => other,
    }
}

fn truth(json: Json) -> Json {
    match json {
        Json::Number(_) => Json::Bool(true),
        other => other,
    }
}

fn truth_as_number(json: Json) -> Json {
    match json {
        Json::Bool(value) => Json::number(u8::from(value)),
        other => other,
    }
}

/// Other spellings of the same word.
fn spelt(json: Json) -> Json {
    match json {
        Json::Text(text) if text == "Canceled" => Json::text("cancelled"),
        Json::Text(text) => Json::Text(text.to_lowercase().replace(' ', "_")),
        other => other,
    }
}
