//! Which tables are moved: all that the migrations make, read from a database that they have made.
//! Nobody keeps a list, so no table can be forgotten.

use super::MoveError;
use crate::migrate::MIGRATIONS;
use rusqlite::Connection;

/// Tables that stay where they are. The program's version of the schema is the target's own. Marks
/// of units say what became of a COMMIT on the one server that was asked for it; no unit is under way
/// between two servers. Leases and nodes are those of programs that work on this database, until times
/// that its own clock says: the other clock may be behind it, and nobody works on the target yet.
pub(crate) const STAYS: [&str; 4] = ["schema_migration", "unit_mark", "lease", "node"];

/// Tables that a new database has rows in: those are replaced, at the end and in one unit. With the
/// condition for what is replaced and compared: the mark of the move and what is said of the schema
/// are each end's own.
const SEEDED: [(&str, &str); 3] = [
    ("meta", "name <> 'move' and name <> 'schema_works_from'"),
    ("epoch", "true"),
    ("id_block", "true"),
];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Text,
    Blob,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// A table that is moved.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The columns of its primary key, as places in `columns`.
    pub(crate) key: Vec<usize>,
    /// Which rows are moved, where a new database has some already; nothing for all other tables.
    pub(crate) seeded: Option<&'static str>,
}

impl Table {
    /// Its columns, as a statement names them.
    pub(crate) fn column_list(&self) -> String {
        names(self.columns.iter())
    }

    /// The columns of its primary key, in its order.
    pub(crate) fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().filter_map(|at| self.columns.get(*at))
    }

    /// A query for a page of rows in the order of the key: those behind a key when `after`. Its
    /// parameters are the key, when there is one, and how many rows at most.
    pub(crate) fn page(&self, after: bool) -> String {
        let key = names(self.key_columns());
        let mut conditions: Vec<String> = Vec::new();
        if after {
            let marks: Vec<String> = (1..=self.key.len()).map(|at| format!("?{at}")).collect();
            conditions.push(format!("({key}) > ({})", marks.join(", ")));
        }
        conditions.extend(self.seeded.map(str::to_owned));
        let limit = if after { self.key.len().saturating_add(1) } else { 1 };
        let condition = if conditions.is_empty() {
            String::new()
        } else {
            format!(" where {}", conditions.join(" and "))
        };
        format!(
            "select {} from {}{condition} order by {key} limit ?{limit}",
            self.column_list(),
            self.name
        )
    }

    /// A query for the last key.
    pub(crate) fn last_key(&self) -> String {
        let descending: Vec<String> =
            self.key_columns().map(|column| format!("{} desc", column.name)).collect();
        let (key, name) = (names(self.key_columns()), &self.name);
        format!("select {key} from {name} order by {} limit 1", descending.join(", "))
    }

    /// A query for how many rows there are.
    pub(crate) fn count(&self) -> String {
        let condition = self.seeded.map(|rows| format!(" where {rows}")).unwrap_or_default();
        format!("select count(*) from {}{condition}", self.name)
    }
}

fn names<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Every table that is moved, seeded ones last: they are written when all others are there.
pub(crate) fn tables() -> Result<Vec<Table>, MoveError> {
    let read = || -> rusqlite::Result<Vec<Table>> {
        let connection = Connection::open_in_memory()?;
        for migration in MIGRATIONS {
            connection.execute_batch(&migration.for_sqlite())?;
        }
        let mut names = connection
            .prepare("select name from sqlite_schema where type = 'table' order by name")?;
        let names: Vec<String> =
            names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut tables = Vec::new();
        for name in names.into_iter().filter(|name| !STAYS.contains(&name.as_str())) {
            tables.push(table(&connection, name)?);
        }
        tables.sort_by_key(|table| table.seeded.is_some());
        Ok(tables)
    };
    read().map_err(|error| MoveError::Schema(error.to_string()))
}

fn table(connection: &Connection, name: String) -> rusqlite::Result<Table> {
    let mut info = connection.prepare("select name, type, pk from pragma_table_info(?1)")?;
    let mut rows = info.query([&name])?;
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let kind = match row.get::<_, String>(1)?.to_ascii_lowercase().as_str() {
            "text" => Kind::Text,
            "blob" => Kind::Blob,
            // Strict tables have no others; a value of another type is an error when it is read.
            _ => Kind::Int,
        };
        let place: i64 = row.get(2)?;
        if place > 0 {
            key.push((place, columns.len()));
        }
        columns.push(Column { name: row.get(0)?, kind });
    }
    key.sort_unstable();
    let key = key.into_iter().map(|(_, column)| column).collect();
    let seeded = SEEDED.iter().find(|(seeded, _)| *seeded == name).map(|(_, rows)| *rows);
    Ok(Table { name, columns, key, seeded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_key_to_go_by_and_those_with_rows_of_their_own_are_known() {
        let tables = tables().unwrap();
        assert!(tables.len() > 25, "{}", tables.len());
        let new = Connection::open_in_memory().unwrap();
        for migration in MIGRATIONS {
            new.execute_batch(&migration.for_sqlite()).unwrap();
        }
        for table in &tables {
            assert!(!table.key.is_empty(), "{}: has no primary key", table.name);
            let text = format!("select count(*) from {}", table.name);
            let rows: i64 = new.query_row(&text, [], |row| row.get(0)).unwrap();
            assert!(
                rows == 0 || table.seeded.is_some(),
                "{}: a new database has rows in it, add it to SEEDED",
                table.name
            );
        }
        let seeded = tables.iter().filter(|table| table.seeded.is_some()).count();
        assert_eq!(seeded, SEEDED.len());
    }

    #[test]
    fn pages_follow_the_key_and_leave_out_what_is_each_ends_own() {
        let tables = tables().unwrap();
        let table = |name: &str| tables.iter().find(|table| table.name == name).unwrap();
        let marks = table("transfer_mark");
        assert_eq!(
            marks.page(true),
            "select account_id, number, transfer_id from transfer_mark \
             where (account_id, number) > (?1, ?2) order by account_id, number limit ?3"
        );
        assert_eq!(
            table("meta").page(false),
            "select name, value from meta where name <> 'move' and name <> 'schema_works_from' \
             order by name limit ?1"
        );
    }
}
