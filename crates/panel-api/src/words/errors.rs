//! Error texts.
//!
//! Wording is meaning: clients look for parts of these texts, in lower case, to decide what to do.
//! `balance` and `not enough funds` say that the wallet is empty, `disabled` and `incorrect
//! service` that a service is off, `temporarily` and `too many requests` that a retry may help.
//! Keep these words out of texts that mean something else.

/// The key is missing or belongs to nobody.
pub const INVALID_KEY: &str = "Invalid API key";
/// No action, or a request that cannot be read.
pub const INCORRECT_REQUEST: &str = "Incorrect request";
/// An action that does not exist.
pub const INCORRECT_ACTION: &str = "Incorrect action";
/// The account is closed to the API.
pub const ACCOUNT_SUSPENDED: &str = "Your account has been suspended.";
/// No such service for this account.
pub const INCORRECT_SERVICE_ID: &str = "Incorrect service ID";
/// No such product for this account.
pub const INCORRECT_PRODUCT_ID: &str = "Incorrect product ID";
/// The link is missing or not acceptable.
pub const BAD_LINK: &str = "Bad link";
/// The quantity is missing or not a number.
pub const INCORRECT_QUANTITY: &str = "Incorrect quantity";
/// The account cannot pay.
pub const NOT_ENOUGH_FUNDS: &str = "Not enough funds on balance";
/// The same order was placed a moment ago, or one on this link is still open. Clients retry later.
pub const ACTIVE_ORDER: &str =
    "You have active order with this link. Please wait until order being completed.";
/// No such order for this account. Beside an id it is final for clients: they stop asking.
pub const INCORRECT_ORDER_ID: &str = "Incorrect order ID";
/// More than [`crate::limits::IDS`] ids in one request.
pub const MAXIMUM_ORDERS: &str = "Maximum 100 orders";
/// The service offers no refill.
pub const REFILL_DISABLED: &str = "Refill is disabled for this service";
/// A refill is for completed orders.
pub const NOT_COMPLETED: &str = "The order is not completed";
/// A refill comes a day after completion or after the last refill.
pub const REFILL_TOO_SOON: &str =
    "The order was completed or refill was requested less than 24 hours ago";
/// No such refill for this account.
pub const INCORRECT_REFILL_ID: &str = "Incorrect refill ID";
/// The order has no cancel button, or is past it.
pub const CANNOT_CANCEL: &str = "Order cannot be cancelled";
/// Nothing of the product is left.
pub const OUT_OF_STOCK: &str = "Out of stock";
/// The request ids given do not agree, are too long, or belong to a different order.
pub const INCORRECT_REQUEST_ID: &str = "Incorrect request_id";
/// Too many requests; only where a text is wanted at all (on `add`, and only when nothing was
/// stored).
pub const TOO_MANY_REQUESTS: &str = "Too many requests";
/// A fault of ours that a retry may mend; only on `add`, and only when surely nothing was stored.
pub const TRY_LATER: &str = "Temporarily unavailable, please try again later";

/// [`REFILL_TOO_SOON`] of a service with another cooldown. Without one only a refill that is still open
/// is too soon for another.
#[must_use]
pub fn refill_too_soon(hours: i64) -> String {
    let begins = "The order was completed or refill was requested";
    match hours {
        0 => format!("{begins} before and is not done yet"),
        1 => format!("{begins} less than 1 hour ago"),
        _ => format!("{begins} less than {hours} hours ago"),
    }
}

/// A quantity under the service's minimum.
#[must_use]
pub fn quantity_below(min: i64) -> String {
    format!("Quantity less than minimal {min}")
}

/// A quantity over the service's maximum.
#[must_use]
pub fn quantity_above(max: i64) -> String {
    format!("Quantity more than maximum {max}")
}

/// A missing or unusable parameter that has no text of its own, by the name it has on the wire.
#[must_use]
pub fn incorrect(field: &str) -> String {
    format!("Incorrect {field}")
}
