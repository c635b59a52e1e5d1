//! Why an answer says nothing.

use std::fmt;

/// Why an answer says nothing either way. What was asked for may have happened or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unclear {
    /// There is nothing in it.
    Empty,
    /// It is not JSON: a page of HTML, a warning of PHP, half of an answer.
    NotJson,
    /// It is JSON, but not of the kind that answers this.
    Shape,
    /// An object says one thing twice, differently.
    SaidTwice,
    /// It has more members than any answer.
    TooLong,
    /// It has an id and an error.
    IdAndError,
    /// It has no id.
    NoId,
    /// What stands in the place of an id is none.
    OddId,
    /// It is about another order than the one that was asked for.
    OtherOrder,
    /// It does not say in which state the order is.
    NoStatus,
    /// It has no amount that can be read.
    NoAmount,
    /// It is a list of services, and not one of them can be read.
    NoService,
}

impl Unclear {
    /// What staff read.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Empty => "an empty answer",
            Self::NotJson => "an answer that is not JSON",
            Self::Shape => "an answer of an unknown shape",
            Self::SaidTwice => "an answer that says one thing twice, differently",
            Self::TooLong => "an answer with too many members",
            Self::IdAndError => "an answer with an id and an error",
            Self::NoId => "an answer without an id",
            Self::OddId => "an answer with something else in the place of an id",
            Self::OtherOrder => "an answer about another order",
            Self::NoStatus => "an answer without a status",
            Self::NoAmount => "an answer without a readable amount",
            Self::NoService => "a list without a readable service",
        }
    }
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl std::error::Error for Unclear {}
