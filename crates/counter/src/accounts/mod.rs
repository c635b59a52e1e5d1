//! Accounts, their keys and their money.

mod access;
mod admit;
mod budgets;
mod import;
mod keys;
mod money;
mod open;
mod rotate;
mod token;

pub(crate) use access::Access;
pub use admit::Admitted;
pub(crate) use admit::KeyUses;
pub(crate) use budgets::{KeyBudgets, Standing};
pub use import::{IMPORT_MAX, ImportedKey};
pub use keys::{KeyChange, KeyMade, KeyShown};
pub use money::Adjustment;
pub(crate) use money::{check_reason, check_text};
pub use open::AccountChange;
pub use token::{KeySecret, KeyToken, RANDOM_BYTES};
