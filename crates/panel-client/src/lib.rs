#![doc = include_str!("../README.md")]

mod address;
mod client;
mod connect;
mod endpoint;
mod exchange;
mod http;
mod kept;
mod late;
mod limits;
mod meter;
mod policy;
mod resolve;
mod stream;
mod tls;

pub use address::is_public;
pub use client::Client;
pub use endpoint::{BadUrl, Endpoint};
pub use exchange::{Answer, Exchange, Loss, Lost, NotSent, Unanswered};
pub use late::Late;
pub use limits::Limits;
pub use policy::Policy;
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use tls::{Authorities, NoTls};
