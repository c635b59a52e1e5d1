//! Requests, as servers read them.

mod action;
mod add;
mod fingerprint;
pub(crate) mod form;
mod ids;
mod json;
mod number;
mod params;
mod product;
mod read;
mod request_id;
mod value;
mod vocabulary;

pub use add::Add;
pub use ids::{Id, Ids};
pub use number::Number;
pub use product::AddProductOrder;
pub use read::{Call, Input, Options, Request, read};
