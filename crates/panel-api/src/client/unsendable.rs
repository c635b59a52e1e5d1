//! What cannot be sent.

use std::fmt;

use crate::limits;

/// Why a call cannot be sent. Nothing was: the fault is on our side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsendable {
    /// The key is blank, too long, or has control characters.
    Key,
    /// No ids, or more than [`limits::IDS`]: how many.
    Ids(usize),
    /// No id that an upstream could have given.
    Id(String),
    /// No id of a service.
    Service,
    /// Not a name of a parameter.
    Name(String),
    /// A parameter that is there twice, or that has a place of its own.
    Twice(String),
    /// The value of this parameter has control characters.
    Value(String),
    /// The request id is blank, too long, or has control characters.
    RequestId,
    /// More than [`limits::CALL_BYTES`].
    TooLong,
}

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("the API key is blank, too long or no plain text"),
            Self::Ids(count) => write!(f, "{count} ids; 1 to {} can be asked for", limits::IDS),
            Self::Id(id) => write!(f, "{id:?} is no id"),
            Self::Service => f.write_str("the upstream's id of the service is none"),
            Self::Name(name) => write!(f, "{name:?} is no name of a parameter"),
            Self::Twice(name) => write!(f, "the parameter {name} would be there twice"),
            Self::Value(name) => write!(f, "the parameter {name} has control characters"),
            Self::RequestId => f.write_str("the request id is blank, too long or no plain text"),
            Self::TooLong => write!(f, "longer than {} bytes", limits::CALL_BYTES),
        }
    }
}

impl std::error::Error for Unsendable {}
