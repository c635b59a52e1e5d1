//! `stock`.

use super::lines::{Purpose, Source};
use super::stock_lines::{Read, read_csv, read_lines};
use super::{Desk, served};
use crate::failure::Failure;
use crate::{clock, output, randomness, secrets};
use clap::Subcommand;
use counter::Failure as CounterFailure;
use counter::products::Viewer;
use counter::stock::{Importer, ItemView};
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
        #[arg(long, default_value_t = 1000)]
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
        #[arg(long, default_value_t = 100)]
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
        #[arg(long, default_value_t = 100)]
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
            import(desk, ProductId(product), &file, csv, uses).await?;
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
        StockCommand::Export { product } => export(desk, ProductId(product)).await?,
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
        StockCommand::NewKey => new_key(desk).await?,
        StockCommand::Rekey => rekey(desk).await?,
    }
    Ok(())
}

async fn new_key(desk: &Desk) -> Result<(), Failure> {
    let Some(path) = &desk.stock_keys else {
        return Err(Failure::Other(String::from(
            "the keys come from the setting stock_keys, not from a file; add the new key there",
        )));
    };
    let ring = desk.counter.vault().with_new_key(randomness::bytes());
    secrets::replace_vault(path, desk.counter.vault(), &ring)?;
    let key = ring.newest();
    let mut sentence = format!(
        "key {key} is in {} and seals from now on; back the file up now, apart from the database",
        path.display()
    );
    // The key is there, whatever the server says: the next import or rekey asks again.
    let served = served::know_newest(desk, &ring).await;
    if let Err(failure) = &served {
        sentence = format!("{sentence}. But {failure}");
    }
    desk.output.done(&json!({ "key": key, "served": served.is_ok() }), &sentence);
    Ok(())
}

/// Items in one page of an export.
const EXPORT_PAGE: i64 = 1_000;

/// No cell holds a text from outside, so none needs quoting.
async fn export(desk: &Desk, product: ProductId) -> Result<(), Failure> {
    let json = desk.output.json;
    let mut last = StockItemId(0);
    let mut page = desk.counter.list_stock(product, last, EXPORT_PAGE).await?;
    output::say(if json {
        "["
    } else {
        "item,import,line,state,uses,uses_left,expires,last_order"
    });
    while let Some(newest) = page.last() {
        let first = last == StockItemId(0);
        last = newest.id;
        for (item, index) in page.iter().zip(0_u64..) {
            if json {
                // JSON has no comma behind the last one, so each but the first brings its own.
                let comma = if first && index == 0 { "" } else { "," };
                output::say(&format!("{comma}{}", item_row(item)));
                continue;
            }
            let expires = item.expires.map(clock::shown).unwrap_or_default();
            let order = item.last_order.map(|order| order.to_string()).unwrap_or_default();
            output::say(&format!(
                "{},{},{},{},{},{},{expires},{order}",
                item.id,
                item.batch,
                item.line,
                item.state.name(),
                item.uses,
                item.uses_left
            ));
        }
        output::print()?;
        page = desk.counter.list_stock(product, last, EXPORT_PAGE).await?;
    }
    if json {
        output::say("]");
    }
    Ok(())
}

async fn import(
    desk: &Desk,
    product: ProductId,
    file: &str,
    csv: bool,
    uses: i64,
) -> Result<(), Failure> {
    served::know_newest(desk, desk.counter.vault()).await?;
    let source = Source::open(file, Purpose::Import)?;
    let mut importer = desk.counter.begin_import(product, file, &desk.actor, desk.now).await?;
    let id = importer.id();
    let read = take(desk, &mut importer, source, csv, uses).await;
    let heading = match read {
        Ok(heading) => heading,
        Err(failure) => {
            // Nothing of it was for sale; what came in before the broken line is cleared away. When
            // somebody else has done that, the failure says so, and who.
            return match desk.counter.discard_import(id, &desk.actor, clock::now()).await {
                Ok(()) | Err(CounterFailure::Refused(_)) => Err(failure),
                Err(CounterFailure::Store(error)) => Err(Failure::Other(format!(
                    "{failure}; what came in before is not for sale, but not cleared away either \
                 ({error}): do it with `stock discard {id}`"
                ))),
            };
        }
    };
    let mut told = progress("on sale");
    let seed = randomness::bytes();
    let report = importer.finish(seed, clock::now(), &mut |done| told(done)).await?;
    let value = json!({
        "import": report.batch.0,
        "lines": report.lines,
        "added": report.added,
        "duplicates": report.duplicates,
        "heading": heading,
    });
    let mut sentence = format!(
        "import {}: {} lines, {} added, {} were there already (`stock duplicates {}` tells which)",
        report.batch, report.lines, report.added, report.duplicates, report.batch
    );
    if let Some(line) = heading {
        sentence = format!("{sentence}; line {line} was a heading");
    }
    desk.output.done(&value, &sentence);
    Ok(())
}

/// Hands every line to the importer; returns which one was a heading.
async fn take(
    desk: &Desk,
    importer: &mut Importer,
    source: Source,
    csv: bool,
    uses: i64,
) -> Result<Option<i64>, Failure> {
    let mut told = progress("read");
    let mut heading = None;
    for line in if csv { read_csv(source, uses) } else { read_lines(source, uses) } {
        let (number, line) = match line? {
            Read::Item(number, line) => (number, line),
            Read::Heading(number) => {
                heading = Some(number);
                continue;
            }
        };
        let pushed = importer.push(number, line, randomness::bytes(), desk.now).await;
        pushed.map_err(|failure: CounterFailure<counter::Refusal>| Failure::from(failure))?;
        told(importer.lines());
    }
    Ok(heading)
}

async fn rekey(desk: &Desk) -> Result<(), Failure> {
    served::know_newest(desk, desk.counter.vault()).await?;
    let mut told = progress("sealed anew");
    let mut seed = randomness::bytes;
    let mut tell = |done: u64| told(i64::try_from(done).unwrap_or(i64::MAX));
    let done = desk.counter.rekey(&mut seed, &mut tell).await?;
    let key = desk.counter.vault().newest();
    let sentence = format!("{done} secrets are sealed with key {key} now");
    desk.output.done(&json!({ "sealed": done, "key": key }), &sentence);
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
