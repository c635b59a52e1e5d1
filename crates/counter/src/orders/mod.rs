//! Orders: placing them, reporting on them, asking about them.

mod away;
mod batch;
mod decide;
mod list;
mod params;
mod parents;
mod pause;
mod place;
mod placing;
mod posts;
mod recent;
mod report;
mod runs;
mod status;
pub(crate) mod turns;
mod written;

pub(crate) use away::ends_not_by_asking;
pub(crate) use batch::AddQueue;
pub use batch::Placed;
pub use list::OrderView;
pub use params::params_json;
pub(crate) use parents::{end_plan, is_stopped, settle_parent_of, stop_parts};
pub use pause::Steer;
pub use place::{PlaceOrder, RequestId};
pub use placing::Placing;
pub use posts::Post;
pub(crate) use posts::record_post;
pub(crate) use recent::RecentOrders;
pub use report::{OrderReport, Report, report_orders};
pub(crate) use runs::{Task, start_all_runs};
pub use status::{OrderStatus, PublicParts};
