//! `stock`.

mod export;
mod import;
mod keys;
mod records;

use super::Desk;
use crate::failure::Failure;
use crate::{clock, output};
use clap::Subcommand;
use counter::products::Viewer;
use counter::stock::ItemView;
use domain::{ProductId, StockBatchId, StockItemId};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};

#[derive(Debug, Subcommand)]
pub(super) enum StockCommand {
    /// Imports stock, one item a line. Nothing is for sale until every line is in; a broken line
    /// imports nothing.
    Import {
        /// The product.
        product: i64,
        /// The file; - for standard input.
        file: String,
        /// The file is CSV: secret, then optionally expiry date and number of uses. A first line
        /// that names them (`secret,expires,uses`) is a heading, not an item.
        #[arg(long)]
        csv: bool,
        /// How often each item can be sold, unless the file says so.
        #[arg(long, default_value_t = 1)]
        uses: i64,
    },
    /// Lists imports, newest first.
    Imports {
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Lists the lines of an import that were there already, and as what.
    Duplicates {
        /// The import.
        import: i64,
        /// Only lines above this one.
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// At most so many.
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..=10000))]
        limit: i64,
    },
    /// Clears an unfinished import away.
    Discard {
        /// The import.
        import: i64,
    },
    /// Counts the items of a product by state.
    Count {
        /// The product.
        product: i64,
    },
    /// Lists the items of a product, without their secrets.
    List {
        /// The product.
        product: i64,
        /// Only items above this id.
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Writes every item of a product as CSV, or with --json as an array, without its secret.
    Export {
        /// The product.
        product: i64,
    },
    /// Shows the secret of an item; it is logged.
    Reveal {
        /// The item.
        item: i64,
        /// Why; it stands in the log for ever.
        #[arg(long)]
        reason: String,
    },
    /// Takes an item off sale for good.
    MarkBad {
        /// The item.
        item: i64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Lists who saw which secrets, newest first.
    Reveals {
        /// At most so many.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Adds a key to the key file; it seals from then on, also in a running server.
    NewKey,
    /// Seals everything anew with the newest key. Can be ended and begun again at any moment.
    Rekey,
}

pub(super) async fn run(command: StockCommand, desk: &Desk) -> Result<(), Failure> {
    let counter = &desk.counter;
    let viewer = |reason: String| Viewer { actor: desk.actor.clone(), reason };
    match command {
        StockCommand::Import { product, file, csv, uses } => {
            import::run(desk, ProductId(product), &file, csv, uses).await?;
        }
        StockCommand::Imports { limit } => {
            let rows: Vec<Value> = counter.imports(limit).await?.iter().map(import_row).collect();
            let columns =
                ["import", "product", "state", "lines", "added", "duplicates", "source", "created"];
            desk.output.list(&rows, &columns);
        }
        StockCommand::Duplicates { import, after, limit } => {
            let found = counter.duplicates(StockBatchId(import), after, limit).await?;
            let row = |duplicate: &store::tables::stock_imports::Duplicate| {
                json!({
                    "line": duplicate.line,
                    "of_line": duplicate.of_line,
                    "of_item": duplicate.of_item.0,
                    "of_order": duplicate.of_order.map(|order| order.0),
                })
            };
            let rows: Vec<Value> = found.iter().map(row).collect();
            desk.output.list(&rows, &["line", "of_line", "of_item", "of_order"]);
        }
        StockCommand::Discard { import } => {
            counter.discard_import(StockBatchId(import), &desk.actor, desk.now).await?;
            let sentence = format!("import {import} is cleared away");
            desk.output.done(&json!({ "import": import }), &sentence);
        }
        StockCommand::Count { product } => {
            let counts = counter.stock_counts(ProductId(product)).await?;
            let row = |count: &counter::stock::StockCount| {
                let state = count.state.name();
                json!({ "state": state, "items": count.items, "pieces": count.pieces })
            };
            let rows: Vec<Value> = counts.iter().map(row).collect();
            desk.output.list(&rows, &["state", "items", "pieces"]);
        }
        StockCommand::List { product, after, limit } => {
            let items = counter.list_stock(ProductId(product), StockItemId(after), limit).await?;
            let rows: Vec<Value> = items.iter().map(item_row).collect();
            let columns =
                ["item", "import", "line", "state", "uses", "uses_left", "expires", "last_order"];
            desk.output.list(&rows, &columns);
        }
        StockCommand::Export { product } => export::run(desk, ProductId(product)).await?,
        StockCommand::Reveal { item, reason } => {
            let id = StockItemId(item);
            let secret = counter.reveal_item(id, viewer(reason), desk.now).await?;
            desk.output.done(&json!({ "item": item, "secret": secret }), &secret);
        }
        StockCommand::MarkBad { item, reason } => {
            counter.mark_bad(StockItemId(item), viewer(reason), desk.now).await?;
            desk.output.done(&json!({ "item": item }), &format!("item {item} is off sale"));
        }
        StockCommand::Reveals { limit } => {
            let reveals = counter.reveals(limit).await?;
            let rows: Vec<Value> = reveals.iter().map(reveal_row).collect();
            let columns = ["at", "order", "item", "account", "pieces", "actor", "reason"];
            desk.output.list(&rows, &columns);
        }
        StockCommand::NewKey => keys::new_key(desk).await?,
        StockCommand::Rekey => keys::rekey(desk).await?,
    }
    Ok(())
}

/// Tells a person who watches how far a long run is, now and then.
fn progress(what: &'static str) -> impl FnMut(i64) + Send {
    let watched = std::io::stderr().is_terminal();
    let mut last: i64 = 0;
    move |done| {
        if watched && done.saturating_sub(last) >= 10_000 {
            last = done;
            // A terminal that cannot be written to is no reason to stop.
            drop(write!(std::io::stderr(), "\r{done:>12} {what}"));
        }
    }
}

fn import_row(batch: &store::tables::stock_imports::Batch) -> Value {
    json!({
        "import": batch.id.0,
        "product": batch.product.0,
        "state": batch.state.name(),
        "lines": batch.lines,
        "added": batch.added,
        "duplicates": batch.duplicates,
        "source": batch.source,
        "actor": batch.actor,
        "created": output::time(batch.created),
    })
}

fn item_row(item: &ItemView) -> Value {
    json!({
        "item": item.id.0,
        "import": item.batch.0,
        "line": item.line,
        "state": item.state.name(),
        "uses": item.uses,
        "uses_left": item.uses_left,
        "expires": item.expires.map(clock::shown),
        "last_order": item.last_order.map(|order| order.0),
    })
}

fn reveal_row(reveal: &store::tables::reveals::Reveal) -> Value {
    json!({
        "at": output::time(reveal.at),
        "order": reveal.order.map(|order| order.0),
        "item": reveal.item.map(|item| item.0),
        "account": reveal.account.0,
        "pieces": reveal.pieces,
        "actor": reveal.actor,
        "reason": reveal.reason,
    })
}
