//! Rows on their way, and their digest: the same bytes on every engine.

use super::schema::Table;
use crate::Val;
use sha2::{Digest, Sha256};

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    pub(crate) fn val(&self) -> Val<'_> {
        match self {
            Self::Null => Val::Null,
            Self::Int(value) => Val::Int(*value),
            Self::Text(text) => Val::Text(text),
            Self::Blob(bytes) => Val::Blob(bytes),
        }
    }

    const fn bytes(&self) -> usize {
        match self {
            Self::Null => 1,
            Self::Int(_) => 8,
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }
}

/// Some rows of a table, in the order of its key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) width: usize,
    pub(crate) cells: Vec<Cell>,
}

impl Rows {
    pub(crate) fn each(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks_exact(self.width.max(1))
    }

    pub(crate) fn count(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(0)
    }

    fn bytes(&self) -> usize {
        self.cells.iter().map(Cell::bytes).fold(0, usize::saturating_add)
    }

    /// The key of the last row.
    pub(crate) fn last_key(&self, table: &Table) -> Option<Vec<Cell>> {
        self.each().last().map(|row| key(row, table))
    }
}

/// The key of a row.
pub(crate) fn key(row: &[Cell], table: &Table) -> Vec<Cell> {
    table.key.iter().filter_map(|at| row.get(*at).cloned()).collect()
}

/// How many rows are asked for at a time: as many as make about four megabytes. Rows of a table are
/// alike, so the next ones are judged by the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageSize(usize);

impl PageSize {
    const BYTES: usize = 4 << 20;
    const ROWS: usize = 10_000;

    /// For the first page, of which nothing is known.
    pub(crate) const FIRST: Self = Self(250);

    pub(crate) const fn rows(self) -> usize {
        self.0
    }

    /// For the page after these rows.
    pub(crate) fn after(self, rows: &Rows) -> Self {
        let each = rows.bytes().checked_div(rows.count()).unwrap_or(0).max(1);
        let fit = Self::BYTES.checked_div(each).unwrap_or(1);
        Self(fit.min(self.0.saturating_mul(4)).clamp(1, Self::ROWS))
    }
}

/// What a table holds: as many rows, and SHA-256 over them in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// How many rows.
    pub rows: u64,
    /// The digest, in hexadecimal.
    pub digest: String,
}

/// Digests rows one after the other.
#[derive(Debug)]
pub(crate) struct Digester {
    hash: Sha256,
    rows: u64,
}

impl Digester {
    pub(crate) fn new(table: &Table) -> Self {
        let mut hash = Sha256::new();
        hash.update(table.name.as_bytes());
        for column in &table.columns {
            hash.update([0]);
            hash.update(column.name.as_bytes());
        }
        Self { hash, rows: 0 }
    }

    /// Each value with its type and length, so that no two rows have the same bytes.
    pub(crate) fn add(&mut self, rows: &Rows) {
        let mut bytes = Vec::with_capacity(rows.bytes().saturating_mul(2));
        for cell in &rows.cells {
            let (tag, length, content): (u8, usize, &[u8]) = match cell {
                Cell::Null => (0, 0, &[]),
                Cell::Int(value) => {
                    bytes.push(1);
                    bytes.extend(value.to_be_bytes());
                    continue;
                }
                Cell::Text(text) => (2, text.len(), text.as_bytes()),
                Cell::Blob(blob) => (3, blob.len(), blob),
            };
            bytes.push(tag);
            bytes.extend(u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend(content);
        }
        self.hash.update(&bytes);
        self.rows = self.rows.saturating_add(u64::try_from(rows.count()).unwrap_or(u64::MAX));
    }

    pub(crate) fn content(self) -> Content {
        let digest = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Content { rows: self.rows, digest }
    }
}
