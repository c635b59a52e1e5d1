//! What moves our balance at a provider, by our books.

use crate::names::named;

/// What moves our balance at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// An order was taken, and is expected to cost so much.
    Charge,
    /// Units were not delivered.
    GiveBack,
    /// The provider said that an order costs something else than was expected.
    Adjustment,
    /// Money was paid in.
    Deposit,
    /// Staff set a difference right that nothing else explains.
    Correction,
}

named!(EntryKind {
    Charge => "charge",
    GiveBack => "give_back",
    Adjustment => "adjustment",
    Deposit => "deposit",
    Correction => "correction",
});
