//! Copying rows.

use super::rows::PageSize;
use super::schema::Table;
use super::side::Side;
use super::{Move, MoveError, OnProgress, Progress, Step};

impl Move {
    /// Copies what is not there yet: table by table in the order of their keys, a few megabytes in a
    /// unit. So the last key that is there tells where an earlier run has ended.
    ///
    /// # Errors
    /// [`MoveError`].
    pub fn copy(&mut self, progress: OnProgress<'_>) -> Result<(), MoveError> {
        let (source, target) = (self.source.as_mut(), self.target.as_mut());
        for table in &self.tables {
            if table.seeded.is_some() {
                replace(source, target, table)?;
            } else {
                append(source, target, table, progress)?;
            }
        }
        self.target.filled(&self.tables)
    }
}

fn append(
    source: &mut dyn Side,
    target: &mut dyn Side,
    table: &Table,
    progress: OnProgress<'_>,
) -> Result<(), MoveError> {
    let of = source.count(table)?;
    let mut after = target.last_key(table)?;
    let mut rows = if after.is_some() { target.count(table)? } else { 0 };
    let mut size = PageSize::FIRST;
    loop {
        let page = source.page(table, after.as_deref(), size.rows())?;
        let Some(last) = page.last_key(table) else { return Ok(()) };
        target.append(table, &page)?;
        size = size.after(&page);
        after = Some(last);
        rows = rows.saturating_add(u64::try_from(page.count()).unwrap_or(u64::MAX));
        progress(Progress { step: Step::Copy, table: &table.name, rows, of });
    }
}

/// These are small: facts, counters, and where ids are.
fn replace(source: &mut dyn Side, target: &mut dyn Side, table: &Table) -> Result<(), MoveError> {
    let rows = usize::try_from(source.count(table)?).unwrap_or(usize::MAX);
    let all = source.page(table, None, rows)?;
    target.replace(table, &all)
}
