//! Providers: upstream panels that fulfil orders, the routes to them, and the attempts to place
//! orders there. And the rules of dealing with them: which route an order takes, when a provider is
//! called, and what its answers mean. All of it is pure: time and random numbers are passed in.

mod attempt;
mod breaker;
mod budget;
mod choose;
mod costs;
mod pace;
mod provider;
mod refusals;
mod route;
mod said;

#[cfg(test)]
#[path = "dead_tests.rs"]
mod dead;

pub use attempt::{Attempt, AttemptState};
pub use breaker::{Breaker, Call, Outcome, Ticket};
pub use budget::RetryBudget;
pub use choose::{Candidate, Choice, NoRoute, ToPlace, choose};
pub use costs::expected_cost;
pub use pace::Pace;
pub use provider::{Provider, ProviderState};
pub use refusals::{Otherwise, Refusal, Remedy, Stop, refusal};
pub use route::Route;
pub use said::Said;
