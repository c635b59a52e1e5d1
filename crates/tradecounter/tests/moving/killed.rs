//! `kill -9` at any moment, and copies that somebody has damaged meanwhile.

use crate::shop::{count, go_over, set_up, stock, trade};
use testkit::{Database, Program};

/// A source with a table that takes many steps.
fn large() -> Program {
    let (program, key) = set_up(None);
    stock(&program, 30_000);
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    trade(&program, &server.client_with(&key));
    assert!(server.terminate().success());
    program
}

/// Kills a move when `table` has rows on the target; the tables come in the order of their names.
fn kill_at(program: &Program, target: &Database, table: &str, rows: i64) {
    let moving = program.spawn(&["move", "--to", target.url()]);
    // Without a pause: the step is over soon.
    for _ in 0..1_000_000 {
        if count(target, table) > rows {
            return moving.kill();
        }
    }
    panic!("{table}: no rows on the target");
}

#[test]
fn a_move_that_is_killed_goes_on_where_it_was() {
    let mut program = large();
    let target = Database::postgres();
    store::Store::migrate(target.url()).unwrap();
    let moments = [("account", 0), ("orders", 0), ("stock_item", 0), ("stock_item", 2_000)];
    for (table, rows) in moments {
        kill_at(&program, &target, table, rows);
        // Neither end is used by mistake.
        let here = program.run(&["account", "list"]);
        assert_eq!(here.code, Some(1), "{here:?}");
        assert!(here.stderr.contains("moved to postgres://"), "{here:?}");
        let mut there = program.another();
        there.set("TRADECOUNTER_DATABASE_URL", target.url());
        let there = there.run(&["account", "list"]);
        assert!(there.stderr.contains("holds a copy of sqlite:"), "{there:?}");
    }
    let elsewhere = Database::sqlite();
    let other = program.run(&["move", "--to", elsewhere.url()]);
    assert_eq!(other.code, Some(3), "{other:?}");
    assert!(other.stderr.contains("is being moved to postgres://"), "{other:?}");
    let before = count(&target, "stock_item");
    assert!(before > 2_000 && before < 30_000, "{before}: killed in the middle");
    let told = program.json(&["move", "--to", target.url()]);
    assert_eq!(count(&target, "stock_item"), 30_000);
    go_over(&mut program, target.url(), &told);
    assert_eq!(program.json(&["verify"])["clean"], true);
}

#[test]
fn a_copy_that_is_not_right_is_never_opened() {
    let program = large();
    for (damage, said) in [
        ("delete from orders where id = 100", "FAIL orders: 270 rows on the source, 269 on"),
        ("update orders set link = link || '/' where id = 100", "100 has another value in link"),
        ("update stock_item set blind = sealed where id = 17", "17 has another value in blind"),
        (
            "insert into order_params (order_id, account_id, params) values (1, 1, '{}')",
            "FAIL order_params: 2 rows on the source, 3 on the target",
        ),
    ] {
        let target = Database::postgres();
        store::Store::migrate(target.url()).unwrap();
        kill_at(&program, &target, "stock_item", 2_000);
        target.by_hand(damage);
        for _ in 0..2 {
            let found = program.run(&["move", "--to", target.url()]);
            assert_eq!(found.code, Some(4), "{damage}: {found:?}");
            assert!(found.stdout.contains(said), "{damage}: {found:?}");
        }
        let mut there = program.another();
        there.set("TRADECOUNTER_DATABASE_URL", target.url());
        let refused = there.run(&["account", "list"]);
        assert!(refused.stderr.contains("is not finished"), "{refused:?}");
        let undone = program.json(&["move", "--undo"]);
        assert_eq!(undone["was_finished"], false);
        assert_eq!(program.json(&["verify"])["clean"], true, "the source takes orders again");
        // What is left is not taken for anything else.
        let stale = program.run(&["move", "--to", target.url()]);
        assert_eq!(stale.code, Some(1), "{stale:?}");
    }
}
