//! `stock new-key` and `stock rekey`.

use super::progress;
use crate::cli::{Desk, served};
use crate::failure::Failure;
use crate::{randomness, secrets};
use serde_json::json;

pub(super) async fn new_key(desk: &Desk) -> Result<(), Failure> {
    let Some(path) = &desk.stock_keys else {
        return Err(Failure::Other(String::from(
            "the keys come from the setting stock_keys, not from a file; add the new key there",
        )));
    };
    let ring = desk.counter.ring_with_new_key(randomness::bytes()).await?;
    secrets::extend_vault(path, desk.counter.vault(), &ring)?;
    let key = ring.newest();
    let mut sentence = format!(
        "key {key} is in {} and seals from now on; back the file up now, apart from the database",
        path.display()
    );
    // The key is there, whatever the server says: the next import or rekey asks again.
    let served = served::know_newest(desk, &ring).await;
    if let Err(failure) = &served {
        sentence = format!("{sentence}. But {failure}");
    }
    desk.output.done(&json!({ "key": key, "served": served.is_ok() }), &sentence);
    Ok(())
}

pub(super) async fn rekey(desk: &Desk) -> Result<(), Failure> {
    served::know_newest(desk, desk.counter.vault()).await?;
    let mut told = progress("sealed anew");
    let mut seed = randomness::bytes;
    let mut tell = |done: u64| told(i64::try_from(done).unwrap_or(i64::MAX));
    let done = desk.counter.rekey(&mut seed, &mut tell).await?;
    let key = desk.counter.vault().newest();
    let sentence = format!("{done} secrets are sealed with key {key} now");
    desk.output.done(&json!({ "sealed": done, "key": key }), &sentence);
    Ok(())
}
