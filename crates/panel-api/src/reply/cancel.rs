//! The replies to `cancel`. They say that the wish was taken, not that the order is cancelled.

use super::json::{Object, array};
use crate::request::Id;

/// Writes the reply to a single order. Clients read one of `cancel` and `status`, so both are
/// there.
pub fn cancel_one(out: &mut Vec<u8>, order: i64) {
    Object::open(out).int("order", order).int("cancel", 1).string("status", "success").close();
}

/// Writes an array by order: 1, or the text of an error.
pub fn cancel_many<'a>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = (&'a Id, Result<(), &'a str>)>,
) {
    array(out, rows, |out, (order, taken)| {
        let mut object = Object::open(out);
        object.id("order", order);
        match taken {
            Ok(()) => object.int("cancel", 1),
            Err(text) => object.error("cancel", text),
        };
        object.close();
    });
}
