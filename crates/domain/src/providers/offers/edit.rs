//! A single edit of a route or its service, with the value before it.

use crate::Micros;
use crate::catalogue::Service;
use crate::providers::Route;

/// A value that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<T> {
    /// What it was.
    pub before: T,
    /// What it becomes.
    pub after: T,
}

/// Smallest and largest quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Smallest quantity.
    pub min: i64,
    /// Largest quantity.
    pub max: i64,
}

/// An edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// What the route costs.
    Cost(Moved<Micros>),
    /// What quantities the route takes.
    RouteLimits(Moved<Limits>),
    /// Whether the route is used.
    RouteOn(Moved<bool>),
    /// The rate of the service.
    Rate(Moved<Micros>),
    /// What quantities of the service are sold.
    ServiceLimits(Moved<Limits>),
    /// Whether the service is on sale.
    OnSale(Moved<bool>),
}

impl<T: Copy> Moved<T> {
    const fn back(self) -> Self {
        Self { before: self.after, after: self.before }
    }
}

impl Edit {
    /// The edit that takes this one back.
    pub const fn undone(self) -> Self {
        match self {
            Self::Cost(moved) => Self::Cost(moved.back()),
            Self::RouteLimits(moved) => Self::RouteLimits(moved.back()),
            Self::RouteOn(moved) => Self::RouteOn(moved.back()),
            Self::Rate(moved) => Self::Rate(moved.back()),
            Self::ServiceLimits(moved) => Self::ServiceLimits(moved.back()),
            Self::OnSale(moved) => Self::OnSale(moved.back()),
        }
    }

    /// Makes the edit, unless the value is not what it was before: then somebody else has changed it,
    /// nothing is done, and the answer is false.
    #[must_use]
    pub fn make(self, route: &mut Route, service: &mut Service) -> bool {
        match self {
            Self::Cost(moved) => set(&mut route.cost, moved),
            Self::RouteOn(moved) => set(&mut route.on, moved),
            Self::Rate(moved) => set(&mut service.rate, moved),
            Self::OnSale(moved) => set(&mut service.on_sale, moved),
            Self::RouteLimits(moved) => set_limits(&mut route.min, &mut route.max, moved),
            Self::ServiceLimits(moved) => set_limits(&mut service.min, &mut service.max, moved),
        }
    }
}

fn set<T: Copy + PartialEq>(value: &mut T, moved: Moved<T>) -> bool {
    let fits = *value == moved.before;
    if fits {
        *value = moved.after;
    }
    fits
}

const fn set_limits(min: &mut i64, max: &mut i64, moved: Moved<Limits>) -> bool {
    let fits = *min == moved.before.min && *max == moved.before.max;
    if fits {
        *min = moved.after.min;
        *max = moved.after.max;
    }
    fits
}
