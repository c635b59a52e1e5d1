//! What follows from putting an older copy of the database in its place: ids that customers and
//! providers have seen since must not be given out again.

/// Ids that are skipped at least, when nobody says how many.
const SKIPPED_LEAST: i64 = 100_000;

/// The next id of a kind after a restore, of one whose next would be `next` and whose last may be
/// `last`. `wanted` are the ids to skip; when nobody says, as many as were ever given out, or 100,000
/// when those are fewer, and never more than half of what is left. Nothing when `wanted` is below zero
/// or more than there are.
pub fn next_id(next: i64, last: i64, wanted: Option<i64>) -> Option<i64> {
    let left = last.checked_sub(next)?.checked_add(1)?.max(0);
    let skipped = match wanted {
        Some(wanted) => Some(wanted).filter(|wanted| (0..left).contains(wanted))?,
        None => next.checked_sub(1)?.max(SKIPPED_LEAST).min(left.checked_div(2)?),
    };
    next.checked_add(skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: i64 = 2_147_483_647;

    #[test]
    fn far_behind_what_may_have_been_given_out() {
        assert_eq!(next_id(1, LAST, None), Some(100_001));
        assert_eq!(next_id(500_001, LAST, None), Some(1_000_001));
        assert_eq!(next_id(11, LAST, Some(7)), Some(18));
        assert_eq!(next_id(11, LAST, Some(0)), Some(11));
    }

    #[test]
    fn some_are_always_left() {
        let next = next_id(2_000_000_001, LAST, None).unwrap();
        assert_eq!(next, 2_073_741_824);
        assert_eq!(next_id(LAST, LAST, None), Some(LAST));
        assert_eq!(next_id(LAST + 1, LAST, None), Some(LAST + 1), "all were given out");
        assert_eq!(next_id(LAST - 9, LAST, Some(9)), Some(LAST));
        for wanted in [-1, 10, i64::MAX] {
            assert_eq!(next_id(LAST - 9, LAST, Some(wanted)), None, "{wanted}");
        }
    }
}
