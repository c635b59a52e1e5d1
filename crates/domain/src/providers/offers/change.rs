//! A change set: what differs, what is done about it, and how it is undone.

use super::edit::{Edit, Limits, Moved};
use super::offer::Offer;
use crate::catalogue::ServiceKind;
use crate::{Micros, RouteId, ServiceId};

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The provider offers something that we have no route to. Taking it over is importing it.
    New {
        /// What it offers.
        offer: Box<Offer>,
        /// The kind that its text names.
        kind: Option<ServiceKind>,
        /// The rate that the markup makes of its cost.
        rate: Option<Micros>,
    },
    /// A service was missing in so many whole lists in a row.
    Gone {
        /// How many.
        lists: i64,
    },
    /// One that was gone is in the list again.
    Back,
    /// Its cost has moved, in the provider's currency.
    CostMoved(Moved<Micros>),
    /// Its limits have moved.
    LimitsMoved(Moved<Limits>),
    /// It is of another kind now: orders for it need other parameters.
    KindChanged {
        /// In the provider's words.
        before: String,
        /// In the provider's words.
        after: String,
    },
}

/// Why a person has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The cost moved further than costs do.
    #[error("the cost moved by more than {percent} percent")]
    Spike {
        /// The bound that it passed.
        percent: i64,
    },
    /// The service would be sold under cost.
    #[error("the service would be sold under cost")]
    UnderCost,
    /// Orders need other parameters.
    #[error("orders of it need other parameters now")]
    Kind,
    /// The kind is none that we know.
    #[error("the type of the service is not known")]
    KindUnknown,
    /// The figures cannot be.
    #[error("the figures of the service cannot be right")]
    Impossible,
    /// No quantity is left that could be sold.
    #[error("no quantity that is sold is within the new limits")]
    NoQuantity,
}

/// What is done about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken over.
    Apply,
    /// It waits until a person takes it over.
    Propose,
    /// It looks wrong, and waits until a person has looked.
    Quarantine(Why),
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The route that it is about; none when there is none yet.
    pub route: Option<RouteId>,
    /// The service of the route.
    pub service: Option<ServiceId>,
    /// What the provider calls it.
    pub upstream_service: String,
    /// What differs.
    pub finding: Finding,
    /// What is done about it.
    pub verdict: Verdict,
    /// What taking it over comes to.
    pub edits: Vec<Edit>,
    /// What is done at once while it waits, so that nothing is sold under cost or ordered wrongly. It
    /// is undone when a person has decided.
    pub hold: Vec<Edit>,
}

impl Item {
    /// What is done at once.
    pub fn at_once(&self) -> &[Edit] {
        if self.verdict == Verdict::Apply { &self.edits } else { &self.hold }
    }
}

/// An edit, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The route.
    pub route: RouteId,
    /// Its service.
    pub service: ServiceId,
    /// The edit.
    pub edit: Edit,
}

/// All that a list of a provider comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The differences.
    pub items: Vec<Item>,
    /// For each route, in how many whole lists in a row its service has been missing by now.
    pub missing: Vec<(RouteId, i64)>,
}

impl ChangeSet {
    /// What is done at once, in this order.
    pub fn done(&self) -> Vec<Done> {
        let mut done = Vec::new();
        for item in &self.items {
            if let (Some(route), Some(service)) = (item.route, item.service) {
                done.extend(item.at_once().iter().map(|edit| Done { route, service, edit: *edit }));
            }
        }
        done
    }

    /// What takes back what was done at once, in this order. Edits whose value has been changed since
    /// are passed over when they are made ([`Edit::make`]).
    pub fn undo(&self) -> Vec<Done> {
        let back = |done: Done| Done { edit: done.edit.undone(), ..done };
        self.done().into_iter().rev().map(back).collect()
    }
}
