//! The ring of keys that stock is sealed with, as text and in memory.

use super::vault::VaultError;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;

/// Hashed with a key to tell keys apart.
const KEY_PROBE: &[u8] = b"which key is this";

/// Where a ring is kept, for a program that runs for long.
pub trait RingSource: std::fmt::Debug + Send + Sync {
    /// The ring as it is kept now; nothing when it has not changed since it was last read, cannot
    /// be read, or was looked at only a moment ago.
    fn read_again(&self) -> Option<super::Vault>;

    /// Tells the operator that what was read is of no use, and why.
    fn refused(&self, error: &VaultError);
}

/// Numbered keys, and the one that makes the blind index.
#[derive(Clone)]
pub(super) struct Ring {
    pub(super) keys: BTreeMap<i64, [u8; KEY_BYTES]>,
    pub(super) blind: [u8; KEY_BYTES],
    /// The key that seals.
    pub(super) newest: i64,
}

impl Ring {
    /// A ring of one key, from random bytes.
    pub(super) fn from_random(random: [u8; 64]) -> Self {
        let (key, blind) = random.split_at(KEY_BYTES);
        let key = key.try_into().unwrap_or([0; KEY_BYTES]);
        let blind = blind.try_into().unwrap_or([0; KEY_BYTES]);
        Self { keys: BTreeMap::from([(1, key)]), blind, newest: 1 }
    }

    /// Reads what [`Ring::text`] writes. Empty lines and lines that begin with `#` are ignored.
    pub(super) fn parse(text: &str) -> Result<Self, VaultError> {
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
        let newest = keys.last_key_value().map(|(number, _)| *number);
        match (blind, newest) {
            (Some(blind), Some(newest)) => Ok(Self { keys, blind, newest }),
            _ => Err(VaultError::Incomplete),
        }
    }

    /// The ring as text.
    pub(super) fn text(&self) -> String {
        let mut text = format!("blind {}\n", hex(&self.blind));
        for (number, key) in &self.keys {
            text.push_str(&format!("{number} {}\n", hex(key)));
        }
        text
    }

    /// The ring with one more key, which seals. Its number is above `last`, and above all others.
    pub(super) fn with_new_key(mut self, last: i64, random: [u8; KEY_BYTES]) -> Self {
        let held = self.keys.last_key_value().map_or(0, |(number, _)| *number);
        self.newest = held.max(last).saturating_add(1);
        self.keys.insert(self.newest, random);
        self
    }

    /// Takes over what was read again. A key that is gone from there still opens what it has
    /// sealed, but only what is kept there seals: anything else would not outlive the process.
    pub(super) fn take_over(&mut self, fresh: &Self) -> Result<(), VaultError> {
        let other = |(number, key): (&i64, &[u8; KEY_BYTES])| {
            self.keys.get(number).filter(|held| *held != key).map(|_| *number)
        };
        if fresh.blind != self.blind {
            return Err(VaultError::OtherRing);
        }
        if let Some(number) = fresh.keys.iter().find_map(other) {
            return Err(VaultError::OtherKey(number));
        }
        self.keys.extend(fresh.keys.iter());
        self.newest = fresh.newest;
        Ok(())
    }

    /// Tells a key from others of the same number, without telling anything of it.
    pub(super) fn mark(&self, number: i64) -> Option<String> {
        // HMAC takes a key of any length, so this cannot fail.
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.keys.get(&number)?).ok()?;
        mac.update(KEY_PROBE);
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        Some(format!("{number}:{}", hex(hash.first_chunk::<8>()?)))
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
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

    fn ring() -> Ring {
        Ring::from_random([7; 64])
    }

    #[test]
    fn what_is_taken_over_opens_more_and_seals_only_with_what_is_kept() {
        let mut held = ring();
        let two = ring().with_new_key(0, [8; 32]);
        held.take_over(&two).unwrap();
        assert_eq!((held.keys.len(), held.newest), (2, 2));
        // An older file is put back: what key 2 has sealed still opens, but it seals no more.
        held.take_over(&ring()).unwrap();
        assert_eq!((held.keys.len(), held.newest), (2, 1));
        let other = ring().with_new_key(0, [9; 32]);
        assert_eq!(held.take_over(&other), Err(VaultError::OtherKey(2)));
        let mut blind = [7; 64];
        blind[63] = 1;
        assert_eq!(held.take_over(&Ring::from_random(blind)), Err(VaultError::OtherRing));
        assert_eq!((held.keys.len(), held.newest), (2, 1));
    }

    #[test]
    fn keys_of_the_same_number_have_their_own_marks() {
        let (one, other) = (ring().with_new_key(0, [8; 32]), ring().with_new_key(0, [9; 32]));
        assert_eq!(one.mark(1), other.mark(1));
        assert_ne!(one.mark(2), other.mark(2));
        assert_eq!(one.mark(3), None);
        let later = ring().with_new_key(4, [8; 32]);
        assert_eq!(
            (later.newest, later.keys.len()),
            (5, 2),
            "a number that was used is not used again"
        );
    }

    #[test]
    fn a_ring_is_read_as_it_is_written() {
        let ring = ring().with_new_key(0, [8; 32]);
        let read = Ring::parse(&format!("# keep apart\n\n{}", ring.text())).unwrap();
        assert_eq!((read.keys, read.blind, read.newest), (ring.keys, ring.blind, 2));
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
            assert_eq!(Ring::parse(&text).err(), Some(expected), "{text}");
        }
    }
}
