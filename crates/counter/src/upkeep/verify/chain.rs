//! The transfers of an account, followed from its last one back to the first.

use super::{Check, PAGE, Progress};
use domain::Micros;
use domain::ledger::{Book, Posting, TransferKind, Wallet};
use store::tables::accounts::Account;
use store::tables::transfers::{self, Transfer};
use store::{DbError, Tx};

/// What the transfers of an account sum to. Wider than an amount, and summed here rather than by
/// the database: what moved in all may well be more than fits into one.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) available: i128,
    pub(super) held: i128,
    /// What the house gave, less what it took.
    pub(super) given: i128,
}

impl Sums {
    fn add(&mut self, transfer: &Transfer) {
        let amount = i128::from(transfer.amount.raw());
        let given = match transfer.kind {
            TransferKind::Credit | TransferKind::Refund => amount,
            TransferKind::Debit | TransferKind::Capture => amount.saturating_neg(),
            TransferKind::Hold | TransferKind::Release => 0,
        };
        self.given = self.given.saturating_add(given);
        let (debit, credit) = transfer.kind.books();
        for (book, sign) in [(debit, -1), (credit, 1)] {
            let side = match book {
                Book::Available => &mut self.available,
                Book::Held => &mut self.held,
                Book::Revenue | Book::Adjustments => continue,
            };
            *side = side.saturating_add(amount.saturating_mul(sign));
        }
    }
}

/// Follows the chain of an account. Its end must be where the account says it is, each transfer must
/// lead from the balances of the one before it to those that it states, and the first one must start
/// from nothing.
pub(super) fn follow(
    tx: &mut dyn Tx,
    account: &Account,
    check: &mut Check,
    progress: Progress<'_>,
) -> Result<Sums, DbError> {
    let mut sums = Sums::default();
    let mut later: Option<Transfer> = None;
    let mut number = account.wallet.sequence;
    let mut next = account.last_transfer;
    while let Some(start) = next {
        let page = transfers::back_from(tx, start, PAGE)?;
        if page.is_empty() {
            break;
        }
        for transfer in page {
            check.row();
            if transfer.account != account.id || transfer.number != number {
                let there = format!("transfer {} of account {}", transfer.number, transfer.account);
                check.finding(format!(
                    "account {}: in place of its transfer {number} there is {there}",
                    account.id
                ));
                return Ok(sums);
            }
            sums.add(&transfer);
            if let Some(later) = &later {
                compare(balances(&transfer), later, check);
            }
            number = number.saturating_sub(1);
            next = transfer.previous;
            later = Some(transfer);
        }
        progress(check.rule, check.rows);
    }
    match &later {
        Some(first) if number == 0 => compare(nothing(account), first, check),
        _ if number == 0 => {}
        _ => check.finding(format!(
            "account {}: counts {} transfers, number {number} is not there",
            account.id, account.wallet.sequence
        )),
    }
    Ok(sums)
}

/// Whether the limit was kept at the time cannot be told from today's limit.
const NO_LIMIT: Micros = Micros::MAX;

fn nothing(account: &Account) -> Wallet {
    let (available, held) = (Micros::ZERO, Micros::ZERO);
    Wallet { account: account.id, available, held, credit_limit: NO_LIMIT, sequence: 0 }
}

/// The balances that a transfer states.
fn balances(transfer: &Transfer) -> Wallet {
    Wallet {
        account: transfer.account,
        available: transfer.available_after,
        held: transfer.held_after,
        credit_limit: NO_LIMIT,
        sequence: transfer.number,
    }
}

/// Posts `transfer` to the balances before it, and compares with what it states.
fn compare(before: Wallet, transfer: &Transfer, check: &mut Check) {
    let stated = balances(transfer);
    let posting = Posting { kind: transfer.kind, amount: transfer.amount };
    let outcome = before.post(&posting);
    if outcome == Ok(stated) {
        return;
    }
    check.finding(format!(
        "account {}: transfer {} ({} {}) states available {} and held {}, but the one before it \
         leads to {}",
        transfer.account,
        transfer.number,
        transfer.kind.name(),
        transfer.amount,
        stated.available,
        stated.held,
        outcome.map_or_else(
            |error| error.to_string(),
            |after| format!("available {}, held {}", after.available, after.held)
        ),
    ));
}

/// Looks for transfers that stand in no account's chain: `numbered` is how many the accounts count.
pub(super) fn strays(tx: &mut dyn Tx, numbered: i64, check: &mut Check) -> Result<(), DbError> {
    let there = transfers::count(tx)?;
    if there != numbered {
        check.finding(format!("accounts count {numbered} transfers, {there} are there"));
        for (account, number) in transfers::strays(tx)? {
            check.finding(format!("transfer {number} of account {account} is in no chain"));
        }
    }
    for (account, number) in transfers::wrong_marks(tx)? {
        check.finding(format!(
            "account {account}: the mark of transfer {number} is missing or leads elsewhere"
        ));
    }
    Ok(())
}
