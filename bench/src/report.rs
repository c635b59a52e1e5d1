//! What a run prints.

use crate::load::Figures;
use serde_json::json;

/// A row of the table: one kind of load, measured in every round.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    note: &'static str,
    pub(crate) figures: Vec<Figures>,
}

impl Row {
    pub(crate) const fn new(name: &'static str, note: &'static str) -> Self {
        Self { name, note, figures: Vec::new() }
    }

    fn median(&self, of: fn(&Figures) -> f64) -> f64 {
        let mut values: Vec<f64> = self.figures.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        values.get(middle).copied().unwrap_or(f64::NAN)
    }

    fn per_second(&self) -> f64 {
        self.median(|figures| figures.per_second)
    }
}

/// Prints the table: medians over the rounds, and each rate as a share of the bare answer.
pub(crate) fn print(rows: &[Row], answered: u64, stored: u64, findings: &[String]) {
    let ceiling = rows.first().map_or(f64::NAN, Row::per_second);
    println!("{:<22} {:>10} {:>9} {:>9}  what", "row", "per second", "p99 ms", "ratio");
    for row in rows {
        let rate = row.per_second();
        let p99 = row.median(|figures| figures.p99_ms);
        let ratio = rate / ceiling;
        println!("{:<22} {rate:>10.0} {p99:>9.2} {ratio:>9.3}  {}", row.name, row.note);
    }
    println!(
        "{answered} adds answered, {stored} orders stored, {} findings of verify",
        findings.len()
    );
    for finding in findings {
        println!("  {finding}");
    }
}

/// One object a row.
pub(crate) fn json(rows: &[Row]) -> String {
    let ceiling = rows.first().map_or(f64::NAN, Row::per_second);
    let objects = rows.iter().map(|row| {
        json!({
            "name": row.name,
            "value": row.per_second(),
            "unit": "1/s",
            "p99_ms": row.median(|figures| figures.p99_ms),
            "ceiling": ceiling,
            "ratio": row.per_second() / ceiling,
        })
    });
    format!("{:#}\n", serde_json::Value::from(objects.collect::<Vec<_>>()))
}
