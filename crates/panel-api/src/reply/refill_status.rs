//! The replies to `refill_status`.

use super::json::{Object, array};
use crate::request::Id;
use crate::words::errors;

/// Writes the state of one refill.
pub fn refill_status_one(out: &mut Vec<u8>, status: &str) {
    Object::open(out).string("status", status).close();
}

/// Writes an array by refill; `None` is a refill that the account does not have.
pub fn refill_status_many<'a>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = (&'a Id, Option<&'a str>)>,
) {
    array(out, rows, |out, (refill, status)| {
        let mut object = Object::open(out);
        object.id("refill", refill);
        match status {
            Some(status) => object.string("status", status),
            None => object.error("status", errors::INCORRECT_REFILL_ID),
        };
        object.close();
    });
}
