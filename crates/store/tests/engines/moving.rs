//! Moving: between all engines, broken off after every step.

mod ends;

use crate::{open, run};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::{Access, Begun, Move, MoveError, OpenError, Progress, Store};
use testkit::Database;

/// Nobody else uses it.
const ID: &str = "00112233445566778899aabbccddeeff";

fn tables(database: &Database) -> BTreeSet<String> {
    drop(open(database));
    let rows = database.rows(if database.is_postgres() {
        "select table_name from information_schema.tables where table_schema = 'public' order by 1"
    } else {
        "select name from sqlite_schema where type = 'table' order by 1"
    });
    rows.into_iter().collect()
}

#[test]
fn every_table_of_the_schema_is_moved_or_known_to_stay() {
    let moved: BTreeSet<String> = store::moved_tables().unwrap().into_iter().collect();
    let own: BTreeSet<String> = store::OWN_TABLES.iter().map(|name| (*name).to_owned()).collect();
    assert!(moved.is_disjoint(&own));
    let covered: BTreeSet<String> = moved.union(&own).cloned().collect();
    assert_eq!(tables(&Database::postgres()), covered);
    let here = tables(&Database::sqlite());
    assert!(moved.is_subset(&here) && here.is_subset(&covered), "{here:?}");
}

/// Rows of all types, with and without values, and as many as take several steps.
fn fill(database: &Database, rows: i64) {
    drop(open(database));
    let mut text = String::from(
        "insert into meta (name, value) values ('currency', 'EUR');\
         update id_block set next = 1234 where kind = 'order';\
         update epoch set value = 77 where name = 'access';\
         insert into lease (name, owner, fence, until_us) values ('seal', 'n', 7, 9000000000000000000);\
         insert into node (id, role, stock_keys, until_us) values ('n', 'all', '', 9000000000000000000);\
         insert into seal (last_position, first_position, previous, hash, at_us) values ",
    );
    let blob = |number: i64| {
        let hex = format!("00ff{number:08x}");
        if database.is_postgres() { format!("'\\x{hex}'") } else { format!("x'{hex}'") }
    };
    let seals = (1..=rows).map(|row| format!("({row}, {row}, {}, {}, {row})", blob(0), blob(row)));
    text.push_str(&seals.collect::<Vec<_>>().join(", "));
    text.push_str(";insert into request_id (account_id, request_id, request_hash, order_id, created_us) values ");
    let requests = (1..=rows).map(|row| {
        let word = ["Zebra", "aal", "Ähre", "zebra", "✓"][usize::try_from(row % 5).unwrap()];
        format!("({}, '{word} {row}', {}, {row}, -{row})", row % 3, blob(row))
    });
    text.push_str(&requests.collect::<Vec<_>>().join(", "));
    text.push_str(";insert into refill (id, account_id, order_id, state, note, created_us, changed_us) values ");
    let refills = (1..=rows).map(|row| {
        let note = if row % 2 == 0 { "null" } else { "'noted'" };
        format!(
            "({row}, 1, {row}, 'pending', {note}, {}, {})",
            i64::MAX.wrapping_sub(row),
            i64::MIN.wrapping_add(row)
        )
    });
    text.push_str(&refills.collect::<Vec<_>>().join(", "));
    database.alter(&text);
}

fn begin(from: &Database, to: &Database) -> Result<Move, MoveError> {
    match Move::begin(from.url(), to.url(), ID)? {
        Begun::Move(moved) => Ok(*moved),
        Begun::Finished => panic!("it is not finished"),
    }
}

fn refusal(database: &Database) -> Option<String> {
    match Store::open(database.url(), Access::Existing, |error| panic!("{error}")) {
        Ok(_) => None,
        Err(error @ OpenError::Moved { .. }) => Some(error.to_string()),
        Err(other) => panic!("{other}"),
    }
}

fn each_pair(check: impl Fn(&Database, &Database)) {
    let fresh = |postgres| if postgres { Database::postgres() } else { Database::sqlite() };
    for (from, to) in [(false, true), (true, false), (false, false), (true, true)] {
        check(&fresh(from), &fresh(to));
    }
}

