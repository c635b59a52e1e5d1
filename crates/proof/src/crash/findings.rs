//! What a comparison found.

/// What is stored otherwise than it was acknowledged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What was acknowledged and is not there.
    pub lost: Vec<String>,
    /// What is there more often than it was asked for.
    pub doubled: Vec<String>,
    /// What is not as it was acknowledged, or was never asked for.
    pub wrong: Vec<String>,
}

impl Findings {
    /// Whether nothing was found.
    pub const fn clean(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.wrong.is_empty()
    }

    /// Takes over what another comparison found.
    pub(crate) fn join(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.doubled.extend(other.doubled);
        self.wrong.extend(other.wrong);
    }

    /// Notes what differs from what it should be.
    pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
        &mut self,
        what: impl FnOnce() -> String,
        stored: T,
        expected: T,
    ) {
        if stored != expected {
            let what = what();
            self.wrong.push(format!("{what}: stored is {stored:?}, expected {expected:?}"));
        }
    }
}
