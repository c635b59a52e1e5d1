//! Orders: what may be ordered, which states an order goes through, and what its money does.

mod check;
mod event;
mod expiry;
mod machine;
mod order;
mod parts;
mod place;
mod public;
mod refusal;
mod request;
mod state;
mod step;

pub use check::{Checked, Plan, check, check_link};
pub use event::{Change, Doubt, Effect, Event, NotAccepted, TransitionError};
pub use expiry::expiry_end;
pub use machine::apply;
pub use order::{Order, OrderShape};
pub use parts::{DripFeed, PartsState, Subscription, Totals, next_run, parent_outcome, pause};
pub use parts::{post_charge, resume, run_charge};
pub use place::{Placement, place};
pub use public::{PublicStatus, Standing, net_charge, public_remains};
pub use refusal::{Field, OrderRefusal};
pub use request::{Number, OrderParams, OrderRequest};
pub use state::State;
