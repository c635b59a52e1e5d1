//! Why an order is not taken.

use crate::catalogue::{ListField, NumberField, TextField};

/// A parameter of an order, to name it in a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A number.
    Number(NumberField),
    /// A text.
    Text(TextField),
    /// A list.
    List(ListField),
    /// The caller's own id of the request.
    RequestId,
}

impl Field {
    /// The parameter's name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number(field) => field.name(),
            Self::Text(field) => field.name(),
            Self::List(field) => field.name(),
            Self::RequestId => "request_id",
        }
    }
}

/// Why an order is not taken. Nothing is charged and nothing is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// The account is suspended.
    #[error("the account is suspended")]
    Suspended,
    /// The service does not exist or is not on sale.
    #[error("there is no such service on sale")]
    Service,
    /// The link is missing or unusable.
    #[error("the link is missing or unusable")]
    Link,
    /// The quantity is below the least that is sold.
    #[error("the quantity is below {min}")]
    QuantityLow {
        /// The least.
        min: i64,
    },
    /// The quantity is above the most that is sold.
    #[error("the quantity is above {max}")]
    QuantityHigh {
        /// The most.
        max: i64,
    },
    /// A parameter is missing or unusable.
    #[error("{} is missing or unusable", .0.name())]
    Incorrect(Field),
    /// The account has too little money.
    #[error("not enough money on the account")]
    NotEnoughFunds,
    /// The key was revoked or has expired since the request was admitted.
    #[error("the key is not valid any more")]
    Key,
    /// The key has spent what it may spend in a day.
    #[error("the key has spent what it may spend in a day")]
    KeyCap,
    /// The same order was placed a moment ago, or the link has an open order.
    #[error("an order for this link is open or was placed a moment ago")]
    ActiveOrder,
    /// The request id was used with other parameters.
    #[error("the request id was used with other parameters")]
    RequestIdReused,
}
