//! The texts that clients compare: spelling and case are part of the protocol.

pub mod errors;
mod service_kind;
mod status;

pub use service_kind::ServiceKind;
pub use status::{OrderStatus, RefillStatus};

/// The text without case, blanks and the signs that scripts put in their place.
pub(crate) fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}
