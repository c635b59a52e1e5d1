//! A service's way to a provider.

use crate::{Micros, ProviderId, RouteId, ServiceId};

/// A service's way to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its id.
    pub id: RouteId,
    /// The service that is fulfilled.
    pub service: ServiceId,
    /// Who fulfils it.
    pub provider: ProviderId,
    /// What the provider calls the service.
    pub upstream_service: String,
    /// What the provider charges per 1,000 units, or for a package, in its currency.
    pub cost: Micros,
    /// Smallest quantity that the provider takes.
    pub min: i64,
    /// Largest quantity that the provider takes.
    pub max: i64,
    /// Lower is tried first.
    pub priority: i64,
    /// Its share among routes of the same priority.
    pub weight: i64,
    /// Most units that are placed by it in a UTC day, when it has a cap.
    pub daily_cap: Option<i64>,
    /// Whether it is used.
    pub on: bool,
    /// Why the worker has switched it off; nothing where somebody else has, and while it is used.
    pub off_for: Option<String>,
}
