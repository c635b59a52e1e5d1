//! Rows and statements: the same values come back, in the same order, from each engine.

use crate::{on_every_engine, open, run};
use store::{DbError, Sql, Tx, TxExt, Val};
use testkit::Database;

on_every_engine![
    every_kind_of_value_comes_back,
    many_rows_of_parameters_do_what_one_after_the_other_does,
    what_cannot_be_read_or_written_is_an_error,
];

const INSERT: Sql = Sql {
    name: "INSERT",
    text: "insert into stock_duplicate (batch_id, line, of_item, of_line, of_order) \
        values (?1, ?2, ?3, ?4, ?5)",
};
const ALL: Sql = Sql {
    name: "ALL",
    text: "select batch_id, line, of_item, of_line, of_order from stock_duplicate \
        order by batch_id, line",
};
const OF_BATCH: Sql = Sql {
    name: "OF_BATCH",
    text: "select line from stock_duplicate where batch_id = ?1 order by line desc limit ?2",
};
const ADD: Sql = Sql {
    name: "ADD",
    text: "update stock_duplicate set of_item = of_item + ?2 where batch_id = ?1",
};
const DELETE: Sql =
    Sql { name: "DELETE", text: "delete from stock_duplicate where batch_id = ?1 and line = ?2" };
const SEAL: Sql = Sql {
    name: "SEAL",
    text: "insert into seal (last_position, first_position, previous, hash, at_us) \
        values (?1, ?2, ?3, ?4, ?5)",
};
const SEALS: Sql =
    Sql { name: "SEALS", text: "select previous, hash, at_us from seal order by last_position" };
const PUT: Sql = Sql { name: "PUT", text: "insert into meta (name, value) values (?1, ?2)" };
const TEXTS: Sql = Sql {
    name: "TEXTS",
    text: "select name, value from meta where name <> 'schema_works_from' order by name",
};

fn every_kind_of_value_comes_back(database: &Database) {
    let texts =
        ["", "a", "B", "Ä", "a\u{301}\u{1F600}", "'; drop table meta; --", "\\x00", "ß\n\t"];
    let blobs: [&[u8]; 3] = [&[], &[0, 255, 0x5c, b'x'], &[7; 40]];
    run(async {
        let store = open(database);
        let write = move |tx: &mut dyn Tx| {
            for text in texts {
                tx.exec(&PUT, &[text.into(), text.into()])?;
            }
            for (position, blob) in (1_i64..).zip(blobs) {
                let values = [position.into(), 1.into(), blob.into(), blob.into(), i64::MIN.into()];
                tx.exec(&SEAL, &values)?;
            }
            let null: Option<i64> = None;
            tx.exec(&INSERT, &[1.into(), 1.into(), i64::MAX.into(), null.into(), 0.into()])
        };
        assert_eq!(store.write(write).await.unwrap(), Ok(1));
        let read = store.read(|tx| {
            let stored = tx.rows(&TEXTS, &[], |row| {
                assert_eq!(row.text(0)?, row.text(1)?);
                Ok(row.text(0)?.to_owned())
            })?;
            // Byte by byte, whatever the language.
            let mut sorted = texts.map(str::to_owned);
            sorted.sort_unstable();
            assert_eq!(stored, sorted);
            let seals = tx.rows(&SEALS, &[], |row| {
                assert_eq!(row.int(2)?, i64::MIN);
                assert_eq!(row.blob(0)?, row.blob(1)?);
                Ok(row.blob(0)?.to_vec())
            })?;
            assert_eq!(seals, blobs);
            let row =
                tx.row(&ALL, &[], |row| Ok((row.int(2)?, row.opt_int(3)?, row.opt_int(4)?)))?;
            assert_eq!(row, Some((i64::MAX, None, Some(0))));
            Ok::<_, DbError>(())
        });
        read.await.unwrap().unwrap();
    });
}

fn many_rows_of_parameters_do_what_one_after_the_other_does(database: &Database) {
    run(async {
        let store = open(database);
        let write = |tx: &mut dyn Tx| {
            let mut rows = Vec::new();
            for number in 0..300 {
                let other = (number % 7 != 0).then_some(number);
                rows.extend([
                    Val::Int(number / 100),
                    Val::Int(number),
                    Val::Int(0),
                    other.into(),
                    Val::Null,
                ]);
            }
            assert_eq!(tx.exec_many(&INSERT, 5, &rows)?, 300);
            // The same row twice: both count.
            let twice = [0, 1, 1, 10, 0, 100].map(Val::Int);
            assert_eq!(tx.exec_many(&ADD, 2, &twice)?, 300);
            let once = [2, 5].map(Val::Int);
            assert_eq!(tx.exec_many(&ADD, 2, &once)?, 100);
            let gone = [0, 0, 0, 1, 9, 9].map(Val::Int);
            assert_eq!(tx.exec_many(&DELETE, 2, &gone)?, 2);
            assert_eq!(tx.exec_many(&DELETE, 2, &[])?, 0);
            // Each row of parameters has its rows, in their order, in the order of the parameters.
            let asked = [2, 2, 0, 3, 2, 1, 7, 5].map(Val::Int);
            let lines = tx.rows_many(&OF_BATCH, 2, &asked, |row| row.int(0))?;
            assert_eq!(lines, [299, 298, 99, 98, 97, 299]);
            let sums = tx.rows(&ALL, &[], |row| Ok((row.int(0)?, row.int(2)?)))?;
            assert_eq!(sums.first(), Some(&(0, 101)));
            assert_eq!(sums.get(150), Some(&(1, 10)));
            assert_eq!(sums.last(), Some(&(2, 5)));
            Ok::<_, DbError>(())
        };
        store.write(write).await.unwrap().unwrap();
    });
}

fn what_cannot_be_read_or_written_is_an_error(database: &Database) {
    const SUM: Sql =
        Sql { name: "SUM", text: "select 9223372036854775807 + ?1 from epoch limit 1" };
    run(async {
        let store = open(database);
        let overflow = store.read(|tx| tx.row(&SUM, &[1.into()], |row| row.int(0))).await;
        assert!(overflow.is_err(), "{overflow:?}");
        let wrong = store.read(|tx| tx.row(&TEXTS, &[], |row| row.int(0))).await;
        assert_eq!(wrong.unwrap(), Ok(None), "no row, nothing to decode");
        store.write(|tx| tx.exec(&PUT, &["a".into(), "b".into()])).await.unwrap().unwrap();
        let wrong = store.read(|tx| tx.row(&TEXTS, &[], |row| row.int(0))).await;
        assert!(wrong.unwrap_err().to_string().contains("TEXTS"));
        let missing: Option<&str> = None;
        let null = store.write(move |tx| tx.exec(&PUT, &["c".into(), missing.into()])).await;
        assert!(null.is_err(), "{null:?}");
    });
}
