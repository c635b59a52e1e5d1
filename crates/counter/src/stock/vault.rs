//! The vault: secrets of stock, sealed at rest.
//!
//! XChaCha20-Poly1305 with a key of a ring and a random nonce. What is sealed is bound to the row
//! it stands in, so a ciphertext moved to another row does not open. A second, separate key makes
//! the blind index that tells duplicates apart without opening anything; it never changes, because
//! the index could not be compared any more.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use domain::{ProductId, ProductOrderId, StockItemId};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use store::tables::stock::Sealed;

/// Bytes of a nonce: long enough that random ones never meet.
pub const NONCE_BYTES: usize = 24;

const KEY_BYTES: usize = 32;

/// A ring of keys.
#[derive(Clone)]
pub struct Vault {
    keys: BTreeMap<i64, [u8; KEY_BYTES]>,
    blind: [u8; KEY_BYTES],
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
    #[error("key {0} is not in the ring; put the file with it back")]
    NoKey(i64),
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
}

impl Place {
    fn bound_to(self, key: i64) -> String {
        match self {
            Self::Item(id) => format!("stock_item|{id}|{key}"),
            Self::Form(id) => format!("product_order_form|{id}|{key}"),
            Self::Line(id, piece) => format!("delivery|{id}|{piece}|{key}"),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("keys", &self.keys.keys()).finish_non_exhaustive()
    }
}

impl Vault {
    /// A ring of one key, from random bytes.
    pub fn from_random(random: [u8; 64]) -> Self {
        let (key, blind) = random.split_at(KEY_BYTES);
        let key = key.try_into().unwrap_or([0; KEY_BYTES]);
        let blind = blind.try_into().unwrap_or([0; KEY_BYTES]);
        Self { keys: BTreeMap::from([(1, key)]), blind }
    }

