//! One schema and one text: both engines have the same tables, and every statement is valid on each.

use crate::{on_every_engine, open};
use std::collections::{BTreeMap, BTreeSet};
use testkit::Database;

/// Tables that PostgreSQL has for itself.
const OWN_TABLES: [&str; 1] = ["unit_mark"];

/// Indexes that PostgreSQL has for itself: nodes that write at the same time cannot remember what is
/// found by them.
const OWN_INDEXES: [&str; 2] = ["orders_print", "unit_mark_age"];

on_every_engine![every_statement_is_valid];

fn every_statement_is_valid(database: &Database) {
    let store = open(database);
    let count = store::tables::statements().count();
    assert!(count > 200, "{count} statements");
    for sql in store::tables::statements() {
        let valid = crate::run(store.read(|tx| tx.check(sql)));
        assert!(matches!(valid, Ok(Ok(()))), "{valid:?}");
    }
}

/// The columns of each table: name, type, whether it may be missing.
type Columns = BTreeMap<String, BTreeSet<String>>;

fn columns(database: &Database) -> Columns {
    drop(open(database));
    let rows = database.rows(if database.is_postgres() {
        "select c.table_name, c.column_name, c.data_type, c.is_nullable \
            from information_schema.columns c \
            where c.table_schema = 'public' order by 1, 2"
    } else {
        "select m.name, c.name, lower(c.type), \
            case when c.\"notnull\" = 1 or c.pk > 0 then 'NO' else 'YES' end \
            from sqlite_schema m, pragma_table_info(m.name) c where m.type = 'table' order by 1, 2"
    });
    let mut tables = Columns::new();
    for row in rows {
        let (table, column) = row.split_once('|').unwrap();
        let column = column.replace("|bigint|", "|integer|").replace("|bytea|", "|blob|");
        tables.entry(table.to_owned()).or_default().insert(column);
    }
    tables
}

/// Each index, with whether it is unique.
fn indexes(database: &Database) -> BTreeSet<String> {
    let rows = database.rows(if database.is_postgres() {
        "select x.relname, case when i.indisunique then 1 else 0 end, \
            case when i.indpred is null then 0 else 1 end \
            from pg_index i join pg_class x on x.oid = i.indexrelid \
            join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace \
            where n.nspname = 'public' and not i.indisprimary order by 1"
    } else {
        "select i.name, i.\"unique\", i.partial from sqlite_schema m, pragma_index_list(m.name) i \
            where m.type = 'table' and i.origin = 'c' order by 1"
    });
    rows.into_iter().collect()
}

#[test]
fn both_engines_have_the_same_schema() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres());
    let (here, mut there) = (columns(&sqlite), columns(&postgres));
    for own in OWN_TABLES {
        assert!(there.remove(own).is_some(), "{own}");
    }
    assert!(here.len() > 20, "{} tables", here.len());
    assert_eq!(here, there);
    let (here, mut there) = (indexes(&sqlite), indexes(&postgres));
    for own in OWN_INDEXES {
        let before = there.len();
        there.retain(|index| index.split('|').next() != Some(own));
        assert_eq!(there.len() + 1, before, "{own}");
    }
    assert_eq!(here, there);
}
