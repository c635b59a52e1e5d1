//! Tells whether anything has been committed, without a lock.
//!
//! SQLite itself compares the header of the WAL's index to know whether a connection's view is still
//! the newest. The header is in the `-shm` file, in a documented format
//! (<https://sqlite.org/walformat.html>, 2.2): two copies of 48 bytes, which every COMMIT rewrites,
//! whichever process it is of. Beginning a snapshot takes two locks under one mutex of the process,
//! which is most of what a short read costs; comparing the header takes none.

use super::claim::Claim;
use std::fs::File;
use std::sync::Arc;

/// Both copies.
const HEADER: usize = 96;

/// A moment of the database's history: the header of the WAL's index as it was then. While it is the
/// same, nothing has been committed, by whomever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment([u8; HEADER]);

/// Where the header is read.
#[derive(Debug)]
pub(super) struct Commits {
    file: Option<File>,
    claim: Arc<Claim>,
}

impl Commits {
    /// Opens the `-shm` file of a database that is open. Where there is none (another way of
    /// storage), every look finds a change.
    pub(super) fn of(claim: &Arc<Claim>) -> Self {
        let mut path = claim.path().to_owned().into_os_string();
        path.push("-shm");
        Self { file: File::open(path).ok(), claim: Arc::clone(claim) }
    }

    /// The moment that a snapshot begun from now on shows at least; nothing when it cannot be told.
    #[cfg(unix)]
    pub(super) fn moment(&self) -> Option<Moment> {
        let mut header = [0; HEADER];
        let file = self.file.as_ref()?;
        std::os::unix::fs::FileExt::read_exact_at(file, &mut header, 0).ok()?;
        Some(Moment(header))
    }

    /// Nobody has looked whether file and memory agree on this system.
    #[cfg(not(unix))]
    pub(super) fn moment(&self) -> Option<Moment> {
        None
    }
}

impl Drop for Commits {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            self.claim.close_later(file);
        }
    }
}
