//! The event chain: positions without gaps, each seal over what it sealed.

use super::{Check, Progress};
use crate::upkeep::seal::chain_hash;
use store::tables::events;
use store::{DbError, Tx};

/// Seals read at a time.
const SEALS: i64 = 100;

pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Check, DbError> {
    let mut check = Check::new("the event chain has no gap, and every seal is of what it sealed");
    let mut previous: Vec<u8> = Vec::new();
    let mut last: i64 = 0;
    loop {
        let seals = events::seals_after(tx, last, SEALS)?;
        if seals.is_empty() {
            break;
        }
        for seal in seals {
            if seal.first != last.saturating_add(1) {
                check.finding(format!("the seal of {} begins after {last}", seal.first));
            }
            if seal.previous != previous {
                check.finding(format!("the seal of {} does not follow the one before", seal.first));
            }
            let sealed = events::between(tx, seal.first, seal.last)?;
            let complete = sealed
                .iter()
                .zip(seal.first..=seal.last)
                .all(|(event, position)| event.position == Some(position));
            let count = seal.last.saturating_sub(seal.first).saturating_add(1);
            if !complete || i64::try_from(sealed.len()) != Ok(count) {
                check.finding(format!("events {} to {} are not complete", seal.first, seal.last));
            } else if chain_hash(&seal.previous, &sealed) != seal.hash {
                check.finding(format!("events {} to {} were changed", seal.first, seal.last));
            }
            check.rows = check.rows.saturating_add(u64::try_from(sealed.len()).unwrap_or(0));
            previous = seal.hash;
            last = seal.last;
        }
        progress(check.rule, check.rows);
    }
    let positioned = events::last_position(tx)?;
    if positioned != last {
        check.finding(format!("the last position is {positioned}, the last seal ends at {last}"));
    }
    Ok(check)
}