    /// Reads a ring as [`Vault::text`] writes it. Empty lines and lines that begin with `#` are
    /// ignored.
    ///
    /// # Errors
    /// [`VaultError`] names the line; nothing of it is repeated.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let (mut keys, mut blind) = (BTreeMap::new(), None);
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let broken = || VaultError::Line(number);
            let (name, hex) = line.split_once(' ').ok_or_else(broken)?;
            let bytes = from_hex(hex.trim()).ok_or_else(broken)?;
            let known = if name == "blind" {
                blind.replace(bytes).is_some()
            } else {
                let key: i64 = name.parse().ok().filter(|key| *key > 0).ok_or_else(broken)?;
                keys.insert(key, bytes).is_some()
            };
            if known {
                return Err(broken());
            }
        }
        match blind {
            Some(blind) if !keys.is_empty() => Ok(Self { keys, blind }),
            _ => Err(VaultError::Incomplete),
        }
    }

    /// The ring as text, to be kept where the database is not.
    pub fn text(&self) -> String {
        let mut text = format!("blind {}\n", hex(&self.blind));
        for (number, key) in &self.keys {
            text.push_str(&format!("{number} {}\n", hex(key)));
        }
        text
    }

    /// The ring with one more key, which seals from now on.
    pub fn with_new_key(&self, random: [u8; KEY_BYTES]) -> Self {
        let mut keys = self.keys.clone();
        keys.insert(self.newest().saturating_add(1), random);
        Self { keys, blind: self.blind }
    }

    /// The number of the key that seals.
    pub fn newest(&self) -> i64 {
        self.keys.last_key_value().map_or(0, |(number, _)| *number)
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
        let cipher = self.cipher(sealed.key)?;
        let opened = cipher.decrypt(&XNonce::from(nonce), payload);
        let opened = opened.map_err(|_| VaultError::NotOurs)?;
        String::from_utf8(opened).map_err(|_| VaultError::NotOurs)
    }

    /// The same for the same line of a product, and otherwise unrelated to it.
    pub(crate) fn blind(&self, product: ProductId, line: &str) -> [u8; 16] {
        // HMAC takes a key of any length, so this cannot fail.
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.blind) else {
            return [0; 16];
        };
        mac.update(&product.0.to_be_bytes());
        mac.update(line.trim().as_bytes());
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        hash.first_chunk().copied().unwrap_or_default()
    }

    fn cipher(&self, key: i64) -> Result<XChaCha20Poly1305, VaultError> {
        let bytes = self.keys.get(&key).ok_or(VaultError::NoKey(key))?;
        Ok(XChaCha20Poly1305::new(&Key::from(*bytes)))
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; KEY_BYTES]> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len() == KEY_BYTES.saturating_mul(2))?;
    let mut bytes = [0; KEY_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().fold(0, |value, digit| (value << 4) | digit);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        let mut random = [7; 64];
        random[40] = 9;
        Vault::from_random(random)
    }

    const ITEM: Place = Place::Item(StockItemId(5));
    const NONCE: [u8; NONCE_BYTES] = [3; NONCE_BYTES];

    #[test]
    fn a_secret_opens_only_in_its_own_row() {
        let vault = vault();
        let sealed = vault.seal(ITEM, "KEY-1234", NONCE).unwrap();
        assert_eq!(vault.open(ITEM, &sealed).unwrap(), "KEY-1234");
        let elsewhere = [
            Place::Item(StockItemId(6)),
            Place::Form(ProductOrderId(5)),
            Place::Line(ProductOrderId(5), 1),
        ];
        for place in elsewhere {
            assert_eq!(vault.open(place, &sealed), Err(VaultError::NotOurs), "{place:?}");
        }
        for index in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[index] ^= 1;
            assert_eq!(vault.open(ITEM, &changed), Err(VaultError::NotOurs));
        }
        let short = Sealed { key: 1, bytes: vec![0; 10] };
        assert_eq!(vault.open(ITEM, &short), Err(VaultError::NotOurs));
    }

    #[test]
    fn the_secret_is_nowhere_in_what_is_stored_or_printed() {
        let sealed = vault().seal(ITEM, "KEY-1234", NONCE).unwrap();
        assert!(!sealed.bytes.windows(4).any(|window| window == b"KEY-"));
        let printed = format!("{:?} {sealed:?}", vault());
        assert_eq!(printed, "Vault { keys: [1], .. } Sealed { key: 1, .. }");
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_still_opens() {
        let old = vault();
        let sealed = old.seal(ITEM, "KEY-1234", NONCE).unwrap();
        let new = old.with_new_key([8; 32]);
        assert_eq!(new.open(ITEM, &sealed).unwrap(), "KEY-1234");
        let resealed = new.seal(ITEM, "KEY-1234", NONCE).unwrap();
        assert_eq!(resealed.key, 2);
        assert_eq!(old.open(ITEM, &resealed), Err(VaultError::NoKey(2)));
        let product = ProductId(1);
        assert_eq!(old.blind(product, " KEY-1234 "), new.blind(product, "KEY-1234"));
        assert_ne!(old.blind(product, "KEY-1234"), old.blind(ProductId(2), "KEY-1234"));
    }

    #[test]
    fn a_ring_is_read_as_it_is_written() {
        let ring = vault().with_new_key([8; 32]);
        let read = Vault::parse(&format!("# keep apart\n\n{}", ring.text())).unwrap();
        assert_eq!((read.keys, read.blind), (ring.keys.clone(), ring.blind));
        let hex = "0".repeat(64);
        for (text, expected) in [
            (String::new(), VaultError::Incomplete),
            (format!("1 {hex}"), VaultError::Incomplete),
            (format!("blind {hex}"), VaultError::Incomplete),
            (format!("blind {hex}\nx {hex}"), VaultError::Line(2)),
            (format!("blind {hex}\n0 {hex}"), VaultError::Line(2)),
            (format!("blind {hex}\n1 {hex}0"), VaultError::Line(2)),
            (format!("blind {hex}\n1 {hex}\n1 {hex}"), VaultError::Line(3)),
        ] {
            assert_eq!(Vault::parse(&text).unwrap_err(), expected, "{text}");
        }
    }
}
