//! Comparing both ends, from what is stored there.

use super::rows::{Cell, Content, Digester, PageSize, Rows, key};
use super::schema::Table;
use super::side::Side;
use super::{Move, MoveError, OnProgress, Progress, Step};
use std::collections::VecDeque;

/// A table on both ends.
#[derive(Clone, Debug)]
pub struct TableComparison {
    /// Its name.
    pub table: String,
    /// What the source holds.
    pub source: Content,
    /// What the target holds.
    pub target: Content,
    /// Where they differ first, when they do.
    pub difference: Option<Difference>,
}

/// A row that is not the same on both ends. Without its values: some are secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its key.
    pub key: String,
    /// What is wrong with it on the target.
    pub what: String,
}

/// What a comparison has found.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Every table that is moved.
    pub tables: Vec<TableComparison>,
}

impl Comparison {
    /// Whether both ends hold the same.
    #[must_use]
    pub fn equal(&self) -> bool {
        self.tables.iter().all(|table| table.source == table.target)
    }

    /// Rows in all tables of the source.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.source.rows).fold(0, u64::saturating_add)
    }
}

impl Move {
    /// Reads every table on both ends and compares rows and digests.
    ///
    /// # Errors
    /// [`MoveError`] when one cannot be read.
    pub fn compare(&mut self, progress: OnProgress<'_>) -> Result<Comparison, MoveError> {
        let (source, target) = (self.source.as_mut(), self.target.as_mut());
        let mut tables = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            let of = source.count(table)?;
            // Each end is read on a processor of its own.
            let (here, there) = std::thread::scope(|scope| {
                let here = scope.spawn(|| content(&mut *source, table, &mut |_| {}));
                let there = content(&mut *target, table, &mut |rows| {
                    progress(Progress { step: Step::Compare, table: &table.name, rows, of });
                });
                let here = here.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                (here, there)
            });
            let (here, there) = (here?, there?);
            let difference =
                if here == there { None } else { first_difference(source, target, table)? };
            let table = table.name.clone();
            tables.push(TableComparison { table, source: here, target: there, difference });
        }
        Ok(Comparison { tables })
    }
}

/// Reads a table from the first row to the last.
struct Pages {
    after: Option<Vec<Cell>>,
    size: PageSize,
}

impl Pages {
    const fn new() -> Self {
        Self { after: None, size: PageSize::FIRST }
    }

    /// The next rows; nothing behind the last.
    fn next(&mut self, side: &mut dyn Side, table: &Table) -> Result<Option<Rows>, MoveError> {
        let page = side.page(table, self.after.as_deref(), self.size.rows())?;
        let Some(last) = page.last_key(table) else { return Ok(None) };
        self.size = self.size.after(&page);
        self.after = Some(last);
        Ok(Some(page))
    }
}

fn content(
    side: &mut dyn Side,
    table: &Table,
    progress: &mut dyn FnMut(u64),
) -> Result<Content, MoveError> {
    let (mut digester, mut pages, mut rows) = (Digester::new(table), Pages::new(), 0_u64);
    while let Some(page) = pages.next(side, table)? {
        digester.add(&page);
        rows = rows.saturating_add(u64::try_from(page.count()).unwrap_or(u64::MAX));
        progress(rows);
    }
    Ok(digester.content())
}

/// The first row that is not the same: both ends are read side by side.
fn first_difference(
    source: &mut dyn Side,
    target: &mut dyn Side,
    table: &Table,
) -> Result<Option<Difference>, MoveError> {
    let (mut here, mut there) = (Pages::new(), Pages::new());
    let (mut left, mut right) = (VecDeque::new(), VecDeque::new());
    loop {
        refill(&mut left, &mut here, source, table)?;
        refill(&mut right, &mut there, target, table)?;
        let found = match (left.pop_front(), right.pop_front()) {
            (None, None) => return Ok(None),
            (Some(row), None) => (key(&row, table), String::from("is missing")),
            (None, Some(row)) => {
                (key(&row, table), String::from("is there, and not on the source"))
            }
            (Some(row), Some(other)) if row == other => continue,
            (Some(row), Some(other)) => differ(table, &row, &other),
        };
        let (key, what) = found;
        return Ok(Some(Difference { key: shown(&key), what }));
    }
}

fn refill(
    rows: &mut VecDeque<Vec<Cell>>,
    pages: &mut Pages,
    side: &mut dyn Side,
    table: &Table,
) -> Result<(), MoveError> {
    if rows.is_empty()
        && let Some(page) = pages.next(side, table)?
    {
        rows.extend(page.each().map(<[Cell]>::to_vec));
    }
    Ok(())
}

fn differ(table: &Table, row: &[Cell], other: &[Cell]) -> (Vec<Cell>, String) {
    let (here, there) = (key(row, table), key(other, table));
    if here != there {
        // Behind each other in the same order: the smaller one is on one end only.
        let what = format!("is missing, or {} should not be there", shown(&there));
        return (here, what);
    }
    let differing = table.columns.iter().zip(row.iter().zip(other));
    let differing = differing.filter(|(_, (one, two))| one != two);
    let names: Vec<&str> = differing.map(|(column, _)| column.name.as_str()).collect();
    (here, format!("has another value in {}", names.join(", ")))
}

fn shown(key: &[Cell]) -> String {
    let part = |cell: &Cell| match cell {
        Cell::Null => String::from("nothing"),
        Cell::Int(value) => value.to_string(),
        Cell::Text(text) => format!("`{text}`"),
        Cell::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    key.iter().map(part).collect::<Vec<_>>().join(", ")
}
