//! What a cut leaves of the bytes that were not synced.

use fastrand::Rng;

/// How much of what was not synced is on the disk afterwards. What was synced always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survival {
    /// None of it.
    Nothing,
    /// Each write by chance, in no order.
    Half,
    /// Each sector of each write by chance.
    Torn,
    /// The first writes to each file, and a part of the next one.
    Prefix,
    /// All of it.
    Everything,
}

impl Survival {
    /// Any of them.
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        match rng.u8(..8) {
            0 | 1 => Self::Nothing,
            2 | 3 => Self::Half,
            4 | 5 => Self::Torn,
            6 => Self::Prefix,
            _ => Self::Everything,
        }
    }

    /// Whether a name that was made or removed, and not synced, counts.
    pub(super) fn keeps_name(self, rng: &mut Rng) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            _ => rng.bool(),
        }
    }
}
