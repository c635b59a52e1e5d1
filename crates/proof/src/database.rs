//! A database for a proof. Engines differ here and nowhere else in this crate: everything behind it
//! goes through the URL.

use tempfile::TempDir;

/// An empty database, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    _folder: TempDir,
}

impl Database {
    /// A new SQLite file in a folder of its own.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("counter.db").display());
        Self { url, _folder: folder }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}
