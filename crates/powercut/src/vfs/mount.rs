//! Which disk a path leads to.

use crate::Outcome;
use crate::disk::Disk;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Disks by the folder they are mounted at.
static DISKS: Mutex<BTreeMap<String, Disk>> = Mutex::new(BTreeMap::new());

/// A folder whose database files are on a [`Disk`], until it is dropped.
///
/// It is a real folder too, because the product looks for the database file, or makes it, before
/// SQLite opens it. That file is there, and stays empty: SQLite never sees it.
#[derive(Debug)]
pub struct Mounted {
    name: String,
    folder: tempfile::TempDir,
}

impl Mounted {
    /// Mounts a disk.
    ///
    /// # Errors
    /// When there is no temporary folder to be had, or SQLite does not take the VFS.
    pub fn new(disk: Disk) -> Outcome<Self> {
        super::install()?;
        let folder = tempfile::tempdir()?;
        let name = folder.path().to_str().ok_or("the temporary folder's name is not text")?;
        let mounted = Self { name: name.to_owned(), folder };
        std::fs::File::create_new(mounted.database())?;
        mounted.put(disk);
        Ok(mounted)
    }

    /// Mounts another disk in the place of this one. Files that are open stay on the old one.
    pub fn put(&self, disk: Disk) {
        DISKS.lock().insert(self.name.clone(), disk);
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("counter.db")
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        DISKS.lock().remove(&self.name);
    }
}

/// The disk that a file is on, and the file's name there.
pub(super) fn find(path: &str) -> Option<(Disk, &str)> {
    let path = Path::new(path);
    let folder = path.parent()?.to_str()?;
    let disk = DISKS.lock().get(folder).cloned()?;
    Some((disk, path.file_name()?.to_str()?))
}
