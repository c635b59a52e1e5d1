//! Reads stock from a file or standard input, a line at a time: a file of any size takes the same
//! memory.

use crate::failure::Failure;
use counter::stock::ImportLine;
use domain::limits::STOCK_LINE_BYTES_MAX;
use domain::orders::expiry_end;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

/// Where lines come from.
pub(super) struct Source {
    name: String,
    reader: Box<dyn BufRead + Send>,
}

impl Source {
    /// Opens a file; `-` is standard input.
    pub(super) fn open(file: &str) -> Result<Self, Failure> {
        let reader: Box<dyn BufRead + Send> = if file == "-" {
            Box::new(BufReader::new(std::io::stdin()))
        } else {
            Box::new(BufReader::new(File::open(file).map_err(Failure::io(file))?))
        };
        Ok(Self { name: file.to_owned(), reader })
    }
}

type Numbered = Result<(i64, ImportLine), Failure>;

fn broken(number: i64, what: &str) -> Failure {
    Failure::Other(format!("line {number} {what}; nothing was imported"))
}

/// One item a line. Blank lines are passed over, and counted.
pub(super) fn read_lines(mut source: Source, uses: i64) -> impl Iterator<Item = Numbered> {
    // A line without an end must not fill the memory.
    let most = u64::try_from(STOCK_LINE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(3);
    let mut number: i64 = 0;
    std::iter::from_fn(move || {
        loop {
            number = number.saturating_add(1);
            let mut bytes = Vec::new();
            let mut limited = source.reader.by_ref().take(most);
            match limited.read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(Failure::io(source.name.clone())(error))),
            }
            let Ok(text) = String::from_utf8(bytes) else {
                return Some(Err(broken(number, "is not UTF-8")));
            };
            // A byte order mark belongs to the file, not to its first item.
            let text = if number == 1 { text.trim_start_matches('\u{feff}') } else { &text };
            let secret = text.trim_end_matches(['\n', '\r']).to_owned();
            if !secret.trim().is_empty() {
                return Some(Ok((number, ImportLine { secret, expires: None, uses })));
            }
        }
    })
}

/// Records of secret, expiry date and uses; the last two may be missing or empty.
pub(super) fn read_csv(source: Source, uses: i64) -> impl Iterator<Item = Numbered> {
    let reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(source.reader);
    reader.into_records().map(move |record| {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            broken(i64::try_from(line).unwrap_or(0), "is not CSV in UTF-8")
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = i64::try_from(line).unwrap_or(i64::MAX);
        if record.len() > 3 {
            return Err(broken(number, "has more than three columns"));
        }
        let column =
            |index: usize| record.get(index).map(str::trim).filter(|text| !text.is_empty());
        let expires = match column(1) {
            None => None,
            Some(text) => {
                let end = expiry_end(text);
                Some(end.ok_or_else(|| broken(number, "has no date in the second column"))?)
            }
        };
        let uses = match column(2) {
            None => uses,
            Some(text) => text
                .parse()
                .map_err(|_| broken(number, "has no whole number in the third column"))?,
        };
        let secret = record.get(0).unwrap_or_default().to_owned();
        Ok((number, ImportLine { secret, expires, uses }))
    })
}
