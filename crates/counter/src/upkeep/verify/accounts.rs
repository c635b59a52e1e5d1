//! Every account: its transfers are complete and lead to its stored balances, it is within its
//! credit limit, and what it holds is what its open orders hold.

use super::chain;
use super::{Check, PAGE, Progress};
use domain::invariants::{balances, within_limit};
use domain::{AccountId, Micros, OrderId};
use std::collections::HashMap;
use store::tables::{accounts, orders, product_checks, transfers};
use store::{DbError, Tx};

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
    let mut numbered = 0_i64;
    let mut last = AccountId(0);
    loop {
        let page = accounts::list(tx, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        for account in &page {
            let sums = chain::follow(tx, account, &mut chain, progress)?;
            numbered = numbered.saturating_add(account.wallet.sequence);
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
    chain::strays(tx, numbered, &mut chain)?;
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
