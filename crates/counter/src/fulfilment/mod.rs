//! Fulfilment by providers: who they are, what was placed there, what became of it.
//!
//! An attempt is written before a provider is called, and only evidence moves an order whose answer
//! was lost (docs/adr/0024). Nothing here calls anybody: `dispatch` does, and reports.

mod admit;
mod balance;
mod claim;
mod decide;
mod edit;
mod forwards;
mod found;
mod list;
mod money;
mod outcome;
mod outcomes;
mod passed;
mod put_off;
mod readings;
mod refused;
mod routes;
mod seen;
mod setup;
mod stop;
mod waiting;
mod why;
mod write_off;

pub use admit::NotClaimed;
pub use balance::BalanceRead;
pub use claim::{Claim, Placement};
pub use decide::Verdict;
pub use edit::{ProviderChange, ProviderEdited, ProviderSecret};
pub use forwards::{ForwardKind, Forwarded, ToForward, WantedForwards};
pub use list::ProviderView;
pub use money::Booking;
pub use outcome::Recorded;
pub(crate) use outcome::shortened;
pub(crate) use outcomes::give_up;
pub use outcomes::{Found, Outcome};
pub(crate) use passed::public_parts;
pub use put_off::PutOff;
pub use readings::Reported;
pub use refused::{LATE, REFUSED, RefusedRoute};
pub use routes::RouteChange;
pub use setup::{ProviderAccess, ProviderKey, Setup};
pub use waiting::Waiting;
pub(crate) use why::waits_for;
pub use write_off::{Ambiguity, WriteOffTerms, WroteOff};
