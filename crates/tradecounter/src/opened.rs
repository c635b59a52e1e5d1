//! A counter on the configured database.

use crate::config::Config;
use crate::failure::Failure;
use crate::randomness;
use counter::accounts::KeySecret;
use counter::{Counter, Settings};
use std::io::Write;
use std::path::Path;
use store::{Access, Store};

/// Opens the database, creating it when there is none, and makes the key secret when there is
/// none.
pub(crate) async fn open(config: &Config) -> Result<Counter, Failure> {
    let store = Store::open(&config.database_url, Access::CreateIfMissing, end_process)?;
    let known = Counter::has_key_secret(&store).await?;
    let settings = Settings {
        currency: config.currency.clone(),
        duplicate_window_seconds: config.duplicate_window_seconds,
        key_secret: key_secret(&config.key_secret_path(), known)?,
    };
    let counter = Counter::new(store, settings);
    counter.bind().await?;
    Ok(counter)
}

/// A COMMIT whose outcome is unknown: nothing that is in memory may be trusted any more. What is
/// on disk is whole, and the next start begins from it.
fn end_process(error: &str) {
    eprintln!(
        "fatal: the database could not commit ({error}); ending now. Check the disk, then start \
         again: every acknowledged order is on it"
    );
    std::process::exit(70);
}

/// Reads the secret. It is made only for a database without keys: a new one would recognise none
/// of the keys that are there.
fn key_secret(path: &Path, known: bool) -> Result<KeySecret, Failure> {
    let shown = path.display();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && known => {
            return Err(Failure::Other(format!(
                "key secret {shown}: not there; put back the file that belongs to this database, \
                 or name it with key_secret_file"
            )));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_secret(path)?,
        Err(error) => return Err(Failure::io(format!("key secret {shown}"))(error)),
    };
    let text = String::from_utf8(bytes).ok().map(|text| text.trim().as_bytes().to_vec());
    let text = text.filter(|text| text.len() >= 32).and_then(KeySecret::new);
    text.ok_or_else(|| {
        Failure::Other(format!(
            "key secret {shown}: expected at least 32 characters; put back the file that the keys \
             were made with"
        ))
    })
}

fn make_secret(path: &Path) -> Result<Vec<u8>, Failure> {
    let random: [u8; 32] = randomness::bytes()?;
    let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let what = || format!("key secret {}", path.display());
    let mut file = match options.open(path) {
        Ok(file) => file,
        // Another process has made it in between; both must use the same.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return std::fs::read(path).map_err(Failure::io(what()));
        }
        Err(error) => return Err(Failure::io(what())(error)),
    };
    file.write_all(text.as_bytes()).map_err(Failure::io(what()))?;
    // On disk before the first key is made with it: a key whose secret is lost opens nothing.
    file.sync_all().map_err(Failure::io(what()))?;
    Ok(text.into_bytes())
}
