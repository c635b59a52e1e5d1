//! What is left of the counter, held against what its callers were told.

mod orders;

use super::ask::{Ask, viewer};
use super::books::{START, settings, wait};
use super::oracle::Oracle;
use crate::Outcome;
use crate::disk::{Disk, Plan};
use crate::vfs::Mounted;
use counter::Counter;
use domain::ledger::TransferKind;
use domain::products::BatchState;
use domain::{AccountId, OrderId, ProductOrderId};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use store::tables::orders::Filter;
use store::tables::transfers::Transfer;
use store::{Access, SqliteOptions, Store};

/// More than there ever are.
const ALL: i64 = 1_000_000;

/// What a check came to.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Answers that the database does not bear out.
    pub(crate) lost: u64,
    /// What is wrong, in words.
    pub(crate) findings: Vec<String>,
    /// What is left to be asked again, or cleared away, by whoever opens it next.
    pub(crate) again: Vec<Ask>,
}

impl Verdict {
    fn lost(&mut self, text: String) {
        self.lost = self.lost.saturating_add(1);
        self.findings.push(format!("lost: {text}"));
    }

    fn finding(&mut self, text: impl Into<String>) {
        self.findings.push(text.into());
    }

    fn expect(&mut self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(text());
        }
    }
}

/// Looks at a copy of what `disk` is left with. What nobody was told of, the oracle learns.
///
/// # Errors
/// When the check cannot be carried out. A database that does not open is a finding.
pub(crate) fn check(disk: &Disk, oracle: &mut Oracle) -> Outcome<Verdict> {
    let mut verdict = Verdict::default();
    verdict.findings.append(&mut oracle.wrong);
    let copy = Mounted::new(Disk::new(disk.files(), Plan::default(), 0))?;
    let opened = integrity(&copy).and_then(|()| {
        let options = SqliteOptions { readers: 1, ..SqliteOptions::new(copy.database()) };
        Ok(Store::open_sqlite(&options, Access::CreateIfMissing, |_| {})?)
    });
    let store = match opened {
        Ok(store) => store,
        Err(error) => {
            verdict.lost = oracle.acknowledged;
            verdict.finding(format!("the database does not open: {error}"));
            return Ok(verdict);
        }
    };
    let counter = Counter::new(store, settings()?);
    let done = wait(look(&counter, oracle, &mut verdict))?;
    if let Err(error) = done {
        verdict.lost = oracle.acknowledged;
        verdict.finding(format!("the database cannot be read: {error}"));
    }
    Ok(verdict)
}

/// SQLite's own check.
fn integrity(copy: &Mounted) -> Outcome<()> {
    let connection = Connection::open(copy.database())?;
    let text: String = connection.query_row("pragma integrity_check", [], |row| row.get(0))?;
    if text == "ok" { Ok(()) } else { Err(text.into()) }
}

async fn look(counter: &Counter, oracle: &mut Oracle, verdict: &mut Verdict) -> Outcome<()> {
    let report = counter.verify(&mut |_, _| {}).await?;
    for check in report.checks {
        verdict.findings.extend(check.findings.iter().map(|text| format!("verify: {text}")));
    }
    accounts(counter, oracle, verdict).await?;
    let mut transfers = Vec::new();
    for account in oracle.accounts.keys() {
        transfers.extend(counter.statement(*account, ALL, ALL).await?);
    }
    credits(&transfers, oracle, verdict);
    let stored = counter.list_orders(Filter::All, OrderId(ALL), ALL).await?;
    orders::orders(stored, &transfers, oracle, verdict);
    let stored = counter.list_product_orders(ProductOrderId(ALL), ALL).await?;
    orders::product_orders(stored, &transfers, oracle, verdict);
    imports(counter, oracle, verdict).await?;
    deliveries(counter, oracle, verdict).await?;
    // What was not there, and is not asked again, was never carried out: from now on it must not
    // be there.
    oracle.perhaps.clear();
    Ok(())
}

