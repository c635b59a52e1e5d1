//! Providers: upstream panels that fulfil orders, the routes to them, and the attempts to place
//! orders there. And the rules of dealing with them: which route an order takes, when a provider is
//! called, and what its answers mean. All of it is pure: time and random numbers are passed in.

mod attempt;
mod breaker;
mod budget;
mod check;
mod choose;
mod costs;
mod difference;
mod entry;
mod evidence;
mod links;
pub mod offers;
mod outcome;
mod pace;
mod passed;
mod passing;
mod poll;
mod provider;
mod reading;
mod refusals;
mod route;
mod said;
mod trust;
mod write_off;

#[cfg(test)]
#[path = "dead_tests.rs"]
mod dead;

pub use attempt::{Attempt, AttemptState, request_id};
pub use breaker::{Breaker, Call, Outcome, Ticket};
pub use budget::RetryBudget;
pub use check::{ProviderError, check_provider, check_route, is_upstream_id};
pub use choose::{Candidate, Choice, NoRoute, ToPlace, choose};
pub use costs::{Cost, CostEntry, Costing, Extent, Finding};
pub use costs::{charged, expected_cost, follow_cost, last_decimal};
pub use difference::{Explains, explaining};
pub use entry::EntryKind;
pub use evidence::{Balance, Shown, Unknown, WhyUndecided, weigh_balance};
pub use links::{OnLink, Turn, link_turns};
pub use outcome::{Fit, Found, Known, Settled, id_shared, settle};
pub use pace::Pace;
pub use passed::{Passed, read_passed};
pub use passing::{are_same_words, is_passing};
pub use poll::{Followed, next_poll};
pub use provider::{Provider, ProviderState};
pub use reading::{Meaning, Reading, Report, ReportTerms, UpstreamWord, read_report};
pub use refusals::{Otherwise, Refusal, Remedy, Stop, refusal};
pub use route::Route;
pub use said::Said;
pub use trust::{Books, Trust};
pub use write_off::{AmbiguityEntry, AmbiguityKind, Due, Overdue, WriteOff, WriteOffState};
pub use write_off::{WriteOffTerms, overdue};
