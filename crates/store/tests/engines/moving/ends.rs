//! What may be opened and made, wherever a move has ended.

use super::{begin, each_pair, fill, refusal};
use crate::open;
use store::{Access, Begun, Move, MoveError, OpenError, Store};
use testkit::Database;

/// Makes the database refuse to become one end of a move.
fn refuse(database: &Database, end: &str) {
    drop(open(database));
    database.alter(&if database.is_postgres() {
        format!(
            "create function refuse() returns trigger language plpgsql as \
             $$ begin raise exception 'no'; end $$; \
             create trigger refuse before insert on meta for each row \
             when (new.value like '{end} %') execute function refuse()"
        )
    } else {
        format!(
            "create trigger refuse before insert on meta when new.value like '{end} %' \
             begin select raise(abort, 'no'); end"
        )
    });
}

fn refuse_no_more(database: &Database) {
    let of = if database.is_postgres() { " on meta" } else { "" };
    database.alter(&format!("drop trigger refuse{of}"));
}

/// Moves, and fails at the end.
fn fail_to_finish(from: &Database, to: &Database) {
    let mut moved = begin(from, to).unwrap();
    moved.copy(&mut |_| {}).unwrap();
    let compared = moved.compare(&mut |_| {}).unwrap();
    let failed = moved.finish(&compared);
    assert!(matches!(failed, Err(MoveError::Broken { .. })), "{failed:?}");
}

fn assert_kept_closed(from: &Database) {
    assert!(refusal(from).unwrap().contains("which may be in use already"));
    let kept = store::undo_move(from.url(), false).unwrap_err().to_string();
    assert!(kept.contains("`tradecounter move --to` there again"), "{kept}");
    assert!(kept.contains("--undo --finished"), "{kept}");
    assert!(refusal(from).is_some());
}

#[test]
fn a_source_that_was_not_told_of_the_open_target_is_not_opened_by_mistake() {
    each_pair(|from, to| {
        fill(from, 10);
        refuse(from, "left");
        fail_to_finish(from, to);
        assert_eq!(refusal(to), None, "it is open");
        assert_kept_closed(from);
        refuse_no_more(from);
        assert!(matches!(Move::begin(from.url(), to.url(), "another"), Ok(Begun::Finished)));
        assert!(refusal(from).unwrap().contains("was moved to "));
    });
}

#[test]
fn a_target_that_cannot_be_opened_is_opened_by_the_next_run_or_given_up_expressly() {
    each_pair(|from, to| {
        fill(from, 10);
        refuse(to, "arrived");
        for _ in 0..2 {
            fail_to_finish(from, to);
            assert!(refusal(to).unwrap().contains("holds a copy of "));
            assert_kept_closed(from);
        }
        let copy = from.copy();
        refuse_no_more(to);
        let mut moved = begin(from, to).unwrap();
        moved.copy(&mut |_| {}).unwrap();
        let compared = moved.compare(&mut |_| {}).unwrap();
        moved.finish(&compared).unwrap();
        assert!(refusal(from).unwrap().contains("was moved to "));
        assert_eq!(refusal(to), None);
        assert!(store::undo_move(copy.url(), true).unwrap().finished);
        assert_eq!(refusal(&copy), None);
    });
}

fn is_made(database: &Database) -> bool {
    match Store::open(database.url(), Access::Existing, |error| panic!("{error}")) {
        Ok(_) | Err(OpenError::Moved { .. }) => true,
        Err(OpenError::Missing { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_source_that_is_refused_leaves_no_target_behind() {
    each_pair(|from, to| {
        fill(from, 10);
        let unused = if to.is_postgres() { Database::postgres() } else { Database::sqlite() };
        let refused = |database: &Database, said: &str| {
            let error = Move::begin(database.url(), unused.url(), "another").unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
            assert!(!is_made(&unused), "{said}");
        };
        drop(begin(from, to).unwrap());
        refused(from, "is being moved to ");
        refused(to, "holds a copy of ");
        let mut moved = begin(from, to).unwrap();
        moved.copy(&mut |_| {}).unwrap();
        let compared = moved.compare(&mut |_| {}).unwrap();
        moved.finish(&compared).unwrap();
        refused(from, "was moved to ");
        assert!(Move::begin(to.url(), unused.url(), "another").is_ok());
        assert!(is_made(&unused));
    });
}

#[test]
fn a_target_that_was_removed_is_made_again_at_its_place() {
    let (from, to) = (Database::postgres(), Database::sqlite());
    fill(&from, 10);
    drop(begin(&from, &to).unwrap());
    for file in std::fs::read_dir(to.folder().unwrap()).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let mut moved = begin(&from, &to).unwrap();
    moved.copy(&mut |_| {}).unwrap();
    let compared = moved.compare(&mut |_| {}).unwrap();
    moved.finish(&compared).unwrap();
    assert_eq!(refusal(&to), None);
}
