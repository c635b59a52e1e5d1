//! `balance`.

use super::{Answer, Asker};
use panel_api::{reply, words::errors};

pub(super) async fn answer(asker: &Asker<'_>) -> Answer {
    let wallet = asker.counter.wallet(asker.account).await?;
    // The key belonged to the account a moment ago, and accounts are never removed.
    let wallet = wallet.ok_or(errors::INVALID_KEY)?;
    let mut out = Vec::new();
    reply::balance(&mut out, wallet.available, asker.counter.currency());
    Ok(out)
}
