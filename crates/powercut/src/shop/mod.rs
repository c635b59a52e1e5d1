//! The counter with its callers, as it runs when the power goes.

mod ask;
mod books;
mod check;
#[cfg(test)]
mod failing;
mod oracle;
mod script;
#[cfg(test)]
mod seen;
mod till;

pub(crate) use ask::{Answer, Ask};
pub(crate) use books::{START, set_up};
pub(crate) use check::check;
pub(crate) use oracle::Oracle;
pub(crate) use script::Script;
pub(crate) use till::{Peer, Till, Told, credit_beside};
