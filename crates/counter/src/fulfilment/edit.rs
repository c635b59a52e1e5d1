//! Adding and changing providers.

use crate::journal::Journal;
use crate::stock::{NONCE_BYTES, Place, Vault};
use crate::{Counter, Failure, Refusal};
use domain::limits::TRUST_READS;
use domain::providers::{Provider, ProviderState, check_provider};
use domain::{AccountId, AttemptId, Micros, ProviderId, Timestamp};
use std::fmt;
use store::tables::{attempts, providers};
use store::{DbError, Tx, TxExt};

/// What staff say of a provider; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderChange {
    /// What staff call it.
    pub name: Option<String>,
    /// Where its API is.
    pub url: Option<String>,
    /// What is done with it.
    pub state: Option<ProviderState>,
    /// ISO code of its currency.
    pub currency: Option<String>,
    /// What one unit of its currency is worth in ours.
    pub exchange: Option<Micros>,
    /// Most orders that are being placed there at once.
    pub adds_at_once: Option<i64>,
    /// Most orders that are placed there in a second.
    pub adds_per_second: Option<i64>,
    /// Most requests of other kinds in a second.
    pub asks_per_second: Option<i64>,
    /// Whether it takes our request ids.
    pub takes_request_id: Option<bool>,
    /// Decimals of its balance; `Some(None)` when its balance is no evidence.
    pub balance_decimals: Option<Option<i64>>,
    /// Texts of its own that surely mean that an order was not taken.
    pub refusals: Option<Vec<String>>,
    /// Reads of its balance that must be explained before it is believed.
    pub trust_reads: Option<i64>,
    /// That URL and key lead to the same account of ours as before.
    pub same_account: bool,
}

/// What an edit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEdited {
    /// The provider as it is now.
    pub provider: Provider,
    /// Why the worker had paused it, when the edit has ended that.
    pub was_paused_for: Option<String>,
}

/// The key of our account at a provider, as staff hand it over, and what seals it.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSecret {
    /// The key.
    pub key: String,
    /// Random bytes.
    pub nonce: [u8; NONCE_BYTES],
}

impl fmt::Debug for ProviderSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderSecret")
    }
}

/// Orders placed at once while nobody says otherwise: a crash leaves no more than so many unknown,
/// few enough for the balance to tell what became of them.
const ADDS_AT_ONCE: i64 = 3;

/// Orders placed in a second while nobody says otherwise.
const ADDS_PER_SECOND: i64 = 10;

/// Other requests in a second while nobody says otherwise.
const ASKS_PER_SECOND: i64 = 5;

/// Longest key in bytes.
const KEY_BYTES_MAX: usize = 200;

