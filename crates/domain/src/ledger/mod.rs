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
    /// How much; always above zero.
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
        if debit == Book::Available && after.spendable() < Micros::ZERO {
            return Err(PostingError::NotEnough);
        }
        if after.held < Micros::ZERO {
            return Err(PostingError::HeldTooLow);
        }
        Ok(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wallet(available: i64, held: i64, credit_limit: i64) -> Wallet {
        Wallet {
            account: AccountId(1),
            available: Micros::new(available),
            held: Micros::new(held),
            credit_limit: Micros::new(credit_limit),
            sequence: 7,
        }
    }

    fn posting(kind: TransferKind, amount: i64) -> Posting {
        Posting::of(kind, Micros::new(amount)).unwrap()
    }

    #[test]
    fn the_last_micro_can_be_spent_and_not_one_more() {
        let after = wallet(10, 0, 5).post(&posting(TransferKind::Hold, 15)).unwrap();
        assert_eq!((after.available.raw(), after.held.raw(), after.sequence), (-5, 15, 8));
        let refused = wallet(10, 0, 5).post(&posting(TransferKind::Hold, 16));
        assert_eq!(refused, Err(PostingError::NotEnough));
    }

    #[test]
    fn money_coming_in_is_taken_even_above_a_lowered_credit_limit() {
        let after = wallet(-10, 0, 5).post(&posting(TransferKind::Credit, 1)).unwrap();
        assert_eq!(after.available.raw(), -9);
    }

    #[test]
    fn held_money_cannot_be_taken_twice() {
        let refused = wallet(0, 3, 0).post(&posting(TransferKind::Capture, 4));
        assert_eq!(refused, Err(PostingError::HeldTooLow));
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        let refused = wallet(i64::MAX, 0, 0).post(&posting(TransferKind::Credit, 1));
        assert_eq!(refused, Err(PostingError::TooLarge));
    }
}
