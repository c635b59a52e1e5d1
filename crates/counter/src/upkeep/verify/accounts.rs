//! Every account: its transfers are complete and lead to its stored balances, it is within its
//! credit limit, and what it holds is what its open orders hold.

use super::{Check, PAGE, Progress};
use domain::invariants::{balances, within_limit};
use domain::ledger::{Posting, TransferKind, Wallet};
use domain::{AccountId, Micros, OrderId};
use std::collections::HashMap;
use store::tables::accounts::{self, Account};
use store::tables::{orders, product_checks, transfers};
use store::{DbError, Tx};

/// What the transfers of an account sum to. Wider than an amount, and summed here rather than by
/// the database: what moved in all may well be more than fits into one.
#[derive(Default)]
struct Sums {
    available: i128,
    held: i128,
    /// What the house gave, less what it took.
    given: i128,
}

pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Vec<Check>, DbError> {
    let mut chain = Check::new(
        "each account's transfers are numbered without a gap, and each leads to the balances \
         that it states",
    );
    let mut stored = Check::new(
        "stored balances are the sums of transfers, and held money is what open orders hold",
    );
    let mut limits = Check::new("no account is below its credit limit");
    let mut house = Check::new("over all books, what came in is what is there");
    let mut causes = Check::new("every movement but an operator's is of one order of the account");
    let held = held_by_open_orders(tx, progress)?;
    let (mut given, mut there) = (0_i128, 0_i128);
    let mut last = AccountId(0);
    loop {
        let page = accounts::list(tx, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        for account in &page {
            let sums = follow_transfers(tx, account, &mut chain, progress)?;
            given = given.saturating_add(sums.given);
            there = there
                .saturating_add(i128::from(account.wallet.available.raw()))
                .saturating_add(i128::from(account.wallet.held.raw()));
            house.row();
            let orders_hold = held.get(&account.id).copied().unwrap_or(0);
            stored.row();
            stored.expect(balances(&account.wallet, sums.available, sums.held, orders_hold));
            limits.row();
            limits.expect(within_limit(&account.wallet));
        }
        progress(stored.rule, stored.rows);
    }
    if there != given {
        house.finding(format!(
            "customers have {there} micros, but credits and refunds less debits and earnings are \
             {given}"
        ));
    }
    causes.rows = chain.rows;
    for (account, number) in transfers::without_order(tx)? {
        causes.finding(format!("account {account}: transfer {number} is not of one of its orders"));
    }
    for (account, number) in transfers::without_account(tx)? {
        chain
            .finding(format!("transfer {number} belongs to account {account}, which is not there"));
    }
    Ok(vec![chain, stored, limits, house, causes])
}

fn held_by_open_orders(
    tx: &mut dyn Tx,
    progress: Progress<'_>,
) -> Result<HashMap<AccountId, i128>, DbError> {
    let mut held: HashMap<AccountId, i128> = HashMap::new();
    let mut rows: u64 = 0;
    let mut add = |account: AccountId, amount: Micros| {
        let sum = held.entry(account).or_default();
        *sum = sum.saturating_add(i128::from(amount.raw()));
    };
    let mut last = OrderId(0);
    loop {
        let page = orders::open_after(tx, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        page.iter().for_each(|order| add(order.account, order.held()));
        rows = rows.saturating_add(u64::try_from(page.len()).unwrap_or(0));
        progress("open orders", rows);
    }
    for (account, amount) in product_checks::held(tx)? {
        add(account, amount);
    }
    Ok(held)
}

fn follow_transfers(
    tx: &mut dyn Tx,
    account: &Account,
    chain: &mut Check,
    progress: Progress<'_>,
) -> Result<Sums, DbError> {
    let mut sums = Sums::default();
    let mut wallet = Wallet {
        account: account.id,
        available: Micros::ZERO,
        held: Micros::ZERO,
        // Whether the limit was kept at the time cannot be told from today's limit.
        credit_limit: Micros::MAX,
        sequence: 0,
    };
    let mut last = 0;
    loop {
        let page = transfers::after(tx, account.id, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.number;
        for transfer in &page {
            chain.row();
            let amount = i128::from(transfer.amount.raw());
            let given = match transfer.kind {
                TransferKind::Credit | TransferKind::Refund => amount,
                TransferKind::Debit | TransferKind::Capture => amount.saturating_neg(),
                TransferKind::Hold | TransferKind::Release => 0,
            };
            sums.given = sums.given.saturating_add(given);
            let (debit, credit) = transfer.kind.books();
            for (book, sign) in [(debit, -1), (credit, 1)] {
                let side = match book {
                    domain::ledger::Book::Available => &mut sums.available,
                    domain::ledger::Book::Held => &mut sums.held,
                    _ => continue,
                };
                *side = side.saturating_add(amount.saturating_mul(sign));
            }
            let posting = Posting { kind: transfer.kind, amount: transfer.amount };
            match wallet.post(&posting) {
                Ok(after)
                    if after.sequence == transfer.number
                        && after.available == transfer.available_after
                        && after.held == transfer.held_after =>
                {
                    wallet = after;
                }
                outcome => {
                    chain.finding(format!(
                        "account {}: transfer {} ({} {}) states available {} and held {}, \
                         but the one before it leads to {}",
                        account.id,
                        transfer.number,
                        transfer.kind.name(),
                        transfer.amount,
                        transfer.available_after,
                        transfer.held_after,
                        outcome.map_or_else(
                            |error| error.to_string(),
                            |after| format!(
                                "number {}, available {}, held {}",
                                after.sequence, after.available, after.held
                            )
                        ),
                    ));
                    // Go on from what it states, so that one fault is told once.
                    wallet.available = transfer.available_after;
                    wallet.held = transfer.held_after;
                    wallet.sequence = transfer.number;
                }
            }
        }
        progress(chain.rule, chain.rows);
    }
    if account.wallet.sequence != wallet.sequence {
        chain.finding(format!(
            "account {}: counts {} transfers, the last one there is {}",
            account.id, account.wallet.sequence, wallet.sequence
        ));
    }
    Ok(sums)
}
