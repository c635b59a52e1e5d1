//! What is wrong with a request, in the dialect's own words.

use std::fmt;

/// A refused request: the exact text that goes into `{"error":".."}`.
///
/// Clients compare these texts, so they come from [`crate::words::errors`] only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fault(pub &'static str);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Fault {}
