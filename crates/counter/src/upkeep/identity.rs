//! What a database is bound to: its currency, and the secret that its keys are hashed with.

use crate::{Counter, Failure, Refusal};
use store::tables::meta;
use store::{DbError, StoreError, Tx};

const CURRENCY: &str = "currency";
const SECRET_CHECK: &str = "key_secret_check";

/// Hashed with the secret to tell secrets apart. Never a key: keys have another form.
const SECRET_PROBE: &str = "which secret is this";

impl Counter {
    /// Whether keys were hashed with a secret before, so that a missing secret file is a loss and
    /// not a first start.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_key_secret(store: &store::Store) -> Result<bool, StoreError> {
        let kept = store.read(|tx| meta::get(tx, SECRET_CHECK)).await??;
        Ok(kept.is_some())
    }

    /// Binds a new database to this counter's currency and key secret, and checks an old one.
    /// Amounts carry no currency of their own, and keys are recognised with one secret only, so
    /// neither may change under them.
    ///
    /// # Errors
    /// [`Refusal`] when the database was made with another currency or secret.
    pub async fn bind(&self) -> Result<(), Failure<Refusal>> {
        let hash = self.settings.key_secret.hash(SECRET_PROBE);
        let check: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let currency = self.currency().to_owned();
        let read = |tx: &mut dyn Tx| {
            let kept = (meta::get(tx, CURRENCY)?, meta::get(tx, SECRET_CHECK)?);
            Ok::<_, DbError>(kept)
        };
        let mut kept = self.store.read(read).await??;
        if kept.0.is_none() || kept.1.is_none() {
            let (new_currency, new_check) = (currency.clone(), check.clone());
            let unit = move |tx: &mut dyn Tx| {
                for (name, value) in [(CURRENCY, &new_currency), (SECRET_CHECK, &new_check)] {
                    // Another process may have bound it in between.
                    if meta::get(tx, name)?.is_none() {
                        meta::put(tx, name, value)?;
                    }
                }
                read(tx)
            };
            kept = self.store.write(unit).await??;
        }
        if kept.0.as_deref() != Some(&currency) {
            let kept = kept.0.unwrap_or_default();
            return Err(Refusal::Invalid(format!(
                "currency: the database keeps its books in {kept}, the configuration says \
                 {currency}; set currency = \"{kept}\""
            ))
            .into());
        }
        if kept.1.as_deref() != Some(&check) {
            return Err(Refusal::Invalid(String::from(
                "key secret: the keys in this database were made with another secret; put back \
                 the file that belongs to it, or name it with key_secret_file",
            ))
            .into());
        }
        Ok(())
    }
}
