//! The client's own name for an order, by which a repeated request is known.

use super::params::Params;
use super::vocabulary::{CUSTOM_ID, REF, REQUEST_ID};
use crate::words::errors;
use crate::{Fault, limits, text};

/// Reads it from any of the three parameters in use, or from the header `Idempotency-Key`, whose
/// standard form has quotes around it. Where several are given they must agree: to pick one could
/// place an order twice.
pub(crate) fn read(params: &Params, header: Option<&str>) -> Result<Option<String>, Fault> {
    let fault = Fault(errors::INCORRECT_REQUEST_ID);
    let mut found: Option<String> = None;
    if let Some(header) = header.and_then(text::given) {
        let bare = header.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let bare = bare.unwrap_or(header);
        if !text::fits(bare, limits::REQUEST_ID_CHARS) || !text::is_clean(bare) {
            return Err(fault);
        }
        found = text::given(bare).map(str::to_owned);
    }
    for param in [REQUEST_ID, CUSTOM_ID, REF] {
        let value = params.line(param, limits::REQUEST_ID_CHARS)?;
        if value.is_some() && found.is_some() && value != found {
            return Err(fault);
        }
        found = found.or(value);
    }
    Ok(found)
}
