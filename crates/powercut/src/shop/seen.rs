//! The checker proves itself: what nobody was told, and what was told and is gone, is found.

use super::ask::Ask;
use super::books::{set_up, settings, wait};
use super::oracle::Oracle;
use super::{START, check};
use crate::disk::{Disk, Plan};
use crate::shop::ask::{ProductAsk, ServiceAsk};
use crate::vfs::Mounted;
use counter::Counter;
use counter::orders::Report;
use domain::{AccountId, Micros, OrderId, ProductId, ServiceId};
use rusqlite::Connection;
use store::{Access, SqliteOptions, Store};

/// An order for each kind of thing, and what was told of them.
fn asks() -> Vec<Ask> {
    let account = AccountId(1);
    let service = |number: i64| {
        Ask::Order(ServiceAsk {
            account,
            service: ServiceId(number),
            quantity: 100,
            link: format!("https://example.com/{number}"),
            request_id: None,
        })
    };
    vec![
        service(1),
        service(2),
        Ask::Product(ProductAsk {
            account,
            product: ProductId(1),
            quantity: 2,
            request_id: String::from("p"),
        }),
        Ask::Report { order: OrderId(2), report: Report::Accepted },
        Ask::Credit { account, amount: Micros::new(5), reason: String::from("late") },
    ]
}

/// What the check finds when the callers were told of all but `untold`, and `statement` was run
/// behind the counter's back.
fn found(untold: Option<usize>, statement: Option<&str>) -> (u64, Vec<String>) {
    let (files, mut oracle): (_, Oracle) = set_up().unwrap();
    let disk = Disk::new(files, Plan::default(), 0);
    let mounted = Mounted::new(disk.clone()).unwrap();
    let options = SqliteOptions::new(mounted.database());
    let store = Store::open_sqlite(&options, Access::Existing, |_| {}).unwrap();
    let counter = Counter::new(store, settings().unwrap());
    for (index, ask) in asks().into_iter().enumerate() {
        let answer = wait(ask.begin(&counter, START)).unwrap();
        if untold != Some(index) {
            oracle.told(ask, answer, START);
        }
    }
    drop(counter);
    if let Some(statement) = statement {
        let connection = Connection::open(mounted.database()).unwrap();
        assert!(connection.execute(statement, []).unwrap() > 0, "{statement}");
    }
    let verdict = check(&disk, &mut oracle).unwrap();
    (verdict.lost, verdict.findings)
}

#[test]
fn what_holds_is_clean() {
    assert_eq!(found(None, None), (0, Vec::new()));
}

#[test]
fn what_nobody_was_told_of_is_found() {
    for (untold, expected) in [(0, "order from nowhere"), (2, "order from nowhere"), (4, "late")] {
        let (lost, findings) = found(Some(untold), None);
        assert_eq!(lost, 0, "{findings:?}");
        assert!(findings.iter().any(|text| text.contains(expected)), "{untold}: {findings:?}");
    }
}

#[test]
fn what_was_told_and_is_gone_is_found() {
    for (statement, expected) in [
        ("delete from orders where id = 1", "lost: order 1"),
        ("update orders set state = 'pending' where id = 2", "lost: order 2"),
        ("update orders set quantity = 99 where id = 1", "not as asked for"),
        ("delete from product_order where id = 1", "lost: product order 1"),
        ("delete from transfer where reason = 'late'", "lost: late"),
        ("update transfer set amount = amount + 1 where order_id = 1", "charged"),
        ("update account set available = available + 1 where id = 1", "verify"),
        ("delete from stock_item where last_order_id is null", "verify"),
    ] {
        let (_, findings) = found(None, Some(statement));
        assert!(findings.iter().any(|text| text.contains(expected)), "{statement}: {findings:?}");
    }
}
