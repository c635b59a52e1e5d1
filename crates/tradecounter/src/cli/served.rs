//! What is sealed beside running servers must be sealed with a key that each of them can get.

use super::Desk;
use crate::failure::Failure;
use counter::Refusal;
use counter::stock::{ServedBy, Vault};
use std::time::Duration;

/// How often it is asked what they know, and how long: each looks at its key file twice a second.
const ASK_EVERY: Duration = Duration::from_millis(100);
const ASK_TIMES: u32 = 50;

/// Waits until every server knows the key that seals now.
pub(super) async fn know_newest(desk: &Desk, vault: &Vault) -> Result<(), Failure> {
    let mut asked: u32 = 0;
    loop {
        let (node, known, fixed) = match desk.counter.served_by(vault).await? {
            ServedBy::AnyKey => return Ok(desk.counter.note_stock_keys(vault).await?),
            ServedBy::OtherKeys { node, known, fixed } => (node, known, fixed),
        };
        asked = asked.saturating_add(1);
        if fixed || asked > ASK_TIMES {
            let newest = vault.newest();
            let what = if fixed {
                "it was started with the setting stock_keys, which is read only then: add the key \
                 there and start it anew"
            } else {
                "look into its log, and whether it reads the same file (stock_key_file); if it was \
                 killed a moment ago, wait until it counts as gone (lease_seconds)"
            };
            return Err(Failure::Refused(Refusal::NotNow(format!(
                "a running server (node {node}) does not know this stock key {newest} (it knows \
                 {known}), so it could not deliver what is sealed with it; {what}, then try again"
            ))));
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}