async fn accounts(counter: &Counter, oracle: &mut Oracle, verdict: &mut Verdict) -> Outcome<()> {
    let stored = counter.list_accounts(AccountId(0), ALL).await?;
    let stored: BTreeMap<AccountId, String> =
        stored.into_iter().map(|account| (account.id, account.name)).collect();
    for (id, name) in &oracle.accounts {
        if stored.get(id) != Some(name) {
            verdict.lost(format!("account {id}, {name}"));
        }
    }
    for (id, name) in stored {
        let asked = |ask: &Ask| matches!(ask, Ask::OpenAccount { name: asked } if *asked == name);
        if !oracle.accounts.contains_key(&id) {
            verdict
                .expect(oracle.perhaps.iter().any(asked), || format!("account {id} from nowhere"));
            oracle.accounts.insert(id, name);
        }
    }
    Ok(())
}

fn credits(transfers: &[Transfer], oracle: &mut Oracle, verdict: &mut Verdict) {
    let mut stored: BTreeMap<&str, Vec<&Transfer>> = BTreeMap::new();
    for transfer in transfers.iter().filter(|transfer| transfer.kind == TransferKind::Credit) {
        stored.entry(transfer.reason.as_deref().unwrap_or_default()).or_default().push(transfer);
    }
    for (reason, (account, amount)) in &oracle.credits {
        match stored.get(reason.as_str()).map(Vec::as_slice) {
            None => verdict.lost(format!("{reason} of account {account}")),
            Some([one]) => verdict.expect(one.account == *account && one.amount == *amount, || {
                format!("{reason} is {one:?}, not {amount} of account {account}")
            }),
            Some(_) => verdict.finding(format!("{reason} was credited more than once")),
        }
    }
    for (reason, found) in stored {
        let asked = oracle.perhaps.iter().find_map(|ask| match ask {
            Ask::Credit { account, amount, reason: asked } if asked == reason => {
                Some((*account, *amount))
            }
            _ => None,
        });
        if !oracle.credits.contains_key(reason) {
            match (asked, found.as_slice()) {
                (Some(credit), [one]) if credit == (one.account, one.amount) => {
                    oracle.credits.insert(reason.to_owned(), credit);
                }
                _ => verdict.finding(format!("{reason} from nowhere: {found:?}")),
            }
        }
    }
}

async fn imports(counter: &Counter, oracle: &mut Oracle, verdict: &mut Verdict) -> Outcome<()> {
    let stored = counter.imports(ALL).await?;
    for (source, import) in &mut oracle.imports {
        let batch = stored.iter().find(|batch| batch.source == *source);
        let live = batch.is_some_and(|batch| {
            batch.state == BatchState::Live
                && batch.product == import.product
                && usize::try_from(batch.added) == Ok(import.lines.len())
        });
        if import.told && !live {
            verdict.lost(format!("the import {source}: {batch:?}"));
        }
        import.told |= live;
    }
    for batch in stored {
        let asked = oracle.imports.contains_key(&batch.source);
        verdict.expect(asked, || format!("an import from nowhere: {batch:?}"));
        if batch.state == BatchState::Staging {
            verdict.again.push(Ask::Discard(batch.id));
        }
    }
    verdict.again.push(Ask::Resume);
    Ok(())
}

/// Every piece that was delivered is one that was imported, and nobody else has it.
async fn deliveries(counter: &Counter, oracle: &mut Oracle, verdict: &mut Verdict) -> Outcome<()> {
    let imported: BTreeSet<&String> =
        oracle.imports.values().flat_map(|import| &import.lines).collect();
    let mut delivered = BTreeSet::new();
    for (id, known) in &mut oracle.product_orders {
        let ask = Ask::Result { account: known.ask.account, order: *id };
        let found = counter.result_product(known.ask.account, *id, viewer(), START).await?;
        let Some(found) = found else {
            verdict.lost(format!("{ask:?}"));
            continue;
        };
        let lines: Vec<String> = found.lines().map(str::to_owned).collect();
        for line in &lines {
            verdict.expect(imported.contains(line), || format!("{id} delivers {line:?}"));
            let first = delivered.insert(line.clone());
            verdict.expect(first, || format!("{line:?} was delivered twice, also by {id}"));
        }
        if known.lines.as_ref().is_some_and(|shown| *shown != lines) {
            let shown = &known.lines;
            verdict.lost(format!("product order {id} showed {shown:?}, now {lines:?}"));
        }
        known.lines = Some(lines);
    }
    Ok(())
}
