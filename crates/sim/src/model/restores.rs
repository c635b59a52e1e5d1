//! Older books are put in the place of those that are, and what a person finds then.

use super::moves::{Moves, NOBODY, Planted, may};
use super::stand::{Stand, Worker};
use domain::orders::{Doubt, Event, NotAccepted, State};
use domain::providers::{AttemptState, Found};

/// The books are saved, restored, and the provider is released.
pub(super) fn restores(stand: &Stand, planted: Option<Planted>, moves: &mut Moves) {
    if stand.saved.is_none() && stand.restores > 0 {
        may(moves, stand, "the books are saved", |next| {
            next.saved = Some((next.order.clone(), next.attempts.clone(), next.written_off));
            true
        });
    }
    if let Some((order, attempts, written_off)) = &stand.saved {
        may(moves, stand, "the books are restored", |next| {
            next.order = order.clone();
            next.attempts.clone_from(attempts);
            next.written_off = *written_off;
            next.workers = [Worker::Idle, Worker::Idle];
            next.answers.clear();
            next.calls.iter_mut().for_each(|(_, of)| *of = NOBODY);
            next.saved = None;
            next.restores = 0;
            if planted != Some(Planted::NoQuarantine) {
                next.quarantined = true;
                next.before = attempts.len();
                let doubts = planted != Some(Planted::PendingAfterRestore);
                put_before_person(next, doubts);
            }
            // An end that the provider knows of is in its books.
            !next.dropped
        });
    }
    // Whatever may have left the house is before a person until it is decided.
    if stand.quarantined {
        may(moves, stand, "the provider is released", |next| {
            next.quarantined = false;
            true
        });
    }
}

/// What is said of the order when the books are older than what was done.
fn put_before_person(stand: &mut Stand, doubts: bool) {
    for at in 0..stand.attempts.len() {
        if stand.attempts.get(at) == Some(&AttemptState::Open) {
            stand.settle(at, &Found::Lost);
        }
    }
    if doubts && matches!(stand.order.state, State::Pending | State::Unknown) {
        stand.apply(&Event::Doubted(Doubt::Restored));
    }
}

/// What the provider has taken that the books know nothing of.
pub(super) fn unbooked(stand: &Stand) -> Option<usize> {
    let known = |at: &usize| stand.attempts.get(*at).is_some_and(|state| state.may_be_placed());
    stand.taken.iter().position(|at| !known(at)).filter(|_| stand.order.state == State::Review)
}

/// Writes a try down that the books did not know: the others have come to nothing.
pub(super) fn find(stand: &mut Stand, taken: usize) -> bool {
    let found = stand.attempts.len();
    let lost: Vec<usize> = (0..found).collect();
    stand.attempts.push(AttemptState::Lost);
    if let Some(at) = stand.taken.get_mut(taken) {
        *at = found;
    }
    let counted = stand.apply(&Event::TryFound);
    for at in lost {
        if stand.attempts.get(at) == Some(&AttemptState::Lost) {
            stand.settle(at, &Found::NotAccepted(NotAccepted::Person));
        }
    }
    let accepted = Found::Accepted { upstream_id: found.to_string(), cost: None };
    counted && stand.settle(found, &accepted).is_some()
}