#[test]
fn broken_off_after_every_step_it_goes_on_and_ends_with_the_same_rows() {
    each_pair(|from, to| {
        fill(from, 1_500);
        let mut broken: u64 = 0;
        let compared = loop {
            let mut moved = begin(from, to).unwrap();
            // One step more than the last time, and then it ends like a process that is killed.
            let mut steps = 0;
            let copied = catch_unwind(AssertUnwindSafe(|| {
                moved.copy(&mut |_: Progress<'_>| {
                    steps += 1;
                    assert!(steps < 2 + broken / 4, "broken off");
                })
            }));
            if copied.is_err() {
                broken += 1;
                drop(moved);
                assert!(refusal(from).unwrap().contains("is being moved to "));
                assert!(refusal(to).unwrap().contains("holds a copy of "));
                continue;
            }
            copied.unwrap().unwrap();
            let compared = moved.compare(&mut |_| {}).unwrap();
            assert!(compared.equal(), "{compared:?}");
            moved.finish(&compared).unwrap();
            break compared;
        };
        assert!(broken > 3, "{broken}");
        let requests = compared.tables.iter().find(|table| table.table == "request_id").unwrap();
        assert_eq!(requests.target.rows, 1_500);
        assert!(refusal(from).unwrap().contains("was moved to "));
        assert_eq!(refusal(to), None);
        assert_eq!(to.number("select next from id_block where kind = 'order'"), 1_234);
        assert_eq!(to.number("select value from epoch where name = 'access'"), 77);
        // Nobody holds anything there until a time of the other clock.
        assert_eq!(
            to.number("select (select count(*) from lease) + (select count(*) from node)"),
            0
        );
        let store = open(to);
        let written = run(store.write(|tx| store::tables::meta::put(tx, "a", "b")));
        assert!(matches!(written, Ok(Ok(()))), "{written:?}");
        drop(store);
        assert!(matches!(Move::begin(from.url(), to.url(), "another"), Ok(Begun::Finished)));
    });
}

#[test]
fn nothing_that_differs_is_called_the_same() {
    each_pair(|from, to| {
        fill(from, 300);
        for (damage, table, said) in [
            ("delete from seal where last_position = 300", "seal", "300 is missing"),
            ("delete from request_id where order_id = 7", "request_id", "is missing, or "),
            ("update refill set note = 'x' where id = 9", "refill", "9 has another value in note"),
            (
                "update refill set note = null where id = 11",
                "refill",
                "11 has another value in note",
            ),
            (
                "update seal set at_us = 0 where last_position = 3",
                "seal",
                "3 has another value in at_us",
            ),
        ] {
            drop(begin(from, to).unwrap().copy(&mut |_| {}));
            to.by_hand(damage);
            let mut moved = begin(from, to).unwrap();
            let compared = moved.compare(&mut |_| {}).unwrap();
            assert!(!compared.equal(), "{damage}");
            let found = compared.tables.iter().find(|table| table.difference.is_some()).unwrap();
            let difference = found.difference.as_ref().unwrap();
            let told = format!("{} {}", difference.key, difference.what);
            assert_eq!(found.table, table);
            assert!(told.contains(said), "{damage}: {told}");
            assert!(moved.finish(&compared).is_err());
            assert!(refusal(to).is_some(), "never opened");
            // Mended by hand, and broken in the next way.
            for table in ["seal", "request_id", "refill"] {
                let all = format!("delete from {table}");
                to.by_hand(&all);
            }
        }
    });
}

#[test]
fn only_one_moves_and_nobody_undoes_it_meanwhile() {
    let (from, to) = (Database::postgres(), Database::postgres());
    fill(&from, 10);
    let moved = begin(&from, &to).unwrap();
    for refused in [
        Move::begin(from.url(), to.url(), "another").map(|_| ()),
        store::undo_move(from.url(), true).map(|_| ()),
    ] {
        assert!(matches!(refused, Err(MoveError::InUse { .. })), "{refused:?}");
    }
    let target = store::undo_move(to.url(), true);
    assert!(matches!(target, Err(MoveError::Refused(_))), "{target:?}");
    drop(moved);
    assert!(!store::undo_move(from.url(), false).unwrap().finished);
    assert_eq!(refusal(&from), None);
    let store = open(&from);
    let written = run(store.write(|tx| store::tables::meta::put(tx, "a", "b")));
    assert!(matches!(written, Ok(Ok(()))), "{written:?}");
    // What was copied is nobody's now.
    assert!(refusal(&to).is_some());
    assert!(Move::begin(from.url(), to.url(), "another").is_err());
}
