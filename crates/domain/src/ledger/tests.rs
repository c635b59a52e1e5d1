use super::*;
use proptest::prelude::*;

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

#[test]
fn a_credit_leaves_room_for_what_is_held() {
    let wallet = wallet(i64::MAX - 5, 3, 0);
    let fits = wallet.post(&posting(TransferKind::Credit, 2)).unwrap();
    assert!(fits.post(&posting(TransferKind::Release, 3)).is_ok());
    let refused = wallet.post(&posting(TransferKind::Credit, 3));
    assert_eq!(refused, Err(PostingError::TooLarge));
}

proptest! {
    /// Whatever was posted before: what is held can be given back, all of it.
    #[test]
    fn what_is_held_can_always_be_given_back(
        postings in proptest::collection::vec((0..TransferKind::ALL.len(), 1..=i64::MAX), 1..40),
        credit_limit in 0..=i64::MAX,
    ) {
        let mut now = wallet(0, 0, credit_limit);
        for (kind, amount) in postings {
            let next = Posting { kind: TransferKind::ALL[kind], amount: Micros::new(amount) };
            now = now.post(&next).unwrap_or(now);
            if let Some(release) = Posting::of(TransferKind::Release, now.held) {
                let after = now.post(&release);
                prop_assert!(after.is_ok(), "{now:?}: {after:?}");
            }
        }
    }
}
