//! What is sold: services, their kinds, and the rules that an operator sets for each.

mod edit;
mod kind;
mod service;

pub use edit::{CatalogueError, check_description, check_kind_change, check_name, check_service};
pub use kind::{Counting, ListField, NumberField, Pricing, ServiceKind, Shape, TextField};
pub use service::{Category, Fulfilment, LinkRule, PartsBy, RefillRule, Service, WhenUnknown};
