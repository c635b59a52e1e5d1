//! Sealing everything anew with the newest key, while the counter goes on selling.
//!
//! A few secrets in a unit; what is done stays done, so it can be ended at any moment and begun
//! again.

use super::vault::{NONCE_BYTES, Place, Vault, VaultError, nonce_of};
use crate::{Counter, Failure, Refusal};
use domain::{ProductOrderId, StockItemId};
use store::tables::deliveries::{self, Content};
use store::tables::stock::{self, Sealed};
use store::tables::{product_forms, providers, stock_imports};
use store::{DbError, Tx};

/// Most secrets that one unit seals anew.
const SECRETS_PER_UNIT: i64 = 200;

impl Counter {
    /// Seals with the newest key whatever is sealed with another, our keys at providers too; returns how
    /// many. `seed` gives random bytes, asked for once a unit; `progress` is told how many are done.
    ///
    /// # Errors
    /// [`Refusal`] when an import is unfinished; [`store::StoreError`] also when a key that something
    /// was sealed with is not in the ring.
    pub async fn rekey(
        &self,
        seed: &mut (dyn FnMut() -> [u8; 32] + Send),
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<u64, Failure<Refusal>> {
        // An importer seals with the keys that it began with. Whoever takes the old key away after
        // this, believing that nothing needs it any more, would lose what came in meanwhile.
        let unfinished = self.store.read(stock_imports::all_staging).await??;
        if let Some(import) = unfinished.first() {
            return Err(Refusal::NotNow(format!(
                "import {} is unfinished and may still seal with an older key; let it end, or \
                 clear it away with `stock discard {}`, then try again",
                import.id, import.id
            ))
            .into());
        }
        let mut done: u64 = 0;
        for kind in [rekey_items, rekey_forms, rekey_lines, rekey_providers] {
            loop {
                let (vault, seed) = (self.settings.vault.clone(), seed());
                let unit = move |tx: &mut dyn Tx| kind(tx, &vault, &seed);
                let step = self.store.write(unit).await??;
                done = done.saturating_add(step);
                progress(done);
                if step == 0 {
                    break;
                }
            }
        }
        Ok(done)
    }
}

fn reseal(
    tx: &mut dyn Tx,
    vault: &Vault,
    place: Place,
    sealed: &Sealed,
    nonce: [u8; NONCE_BYTES],
) -> Result<Sealed, DbError> {
    let resealed = vault.open(place, sealed).and_then(|secret| vault.seal(place, &secret, nonce));
    resealed.map_err(|error: VaultError| {
        tx.poison(DbError::new("REKEY", format!("{place:?}: {error}")))
    })
}

fn rekey_items(tx: &mut dyn Tx, vault: &Vault, seed: &[u8; 32]) -> Result<u64, DbError> {
    let items = stock::with_other_keys(tx, vault.newest(), SECRETS_PER_UNIT)?;
    let mut changed: Vec<(StockItemId, Sealed, i64)> = Vec::with_capacity(items.len());
    for (item, index) in items.iter().zip(0_u64..) {
        let place = Place::Item(item.id);
        let sealed = reseal(tx, vault, place, &item.sealed, nonce_of(seed, index))?;
        changed.push((item.id, sealed, item.sealed.key));
    }
    stock::reseal(tx, &changed)?;
    Ok(count(changed.len()))
}

fn rekey_forms(tx: &mut dyn Tx, vault: &Vault, seed: &[u8; 32]) -> Result<u64, DbError> {
    let forms = product_forms::with_other_keys(tx, vault.newest(), SECRETS_PER_UNIT)?;
    let forms: Vec<(ProductOrderId, Sealed)> = forms;
    for ((id, sealed), index) in forms.iter().zip(0_u64..) {
        let anew = reseal(tx, vault, Place::Form(*id), sealed, nonce_of(seed, index))?;
        product_forms::reseal(tx, *id, &anew, sealed.key)?;
    }
    Ok(count(forms.len()))
}

fn rekey_lines(tx: &mut dyn Tx, vault: &Vault, seed: &[u8; 32]) -> Result<u64, DbError> {
    let lines = deliveries::lines_with_other_keys(tx, vault.newest(), SECRETS_PER_UNIT)?;
    for (line, index) in lines.iter().zip(0_u64..) {
        let Content::Line(sealed) = &line.content else { continue };
        let place = Place::Line(line.order, line.piece);
        let anew = reseal(tx, vault, place, sealed, nonce_of(seed, index))?;
        deliveries::reseal_line(tx, line.order, line.piece, &anew, sealed.key)?;
    }
    Ok(count(lines.len()))
}

fn rekey_providers(tx: &mut dyn Tx, vault: &Vault, seed: &[u8; 32]) -> Result<u64, DbError> {
    let keys = providers::keys_sealed_otherwise(tx, vault.newest(), SECRETS_PER_UNIT)?;
    for ((id, sealed), index) in keys.iter().zip(0_u64..) {
        let anew = reseal(tx, vault, Place::Provider(*id), sealed, nonce_of(seed, index))?;
        providers::reseal_key(tx, *id, &anew, sealed)?;
    }
    Ok(count(keys.len()))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
