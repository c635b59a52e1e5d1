//! The parameters of an order beside link and quantity, as they are stored: one JSON object, each
//! member named as on the wire.

use domain::catalogue::{ListField, NumberField, TextField};
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

/// Reads what [`params_json`] wrote; nothing when it is something else.
pub fn parse_params(json: &str) -> Option<OrderParams> {
    let object: Map<String, Value> = serde_json::from_str(json).ok()?;
    let mut params = OrderParams::default();
    for (name, value) in object {
        match value {
            Value::Array(lines) => {
                let lines = lines.into_iter().map(|line| line.as_str().map(str::to_owned));
                params.lists.push((ListField::from_name(&name)?, lines.collect::<Option<_>>()?));
            }
            Value::String(text) => params.texts.push((TextField::from_name(&name)?, text)),
            Value::Number(number) => {
                params.numbers.push((NumberField::from_name(&name)?, number.as_i64()?));
            }
            _ => return None,
        }
    }
    Some(params)
}
