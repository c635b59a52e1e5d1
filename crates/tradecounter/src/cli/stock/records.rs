//! The lines of an import: one item each, or CSV.

use crate::cli::lines::Source;
use crate::failure::Failure;
use counter::stock::ImportLine;
use domain::limits::STOCK_LINE_BYTES_MAX;
use domain::orders::expiry_end;

/// What a line of an import is, with its number in the file.
pub(super) enum Read {
    /// An item.
    Item(i64, ImportLine),
    /// The names of the columns.
    Heading(i64),
}

/// Lines of an import as they are read.
pub(super) type Lines = Box<dyn Iterator<Item = Result<Read, Failure>> + Send>;

/// One item a line. Blank lines are passed over, and counted.
pub(super) fn read_lines(source: Source, uses: i64) -> Lines {
    Box::new(source.numbered(STOCK_LINE_BYTES_MAX).map(move |line| {
        let (number, secret) = line?;
        Ok(Read::Item(number, ImportLine { secret, expires: None, uses }))
    }))
}

/// Names that a heading may give each of the columns, in small letters and parted by blanks.
const NAMES: [&[&str]; 3] = [
    &[
        "secret",
        "item",
        "code",
        "key",
        "line",
        "serial",
        "serial number",
        "licence",
        "license",
        "licence key",
        "license key",
        "account",
        "voucher",
        "token",
        "pin",
    ],
    &[
        "expires",
        "expires on",
        "expires at",
        "expiry",
        "expiry date",
        "expiration",
        "expiration date",
        "valid until",
        "date",
    ],
    &["uses", "use", "number of uses", "count", "quantity"],
];

/// A record a line: secret, expiry date and uses; the last two may be missing or empty. The first
/// record is a heading when each of its cells is a name of its column.
pub(super) fn read_csv(source: Source, uses: i64) -> Lines {
    // Twice the longest secret: each of its characters may be a doubled quote.
    let most = STOCK_LINE_BYTES_MAX.saturating_mul(2).saturating_add(100);
    let purpose = source.purpose;
    let mut first = true;
    Box::new(source.numbered(most).map(move |line| {
        let (number, line) = line?;
        let fields = split_record(&line);
        let fields = fields.ok_or_else(|| purpose.broken(number, "has a quote out of place"))?;
        if fields.len() > NAMES.len() {
            return Err(purpose.broken(number, "has more than three columns"));
        }
        if std::mem::take(&mut first) {
            match heading(&fields) {
                Some(true) => return Ok(Read::Heading(number)),
                Some(false) => {
                    let text = "names its columns in another order than secret, expires, uses";
                    return Err(purpose.broken(number, text));
                }
                None => {}
            }
        }
        let column =
            |index: usize| fields.get(index).map(|text| text.trim()).filter(|t| !t.is_empty());
        let expires = match column(1) {
            None => None,
            Some(text) => {
                let end = expiry_end(text);
                Some(end.ok_or_else(|| purpose.broken(number, "has no date in the second column"))?)
            }
        };
        let uses = match column(2) {
            None => uses,
            Some(text) => text
                .parse()
                .map_err(|_| purpose.broken(number, "has no whole number in the third column"))?,
        };
        let secret = fields.first().cloned().unwrap_or_default();
        Ok(Read::Item(number, ImportLine { secret, expires, uses }))
    }))
}

/// Whether a record names columns, and if it does, whether each in its place. Nothing when a cell is
/// no name: then it is an item, whatever stands in the others.
fn heading(fields: &[String]) -> Option<bool> {
    let mut in_place = true;
    for (field, place) in fields.iter().zip(0..) {
        let name = field.trim().to_lowercase().replace(['_', '-'], " ");
        let column = NAMES.iter().position(|names| names.contains(&name.as_str()))?;
        in_place &= column == place;
    }
    Some(in_place)
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
    use super::{heading, split_record};

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

    #[test]
    fn a_heading_names_every_column() {
        for (record, expected) in [
            ("secret", Some(true)),
            ("Code,Expiry_Date", Some(true)),
            ("\"License Key\", valid-until ,USES", Some(true)),
            ("expires,secret", Some(false)),
            ("secret,secret", Some(false)),
            ("secret,", None),
            ("secret,31/12/2099", None),
            ("code 1", None),
            ("X,expires", None),
        ] {
            assert_eq!(heading(&split_record(record).unwrap()), expected, "{record}");
        }
    }
}
