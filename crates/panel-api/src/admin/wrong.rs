//! What is wrong with a request, and where.

use std::fmt;

/// What is wrong with a field of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wrong {
    /// The field.
    pub field: &'static str,
    /// What it must be.
    pub must: &'static str,
}

impl Wrong {
    /// The whole request: it cannot be read.
    pub const UNREADABLE: Self =
        Self { field: "request", must: "must be a form, or one JSON object, in UTF-8" };

    pub(super) const fn new(field: &'static str, must: &'static str) -> Self {
        Self { field, must }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.must)
    }
}

impl std::error::Error for Wrong {}
