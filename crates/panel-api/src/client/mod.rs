//! The other end: calls to upstreams, and what they really answer.
//!
//! [`Call`] builds the form of a request. One reader for each action takes the bytes of a body, whatever
//! the HTTP status and the content type were: upstreams tell the truth in the body only. No reader
//! fails; what an answer does not say plainly is [`Unclear`], which is neither a success nor a refusal.
//!
//! Upstreams write the dialect in many ways, and the readers take all that are known. Where two readings
//! are possible, they take none.

mod add;
mod amount;
mod balance;
mod call;
mod cancel;
mod decimal;
mod entries;
mod excerpt;
mod form;
mod id;
mod json;
mod orders;
mod refill;
mod refill_status;
mod said;
mod services;
mod status;
mod unclear;
mod unsendable;
mod words;

pub use add::{Accepted, AddAnswer, read_add};
pub use amount::Amount;
pub use balance::{BalanceAnswer, read_balance};
pub use call::{Call, NewOrder};
pub use cancel::{CancelTaken, read_cancel};
pub use entries::{Answers, Found};
pub use excerpt::excerpt;
pub use form::Form;
pub use id::is_id;
pub use orders::{OrdersAnswer, UpstreamOrder, read_orders};
pub use refill::{RefillTaken, read_refill};
pub use refill_status::{UpstreamRefill, read_refill_status};
pub use said::Said;
pub use services::{RowFault, RowProblem, ServicesAnswer, UpstreamService, read_services};
pub use status::{UpstreamStatus, read_status};
pub use unclear::Unclear;
pub use unsendable::Unsendable;
pub use words::{RefillWord, UpstreamWord};
