//! What a run prints and writes.

use crate::Failed;
use crate::goals::Row;
use crate::options::Options;
use serde_json::json;
use std::fmt::Write;

/// Where the table stands in the document.
const BEGIN: &str = "<!-- table: written by `cargo xtask bench --document` -->";
const END: &str = "<!-- end of the table -->";

/// A number, as precise as it is worth.
fn number(value: f64) -> String {
    if value.abs() >= 1_000.0 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}

fn cells(row: &Row) -> [String; 6] {
    let or_nothing = |value: Option<f64>| value.map(number).unwrap_or_default();
    let met = row.met.map_or("", |met| if met { "yes" } else { "no" });
    [
        row.name.clone(),
        format!("{} {}", number(row.value), row.unit),
        or_nothing(row.ceiling),
        or_nothing(row.ratio),
        row.goal.clone().unwrap_or_default(),
        met.to_owned(),
    ]
}

const HEADINGS: [&str; 6] = ["row", "value", "ceiling", "ratio", "goal", "met"];

/// Prints the table.
pub(crate) fn print(rows: &[Row]) {
    let line = |[name, value, ceiling, ratio, goal, met]: [&str; 6]| {
        println!("{name:<46} {value:>24} {ceiling:>10} {ratio:>8} {goal:>14} {met:>4}");
    };
    line(HEADINGS);
    for row in rows {
        line(cells(row).each_ref().map(String::as_str));
    }
}

/// One object a row.
pub(crate) fn json(rows: &[Row]) -> String {
    let objects = rows.iter().map(|row| {
        json!({
            "name": row.name,
            "value": row.value,
            "unit": row.unit,
            "ceiling": row.ceiling,
            "ratio": row.ratio,
            "goal": row.goal,
            "met": row.met,
        })
    });
    format!("{:#}\n", serde_json::Value::from(objects.collect::<Vec<_>>()))
}

/// The document with the table in place of the one that stands there.
///
/// # Errors
/// When the document has no place for it.
pub(crate) fn into_document(
    document: &str,
    rows: &[Row],
    options: &Options,
) -> Result<String, Failed> {
    let (before, rest) = document.split_once(BEGIN).ok_or("the document has no table")?;
    let (_, after) = rest.split_once(END).ok_or("the table in the document has no end")?;
    let mut table = format!("| {} |\n|{}\n", HEADINGS.join(" | "), "---|".repeat(HEADINGS.len()));
    for row in rows {
        writeln!(table, "| {} |", cells(row).join(" | "))?;
    }
    let Options { seconds, rounds, .. } = options;
    let how = format!("Medians of {rounds} rounds of {seconds} seconds each.");
    Ok(format!("{before}{BEGIN}\n\n{how}\n\n{table}\n{END}{after}"))
}
