//! The replies to `refill`.

use super::json::{Object, array};
use crate::request::Id;

/// Writes `{"refill":"1"}`: a string here, by tradition.
pub fn refill_one(out: &mut Vec<u8>, refill: i64) {
    Object::open(out).display("refill", refill).close();
}

/// Writes an array by order: the refill's id, an integer here, or the text of an error.
pub fn refill_many<'a>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = (&'a Id, Result<i64, &'a str>)>,
) {
    array(out, rows, |out, (order, refill)| {
        let mut object = Object::open(out);
        object.id("order", order);
        match refill {
            Ok(refill) => object.int("refill", refill),
            Err(text) => object.error("refill", text),
        };
        object.close();
    });
}
