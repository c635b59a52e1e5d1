//! What a database is bound to: its currency, and the secrets that its keys are hashed and its
//! stock is sealed with.

use crate::{Counter, Failure, Refusal};
use store::tables::meta;
use store::{DbError, Store, StoreError, Tx};

/// Hashed with the secret to tell secrets apart. Never a key: keys have another form.
const SECRET_PROBE: &str = "which secret is this";

/// A fact that must not change, and what to say when it has.
struct Bond {
    name: &'static str,
    value: String,
    broken: fn(&str, &str) -> String,
}

impl Counter {
    /// Whether the database is bound, so that a missing secret file is a loss and not a first
    /// start.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_bound(store: &Store) -> Result<bool, StoreError> {
        let kept = store.read(|tx| meta::get(tx, "currency")).await??;
        Ok(kept.is_some())
    }

    /// Binds a new database to this counter's currency and secrets, and checks an old one. Amounts
    /// carry no currency of their own, keys are recognised with one secret only, and stock opens
    /// with its own keys only, so none of them may change underneath.
    ///
    /// # Errors
    /// [`Refusal`] when the database was made with another currency or secret.
    pub async fn bind(&self) -> Result<(), Failure<Refusal>> {
        let bonds = self.bonds();
        let names: Vec<&'static str> = bonds.iter().map(|bond| bond.name).collect();
        let read = move |tx: &mut dyn Tx| {
            let kept = names.iter().map(|name| meta::get(tx, name));
            kept.collect::<Result<Vec<Option<String>>, DbError>>()
        };
        let mut kept = self.store.read(&read).await??;
        if kept.iter().any(Option::is_none) {
            let new: Vec<(&'static str, String)> =
                bonds.iter().map(|bond| (bond.name, bond.value.clone())).collect();
            let unit = move |tx: &mut dyn Tx| {
                for (name, value) in &new {
                    // Another process may have bound it in between.
                    if meta::get(tx, name)?.is_none() {
                        meta::put(tx, name, value)?;
                    }
                }
                read(tx)
            };
            kept = self.store.write(unit).await??;
        }
        for (bond, kept) in bonds.iter().zip(kept) {
            let kept = kept.unwrap_or_default();
            if kept != bond.value {
                return Err(Refusal::Invalid((bond.broken)(&kept, &bond.value)).into());
            }
        }
        Ok(self.check_stock_keys().await??)
    }

    fn bonds(&self) -> [Bond; 3] {
        let hash = self.settings.key_secret.hash(SECRET_PROBE);
        let short: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        [
            Bond {
                name: "currency",
                value: self.currency().to_owned(),
                broken: |kept, wanted| {
                    format!(
                        "currency: the database keeps its books in {kept}, the configuration says \
                         {wanted}; set currency = \"{kept}\""
                    )
                },
            },
            Bond {
                name: "key_secret_check",
                value: short,
                broken: |_, _| {
                    String::from(
                        "key secret: the keys in this database were made with another secret; put \
                         back the file that belongs to it, or name it with key_secret_file",
                    )
                },
            },
            Bond {
                name: "stock_key_check",
                value: self.settings.vault.check(),
                broken: |_, _| {
                    String::from(
                        "stock keys: the stock in this database was sealed with other keys; put \
                         back the file that belongs to it, or name it with stock_key_file",
                    )
                },
            },
        ]
    }
}
