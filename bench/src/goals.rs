//! The rows of the table, each with its goal.

use crate::load::Figures;
use crate::providers::{self, Cost};
use crate::scripts::Kind;
use crate::stages::{Loads, Measured, Measurements};

/// A row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// What it is compared with, and how.
    pub(crate) ceiling: Option<f64>,
    pub(crate) ratio: Option<f64>,
    pub(crate) goal: Option<String>,
    pub(crate) met: Option<bool>,
}

impl Row {
    fn plain(name: String, value: f64, unit: &'static str) -> Self {
        Self { name, value, unit, ceiling: None, ratio: None, goal: None, met: None }
    }

    fn at_least(mut self, least: f64) -> Self {
        self.goal = Some(format!("≥ {least}"));
        self.met = Some(self.value >= least);
        self
    }

    fn at_most(mut self, most: f64) -> Self {
        self.goal = Some(format!("≤ {most}"));
        self.met = Some(self.value <= most);
        self
    }

    fn beside(mut self, ceiling: f64, ratio: f64) -> Self {
        self.ceiling = Some(ceiling);
        self.ratio = Some(ratio);
        self
    }

    fn ratio_at_least(mut self, ceiling: f64, ratio: f64, least: f64) -> Self {
        self.ceiling = Some(ceiling);
        self.ratio = Some(ratio);
        self.goal = Some(format!("ratio ≥ {least}"));
        self.met = Some(ratio >= least);
        self
    }
}

/// The middle of some values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn rate(figures: &[Figures]) -> f64 {
    median(figures.iter().map(|figures| figures.per_second))
}

/// The middle of the rounds' ratios: what disturbed a round disturbed both sides of it.
fn ratio(part: &[Figures], whole: &[Figures]) -> f64 {
    median(part.iter().zip(whole).map(|(part, whole)| part.per_second / whole.per_second))
}

/// Every row for which something was measured.
pub(crate) fn rows(measurements: &Measurements) -> Vec<Row> {
    let mut rows = Vec::new();
    let of = |kind: Kind| measurements.loads.get(kind.name());
    let plaintext = measurements.loads.values().flat_map(|measured| &measured.plaintext);
    let plaintext = median(plaintext.map(|figures| figures.per_second));
    rows.push(Row::plain(String::from("plaintext: the bare answer"), plaintext, "1/s"));
    for kind in Kind::ALL {
        if let Some(measured) = of(kind) {
            load_rows(kind, measured, of(Kind::Add), &mut rows);
        }
    }
    postgres_rows(&measurements.postgres, &mut rows);
    for kind in Kind::ALL {
        let Some(measured) = of(kind).filter(|measured| !measured.large.is_empty()) else {
            continue;
        };
        let name = format!("{}: cost with {} orders", kind.name(), measurements.large_orders);
        let times = ratio(&measured.small, &measured.large);
        rows.push(Row::plain(name, times, "× that with 100000").at_most(1.3));
    }
    measurements.providers.iter().for_each(|figures| provider_rows(figures, &mut rows));
    let Measurements { idle_mib, loaded_mib, program_mb, start_empty, start_large, .. } =
        measurements;
    rows.push(Row::plain(String::from("memory at rest"), *idle_mib, "MiB").at_most(64.0));
    rows.push(Row::plain(String::from("memory under load"), *loaded_mib, "MiB").at_most(256.0));
    rows.push(Row::plain(String::from("size of the program"), *program_mb, "MB").at_most(20.0));
    let start = median(start_empty.iter().copied());
    rows.push(Row::plain(String::from("start to first answer"), start, "ms").at_most(100.0));
    if !start_large.is_empty() {
        let name = format!("the same with {} orders", measurements.large_orders);
        let start = median(start_large.iter().copied());
        rows.push(Row::plain(name, start, "ms").at_most(2_000.0));
    }
    rows
}

