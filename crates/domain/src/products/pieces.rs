//! The pieces of an order: each keeps its number, whatever becomes of it.

use crate::names::named;

/// Why a customer no longer has what was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gone {
    /// It was bad, and something else took its place under the same number.
    Replaced,
    /// It was taken back, and its price returned.
    TakenBack,
}

named!(Gone {
    Replaced => "replaced",
    TakenBack => "taken_back",
});

/// Which pieces of an order are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pieces {
    /// The last so many of those that the customer has.
    Last(i64),
    /// Those of these numbers.
    Numbered(Vec<i64>),
}

/// Why pieces cannot be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PieceError {
    /// The customer has nothing.
    #[error("the customer has no piece of this order")]
    Nothing,
    /// Fewer than one, or more than the customer has.
    #[error("pieces: must be 1 to {most}")]
    Count {
        /// How many the customer has.
        most: i64,
    },
    /// The customer does not have it.
    #[error("piece: the customer has no piece {0}; it was never delivered, or is taken back")]
    Missing(i64),
    /// It is named more than once.
    #[error("piece: {0} is named twice")]
    Twice(i64),
}

impl Pieces {
    /// Picks from the numbers of the pieces that the customer has, `kept`, ascending. Returns the
    /// numbers ascending, one at least.
    ///
    /// # Errors
    /// [`PieceError`] when not all that is meant is there, or nothing is meant.
    pub fn pick(&self, kept: &[i64]) -> Result<Vec<i64>, PieceError> {
        if kept.is_empty() {
            return Err(PieceError::Nothing);
        }
        let out_of_range =
            PieceError::Count { most: i64::try_from(kept.len()).unwrap_or(i64::MAX) };
        match self {
            Self::Last(count) => {
                let count = usize::try_from(*count).ok().filter(|count| *count > 0);
                let first = count.and_then(|count| kept.len().checked_sub(count));
                let last = first.and_then(|first| kept.get(first..));
                last.map(<[i64]>::to_vec).ok_or(out_of_range)
            }
            Self::Numbered(named) if named.is_empty() => Err(out_of_range),
            Self::Numbered(named) => {
                let mut picked = named.clone();
                picked.sort_unstable();
                for (number, next) in picked.iter().zip(picked.iter().skip(1)) {
                    if number == next {
                        return Err(PieceError::Twice(*number));
                    }
                }
                match picked.iter().find(|number| kept.binary_search(number).is_err()) {
                    Some(missing) => Err(PieceError::Missing(*missing)),
                    None => Ok(picked),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_are_those_that_the_customer_has_last() {
        let kept = [1, 2, 5, 7];
        let last = |count| Pieces::Last(count).pick(&kept);
        assert_eq!(last(1), Ok(vec![7]));
        assert_eq!(last(3), Ok(vec![2, 5, 7]));
        assert_eq!(last(4), Ok(kept.to_vec()));
        for count in [0, -1, 5, i64::MAX, i64::MIN] {
            assert_eq!(last(count), Err(PieceError::Count { most: 4 }), "{count}");
        }
        assert_eq!(Pieces::Last(1).pick(&[]), Err(PieceError::Nothing));
    }

    #[test]
    fn named_pieces_are_all_there_and_named_once() {
        let kept = [1, 2, 5, 7];
        let numbered = |numbers: &[i64]| Pieces::Numbered(numbers.to_vec()).pick(&kept);
        assert_eq!(numbered(&[7, 2]), Ok(vec![2, 7]));
        for missing in [3, 0, -1, 8] {
            assert_eq!(numbered(&[1, missing]), Err(PieceError::Missing(missing)));
        }
        assert_eq!(numbered(&[2, 1, 2]), Err(PieceError::Twice(2)));
        assert_eq!(numbered(&[]), Err(PieceError::Count { most: 4 }));
    }
}
