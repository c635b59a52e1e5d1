//! What a supplier is told of an order.

use super::AdminStatus;
use crate::reply::json::{Object, array};

/// An order as a supplier is told of it. Who ordered it, and for how much, is not in it.
#[derive(Debug, Clone, Copy)]
pub struct OrderRow<'a> {
    /// Its id.
    pub id: i64,
    /// The service's id.
    pub service: i64,
    /// What the service is called.
    pub service_name: &'a str,
    /// The type of the service.
    pub service_type: &'a str,
    /// What it is for.
    pub link: &'a str,
    /// Units ordered.
    pub quantity: i64,
    /// The counter before delivery, once it is known.
    pub start_count: Option<i64>,
    /// Units left.
    pub remains: i64,
    /// Where it stands.
    pub status: AdminStatus,
    /// When it was placed, as text.
    pub created: &'a str,
    /// The same, in seconds.
    pub created_timestamp: i64,
    /// When it last changed, as text.
    pub changed: &'a str,
    /// The same, in seconds.
    pub changed_timestamp: i64,
    /// Whether its customer asks to cancel it.
    pub cancel_requested: bool,
    /// Until when the supplier has it without a word, in seconds; nothing when it has ended.
    pub lease_until: Option<i64>,
    /// Its parameters beside link and quantity, each under its name in the panel API.
    pub params: &'a [Param],
}

/// A parameter of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name in the panel API.
    pub name: String,
    /// Its value.
    pub value: ParamValue,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamValue {
    /// Lines.
    Lines(Vec<String>),
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
}

/// A subscription as a supplier is told of it.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionRow<'a> {
    /// Its order's id.
    pub id: i64,
    /// The service's id.
    pub service: i64,
    /// What the service is called.
    pub service_name: &'a str,
    /// Least units of a post.
    pub min: i64,
    /// Most units of a post.
    pub max: i64,
    /// Posts in all; zero when it has no end.
    pub posts: i64,
    /// Posts that became orders.
    pub posts_done: i64,
    /// Minutes between a post and its delivery.
    pub delay: i64,
    /// When it ends, in seconds, if ever.
    pub expiry: Option<i64>,
    /// Whom to watch, and whatever else was ordered with it.
    pub params: &'a [Param],
}

impl OrderRow<'_> {
    /// The comments, one on a line: by far the most frequent of the parameters, and the only one that
    /// both dialects have a place for.
    pub(super) fn comments(&self) -> String {
        let comments = self.params.iter().find(|param| param.name == "comments");
        match comments.map(|param| &param.value) {
            Some(ParamValue::Lines(lines)) => lines.join("\n"),
            Some(ParamValue::Text(text)) => text.clone(),
            Some(ParamValue::Number(number)) => number.to_string(),
            None => String::new(),
        }
    }
}

/// Writes parameters as one object.
pub(super) fn params(out: &mut Vec<u8>, params: &[Param]) {
    let mut object = Object::open(out);
    for param in params {
        let place = object.foreign_name(&param.name);
        match &param.value {
            ParamValue::Lines(lines) => strings(place, lines),
            ParamValue::Text(text) => crate::reply::json::string(place, text),
            ParamValue::Number(number) => crate::reply::json::int(place, *number),
        }
    }
    object.close();
}

/// Writes texts as an array.
pub(super) fn strings(out: &mut Vec<u8>, lines: &[String]) {
    array(out, lines, |out, line| crate::reply::json::string(out, line));
}

/// Writes a number, or `null`.
pub(super) fn optional(out: &mut Vec<u8>, number: Option<i64>) {
    match number {
        Some(number) => crate::reply::json::int(out, number),
        None => out.extend_from_slice(b"null"),
    }
}
