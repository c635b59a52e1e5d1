//! The parameters of an order beside link and quantity, as they are stored: one JSON object, each
//! member named as on the wire.

use domain::orders::OrderParams;
use serde_json::{Map, Value};

/// The parameters as a JSON object.
pub fn params_json(params: &OrderParams) -> String {
    let mut object = Map::new();
    for (field, lines) in &params.lists {
        let lines = lines.iter().map(|line| Value::from(line.as_str())).collect();
        object.insert(field.name().to_owned(), Value::Array(lines));
    }
    for (field, text) in &params.texts {
        object.insert(field.name().to_owned(), Value::from(text.as_str()));
    }
    for (field, number) in &params.numbers {
        object.insert(field.name().to_owned(), Value::from(*number));
    }
    Value::Object(object).to_string()
}
