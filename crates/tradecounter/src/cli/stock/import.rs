//! `stock import`.

use super::progress;
use super::records::{Read, read_csv, read_lines};
use crate::cli::lines::{Purpose, Source};
use crate::cli::{Desk, served};
use crate::failure::Failure;
use crate::{clock, randomness};
use counter::Failure as CounterFailure;
use counter::stock::Importer;
use domain::ProductId;
use serde_json::json;

pub(super) async fn run(
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
