//! Where PostgreSQL's programs are, and who may run them.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// Where Debian keeps them, one folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of `postgres` and `initdb`.
///
/// # Errors
/// There is none.
pub fn postgres() -> Result<PathBuf, Error> {
    // Links lead away from the other programs, so they are followed.
    let in_path = in_path("postgres").and_then(|found| found.canonicalize().ok());
    let candidates = in_path.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    candidates
        .into_iter()
        .chain(versions(Path::new(DEBIAN)))
        .find(|folder| ["postgres", "initdb"].iter().all(|name| folder.join(name).is_file()))
        .ok_or(Error::NoPostgres)
}

/// The folders of programs below this one, the highest version first.
fn versions(below: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(below)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// A program in PATH, or where Debian puts daemons, which is not in everybody's PATH.
///
/// # Errors
/// It is not there; the text names Debian's package.
pub fn program(name: &'static str, package: &'static str) -> Result<PathBuf, Error> {
    let daemon = Path::new("/usr/sbin").join(name);
    in_path(name)
        .or_else(|| daemon.is_file().then_some(daemon))
        .ok_or(Error::Missing { program: name, package })
}

#[expect(clippy::disallowed_methods, reason = "where programs are is not configuration of ours")]
fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The words in front of a command that let it run as an ordinary user. With root's folder, the
/// folder is handed over to that user.
pub(crate) fn as_ordinary_user(folder: &Path) -> Result<Vec<String>, Error> {
    let what = || Error::io(folder.display().to_string());
    if std::fs::metadata(folder).map_err(what())?.uid() != 0 {
        return Ok(Vec::new());
    }
    let setpriv = program("setpriv", "util-linux")?;
    let (user, group) = (id("-u")?, id("-g")?);
    std::os::unix::fs::chown(folder, Some(user), Some(group)).map_err(what())?;
    let mut words = vec![setpriv.display().to_string(), "--clear-groups".to_owned()];
    words.extend([format!("--reuid={user}"), format!("--regid={group}"), "--".to_owned()]);
    Ok(words)
}

fn id(which: &str) -> Result<u32, Error> {
    let output = Command::new("id").args([which, "postgres"]).output().map_err(Error::io("id"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| Error::NoUser)
}

#[cfg(test)]
mod tests {
    use super::versions;

    #[test]
    fn the_highest_version_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["9", "15", "100", "common"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let expected = ["100", "15", "9"].map(|name| folder.path().join(name).join("bin"));
        assert_eq!(versions(folder.path()), expected);
    }
}