impl Counter {
    /// Adds a provider. `change` must name name, URL and currency.
    ///
    /// # Errors
    /// [`Refusal`] when something is missing, out of range or taken.
    pub async fn add_provider(
        &self,
        change: ProviderChange,
        secret: ProviderSecret,
        now: Timestamp,
    ) -> Result<ProviderId, Failure<Refusal>> {
        let vault = self.vault().clone();
        let unit = move |tx: &mut dyn Tx| {
            let id = ProviderId(tx.take_id("provider")?);
            let missing =
                |field: &str| Refusal::Invalid(format!("{field}: a new provider needs it"));
            let blank = Provider {
                id,
                name: change.name.clone().ok_or_else(|| missing("name"))?,
                url: change.url.clone().ok_or_else(|| missing("url"))?,
                state: ProviderState::Active,
                currency: change.currency.clone().ok_or_else(|| missing("currency"))?,
                exchange: Micros::new(1_000_000),
                adds_at_once: ADDS_AT_ONCE,
                adds_per_second: ADDS_PER_SECOND,
                asks_per_second: ASKS_PER_SECOND,
                takes_request_id: false,
                balance_decimals: None,
                refusals: Vec::new(),
                trust_reads: TRUST_READS,
                booked: Micros::ZERO,
                reported: None,
                quiet_reads: 0,
                restored: None,
                paused_for: None,
                created: now,
            };
            let provider = changed(blank, &change);
            check(tx, None, &provider)?;
            let sealed = seal(&vault, id, &secret)?;
            providers::add_provider(tx, &provider, &sealed)?;
            tell(tx, &provider, "provider.added", false, now)?;
            Ok(id)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Changes a provider, and its key when one is handed over. A state that is given takes the place of a
    /// pause by the worker. Where orders or money are there, another
    /// URL or key must be said to lead to the same account.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, something is out of range or taken, or what is there would be
    /// another account's.
    pub async fn edit_provider(
        &self,
        id: ProviderId,
        change: ProviderChange,
        secret: Option<ProviderSecret>,
        now: Timestamp,
    ) -> Result<ProviderEdited, Failure<Refusal>> {
        let vault = self.vault().clone();
        let unit = move |tx: &mut dyn Tx| {
            let found = providers::provider(tx, id)?;
            let found = found.ok_or_else(|| Refusal::missing("provider", id))?;
            let provider = changed(found.clone(), &change);
            check(tx, Some(&found), &provider)?;
            let is_key_new = match &secret {
                Some(secret) => is_new(tx, &vault, id, secret)?,
                None => false,
            };
            check_change(tx, (&found, &provider), is_key_new, change.same_account)?;
            providers::change_provider(tx, &provider)?;
            if let Some(secret) = &secret {
                providers::set_key(tx, id, &seal(&vault, id, secret)?)?;
            }
            tell(tx, &provider, "provider.changed", secret.is_some(), now)?;
            let was_paused_for = found.paused_for.filter(|_| provider.paused_for.is_none());
            Ok(ProviderEdited { provider, was_paused_for })
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn changed(provider: Provider, change: &ProviderChange) -> Provider {
    let change = change.clone();
    Provider {
        id: provider.id,
        name: change.name.unwrap_or(provider.name),
        url: change.url.unwrap_or(provider.url),
        state: change.state.unwrap_or(provider.state),
        // Whoever says what is done with it has looked.
        paused_for: provider.paused_for.filter(|_| change.state.is_none()),
        currency: change.currency.unwrap_or(provider.currency),
        exchange: change.exchange.unwrap_or(provider.exchange),
        adds_at_once: change.adds_at_once.unwrap_or(provider.adds_at_once),
        adds_per_second: change.adds_per_second.unwrap_or(provider.adds_per_second),
        asks_per_second: change.asks_per_second.unwrap_or(provider.asks_per_second),
        takes_request_id: change.takes_request_id.unwrap_or(provider.takes_request_id),
        balance_decimals: change.balance_decimals.unwrap_or(provider.balance_decimals),
        refusals: change.refusals.unwrap_or(provider.refusals),
        trust_reads: change.trust_reads.unwrap_or(provider.trust_reads),
        booked: provider.booked,
        reported: provider.reported,
        quiet_reads: provider.quiet_reads,
        restored: provider.restored,
        created: provider.created,
    }
}

/// Whether what is known of orders and money there is still true of the provider as it would be.
fn check_change(
    tx: &mut dyn Tx,
    (before, after): (&Provider, &Provider),
    is_key_new: bool,
    same_account: bool,
) -> Result<(), Failure<Refusal>> {
    let id = before.id;
    let is_unknown = !attempts::unknown(tx, id, AttemptId(0), 1)?.is_empty();
    let is_followed = !attempts::followed(tx, id, AttemptId(0), 1)?.is_empty();
    let has_books = before.reported.is_some() || before.booked != Micros::ZERO;
    let used = is_unknown || is_followed || has_books;
    let refused = if after.currency != before.currency && used {
        "currency: orders or money are booked in it; add another provider in its place"
    } else if after.url != before.url && used && !same_account {
        "url: orders or money of ours are there; when the same account is meant at a new address, \
         say --same-account, otherwise add another provider in its place"
    } else if is_key_new && used && !same_account {
        "key: orders or money of ours are there; when the new key is of the same account, as one that was \
         rotated is, say --same-account, otherwise add the other account as a provider of its own"
    } else if after.takes_request_id != before.takes_request_id && is_unknown {
        "takes request id: an order is being placed there, or it is not known what became of it; pause \
         the provider, and decide about it first"
    } else {
        return Ok(());
    };
    Err(Refusal::NotNow(String::from(refused)).into())
}

/// Whether a key is another one than the one that is there. One that does not open is.
fn is_new(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: ProviderId,
    secret: &ProviderSecret,
) -> Result<bool, DbError> {
    let Some(sealed) = providers::key(tx, id)? else { return Ok(true) };
    let known = vault.open(Place::Provider(id), &sealed);
    Ok(!known.is_ok_and(|known| *known == *secret.key.trim()))
}

fn check(
    tx: &mut dyn Tx,
    before: Option<&Provider>,
    provider: &Provider,
) -> Result<(), Failure<Refusal>> {
    check_provider(before, provider).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let known = providers::providers(tx)?;
    if known.iter().any(|other| other.id != provider.id && other.name == provider.name) {
        return Err(Refusal::Taken { kind: "provider", name: provider.name.clone() }.into());
    }
    Ok(())
}

fn seal(
    vault: &Vault,
    id: ProviderId,
    secret: &ProviderSecret,
) -> Result<store::tables::stock::Sealed, Refusal> {
    let key = secret.key.trim();
    if key.is_empty() || key.len() > KEY_BYTES_MAX || key.chars().any(char::is_control) {
        let text = format!("key: must be 1 to {KEY_BYTES_MAX} bytes on one line");
        return Err(Refusal::Invalid(text));
    }
    let sealed = vault.seal(Place::Provider(id), key, secret.nonce);
    sealed.map_err(|error| Refusal::NotNow(error.to_string()))
}

fn tell(
    tx: &mut dyn Tx,
    provider: &Provider,
    kind: &str,
    key: bool,
    now: Timestamp,
) -> Result<(), Failure<Refusal>> {
    let data = serde_json::json!({
        "provider": provider.id.0,
        "name": provider.name,
        "url": provider.url,
        "state": provider.state.name(),
        "new_key": key,
    });
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, kind, data.to_string(), now);
    journal.write(tx)?;
    Ok(())
}
