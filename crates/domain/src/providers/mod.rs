//! Providers: upstream panels that fulfil orders, the routes to them, and the attempts to place
//! orders there.

mod attempt;
mod provider;
mod route;

pub use attempt::{Attempt, AttemptState};
pub use provider::{Provider, ProviderState};
pub use route::Route;
