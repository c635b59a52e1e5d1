//! What can go wrong with a transaction, how often it shall, and how often it did.

/// What happens to a transaction. At most one thing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One of its statements fails with 40001, as when another transaction was faster.
    Serialization,
    /// One of its statements fails with 40P01, as when it was chosen to end a deadlock.
    Deadlock,
    /// Its COMMIT fails with 40001, as under SERIALIZABLE: it is rolled back.
    SerializationAtCommit,
    /// The connection is cut at one of its statements, in front of it or behind: it is rolled back.
    CutInTransaction,
    /// The connection is cut and COMMIT does not reach the server: it is rolled back.
    CutBeforeCommit,
    /// COMMIT succeeds, and the connection is cut before the client hears of it.
    CutAfterCommit,
    /// The connection is cut while COMMIT is on its way: either it is committed or it is rolled
    /// back, before or after the client knows that the connection is gone.
    CutAtCommit,
    /// The connection to the client is cut first, and COMMIT reaches the server up to a tenth of a
    /// second later: whoever looks at once, without waiting for locks, sees nothing yet.
    LateCommit,
}

impl Fault {
    /// All of them, in the order in which they are drawn.
    pub const ALL: [Self; 8] = [
        Self::Serialization,
        Self::Deadlock,
        Self::SerializationAtCommit,
        Self::CutInTransaction,
        Self::CutBeforeCommit,
        Self::CutAfterCommit,
        Self::CutAtCommit,
        Self::LateCommit,
    ];

    /// Whether it waits for the transaction's COMMIT.
    pub(crate) fn is_at_commit(self) -> bool {
        !matches!(self, Self::Serialization | Self::Deadlock | Self::CutInTransaction)
    }

    /// The SQLSTATE that the server reports.
    pub(crate) fn code(self) -> &'static str {
        if self == Self::Deadlock { "40P01" } else { "40001" }
    }
}

/// How often each fault shall happen, in thousandths of all transactions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    per_mille: [u16; Fault::ALL.len()],
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// Each equally often.
    pub fn each(per_mille: u16) -> Self {
        Self { per_mille: [per_mille; Fault::ALL.len()] }
    }

    /// The same with this one so often. When they sum to more than 1,000, those that are first in
    /// [`Fault::ALL`] have theirs, and the last have what is left.
    #[must_use]
    pub fn with(mut self, fault: Fault, per_mille: u16) -> Self {
        for (slot, of) in self.per_mille.iter_mut().zip(Fault::ALL) {
            if of == fault {
                *slot = per_mille;
            }
        }
        self
    }

    /// What shall happen to a transaction.
    pub(crate) fn draw(&self, random: &mut fastrand::Rng) -> Option<Fault> {
        let drawn = random.u32(0..1_000);
        let mut sum = 0_u32;
        for (per_mille, fault) in self.per_mille.iter().zip(Fault::ALL) {
            sum = sum.saturating_add(u32::from(*per_mille));
            if drawn < sum {
                return Some(fault);
            }
        }
        None
    }
}

/// What went through a proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that were begun.
    pub connections: u64,
    /// Transactions that were begun.
    pub transactions: u64,
    injected: [u64; Fault::ALL.len()],
}

impl Counts {
    /// How often this happened. A transaction that had ended before its fault was due, or had failed
    /// by itself, is not counted.
    pub fn of(&self, fault: Fault) -> u64 {
        let found = self.injected.iter().zip(Fault::ALL).find(|(_, of)| *of == fault);
        found.map_or(0, |(count, _)| *count)
    }

    /// How often anything happened.
    pub fn faults(&self) -> u64 {
        self.injected.iter().sum()
    }

    pub(crate) fn note(&mut self, fault: Fault) {
        for (count, of) in self.injected.iter_mut().zip(Fault::ALL) {
            if of == fault {
                *count = count.saturating_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults};

    #[test]
    fn faults_are_drawn_as_often_as_they_shall() {
        let faults = Faults::none().with(Fault::Deadlock, 100).with(Fault::LateCommit, 300);
        let mut random = fastrand::Rng::with_seed(1);
        let drawn: Vec<_> = (0..10_000).map(|_| faults.draw(&mut random)).collect();
        let count = |fault| drawn.iter().filter(|drawn| **drawn == fault).count();
        assert!((900..1_100).contains(&count(Some(Fault::Deadlock))), "{drawn:?}");
        assert!((2_800..3_200).contains(&count(Some(Fault::LateCommit))), "{drawn:?}");
        assert!((5_800..6_200).contains(&count(None)), "{drawn:?}");
        assert_eq!(Faults::none().draw(&mut random), None);
        assert!((0..100).all(|_| Faults::each(1_000).draw(&mut random) == Some(Fault::ALL[0])));
    }
}
