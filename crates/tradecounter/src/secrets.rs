//! Files with secrets: what keys are hashed with, and what stock is sealed with.
//!
//! Each is made once, for a new database; afterwards a missing one is a loss and not a first start.

use crate::failure::Failure;
use crate::randomness;
use crate::ring_file::RingFile;
use counter::accounts::KeySecret;
use counter::stock::Vault;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads the secret that keys are hashed with. `bound`: the database knows one already.
pub(crate) fn key_secret(path: &Path, bound: bool) -> Result<KeySecret, Failure> {
    let text = read_or_make(path, "key secret", "key_secret_file", bound, || {
        let random: [u8; 32] = randomness::bytes();
        random.iter().map(|byte| format!("{byte:02x}")).collect()
    })?;
    let secret = Some(text.trim().as_bytes().to_vec()).filter(|text| text.len() >= 32);
    secret.and_then(KeySecret::new).ok_or_else(|| {
        Failure::Other(format!(
            "key secret {}: expected at least 32 characters; put back the file that the keys were \
             made with",
            path.display()
        ))
    })
}

/// Reads the keys that stock is sealed with: `given` by themselves, or from the file. `bound`: the
/// database knows some already. Those of the file are read again when it has changed; those that
/// are given are what the process was started with, and stay.
pub(crate) fn vault(given: &str, path: &Path, bound: bool) -> Result<Vault, Failure> {
    if !given.is_empty() {
        return Vault::parse(&given.replace(';', "\n"))
            .map_err(|error| Failure::Other(format!("stock_keys: {error}")));
    }
    let file = RingFile::new(path);
    let text = read_or_make(path, "stock keys", "stock_key_file", bound, || {
        Vault::from_random(randomness::bytes()).text()
    })?;
    let shown = path.display();
    let vault = Vault::parse(&text);
    let vault = vault.map_err(|error| Failure::Other(format!("stock keys {shown}: {error}")))?;
    Ok(vault.with_source(Arc::new(file)))
}

/// Adds what `after` has more than `before` to the file: whole or not at all, and only while the file
/// still holds `before`. Comments and permissions stay.
pub(crate) fn extend_vault(path: &Path, before: &Vault, after: &Vault) -> Result<(), Failure> {
    let what = || format!("stock keys {}", path.display());
    // The file itself: a link to it stays a link.
    let path = &std::fs::canonicalize(path).map_err(Failure::io(what()))?;
    let held = std::fs::read_to_string(path).map_err(Failure::io(what()))?;
    let parsed = Vault::parse(&held).ok().map(|ring| ring.text());
    if parsed.as_ref() != Some(&before.text()) {
        return Err(Failure::Other(format!("{}: the file has changed meanwhile", what())));
    }
    let end = if held.ends_with('\n') { "" } else { "\n" };
    let after = after.text();
    let added = after.lines().filter(|line| !before.text().lines().any(|known| known == *line));
    let text = added.fold(format!("{held}{end}"), |text, line| format!("{text}{line}\n"));
    let mut draft = path.clone().into_os_string();
    draft.push(".draft");
    let draft = PathBuf::from(draft);
    if !write_new(&draft, &text, &what())? {
        return Err(Failure::Other(format!(
            "{}: an earlier change was left unfinished in {}; look at it and remove it",
            what(),
            draft.display()
        )));
    }
    let permissions = std::fs::metadata(path).map_err(Failure::io(what()))?.permissions();
    std::fs::set_permissions(&draft, permissions).map_err(Failure::io(what()))?;
    std::fs::rename(&draft, path).map_err(Failure::io(what()))?;
    // The new name must survive a power cut as well as the file does.
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = std::fs::File::open(folder.unwrap_or(Path::new(".")));
    folder.and_then(|folder| folder.sync_all()).map_err(Failure::io(what()))
}

fn read_or_make(
    path: &Path,
    what: &str,
    setting: &str,
    bound: bool,
    make: impl FnOnce() -> String,
) -> Result<String, Failure> {
    let shown = || format!("{what} {}", path.display());
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && bound => {
            Err(Failure::Other(format!(
                "{}: not there; put back the file that belongs to this database, or name it with \
                 {setting}",
                shown()
            )))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = make();
            if write_new(path, &text, &shown())? {
                return Ok(text);
            }
            // Another process has made it in between; both must use the same.
            std::fs::read_to_string(path).map_err(Failure::io(shown()))
        }
        Err(error) => Err(Failure::io(shown())(error)),
    }
}

/// Writes a new file that only its owner may read; false when it is there already.
fn write_new(path: &Path, text: &str, what: &str) -> Result<bool, Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(Failure::io(what)(error)),
    };
    file.write_all(text.as_bytes()).map_err(Failure::io(what))?;
    // On disk before anything is made with it: what was sealed with a lost key is lost.
    file.sync_all().map_err(Failure::io(what))?;
    Ok(true)
}
