//! The answer to `orders`: the latest orders of the account.

use super::json::Json;
use super::{Amount, Said, Unclear, UpstreamWord, id};
use crate::limits;

/// The latest orders at an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrdersAnswer {
    /// What can be read of the list, in the upstream's order. That an order is not in it proves
    /// nothing: the list may be short or late.
    List(Vec<UpstreamOrder>),
    /// The call was refused, in these words; most upstreams do not know it.
    Refused(String),
    /// There is no list.
    Unclear(Unclear),
}

/// One of the latest orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamOrder {
    /// Its id.
    pub order: String,
    /// The id of its service.
    pub service: Option<String>,
    /// Its link.
    pub link: Option<String>,
    /// Its quantity.
    pub quantity: Said<i64>,
    /// Its state.
    pub word: UpstreamWord,
    /// What it has cost.
    pub charge: Said<Amount>,
    /// When it was placed, as the upstream writes it.
    pub date: Option<String>,
}

/// Reads the answer to `orders`: a list, or one in `data`. Rows without an id are left out.
#[must_use]
pub fn read_orders(body: &[u8]) -> OrdersAnswer {
    match Json::read(body).and_then(read) {
        Ok(answer) => answer,
        Err(why) => OrdersAnswer::Unclear(why),
    }
}

fn read(json: Json<'_>) -> Result<OrdersAnswer, Unclear> {
    let list = match json {
        Json::Object(_) => {
            let object = json.object()?;
            if let Some(text) = object.error() {
                return Ok(OrdersAnswer::Refused(text));
            }
            object.get("data").ok_or(Unclear::Shape)?
        }
        other => other,
    };
    let rows = list.list(limits::ID_ENTRIES)?;
    Ok(OrdersAnswer::List(rows.into_iter().filter_map(row).collect()))
}

fn row(json: Json<'_>) -> Option<UpstreamOrder> {
    let object = json.object().ok()?;
    let order = object.given(&["order", "order_id", "id"]).and_then(id::read)?;
    let word = object.text(&["status"], limits::WORD_CHARS);
    Some(UpstreamOrder {
        order,
        service: object.get("service").and_then(id::read),
        link: object.text(&["link"], limits::URL_CHARS),
        quantity: object.said(&["quantity"], Json::whole),
        word: word.map_or(UpstreamWord::Unknown, |word| UpstreamWord::parse(&word)),
        charge: object.said(&["charge"], Json::amount),
        date: object.text(&["date"], limits::WORD_CHARS),
    })
}
