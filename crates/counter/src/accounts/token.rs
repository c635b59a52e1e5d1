//! API keys: how they look, and the hash that is stored of them.
//!
//! `tc_` + 33 characters of base62 (192 random bits) + 6 characters of checksum. The checksum tells
//! a mistyped key from a wrong one without asking the database. What is stored is a hash keyed with
//! a secret that is not in the database, so a stolen database opens nothing.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

/// A key, to be shown once and then forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyToken(String);

/// The secret that keys are hashed with.
#[derive(Clone)]
pub struct KeySecret(Vec<u8>);

const PREFIX: &str = "tc_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BODY_LENGTH: usize = 33;
const CHECKSUM_LENGTH: usize = 6;

/// Random bytes in a key: 192 bits.
pub const RANDOM_BYTES: usize = 24;

impl fmt::Debug for KeyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyToken(…)")
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

impl KeySecret {
    /// A secret of at least 16 bytes; nothing when it is shorter.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= 16).then_some(Self(bytes))
    }

    /// The hash that is stored of a key. Also of keys that came from elsewhere: any text hashes.
    pub(crate) fn hash(&self, key: &str) -> [u8; 32] {
        self.hash_digest(&Sha256::digest(key.as_bytes()).into())
    }

    /// The same of a key of which only the SHA-256 is known: some panels kept nothing else, and
    /// their customers' keys work on.
    pub(crate) fn hash_digest(&self, sha256: &[u8; 32]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail; an empty secret is refused above.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        mac.update(sha256);
        mac.finalize().into_bytes().into()
    }
}

impl KeyToken {
    /// The key that these random bytes make.
    pub fn from_random(random: [u8; RANDOM_BYTES]) -> Self {
        let body = base62(&random, BODY_LENGTH);
        let checksum = base62(&crc32fast::hash(body.as_bytes()).to_be_bytes(), CHECKSUM_LENGTH);
        Self(format!("{PREFIX}{body}{checksum}"))
    }

    /// The key itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its last four characters, to recognise it by.
    pub(crate) fn hint(&self) -> String {
        hint(&self.0)
    }

    /// Whether `text` could be a key: one that has our prefix must have the right checksum. Texts
    /// without it may be keys that were brought along from elsewhere.
    pub fn plausible(text: &str) -> bool {
        let Some(rest) = text.strip_prefix(PREFIX) else { return !text.is_empty() };
        match rest.split_at_checked(BODY_LENGTH) {
            Some((body, checksum)) => {
                let crc = crc32fast::hash(body.as_bytes()).to_be_bytes();
                base62(&crc, CHECKSUM_LENGTH) == checksum
            }
            None => false,
        }
    }
}

/// The last four characters of a key.
pub(crate) fn hint(key: &str) -> String {
    let start = key.len().saturating_sub(4);
    key.get(start..).unwrap_or_default().to_owned()
}

/// `bytes`, read as one large number, in `length` digits of base 62.
fn base62(bytes: &[u8], length: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = Vec::with_capacity(length);
    for _ in 0..length {
        let mut remainder: u16 = 0;
        for byte in &mut number {
            let value = (remainder << 8) | u16::from(*byte);
            remainder = value % 62;
            // Below 256: the remainder was below 62, so the value was below 62 × 256.
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
        }
        digits.push(ALPHABET.get(usize::from(remainder)).copied().unwrap_or(b'0'));
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_carries_its_checksum() {
        let token = KeyToken::from_random([0xA7; RANDOM_BYTES]);
        let key = token.reveal();
        assert_eq!(key.len(), 3 + BODY_LENGTH + CHECKSUM_LENGTH);
        assert!(KeyToken::plausible(key));
        for place in 3..key.len() {
            let mut typo = key.to_owned().into_bytes();
            if let Some(byte) = typo.get_mut(place) {
                *byte = if *byte == b'x' { b'y' } else { b'x' };
            }
            let typo = String::from_utf8(typo).unwrap();
            assert!(!KeyToken::plausible(&typo), "{typo}");
        }
        assert!(!KeyToken::plausible(&key[..20]));
        assert!(!KeyToken::plausible(""));
        assert!(KeyToken::plausible("0123456789abcdef0123456789abcdef"), "a key from elsewhere");
    }

    #[test]
    fn all_random_bits_are_in_the_key() {
        // 62^33 > 2^192, so the largest number still fits.
        let largest = KeyToken::from_random([0xFF; RANDOM_BYTES]);
        let mut one_less = [0xFF; RANDOM_BYTES];
        one_less[RANDOM_BYTES - 1] = 0xFE;
        assert_ne!(largest, KeyToken::from_random(one_less));
        let mut highest_bit = [0; RANDOM_BYTES];
        highest_bit[0] = 0x80;
        assert_ne!(KeyToken::from_random([0; RANDOM_BYTES]), KeyToken::from_random(highest_bit));
    }

    #[test]
    fn a_key_and_its_sha256_have_the_same_hash() {
        let secret = KeySecret::new(vec![7; 16]).unwrap();
        // SHA-256 of "abc", from FIPS 180.
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest: Vec<u8> = (0..64)
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
        let digest: [u8; 32] = digest.try_into().unwrap();
        assert_eq!(secret.hash("abc"), secret.hash_digest(&digest));
        assert_ne!(secret.hash("abc"), KeySecret::new(vec![8; 16]).unwrap().hash("abc"));
        assert_ne!(secret.hash("abc"), digest, "what is stored opens nothing");
    }

    #[test]
    fn secrets_are_not_printed() {
        let token = KeyToken::from_random([1; RANDOM_BYTES]);
        let secret = KeySecret::new(vec![7; 16]).unwrap();
        assert_eq!(format!("{token:?} {secret:?}"), "KeyToken(…) KeySecret(…)");
        assert!(KeySecret::new(vec![7; 15]).is_none());
    }
}