/// Orders at providers: how many a second beside what the provider takes, and what that costs.
fn provider_rows(figures: &providers::Figures, rows: &mut Vec<Row>) {
    let providers::Figures { engine, placed, followed, orders } = figures;
    let mut add = |name: String, cost: &Cost, what: &str| {
        let Cost { per_second, ceiling, processor, memory, .. } = *cost;
        let row = Row::plain(format!("{name}: {what}"), per_second, "1/s");
        rows.push(row.beside(ceiling, per_second / ceiling));
        rows.push(Row::plain(format!("{name}, processor"), processor, "% of a core"));
        rows.push(Row::plain(format!("{name}, memory"), memory, "MiB"));
    };
    if let Some(cost) = placed {
        add(format!("{engine}{}", providers::PLACING), cost, "orders");
    }
    if let Some(cost) = followed {
        let name = format!("{engine}{} of {orders} open orders", providers::FOLLOWING);
        add(name.clone(), cost, "requests");
        rows.push(Row::plain(format!("{name}, a round"), cost.seconds, "s"));
    }
}

fn load_rows(kind: Kind, measured: &Measured, add: Option<&Measured>, rows: &mut Vec<Row>) {
    let name = kind.name();
    let row = |what: &str| Row::plain(format!("{name}{what}"), rate(&measured.small), "1/s");
    let plaintext = |row: Row, least| {
        let ratio = ratio(&measured.small, &measured.plaintext);
        row.ratio_at_least(rate(&measured.plaintext), ratio, least)
    };
    match kind {
        Kind::Add | Kind::AddWithId => {
            let p99 = median(measured.small.iter().map(|figures| figures.p99_ms));
            rows.push(row("").at_least(20_000.0));
            rows.push(plaintext(row(" : plaintext"), 0.3));
            if !measured.bare.is_empty() {
                let share = ratio(&measured.small, &measured.bare);
                let bare = rate(&measured.bare);
                rows.push(row(" : bare group commit").ratio_at_least(bare, share, 0.5));
            }
            rows.push(Row::plain(format!("{name}, p99"), p99, "ms").at_most(25.0));
        }
        Kind::AddOneAccount => {
            if let Some(add) = add {
                let share = ratio(&measured.small, &add.small);
                rows.push(row(" : add").ratio_at_least(rate(&add.small), share, 0.8));
            }
        }
        Kind::AddProduct => rows.push(row("").at_least(10_000.0)),
        Kind::Status | Kind::StatusAnywhere | Kind::ServicesKnown => {
            rows.push(plaintext(row(" : plaintext"), 0.5));
        }
        Kind::StatusOf100 | Kind::StatusOf100Anywhere | Kind::Services => {
            rows.push(row("").at_least(5_000.0));
        }
    }
}

/// The loads on PostgreSQL, which shares the processors with all others. Goals of the speed of reading
/// are SQLite's, which needs no second process.
fn postgres_rows(loads: &Loads, rows: &mut Vec<Row>) {
    let add = loads.get(Kind::Add.name());
    for kind in Kind::ALL {
        let name = format!("PostgreSQL, {}", kind.name());
        let Some(measured) = loads.get(kind.name()) else { continue };
        let row = |what: &str| Row::plain(format!("{name}{what}"), rate(&measured.small), "1/s");
        match (kind, add) {
            (Kind::Add, _) => {
                let p99 = median(measured.small.iter().map(|figures| figures.p99_ms));
                rows.push(row("").at_least(10_000.0));
                let share = ratio(&measured.small, &measured.bare);
                rows.push(row(" : bare unnest loop").beside(rate(&measured.bare), share));
                rows.push(Row::plain(format!("{name}, p99"), p99, "ms"));
            }
            (Kind::AddOneAccount, Some(add)) => {
                let share = ratio(&measured.small, &add.small);
                rows.push(row(" : add").ratio_at_least(rate(&add.small), share, 0.8));
            }
            _ => rows.push(row("")),
        }
    }
}
