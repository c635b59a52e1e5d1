//! The books: where money stands and how it moves.
//!
//! A transfer moves an amount from one book to another and is never changed; a mistake is mended
//! by a new transfer. Two books belong to each customer account and carry a stored balance; the
//! others belong to the house and are summed when somebody asks.

use crate::names::named;
use crate::{AccountId, Micros};

/// A place where money stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Book {
    /// What a customer may spend.
    Available,
    /// What a customer's open orders hold.
    Held,
    /// What the house has earned.
    Revenue,
    /// What operators put in or took out by hand.
    Adjustments,
}

named!(Book {
    Available => "available",
    Held => "held",
    Revenue => "revenue",
    Adjustments => "adjustments",
});

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TransferKind {
    /// An order was placed: available to held.
    Hold,
    /// An order, or its delivered part, was earned: held to revenue.
    Capture,
    /// An order, or its undelivered part, was given back: held to available.
    Release,
    /// A finished order was corrected in the customer's favour: revenue to available.
    Refund,
    /// An operator credited the account: adjustments to available.
    Credit,
    /// An operator debited the account: available to adjustments.
    Debit,
}

named!(TransferKind {
    Hold => "hold",
    Capture => "capture",
    Release => "release",
    Refund => "refund",
    Credit => "credit",
    Debit => "debit",
});

impl TransferKind {
    /// The book money leaves and the book it enters. The kind decides both, so a transfer between
    /// the wrong books cannot be written down.
    pub const fn books(self) -> (Book, Book) {
        match self {
            Self::Hold => (Book::Available, Book::Held),
            Self::Capture => (Book::Held, Book::Revenue),
            Self::Release => (Book::Held, Book::Available),
            Self::Refund => (Book::Revenue, Book::Available),
            Self::Credit => (Book::Adjustments, Book::Available),
            Self::Debit => (Book::Available, Book::Adjustments),
        }
    }
}

/// One movement that a decision asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Why, and so between which books.
    pub kind: TransferKind,
    /// How much; above zero, but for a hold of an order that costs nothing.
    pub amount: Micros,
}

impl Posting {
    /// A posting, or nothing when there is nothing to move.
    pub fn of(kind: TransferKind, amount: Micros) -> Option<Self> {
        (amount > Micros::ZERO).then_some(Self { kind, amount })
    }
}

/// The money side of a customer account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// Whose it is.
    pub account: AccountId,
    /// What may be spent; below zero when the credit limit is used.
    pub available: Micros,
    /// What open orders hold.
    pub held: Micros,
    /// How far `available` may go below zero.
    pub credit_limit: Micros,
    /// Number of the account's last transfer: its statement counts without a gap.
    pub sequence: i64,
}

/// Why a posting cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostingError {
    /// The account has less than the amount, its credit limit included.
    #[error("not enough money on the account")]
    NotEnough,
    /// The sum does not fit.
    #[error("the amount is too large for the account")]
    TooLarge,
    /// More would leave `held` than stands there: a bug, never a customer's doing.
    #[error("more would be taken from held money than is held")]
    HeldTooLow,
}

impl Wallet {
    /// What may be spent now, the credit limit included.
    pub const fn spendable(&self) -> Micros {
        match self.available.checked_add(self.credit_limit) {
            Some(sum) => sum,
            None => Micros::MAX,
        }
    }

    /// The wallet after `posting`, its sequence advanced by one.
    ///
    /// # Errors
    /// [`PostingError`] when the posting would break a rule; the wallet is unchanged then.
    pub fn post(&self, posting: &Posting) -> Result<Self, PostingError> {
        let (debit, credit) = posting.kind.books();
        let mut after = *self;
        after.sequence = after.sequence.checked_add(1).ok_or(PostingError::TooLarge)?;
        for (book, sign) in [(debit, -1), (credit, 1)] {
            let side = match book {
                Book::Available => &mut after.available,
                Book::Held => &mut after.held,
                Book::Revenue | Book::Adjustments => continue,
            };
            let moved = if sign < 0 {
                side.checked_sub(posting.amount)
            } else {
                side.checked_add(posting.amount)
            };
            *side = moved.ok_or(PostingError::TooLarge)?;
        }
        let takes = debit == Book::Available && posting.amount > Micros::ZERO;
        if takes && after.spendable() < Micros::ZERO {
            return Err(PostingError::NotEnough);
        }
        if after.held < Micros::ZERO {
            return Err(PostingError::HeldTooLow);
        }
        // What is held may all come back, so there must be room for it beside what is available.
        if after.available.checked_add(after.held).is_none() {
            return Err(PostingError::TooLarge);
        }
        Ok(after)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
