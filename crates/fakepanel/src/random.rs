//! What the seed decides, and the digest that two equal runs share.

/// What something random is for. Each has a series of its own, so that one more of this changes
/// nothing of that.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Request,
    Connection,
    Order,
    Refill,
    Noise,
    Lie,
    Cancel,
}

/// The choices for the `number`-th of these.
pub(crate) fn source(seed: u64, purpose: Purpose, number: u64) -> fastrand::Rng {
    let purpose = match purpose {
        Purpose::Request => 1,
        Purpose::Connection => 2,
        Purpose::Order => 3,
        Purpose::Refill => 4,
        Purpose::Noise => 5,
        Purpose::Lie => 6,
        Purpose::Cancel => 7,
    };
    fastrand::Rng::with_seed(mixed(mixed(mixed(seed) ^ purpose) ^ number))
}

/// Neighbours become strangers (the finish of `SplitMix64`).
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A running hash (FNV-1a): tells two runs apart, and keeps no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    /// With its end, so that `ab` and `c` are not `a` and `bc`.
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }

    pub(crate) const fn value(self) -> u64 {
        self.0
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_and_number_has_its_own_choices() {
        let first = |seed, purpose, number| source(seed, purpose, number).u64(..);
        let seen = [
            first(1, Purpose::Request, 0),
            first(1, Purpose::Request, 1),
            first(1, Purpose::Order, 0),
            first(2, Purpose::Request, 0),
        ];
        assert!((1..4).all(|at| !seen[..at].contains(&seen[at])), "{seen:?}");
        assert_eq!(first(1, Purpose::Request, 0), seen[0]);
    }

    #[test]
    fn the_digest_knows_where_texts_end() {
        let of = |texts: [&str; 2]| {
            let mut digest = Digest::new();
            for text in texts {
                digest.text(text);
            }
            digest
        };
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
        assert_eq!(of(["ab", "c"]), of(["ab", "c"]));
    }
}
