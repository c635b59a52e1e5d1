//! Products and orders for them.

mod batch;
mod deliver;
mod edit;
mod list;
mod pieces;
mod place;
mod restock;
mod result;
mod staff;
mod status;

pub use batch::ProductPlaced;
pub(crate) use batch::ProductQueue;
pub use edit::ProductChange;
pub use list::ProductOffer;
pub use place::PlaceProductOrder;
pub(crate) use restock::serve_waiting;
pub use result::{Answer, Delivered, Piece, Viewer};
pub use staff::{ProductReport, StaffReport};
pub use status::{ProductOrderStatus, ProductOrderView};
