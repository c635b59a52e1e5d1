//! The file with the keys that stock is sealed with, read again when it has changed: a running
//! server learns of a new key without a new start.

use crate::clock;
use counter::stock::{RingSource, Vault, VaultError};
use domain::Timestamp;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

/// The file is looked at no more often than once in so many microseconds, whoever asks.
const LOOK_EVERY_US: i64 = 200_000;

/// The file, and how it was when it was last looked at.
#[derive(Debug)]
pub(crate) struct RingFile {
    path: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    stamp: Option<Stamp>,
    at: Timestamp,
}

/// What changes when the file is written or another one takes its place.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    written: Option<SystemTime>,
    bytes: u64,
    file: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        Some(Self { written: found.modified().ok(), bytes: found.len(), file: number_of(&found) })
    }
}

#[cfg(unix)]
fn number_of(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn number_of(_: &Metadata) -> u64 {
    0
}

impl RingFile {
    /// The file at `path`. Make this before the file is read for the first time: what changes from
    /// now on is noticed.
    pub(crate) fn new(path: &Path) -> Self {
        let seen = Seen { stamp: Stamp::of(path), at: Timestamp(0) };
        Self { path: path.to_owned(), seen: Mutex::new(seen) }
    }

    /// Whether the file is another one than when this was last asked, and worth reading.
    fn has_changed(&self, now: Timestamp) -> bool {
        let Ok(mut seen) = self.seen.lock() else { return false };
        // Both ways: a clock that was set back must not stop this for long.
        if now.0.abs_diff(seen.at.0) < LOOK_EVERY_US.unsigned_abs() {
            return false;
        }
        seen.at = now;
        let stamp = Stamp::of(&self.path);
        let changed = stamp != seen.stamp;
        seen.stamp = stamp;
        changed
    }
}

impl RingSource for RingFile {
    fn read_again(&self) -> Option<Vault> {
        if !self.has_changed(clock::now()) {
            return None;
        }
        let read = std::fs::read_to_string(&self.path);
        let parsed = read.map_err(|error| error.to_string());
        let parsed = parsed.and_then(|text| Vault::parse(&text).map_err(|error| error.to_string()));
        parsed.map_err(|error| self.complain(&error)).ok()
    }

    fn refused(&self, error: &VaultError) {
        self.complain(&error.to_string());
    }
}

impl RingFile {
    /// Once for each change of the file, because only a changed file is read.
    fn complain(&self, error: &str) {
        tracing::error!(
            file = %self.path.display(), error,
            "the stock keys have changed and are of no use; going on with those that were read \
             before. Put the file right: the next start needs it"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_again_when_it_has_changed_and_not_more_often_than_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        std::fs::write(&path, "one").unwrap();
        let file = RingFile::new(&path);
        let later = |looks: i64| Timestamp(1_000_000_000_000 + looks * LOOK_EVERY_US);
        assert!(!file.has_changed(later(0)));
        let draft = folder.path().join("draft");
        std::fs::write(&draft, "two").unwrap();
        std::fs::rename(&draft, &path).unwrap();
        assert!(!file.has_changed(Timestamp(later(1).0 - 1)), "looked at a moment ago");
        assert!(file.has_changed(later(1)));
        assert!(!file.has_changed(later(2)));
        std::fs::remove_file(&path).unwrap();
        assert!(file.has_changed(later(3)), "gone is a change");
        assert!(!file.has_changed(later(4)), "told once");
        std::fs::write(&path, "two").unwrap();
        assert!(file.has_changed(later(-4)), "the clock was set back");
    }
}
