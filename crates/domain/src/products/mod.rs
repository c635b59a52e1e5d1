//! Products: digital goods sold by the piece, delivered from stock or by staff.

mod machine;
mod order;
mod pieces;
mod place;
mod product;
mod stock;
#[cfg(test)]
mod tests;

pub use machine::{ProductChange, ProductError, ProductEvent, apply};
pub use order::{ProductOrder, ProductState, PublicProductStatus};
pub use pieces::{Gone, PieceError, Pieces};
pub use place::{Picked, ProductPlacement, ProductRefusal, ProductRequest, check, place};
pub use product::{
    Product, ProductError as ProductEditError, ProductKind, WhenShort, check_product, highest_rate,
};
pub use stock::{BatchState, ItemState, StockLineError, check_line};
