//! What may be said of a provider on the command line, and our key there.

use super::{Desk, OrNone, parse_amount, served};
use crate::failure::Failure;
use crate::randomness;
use clap::Args;
use counter::Refusal;
use counter::fulfilment::{ProviderChange, ProviderSecret};
use domain::Micros;
use domain::providers::ProviderState;
use panel_client::{Endpoint, Policy};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What may be said of a provider.
#[derive(Debug, Args)]
pub(super) struct ProviderArgs {
    /// What staff call it; unique.
    #[arg(long)]
    name: Option<String>,
    /// Where its API is, exactly as it is asked, as `https://example.com/api/v2`.
    #[arg(long)]
    url: Option<String>,
    /// active, paused (orders there are followed, no new ones are placed) or off.
    #[arg(long, value_parser = parse_state)]
    state: Option<ProviderState>,
    /// ISO code of the currency that it charges in.
    #[arg(long)]
    currency: Option<String>,
    /// What one unit of its currency is worth in ours.
    #[arg(long, value_parser = parse_amount)]
    exchange: Option<Micros>,
    /// Most orders that are being placed there at once: what a crash leaves unknown at most.
    #[arg(long)]
    adds_at_once: Option<i64>,
    /// Most orders placed there in a second.
    #[arg(long)]
    adds_per_second: Option<i64>,
    /// Most other requests in a second.
    #[arg(long)]
    asks_per_second: Option<i64>,
    /// Whether it answers the same order again for the same `request_id`, as this program does.
    #[arg(long)]
    takes_request_id: Option<bool>,
    /// Decimals of its balance, from 0 to 6; `none` when others spend from the account too, so that
    /// it shows nothing.
    #[arg(long, value_name = "DECIMALS")]
    balance_decimals: Option<OrNone>,
    /// A text of its own that surely means that an order was not taken; may be given several times,
    /// and takes the place of those before.
    #[arg(long, value_name = "TEXT")]
    refusal: Option<Vec<String>>,
    /// Reads of its balance in a row, a minute apart, that our books must explain before it decides what
    /// became of a lost answer: 1440, a day, unless given; 0 when you vouch that nobody else uses the
    /// account.
    #[arg(long)]
    trust_reads: Option<i64>,
}

fn parse_state(text: &str) -> Result<ProviderState, String> {
    ProviderState::from_name(text).ok_or_else(|| String::from("there are active, paused and off"))
}

impl ProviderArgs {
    pub(super) fn change(self) -> ProviderChange {
        ProviderChange {
            name: self.name,
            url: self.url,
            state: self.state,
            currency: self.currency,
            exchange: self.exchange,
            adds_at_once: self.adds_at_once,
            adds_per_second: self.adds_per_second,
            asks_per_second: self.asks_per_second,
            takes_request_id: self.takes_request_id,
            balance_decimals: self.balance_decimals.map(|OrNone(decimals)| decimals),
            refusals: self.refusal,
            trust_reads: self.trust_reads,
            same_account: false,
        }
    }
}

/// Refuses what nobody can call, before it is written down: it may have a password in it.
pub(super) fn check_url(url: &str) -> Result<(), Failure> {
    let checked = Endpoint::parse(url, &PERMISSIVE).map(|_| ());
    checked.map_err(|why| Failure::Refused(Refusal::Invalid(format!("url: {why}"))))
}

/// Whatever some setting allows.
const PERMISSIVE: Policy = Policy { allow_private: true, any_port: true, also: None };

/// Why nothing can be sent to a URL with the settings that this command runs with.
pub(super) fn unreachable_by(desk: &Desk, url: &str) -> Option<String> {
    let why = Endpoint::parse(url, &desk.reach.policy).err()?;
    let told = "with these settings nothing is sent to it";
    Some(format!("{told}: {why} (unless `private_providers` is set)"))
}

/// Most of a file with a key that is read: the first line of it is the key.
const KEY_FILE_BYTES: u64 = 10_000;

/// Our key at a provider, from the first line of a file, to be sealed with a key that every server knows.
/// Nothing of it is repeated.
pub(super) async fn read_secret(desk: &Desk, file: &Path) -> Result<ProviderSecret, Failure> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(KEY_FILE_BYTES).read_to_string(&mut text)
    } else {
        File::open(file).and_then(|file| file.take(KEY_FILE_BYTES).read_to_string(&mut text))
    };
    read.map_err(Failure::io(file.display().to_string()))?;
    let key = text.lines().next().unwrap_or_default().trim_start_matches('\u{feff}').to_owned();
    // Whoever typed it may have taken their time.
    desk.counter.vault().read_again();
    served::know_newest(desk, desk.counter.vault()).await?;
    Ok(ProviderSecret { key, nonce: randomness::bytes() })
}
