//! The vault: secrets of stock, sealed at rest.
//!
//! XChaCha20-Poly1305 with a key of a ring and a random nonce. What is sealed is bound to the row
//! it stands in, so a ciphertext moved to another row does not open. A second, separate key makes
//! the blind index that tells duplicates apart without opening anything; it never changes, because
//! the index could not be compared any more.

use super::ring::{KEY_BYTES, Ring, RingSource, hex};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use domain::{ProductId, ProductOrderId, ProviderId, StockItemId};
use hmac::{Hmac, Mac};
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use store::tables::stock::Sealed;

/// Bytes of a nonce: long enough that random ones never meet.
pub const NONCE_BYTES: usize = 24;

/// Seals and opens with a ring of keys. Clones share the ring.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<RwLock<Ring>>,
    source: Option<Arc<dyn RingSource>>,
}

/// What is wrong with a ring, or with what it should open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// A line of the ring's text means nothing.
    #[error("line {0}: write `blind HEX` once and `NUMBER HEX` for each key, HEX of 64 digits")]
    Line(usize),
    /// The ring has no key, or no blind key.
    #[error("a key ring needs one `blind` line and at least one numbered key")]
    Incomplete,
    /// The key that something was sealed with is not in the ring.
    #[error(
        "key {0} is not in the ring; put it back into the key file, or into the setting stock_keys \
         and start anew"
    )]
    NoKey(i64),
    /// What was read again makes another index.
    #[error("the `blind` line is not the one that was read before; put it back")]
    OtherRing,
    /// What was read again has another key under a known number.
    #[error("key {0} is not the one that was read before; a new key needs a new number")]
    OtherKey(i64),
    /// What is stored was not sealed here: another row's, or changed.
    #[error("a sealed secret does not open: it was changed, or belongs to another row")]
    NotOurs,
}

/// The row that something is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Item(StockItemId),
    Form(ProductOrderId),
    Line(ProductOrderId, i64),
    Provider(ProviderId),
}

impl Place {
    fn bound_to(self, key: i64) -> String {
        match self {
            Self::Item(id) => format!("stock_item|{id}|{key}"),
            Self::Form(id) => format!("product_order_form|{id}|{key}"),
            Self::Provider(id) => format!("provider|{id}|{key}"),
            Self::Line(id, piece) => format!("delivery|{id}|{piece}|{key}"),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("keys", &self.ring.read().keys.keys()).finish_non_exhaustive()
    }
}

impl From<Ring> for Vault {
    fn from(ring: Ring) -> Self {
        Self { ring: Arc::new(RwLock::new(ring)), source: None }
    }
}

impl Vault {
    /// A ring of one key, from random bytes.
    pub fn from_random(random: [u8; 64]) -> Self {
        Ring::from_random(random).into()
    }

    /// Reads a ring as [`Vault::text`] writes it. Empty lines and lines that begin with `#` are
    /// ignored.
    ///
    /// # Errors
    /// [`VaultError`] names the line; nothing of it is repeated.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        Ring::parse(text).map(Self::from)
    }

    /// The vault, reading its ring again from `source` when it meets a key that it does not know.
    #[must_use]
    pub fn with_source(self, source: Arc<dyn RingSource>) -> Self {
        Self { source: Some(source), ..self }
    }

    /// Whether the ring can be read again while the program runs.
    pub fn can_read_again(&self) -> bool {
        self.source.is_some()
    }

    /// Reads the ring again, where that is possible and it has changed. A ring that does not fit
    /// the one that is held is refused: the source is told, and nothing changes.
    pub fn read_again(&self) {
        let Some(source) = &self.source else { return };
        let Some(fresh) = source.read_again() else { return };
        let fresh = fresh.ring.read().clone();
        let taken = self.ring.write().take_over(&fresh);
        if let Err(error) = taken {
            source.refused(&error);
        }
    }

    /// The ring as text, to be kept where the database is not.
    pub fn text(&self) -> String {
        self.ring.read().text()
    }

