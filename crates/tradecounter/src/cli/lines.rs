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

/// Lines that are not blank, each with its number in the file. None is read further than `most`
/// bytes: a line without an end must not fill the memory.
fn numbered(
    mut source: Source,
    most: usize,
) -> impl Iterator<Item = Result<(i64, String), Failure>> {
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(3);
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
            let text = text.trim_end_matches(['\n', '\r']);
            if !text.trim().is_empty() {
                return Some(Ok((number, text.to_owned())));
            }
        }
    })
}

/// One item a line. Blank lines are passed over, and counted.
pub(super) fn read_lines(source: Source, uses: i64) -> impl Iterator<Item = Numbered> {
    numbered(source, STOCK_LINE_BYTES_MAX).map(move |line| {
        let (number, secret) = line?;
        Ok((number, ImportLine { secret, expires: None, uses }))
    })
}

/// A record a line: secret, expiry date and uses; the last two may be missing or empty.
pub(super) fn read_csv(source: Source, uses: i64) -> impl Iterator<Item = Numbered> {
    // Twice the longest secret: each of its characters may be a doubled quote.
    let most = STOCK_LINE_BYTES_MAX.saturating_mul(2).saturating_add(100);
    numbered(source, most).map(move |line| {
        let (number, line) = line?;
        let fields = split_record(&line);
        let fields = fields.ok_or_else(|| broken(number, "has a quote out of place"))?;
        if fields.len() > 3 {
            return Err(broken(number, "has more than three columns"));
        }
        let column =
            |index: usize| fields.get(index).map(|text| text.trim()).filter(|t| !t.is_empty());
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
        let secret = fields.first().cloned().unwrap_or_default();
        Ok((number, ImportLine { secret, expires, uses }))
    })
}

/// The fields of a record of RFC 4180 in one line; nothing when a quote is out of place. Stricter
/// than readers of spreadsheets are: they would take a broken secret for another one.
fn split_record(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => split_quoted(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                (field.to_owned(), after)
            }
        };
        if !rest.starts_with('"') && field.contains('"') {
            return None;
        }
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Some(fields),
            None => return None,
        }
    }
}

/// A field up to its closing quote, and what follows it.
fn split_quoted(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Some((field, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split_record;

    #[test]
    fn records_are_read_as_they_are_written() {
        for (line, fields) in [
            ("a", &["a"][..]),
            ("a,,3", &["a", "", "3"]),
            ("\"a, \"\"b\"\"\",31/12/2099", &["a, \"b\"", "31/12/2099"]),
            ("\"\",x,", &["", "x", ""]),
        ] {
            assert_eq!(split_record(line).unwrap(), fields, "{line}");
        }
        for line in ["\"a", "\"a\"b", "a\"b", "x,\"y", "\"a\" ,x"] {
            assert_eq!(split_record(line), None, "{line}");
        }
    }
}
