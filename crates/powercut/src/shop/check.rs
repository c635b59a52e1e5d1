//! What is left of the counter, held against what its callers were told.

use super::ask::{Ask, viewer};
use super::books::{PIECE, RATES, START, settings, wait};
use super::oracle::{KnownOrder, KnownProductOrder, Oracle, Stands};
use crate::Outcome;
use crate::disk::{Disk, Plan};
use crate::vfs::Mounted;
use counter::Counter;
use domain::ledger::TransferKind;
use domain::orders::{Order, State};
use domain::products::{BatchState, ProductOrder};
use domain::{AccountId, Micros, OrderId, ProductOrderId};
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
    orders(stored, &transfers, oracle, verdict);
    let stored = counter.list_product_orders(ProductOrderId(ALL), ALL).await?;
    product_orders(stored, &transfers, oracle, verdict);
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

/// The rate for so many of a thousand, rounded up; written apart from the rules.
fn charge(rate: i64, quantity: i64) -> Micros {
    let exact = i128::from(rate).saturating_mul(quantity.into());
    let rounded = exact.saturating_add(999).checked_div(1_000).unwrap_or_default();
    Micros::new(rounded.try_into().unwrap_or(i64::MAX))
}

/// What was held for each order.
fn holds<K: Ord>(
    transfers: &[Transfer],
    of: impl Fn(&Transfer) -> Option<K>,
) -> BTreeMap<K, Vec<Micros>> {
    let mut holds: BTreeMap<K, Vec<Micros>> = BTreeMap::new();
    for transfer in transfers.iter().filter(|transfer| transfer.kind == TransferKind::Hold) {
        if let Some(order) = of(transfer) {
            holds.entry(order).or_default().push(transfer.amount);
        }
    }
    holds
}

impl Stands {
    /// Whether an order stands so.
    fn is(&self, order: &Order) -> bool {
        match self {
            Self::Placed => {
                order.state == State::Pending
                    && order.remains == order.quantity
                    && order.held() == order.charge
                    && !order.cancel_requested
            }
            Self::Exactly(told) => **told == *order,
            Self::CancelAsked => order.cancel_requested || order.state == State::Canceled,
            Self::Perhaps(before, at) => before.is(order) || order.changed == *at,
        }
    }
}

fn orders(stored: Vec<Order>, transfers: &[Transfer], oracle: &mut Oracle, verdict: &mut Verdict) {
    let holds = holds(transfers, |transfer| transfer.order);
    let stored: BTreeMap<OrderId, Order> = stored.into_iter().map(|o| (o.id, o)).collect();
    for (id, known) in &oracle.orders {
        if !stored.contains_key(id) {
            verdict.lost(format!("order {id}, {:?}", known.ask));
        }
    }
    for (id, order) in stored {
        let found = oracle.perhaps.iter().find_map(|ask| match ask {
            Ask::Order(ask) if ask.link == order.link => Some(ask.clone()),
            _ => None,
        });
        if let Some(ask) = found
            && !oracle.orders.contains_key(&id)
        {
            oracle.orders.insert(id, KnownOrder { ask, stands: Stands::Placed });
        }
        let Some(known) = oracle.orders.get_mut(&id) else {
            verdict.finding(format!("an order from nowhere, or doubled: {order:?}"));
            continue;
        };
        let ask = &known.ask;
        let same = (order.account, order.service, order.quantity, order.link.as_str())
            == (ask.account, ask.service, ask.quantity, ask.link.as_str());
        verdict.expect(same, || format!("order {id} is not as asked for: {order:?}, {ask:?}"));
        let rate = usize::try_from(ask.service.0.saturating_sub(1)).ok();
        let rate = rate.and_then(|index| RATES.get(index)).copied().unwrap_or_default();
        let held = holds.get(&id).map_or(&[][..], Vec::as_slice);
        let expected = charge(rate, ask.quantity);
        verdict.expect(held == [expected] && order.charge == expected, || {
            format!("order {id} was charged {held:?} and not {expected} once")
        });
        if !known.stands.is(&order) {
            verdict.lost(format!("order {id} stands as {order:?}, told was {:?}", known.stands));
        }
        known.stands = Stands::Exactly(Box::new(order));
    }
    let again = oracle.perhaps.iter().filter(|ask| {
        matches!(ask, Ask::Order(order) if order.request_id.is_some())
            || matches!(ask, Ask::Product(_))
    });
    verdict.again.extend(again.cloned());
}

fn product_orders(
    stored: Vec<ProductOrder>,
    transfers: &[Transfer],
    oracle: &mut Oracle,
    verdict: &mut Verdict,
) {
    let holds = holds(transfers, |transfer| transfer.product_order);
    let stored: BTreeMap<ProductOrderId, ProductOrder> =
        stored.into_iter().map(|order| (order.id, order)).collect();
    for (id, known) in &oracle.product_orders {
        if !stored.contains_key(id) {
            verdict.lost(format!("product order {id}, {:?}", known.ask));
        }
    }
    let mut unknown: Vec<_> = oracle
        .perhaps
        .iter()
        .filter_map(|ask| if let Ask::Product(ask) = ask { Some(ask.clone()) } else { None })
        .collect();
    for (id, order) in stored {
        let asked = (order.account, order.product, order.quantity);
        if !oracle.product_orders.contains_key(&id)
            && let Some(index) =
                unknown.iter().position(|ask| (ask.account, ask.product, ask.quantity) == asked)
        {
            // One of those that look like this: which one shows when it is asked again.
            unknown.swap_remove(index);
            continue;
        }
        let Some(known) = oracle.product_orders.get_mut(&id) else {
            verdict.finding(format!("a product order from nowhere, or doubled: {order:?}"));
            continue;
        };
        let KnownProductOrder { ask, stood, .. } = known;
        verdict.expect((ask.account, ask.product, ask.quantity) == asked, || {
            format!("product order {id} is not as asked for: {order:?}, {ask:?}")
        });
        let expected = Micros::new(PIECE.saturating_mul(ask.quantity));
        let held = holds.get(&id).map_or(&[][..], Vec::as_slice);
        verdict.expect(held == [expected] && order.charge == expected, || {
            format!("product order {id} was charged {held:?} and not {expected} once")
        });
        if stood.as_ref().is_some_and(|stood| **stood != order) {
            verdict.lost(format!("product order {id} stands as {order:?}, before as {stood:?}"));
        }
        *stood = Some(Box::new(order));
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
        for line in &found.lines {
            verdict.expect(imported.contains(line), || format!("{id} delivers {line:?}"));
            let first = delivered.insert(line.clone());
            verdict.expect(first, || format!("{line:?} was delivered twice, also by {id}"));
        }
        if known.lines.as_ref().is_some_and(|lines| *lines != found.lines) {
            let shown = &known.lines;
            verdict.lost(format!("product order {id} showed {shown:?}, now {:?}", found.lines));
        }
        known.lines = Some(found.lines);
    }
    Ok(())
}