    /// A ring with one more key, which seals, numbered above `last` and above all others.
    pub(crate) fn with_new_key(&self, last: i64, random: [u8; KEY_BYTES]) -> Self {
        self.ring.read().clone().with_new_key(last, random).into()
    }

    /// The number of the key that seals.
    pub fn newest(&self) -> i64 {
        self.ring.read().newest
    }

    /// Whether it opens what is sealed with a key; reads the ring again when it does not.
    pub(crate) fn opens(&self, key: i64) -> bool {
        self.knows(key) || {
            self.read_again();
            self.knows(key)
        }
    }

    /// Whether a key is in the ring.
    pub(crate) fn knows(&self, key: i64) -> bool {
        self.ring.read().keys.contains_key(&key)
    }

    /// Tells the key that seals from others of its number.
    pub(crate) fn newest_mark(&self) -> String {
        let ring = self.ring.read();
        ring.mark(ring.newest).unwrap_or_default()
    }

    /// A mark of each key that opens.
    pub(crate) fn marks(&self) -> Vec<String> {
        let ring = self.ring.read();
        ring.keys.keys().filter_map(|number| ring.mark(*number)).collect()
    }

    /// Tells rings apart without telling anything of them: rings that can read each other's index
    /// have the same.
    pub(crate) fn check(&self) -> String {
        hex(&self.blind(ProductId(0), "which ring is this"))
    }

    pub(crate) fn seal(
        &self,
        place: Place,
        secret: &str,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Sealed, VaultError> {
        let key = self.newest();
        let bound_to = place.bound_to(key);
        let payload = Payload { msg: secret.as_bytes(), aad: bound_to.as_bytes() };
        let nonce = XNonce::from(nonce);
        let sealed = self.cipher(key)?.encrypt(&nonce, payload);
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed.map_err(|_| VaultError::NotOurs)?);
        Ok(Sealed { key, bytes })
    }

    pub(crate) fn open(&self, place: Place, sealed: &Sealed) -> Result<String, VaultError> {
        let bound_to = place.bound_to(sealed.key);
        let (nonce, bytes) = sealed.bytes.split_first_chunk().ok_or(VaultError::NotOurs)?;
        let nonce: [u8; NONCE_BYTES] = *nonce;
        let payload = Payload { msg: bytes, aad: bound_to.as_bytes() };
        let cipher = self.cipher(sealed.key).or_else(|_| {
            // Another process may have made the key since. A secret that does not open is no such
            // reason: reading again would not help, and whoever can alter rows could ask for it.
            self.read_again();
            self.cipher(sealed.key)
        })?;
        let opened = cipher.decrypt(&XNonce::from(nonce), payload);
        let opened = opened.map_err(|_| VaultError::NotOurs)?;
        String::from_utf8(opened).map_err(|_| VaultError::NotOurs)
    }

    /// The same for the same line of a product, and otherwise unrelated to it.
    pub(crate) fn blind(&self, product: ProductId, line: &str) -> [u8; 16] {
        let key = self.ring.read().blind;
        // HMAC takes a key of any length, so this cannot fail.
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&key) else {
            return [0; 16];
        };
        mac.update(&product.0.to_be_bytes());
        mac.update(line.trim().as_bytes());
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        hash.first_chunk().copied().unwrap_or_default()
    }

    fn cipher(&self, key: i64) -> Result<XChaCha20Poly1305, VaultError> {
        let bytes = self.ring.read().keys.get(&key).copied().ok_or(VaultError::NoKey(key))?;
        Ok(XChaCha20Poly1305::new(&Key::from(bytes)))
    }
}

/// The nonce of the `index`th secret sealed with one random seed: as unlike each other as random
/// ones, without a system call for each of a million lines.
pub(crate) fn nonce_of(seed: &[u8; 32], index: u64) -> [u8; NONCE_BYTES] {
    let mut hash = Sha256::new();
    hash.update(seed);
    hash.update(index.to_be_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    hash.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
