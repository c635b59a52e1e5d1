//! The two dialects in which private suppliers ("executors") pull orders and report on them: the
//! key+action one of `/adminapi/v1` and the REST one of `/adminapi/v2`. Only what concerns a
//! supplier; what those dialects have for the operator is known by name and refused.
//!
//! Both read the same things from query, form, multipart and JSON, and write the same orders in two
//! forms.

mod field;
mod fields;
mod ids;
mod node;
mod row;
mod status;
mod update;
pub mod v1;
pub mod v2;
mod wrong;

pub use ids::Page;
pub use row::{OrderRow, Param, ParamValue, SubscriptionRow};
pub use status::{AdminStatus, RefillWord};
pub use update::{Item, Update};
pub use wrong::Wrong;
