//! Reads secrets and decisions from a file or standard input, a line at a time: a file of any size takes the same
//! memory.

use crate::failure::Failure;
use counter::Refusal;
use domain::limits::{PIECES_MAX, STOCK_LINE_BYTES_MAX};
use domain::products::check_line;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

/// Where lines come from.
pub(super) struct Source {
    name: String,
    reader: Box<dyn BufRead + Send>,
    pub(super) purpose: Purpose,
}

/// What becomes of the lines, and of none of them when one is broken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Import,
    Delivery,
    Decision,
}

impl Purpose {
    /// Says what is wrong with a line.
    pub(super) fn broken(self, number: i64, what: impl std::fmt::Display) -> Failure {
        let done = match self {
            Self::Import => "imported",
            Self::Delivery => "delivered",
            Self::Decision => "decided",
        };
        let text = format!("line {number} {what}; nothing was {done}");
        Failure::Refused(Refusal::Invalid(text))
    }
}

impl Source {
    /// Opens a file; `-` is standard input.
    pub(super) fn open(file: &str, purpose: Purpose) -> Result<Self, Failure> {
        let reader: Box<dyn BufRead + Send> = if file == "-" {
            Box::new(BufReader::new(std::io::stdin()))
        } else {
            Box::new(BufReader::new(File::open(file).map_err(Failure::io(file))?))
        };
        Ok(Self { name: file.to_owned(), reader, purpose })
    }

    /// Lines that are not blank, each with its number in the file. None may be longer than `most`
    /// bytes, nor is it read further: a line without an end must not fill the memory.
    pub(super) fn numbered(
        mut self,
        most: usize,
    ) -> impl Iterator<Item = Result<(i64, String), Failure>> + Send {
        // A byte order mark in front, the end of the line behind.
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(5);
        let purpose = self.purpose;
        let mut number: i64 = 0;
        std::iter::from_fn(move || {
            loop {
                number = number.saturating_add(1);
                let mut bytes = Vec::new();
                let mut limited = self.reader.by_ref().take(limit);
                match limited.read_until(b'\n', &mut bytes) {
                    Ok(0) => return None,
                    Ok(_) => {}
                    Err(error) => return Some(Err(Failure::io(self.name.clone())(error))),
                }
                if limited.limit() == 0 && !bytes.ends_with(b"\n") {
                    return Some(Err(
                        purpose.broken(number, format!("is longer than {most} bytes"))
                    ));
                }
                let Ok(text) = String::from_utf8(bytes) else {
                    return Some(Err(purpose.broken(number, "is not UTF-8")));
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
}

/// The pieces of a delivery, one a line. Blank lines are passed over.
pub(super) fn read_pieces(file: &str) -> Result<Vec<String>, Failure> {
    let purpose = Purpose::Delivery;
    let source = Source::open(file, purpose)?;
    let most = usize::try_from(PIECES_MAX).unwrap_or(usize::MAX);
    let mut pieces = Vec::new();
    for line in source.numbered(STOCK_LINE_BYTES_MAX) {
        let (number, piece) = line?;
        check_line(&piece).map_err(|error| purpose.broken(number, error))?;
        if pieces.len() == most {
            let text = format!("is one too many: an order has at most {most} pieces");
            return Err(purpose.broken(number, text));
        }
        pieces.push(piece);
    }
    if pieces.is_empty() {
        let text = format!("{file}: there is no line in it; nothing was delivered");
        return Err(Failure::Refused(Refusal::Invalid(text)));
    }
    Ok(pieces)
}
