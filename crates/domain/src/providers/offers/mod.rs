//! A provider's catalogue beside ours: what has changed becomes a proposed change set.
//!
//! Nothing here changes anything. A list of the provider is compared with our routes to it, and each
//! difference becomes an item with a verdict by the operator's rules: small moves are taken over,
//! spikes are set aside for a person, and nothing is sold under cost meanwhile. A list that may be
//! broken changes nothing at all. Every edit knows the value before it, so a set can be undone.

mod change;
mod compare;
mod differ;
mod edit;
mod kept;
mod markup;
mod offer;
mod rules;

pub use change::{ChangeSet, Done, Finding, Item, Verdict, Why};
pub use compare::{Known, Ours, propose};
pub use edit::{Edit, Limits, Moved};
pub use kept::{FindingKind, Found, ItemState, SetState};
pub use markup::{Markup, MarkupError};
pub use offer::{List, ListRefused, Offer, kind_of};
pub use rules::{RateRule, RulesError, SyncRules, Taking};
