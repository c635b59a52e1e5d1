//! Who in this process has a database open.
//!
//! When a process closes a file, the system forgets every lock that the process has on it, also those
//! that were taken through another descriptor. SQLite's locks are on files of ours, so a descriptor
//! of our own must stay open until no connection of this process is.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

#[derive(Debug, Default)]
struct Claimed {
    claims: usize,
    /// Closed when the last claim ends.
    files: Vec<File>,
}

static CLAIMED: LazyLock<Mutex<HashMap<PathBuf, Claimed>>> = LazyLock::new(Mutex::default);

/// Says that connections to a database may be open. Made before the first is opened, dropped after
/// the last was closed.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
}

impl Claim {
    /// A claim on the database file at `path`, which may be yet to come.
    pub(crate) fn new(path: &Path) -> Self {
        let path = without_links(path);
        let mut claimed = CLAIMED.lock();
        let entry = claimed.entry(path.clone()).or_default();
        entry.claims = entry.claims.saturating_add(1);
        Self { path }
    }

    /// The path, without symbolic links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Closes `file` when nobody in this process has the database open any more.
    pub(super) fn close_later(&self, file: File) {
        CLAIMED.lock().entry(self.path.clone()).or_default().files.push(file);
    }
}

/// The path as SQLite names the files beside it, and the same for everybody.
fn without_links(path: &Path) -> PathBuf {
    if let Ok(found) = std::fs::canonicalize(path) {
        return found;
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match (std::fs::canonicalize(folder.unwrap_or(Path::new("."))), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut claimed = CLAIMED.lock();
        if let Some(entry) = claimed.get_mut(&self.path) {
            entry.claims = entry.claims.saturating_sub(1);
            if entry.claims == 0 {
                claimed.remove(&self.path);
            }
        }
    }
}

// Which locks there are is told by this system only.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::Access;
    use crate::sqlite::{DEFAULT_LOCK_WAIT, Readers, open_writer};
    use std::sync::Arc;

    /// `SHM_DMS` of SQLite's `os_unix.c`.
    const HELD_WHILE_OPEN: u64 = 128;

    #[test]
    fn a_store_that_closes_leaves_the_locks_of_another_in_this_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.db");
        std::fs::write(&path, "").unwrap();
        let wait = DEFAULT_LOCK_WAIT;
        let open = || {
            let claim = Arc::new(Claim::new(&path));
            let writer = open_writer(&path, Access::CreateIfMissing, wait).unwrap();
            writer.execute_batch("create table if not exists t (n integer)").unwrap();
            let readers = Readers::open(&path, 1, wait, &claim).unwrap();
            let snapshot = readers.snapshot(None).unwrap();
            snapshot.connection().query_row("select count(*) from t", [], |_| Ok(())).unwrap();
            drop(snapshot);
            (readers, writer, claim)
        };
        // Locks of this process do not stop it, so another one has to look: for the byte that every
        // connection holds as long as it is open. Which others are held depends on what it reads.
        let locked = || {
            let id = std::process::id().to_string();
            let file = std::fs::metadata(folder.path().join("counter.db-shm")).unwrap();
            let shm = format!(":{}", std::os::unix::fs::MetadataExt::ino(&file));
            let locks = std::fs::read_to_string("/proc/locks").unwrap();
            // Number, kind, how, what, process, file, from, to.
            let holds = |line: &str| {
                let fields: Vec<&str> = line.split_whitespace().collect();
                let [_, _, _, _, process, file, from, to] = fields[..] else { return false };
                // A lock that is waited for has an arrow in front, and to the end of a file a word.
                let (Ok(from), Ok(to)) = (from.parse::<u64>(), to.parse::<u64>()) else {
                    return false;
                };
                process == id && file.ends_with(&shm) && (from..=to).contains(&HELD_WHILE_OPEN)
            };
            locks.lines().any(holds)
        };
        // The list leaves lines out when somebody else locks or unlocks while it is read.
        let locked = || (0..100).any(|_| locked());
        let first = open();
        let second = open();
        assert!(locked());
        drop(second);
        assert!(locked());
        drop(first);
        assert!(!CLAIMED.lock().contains_key(&path), "and then the files are closed");
    }
}
