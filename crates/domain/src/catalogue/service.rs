//! A service and its category.

use super::ServiceKind;
use crate::names::named;
use crate::{CategoryId, Micros, ServiceId};

/// A heading of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name, as customers see it.
    pub name: String,
    /// Its place among the categories, ascending.
    pub position: i64,
}

/// Who fulfils the orders of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fulfilment {
    /// People, who report at the command line or in the back office.
    Staff,
    /// Upstream panels, by the service's routes.
    Providers,
    /// Private suppliers that pull orders and report.
    Executors,
}

named!(Fulfilment {
    Staff => "staff",
    Providers => "providers",
    Executors => "executors",
});

/// What becomes of an order on a link that has an open order of the same service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkRule {
    /// Both are delivered at once.
    #[default]
    Any,
    /// It is refused.
    OneOpen,
    /// It is taken, and waits until its turn has come.
    Queue,
}

named!(LinkRule {
    Any => "any",
    OneOpen => "one_open",
    Queue => "queue",
});

/// Who divides a drip-feed into runs, and makes orders of a subscription's posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartsBy {
    /// We: each run and each post is an order of its own.
    #[default]
    Ours,
    /// The provider: it gets the whole as one order, with what it needs to divide it.
    Upstream,
}

named!(PartsBy {
    Ours => "ours",
    Upstream => "upstream",
});

/// What becomes of an order when nobody can tell for long whether a provider has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WhenUnknown {
    /// It is held until somebody can tell.
    #[default]
    Hold,
    /// It is written off, as far as the day's budget goes: the customer has the money back, and the
    /// house bears what the provider may charge.
    Refund {
        /// Most that the provider is expected to charge for such an order, in our currency.
        most: Micros,
    },
}

impl WhenUnknown {
    /// The most that an order may be expected to cost to be written off; nothing where none is.
    pub const fn most(self) -> Option<Micros> {
        match self {
            Self::Hold => None,
            Self::Refund { most } => Some(most),
        }
    }

    /// The rule with this most.
    pub fn from_most(most: Option<Micros>) -> Self {
        most.map_or(Self::Hold, |most| Self::Refund { most })
    }
}

/// When a refill may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefillRule {
    /// Days after completion in which a refill may be asked for.
    pub days: i64,
    /// Hours that must pass after completion, and after the last refill asked.
    pub cooldown_hours: i64,
}

/// A thing sold per 1,000 units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its public id.
    pub id: ServiceId,
    /// The category it stands under.
    pub category: CategoryId,
    /// Its name, as customers see it.
    pub name: String,
    /// A longer text for customers; may be empty.
    pub description: String,
    /// Which parameters its orders carry.
    pub kind: ServiceKind,
    /// Price per 1,000 units, or of the whole for packages.
    pub rate: Micros,
    /// Smallest quantity of an order.
    pub min: i64,
    /// Largest quantity of an order, all its runs together.
    pub max: i64,
    /// Whether orders may be split into runs.
    pub drip_feed: bool,
    /// When refills may be asked for; none when the service has no refills.
    pub refill: Option<RefillRule>,
    /// Whether customers may ask to cancel.
    pub cancel: bool,
    /// What becomes of a second order on a link while the first is open.
    pub link_rule: LinkRule,
    /// Who divides orders into runs and posts.
    pub parts: PartsBy,
    /// What becomes of an order of which nobody can tell whether a provider has it.
    pub when_unknown: WhenUnknown,
    /// Who fulfils its orders.
    pub fulfilment: Fulfilment,
    /// Its place within the category, ascending.
    pub position: i64,
    /// Whether it is on sale.
    pub on_sale: bool,
}
