//! A private supplier that pulls orders.

use crate::catalogue::{Fulfilment, Service};
use crate::names::named;
use crate::{ExecutorId, ServiceId, Timestamp};

/// What an executor may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExecutorState {
    /// It pulls orders and reports on them.
    Active,
    /// It reports on what it has; it pulls nothing.
    Paused,
    /// Its keys open nothing.
    Off,
}

named!(ExecutorState { Active => "active", Paused => "paused", Off => "off" });

/// Which of the services that executors fulfil one of them may pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExecutorServices {
    /// All of them, also those to come.
    All,
    /// These.
    Only(Vec<ServiceId>),
}

/// A private supplier that pulls orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executor {
    /// Its id.
    pub id: ExecutorId,
    /// What staff call it.
    pub name: String,
    /// What it may do.
    pub state: ExecutorState,
    /// What it may pull.
    pub services: ExecutorServices,
    /// Minutes that it keeps an order without saying anything of it.
    pub lease_minutes: i64,
    /// Most orders that it has at once.
    pub at_once: i64,
    /// Since when it is given nothing, because an older copy of the database was put in its place and
    /// nobody has asked it since what it has.
    pub restored: Option<Timestamp>,
    /// When it was added.
    pub created: Timestamp,
}

impl Executor {
    /// Whether it may pull orders of a service.
    pub fn may_pull(&self, service: &Service) -> bool {
        let is_its = match &self.services {
            ExecutorServices::All => true,
            ExecutorServices::Only(services) => services.contains(&service.id),
        };
        is_its && service.fulfilment == Fulfilment::Executors
    }
}
