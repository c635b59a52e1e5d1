//! Recomputes every invariant from the stored rows.
//!
//! All checks read one snapshot, so a running server does not disturb them. Each says what it
//! checked and how many rows, so that "clean" can be told from "looked at nothing".

mod accounts;
mod attempts;
mod chain;
mod events;
mod orders;
mod placings;
mod products;
mod references;
mod write_offs;

use crate::Counter;
use store::{DbError, StoreError, Tx};

/// Called now and then during a long run: the check, and the rows it has looked at.
pub type Progress<'a> = &'a mut (dyn FnMut(&'static str, u64) + Send);

/// A rule that does not hold, in words.
pub type Finding = String;

/// Most findings that are told of each check; the rest is counted.
const FINDINGS_TOLD: usize = 20;

/// Rows read at a time.
const PAGE: i64 = 1_000;

/// One checked rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The rule, in words.
    pub rule: &'static str,
    /// Rows looked at.
    pub rows: u64,
    /// What does not hold, at most twenty.
    pub findings: Vec<Finding>,
    /// Findings beyond those.
    pub more: u64,
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Every check, in order.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether every rule holds.
    pub fn clean(&self) -> bool {
        self.checks.iter().all(|check| check.findings.is_empty())
    }
}

impl Check {
    fn new(rule: &'static str) -> Self {
        Self { rule, rows: 0, findings: Vec::new(), more: 0 }
    }

    fn row(&mut self) {
        self.rows = self.rows.saturating_add(1);
    }

    fn finding(&mut self, text: impl Into<String>) {
        if self.findings.len() < FINDINGS_TOLD {
            self.findings.push(text.into());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    fn expect<E: std::fmt::Display>(&mut self, result: Result<(), E>) {
        if let Err(violation) = result {
            self.finding(violation.to_string());
        }
    }
}

/// Every check on one transaction.
///
/// # Errors
/// [`DbError`] when a row cannot be read.
pub fn verify(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Report, DbError> {
    let mut checks = orders::check(tx, progress)?;
    checks.push(placings::check(tx, progress)?);
    checks.extend(accounts::check(tx, progress)?);
    checks.extend(products::check(tx, progress)?);
    checks.extend(attempts::check(tx, progress)?);
    checks.extend(write_offs::check(tx, progress)?);
    checks.extend(references::check(tx, progress)?);
    checks.push(events::check(tx, progress)?);
    Ok(Report { checks })
}

impl Counter {
    /// Recomputes every invariant from the stored rows.
    ///
    /// # Errors
    /// [`StoreError`] when a row cannot be read.
    pub async fn verify(
        &self,
        progress: &mut (dyn FnMut(&'static str, u64) + Send),
    ) -> Result<Report, StoreError> {
        Ok(self.store.read(|tx| verify(tx, progress)).await??)
    }
}
