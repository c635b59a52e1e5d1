//! The table of types, against the replies of the examples.

use crate::page::{Example, Page, codes};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fields by the kind of their value: texts, numbers, truths.
type Fields = [BTreeSet<String>; 3];

/// The first cell of the row that an example belongs to; none for one that is refused.
fn row(example: &Example, reply: &Value) -> Option<String> {
    let actions = example.command.split_once("action=");
    let actions = actions.or_else(|| example.command.split_once("\"action\":\""));
    let action: String =
        actions?.1.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
    if reply.get("error").is_some() || reply.as_array().is_some_and(Vec::is_empty) {
        return None;
    }
    Some(match (action.as_str(), reply.is_array()) {
        ("refill" | "cancel", true) => format!("`{action}` with `orders`"),
        ("refill" | "cancel", false) => format!("`{action}` with `order`"),
        ("refill_status", true) => String::from("`refill_status` with `refills`"),
        ("refill_status", false) => String::from("`refill_status` with `refill`"),
        _ => format!("`{action}`"),
    })
}

fn collect(fields: &mut Fields, value: &Value) {
    let rows: Vec<&Value> = match value {
        Value::Array(rows) => rows.iter().collect(),
        // Of several orders, by their ids.
        Value::Object(members) if members.contains_key("999") => members.values().collect(),
        one => vec![one],
    };
    for (name, value) in rows.iter().filter_map(|row| row.as_object()).flatten() {
        let is_ints =
            |value: &Value| value.as_array().is_some_and(|all| all.iter().all(Value::is_i64));
        let [texts, numbers, truths] = fields;
        match value {
            Value::String(_) if name != "error" => texts.insert(name.clone()),
            Value::Bool(_) => truths.insert(name.clone()),
            value if value.is_number() || is_ints(value) => numbers.insert(name.clone()),
            Value::Array(all) if all.iter().all(Value::is_string) => texts.insert(name.clone()),
            Value::String(_) | Value::Object(_) => continue,
            other => panic!("{name}: {other}"),
        };
    }
}

#[test]
fn fields_are_of_the_types_that_are_said() {
    let page = Page::read();
    let mut seen: BTreeMap<String, Fields> = BTreeMap::new();
    for example in &page.examples {
        let reply: Value = serde_json::from_str(&example.reply).unwrap();
        if let Some(row) = row(example, &reply) {
            collect(seen.entry(row).or_default(), &reply);
        }
    }
    let mut said: BTreeMap<String, Fields> = BTreeMap::new();
    for row in page.table(&["Reply to", "Strings", "Numbers", "Booleans"]) {
        let set = |cell: &str| codes(cell).into_iter().map(str::to_owned).collect();
        said.insert(row[0].to_owned(), [set(row[1]), set(row[2]), set(row[3])]);
    }
    for (row, fields) in &seen {
        assert_eq!(said.get(row), Some(fields), "{row}");
    }
    assert!(said.keys().eq(seen.keys()), "a row without an example");
}
