//! Stock: importing it, keeping it sealed, showing it.

mod activate;
mod discard;
mod import;
mod inspect;
mod known;
mod low;
mod rekey;
mod ring;
mod served;
pub(crate) mod vault;

pub use import::{ImportLine, ImportProblem, ImportReport, Importer};
pub use inspect::{ItemView, StockCount};
pub use low::LowStock;
pub use ring::RingSource;
pub use served::{ServedBy, ServedRing};
pub(crate) use vault::Place;
pub use vault::{NONCE_BYTES, Vault, VaultError};
