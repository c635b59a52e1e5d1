//! Keeping routes and services as providers' lists say, without believing all that they say.
//!
//! `domain` compares a list with what we have and says by the operator's rules what becomes of each
//! difference. Here that is written: in units, each of which compares anew under the catalogue's lock,
//! so that nothing is decided from what is no longer true (docs/adr/0026). Nothing here calls anybody.

mod begin;
mod bench;
mod clean;
mod coded;
mod decide;
mod floor;
mod import;
mod list;
mod ours;
mod rules;
mod step;
mod take;
mod undo;

pub use decide::{Decided, Decision};
pub use import::{Import, ImportReport, PassedOver, Which};
pub use list::{OfferView, SyncView};
pub use rules::RulesChange;
pub use take::{Fetched, Taken};
pub use undo::Undone;
