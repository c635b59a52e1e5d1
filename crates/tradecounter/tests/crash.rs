//! The program, killed at any moment under load. `cargo xtask crash` does more of it.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use proof::crash::{Plan, Rush, Watcher, run, rush};
use rusqlite::Connection;
use std::path::Path;

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const PLAN: Plan =
    Plan { kills: 50, kills_of_a_life: 10, kills_of_a_verify: 5, clients: 64, seed: 1 };

/// Looks on.
struct Nobody;

impl Watcher for Nobody {}

#[test]
fn nothing_acknowledged_is_lost_doubled_or_wrong() {
    let report = run(Path::new(BINARY), PLAN, &mut Nobody);
    println!("{report:?}");
    assert!(report.clean(), "{:#?} {:#?}", report.findings, report.broken_rules);
    assert!(report.kills == PLAN.kills && report.kills_while_starting > 0);
    assert!(report.acknowledged > 1_000, "too little was asked: {}", report.acknowledged);
    // Kills came before a COMMIT as well as between it and its answers.
    let stored = report.unanswered_and_stored;
    assert!(stored > 0 && stored < report.unanswered, "{stored} of {}", report.unanswered);
}

#[test]
fn a_stock_is_sold_once_to_the_last_item() {
    let buyers = 500;
    let plan = Rush { items: 100, buyers, kills: 5, clients: 64, seed: 1 };
    let report = rush(Path::new(BINARY), plan);
    println!("{report:?}");
    assert!(report.clean(), "{:#?} {:#?}", report.findings, report.broken_rules);
    assert_eq!(report.kills, plan.kills);
}

/// Puts an older copy of the database in its place, as a disk does that lied about what it had
/// written.
struct OlderCopy {
    kept: tempfile::TempDir,
}

fn copy(from: &Path, to: &Path) {
    for name in ["tradecounter.db", "tradecounter.db-wal"] {
        drop(std::fs::remove_file(to.join(name)));
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
    drop(std::fs::remove_file(to.join("tradecounter.db-shm")));
}

impl Watcher for OlderCopy {
    fn down(&mut self, kill: u32, folder: &Path) {
        if kill == 1 {
            copy(folder, self.kept.path());
        } else {
            copy(self.kept.path(), folder);
        }
    }
}

#[test]
fn a_loss_is_found() {
    let plan = Plan { kills: 4, ..PLAN };
    let mut watcher = OlderCopy { kept: tempfile::tempdir().unwrap() };
    let report = run(Path::new(BINARY), plan, &mut watcher);
    let lost = &report.findings.lost;
    assert!(lost.iter().any(|text| text.starts_with("order ")), "{:?}", report.findings);
    assert!(lost.iter().any(|text| text.starts_with("product order ")), "{lost:?}");
}

/// Writes into the database, once there is enough to write over, what nobody asked for.
#[derive(Default)]
struct Forger {
    done: bool,
}

/// A statement, and the finding that it must lead to. None touches what another one needs.
const FORGERIES: [(&str, &str); 12] = [
    (
        "create temp table twin as select * from orders where parent_id is null order by id limit 1;
         update twin set id = 2000000000; insert into orders select * from twin",
        ": 2000000000 as well as ",
    ),
    (
        "update orders set charge = charge + 1 where id = (select max(id) from orders
         where state = 'pending' and parent_id is null and shape = 'single' and id < 2000000000)",
        "quantity, charge of the order",
    ),
    (
        "update orders set state = 'canceled', released = charge, ended_us = 1 where id in
         (select id from orders where state = 'pending' and rate = 2345679 and shape = 'single'
          order by id limit 5)",
        " is canceled, which nobody asked",
    ),
    (
        "update delivery set item_id = (select min(item_id) from delivery where item_id <= 3000)
         where order_id = (select max(order_id) from delivery where item_id <= 3000) and piece = 1",
        " was delivered 2 times",
    ),
    (
        "delete from delivery where order_id = (select min(id) from product_order where product_id = 3)",
        " was charged without a delivery",
    ),
    (
        "update product_order set quantity = quantity + 1 where id in
         (select id from product_order where product_id = 3 order by id limit 2 offset 1)",
        "account, product, quantity of product order",
    ),
    (
        "create temp table more as select * from product_order order by id limit 1;
         update more set id = 2000000000, token = 'another', quantity = 9;
         insert into product_order select * from more",
        "product order 2000000000: nobody asked for it",
    ),
    ("update account set available = available + 1 where id = 1", "held of account 1: "),
    ("update key_spend set spent = spent - 1", "spent with the key of 8: "),
    (
        "insert into refill (id, account_id, order_id, state, created_us, changed_us)
         values (2000000000, 1, 1, 'pending', 1, 1)",
        "a refill of order 1: nobody asked for it",
    ),
    ("delete from request_id", " asked again: "),
    ("delete from product_request_id", " leads to None, it was Acknowledged"),
];

impl Watcher for Forger {
    fn down(&mut self, _: u32, folder: &Path) {
        let database = Connection::open(folder.join("tradecounter.db")).unwrap();
        let count = |what| -> i64 { database.query_row(what, [], |row| row.get(0)).unwrap() };
        let enough = count("select count(*) from orders where rate = 2345679") > 20
            && count("select count(*) from delivery where item_id <= 3000") > 5
            && count("select count(*) from product_order where product_id = 3") > 3
            && count("select count(*) from product_request_id") > 3
            && count("select count(*) from key_spend") > 0;
        if self.done || !enough {
            return;
        }
        self.done = true;
        for (statement, _) in FORGERIES {
            database.execute_batch(statement).unwrap();
        }
    }
}

#[test]
fn whatever_is_forged_is_found() {
    let mut forger = Forger::default();
    let report = run(Path::new(BINARY), Plan { kills: 10, ..PLAN }, &mut forger);
    assert!(forger.done, "there never was enough to write over");
    let found = &report.findings;
    let all = || found.doubled.iter().chain(&found.wrong);
    for (statement, expected) in FORGERIES {
        assert!(all().any(|text| text.contains(expected)), "{statement}: {found:#?}");
    }
    assert!(!report.broken_rules.is_empty(), "verify found nothing of it");
}
