//! A panel's past in a file: a panel of the same settings and seed does the same again when its
//! process begins anew.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::faults::Fault;
use crate::journal::{Request, Verdict};
use crate::panel::{Panel, Recalled};
use crate::server::shared::Command;

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Line {
    /// A request was carried out.
    Asked {
        at_us: u64,
        account: u16,
        form: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<Fault>,
        /// The id of the order that it placed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<u64>,
    },
    /// Something was changed from outside.
    Changed { at_us: u64, command: Command },
}

/// The file, ours alone for as long as it is open.
#[derive(Debug)]
pub(crate) struct Record {
    file: File,
    /// Bytes of whole lines.
    length: u64,
    /// Requests of the journal that were looked at.
    seen: usize,
    /// Numbers of those that were to be processed later.
    waiting: Vec<u64>,
}

impl Record {
    /// Opens the file, made when it is not there, and lets the panel do again what it says.
    ///
    /// # Errors
    /// Another panel has the file, or it says what this panel would not have done.
    pub(crate) fn open(path: &Path, panel: &mut Panel) -> Result<Self, Error> {
        let what = path.display().to_string();
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let mut file = options.open(path).map_err(Error::io(&what))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::InUse(what.clone()),
            TryLockError::Error(source) => Error::io(&what)(source),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::io(&what))?;
        // Whoever asked for what the last line began to say was told nothing.
        let whole =
            bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        let length = u64::try_from(whole).unwrap_or(u64::MAX);
        file.set_len(length).map_err(Error::io(&what))?;
        let lines = bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
        for (at, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
            let again = serde_json::from_slice(line).map_err(|error| error.to_string());
            let again = again.and_then(|line| do_again(panel, line));
            let place = || format!("{what}, line {}", at.saturating_add(1));
            again.map_err(|words| Error::Settings(format!("{}: {words}", place())))?;
        }
        Ok(Self { file, length, seen: panel.journal().writes().len(), waiting: Vec::new() })
    }

    /// Writes down what the panel has done since; nobody is told of it before.
    pub(crate) fn note(&mut self, panel: &Panel) -> Result<(), Error> {
        let writes = panel.journal().writes();
        let new = writes.get(self.seen..).unwrap_or_default();
        if new.is_empty() && self.waiting.is_empty() {
            return Ok(());
        }
        let late = self.waiting.iter().filter_map(|number| panel.journal().write(*number));
        let waits = |request: &&Request| matches!(request.verdict, Verdict::Waiting { .. });
        let all: Vec<&Request> = late.chain(new).collect();
        let lines: Vec<Line> = all.iter().filter_map(|request| line_of(panel, request)).collect();
        let waiting = all.iter().copied().filter(waits).map(|request| request.number).collect();
        self.append(&lines)?;
        self.seen = writes.len();
        self.waiting = waiting;
        Ok(())
    }

    /// Writes down that the panel was changed.
    pub(crate) fn changed(&mut self, at_us: u64, command: &Command) -> Result<(), Error> {
        self.append(&[Line::Changed { at_us, command: command.clone() }])
    }

    fn append(&mut self, lines: &[Line]) -> Result<(), Error> {
        let mut text = String::new();
        for line in lines {
            let json =
                serde_json::to_string(line).map_err(|error| Error::io("a line")(error.into()))?;
            text.push_str(&json);
            text.push('\n');
        }
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // What was written of it must not stand in front of the next line.
            drop(self.file.set_len(self.length));
            return Err(Error::io("the record")(error));
        }
        self.length = self.length.saturating_add(u64::try_from(text.len()).unwrap_or(0));
        Ok(())
    }
}

/// What is written down of a request; nothing of one that changed nothing.
fn line_of(panel: &Panel, request: &Request) -> Option<Line> {
    let (order, at_us) = match request.verdict {
        Verdict::Accepted(number) => {
            let order = panel.orders().get(number)?;
            (Some(order.id), order.accepted_us)
        }
        Verdict::Done => (None, request.at_us),
        _ => return None,
    };
    let fault = request.fault.filter(|fault| *fault == Fault::IdReuse);
    let (account, form) = (request.account?, request.form.as_ref().to_owned());
    Some(Line::Asked { at_us, account, form, fault, order })
}

fn do_again(panel: &mut Panel, line: Line) -> Result<(), String> {
    match line {
        Line::Asked { at_us, account, form, fault, order } => {
            let placed = panel.recall(Recalled { at_us, account, form: &form, fault });
            if placed != order {
                return Err("a panel of other settings has written it".to_owned());
            }
            Ok(())
        }
        Line::Changed { at_us, command } => {
            panel.change(at_us, &command).map_err(|error| error.to_string())
        }
    }
}
