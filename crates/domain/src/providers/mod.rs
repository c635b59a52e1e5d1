//! Providers: upstream panels that fulfil orders, the routes to them, and the attempts to place
//! orders there.

mod attempt;
mod check;
mod entry;
mod outcome;
mod provider;
mod route;

pub use attempt::{Attempt, AttemptState, request_id};
pub use check::{ProviderError, check_provider, check_route};
pub use entry::EntryKind;
pub use outcome::{Fit, Found, Known, Settled, settle};
pub use provider::{Provider, ProviderState};
pub use route::Route;
