//! Looks now and then for orders of which nobody could tell for long, while this node has the lease for
//! fulfilment.

use crate::clock;
use counter::fulfilment::{WriteOffTerms, WroteOff};
use counter::nodes::Worker;
use domain::Timestamp;
use std::time::Duration;
use store::StoreError;
use tokio::sync::watch;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(60);

/// So far the clock may go ahead of the one that nobody sets, between two looks, in microseconds.
const AHEAD_US: i64 = 60_000_000;

/// Tells when somebody has set the clock ahead. What is written with it is then younger than it looks: it
/// is left alone for as long as an order has to be before a person, so that no call can be on its way
/// when it is written off.
#[derive(Debug, Default)]
struct Ahead {
    /// How far the clock was ahead of the other one.
    by_us: Option<i64>,
    /// Until when nothing is written off, by the clock that nobody sets.
    until: Option<Timestamp>,
}

impl Ahead {
    /// Whether the clock may be believed, at a moment by both.
    fn is_settled(&mut self, now: Timestamp, steady: Timestamp, quiet_us: i64) -> bool {
        let by_us = now.0.saturating_sub(steady.0);
        let jumped = self.by_us.is_some_and(|before| by_us.saturating_sub(before) > AHEAD_US);
        self.by_us = Some(by_us);
        if jumped {
            self.until = Some(Timestamp(steady.0.saturating_add(quiet_us)));
        }
        self.until.is_none_or(|until| until <= steady)
    }
}

/// Puts before a person what nobody could tell of for long and writes off what may be, until `ended`
/// says so or the lease is lost.
pub(crate) async fn run(worker: Worker, terms: WriteOffTerms, mut ended: watch::Receiver<bool>) {
    let mut ahead = Ahead::default();
    while !*ended.borrow_and_update() {
        let now = clock::now();
        if ahead.is_settled(now, clock::steady(), terms.quiet_us) {
            let done = worker.write_off_unknown(terms, now).await;
            if done.as_ref().is_err_and(StoreError::is_lease_lost) {
                return;
            }
            tell(done);
        }
        tokio::select! {
            _ = ended.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Tells whoever reads logs what needs their attention.
fn tell(done: Result<WroteOff, StoreError>) {
    match done {
        Ok(WroteOff { asked, written_off }) => {
            if asked > 0 {
                tracing::error!(
                    asked,
                    "nothing has shown for too long what became of orders: look at the provider, \
                     then `order decide`"
                );
            }
            if written_off > 0 {
                tracing::error!(
                    written_off,
                    "orders were written off: `provider written-off --open` lists them"
                );
            }
        }
        Err(error) => tracing::error!(%error, "what nobody can tell of is not written off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_ahead_is_not_believed_for_a_while() {
        const QUIET_US: i64 = 900_000_000;
        let mut ahead = Ahead::default();
        let mut settled = |now: i64, steady: i64| {
            let second = |seconds: i64| Timestamp(seconds * 1_000_000);
            ahead.is_settled(second(now), second(steady), QUIET_US)
        };
        assert!(settled(1_000_000, 0), "a program that has just begun knows no better");
        assert!(settled(1_000_119, 60), "it is corrected a little all the time");
        assert!(settled(999_000, 120), "back is no harm: everything looks younger");
        assert!(!settled(1_000_200, 180));
        assert!(!settled(1_001_099, 1_079));
        assert!(settled(1_001_100, 1_080));
    }
}
