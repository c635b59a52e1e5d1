//! What a request asks for.

use serde::{Deserialize, Serialize};

use crate::form::Form;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The catalogue.
    Services,
    /// A new order.
    Add,
    /// What became of one order, or of several.
    Status,
    /// What the account has.
    Balance,
    /// A refill of one order, or of several.
    Refill,
    /// What became of one refill, or of several.
    RefillStatus,
    /// The end of one order, or of several.
    Cancel,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Services,
        Self::Add,
        Self::Status,
        Self::Balance,
        Self::Refill,
        Self::RefillStatus,
        Self::Cancel,
    ];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Add => "add",
            Self::Status => "status",
            Self::Balance => "balance",
            Self::Refill => "refill",
            Self::RefillStatus => "refill_status",
            Self::Cancel => "cancel",
        }
    }

    /// Whether it may change something.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Add | Self::Refill | Self::Cancel)
    }

    /// What a form asks for, or the words for one that asks for nothing.
    pub(crate) fn of(form: &Form) -> Result<Self, &'static str> {
        let name = form.get("action").ok_or("Incorrect request")?;
        Self::ALL.into_iter().find(|action| action.name() == name).ok_or("Incorrect action")
    }
}
