//! What can happen next.

use super::restores::{find, restores, unbooked};
use super::stand::{ATTEMPTS, Heard, Stand, Worker};
use domain::orders::{Event, NotAccepted, State};
use domain::providers::{AttemptState, Found};

/// A bug that is planted beside the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A call whose answer was lost is made again.
    RetryOnTimeout,
    /// An answer that was lost counts as a call that was not made.
    LostAsNotSent,
    /// What is unknown is written off.
    RefundInUnknown,
    /// What was found out is written down for the latest attempt.
    NoFence,
    /// What a worker has left open counts as not sent for who takes over.
    RecoveryAsNotSent,
    /// A person decides while a call may still arrive, or be made.
    DecidedTooEarly,
    /// After a restore orders are placed at once.
    NoQuarantine,
    /// After a restore what was pending stays so, and is placed once the provider is released.
    PendingAfterRestore,
    /// After a restore a person looks only for what the books know of.
    LooksForTheKnown,
    /// It is written off while a call may still arrive, or be made.
    WrittenOffEarly,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::RetryOnTimeout,
        Self::LostAsNotSent,
        Self::RefundInUnknown,
        Self::NoFence,
        Self::RecoveryAsNotSent,
        Self::DecidedTooEarly,
        Self::NoQuarantine,
        Self::PendingAfterRestore,
        Self::LooksForTheKnown,
        Self::WrittenOffEarly,
    ];
}

/// Who waits for the answer of a call whose worker has ended.
pub(super) const NOBODY: usize = usize::MAX;

pub(super) type Moves = Vec<(&'static str, Stand)>;

/// Everything that can happen next.
pub(super) fn moves(stand: &Stand, planted: Option<Planted>) -> Moves {
    let mut moves = Vec::new();
    for worker in 0..stand.workers.len() {
        works(stand, worker, planted, &mut moves);
        fails(stand, worker, planted, &mut moves);
    }
    network(stand, &mut moves);
    people(stand, planted, &mut moves);
    restores(stand, planted, &mut moves);
    moves
}

/// Adds what a change comes to, where it can be made.
pub(super) fn may(
    moves: &mut Moves,
    stand: &Stand,
    name: &'static str,
    change: impl FnOnce(&mut Stand) -> bool,
) {
    let mut next = stand.clone();
    if change(&mut next) {
        moves.push((name, next));
    }
}

fn set(stand: &mut Stand, worker: usize, now: Worker) -> bool {
    stand.workers.get_mut(worker).map(|slot| *slot = now).is_some()
}

fn works(stand: &Stand, worker: usize, planted: Option<Planted>, moves: &mut Moves) {
    let Some(does) = stand.workers.get(worker) else { return };
    match *does {
        Worker::Idle if stand.lease == worker && !stand.quarantined => {
            may(moves, stand, "take", |next| {
                let at = next.attempts.len();
                next.attempts.push(AttemptState::Open);
                at < ATTEMPTS && next.apply(&Event::Claimed) && set(next, worker, Worker::Taken(at))
            });
        }
        Worker::Idle => {}
        Worker::Taken(at) => {
            may(moves, stand, "send", |next| {
                next.calls.push((at, worker));
                set(next, worker, Worker::Waits(at))
            });
            may(moves, stand, "not sent", |next| {
                set(next, worker, Worker::Knows(at, Heard::NotSent))
            });
        }
        Worker::Waits(at) => {
            may(moves, stand, "time is over", |next| {
                if planted == Some(Planted::RetryOnTimeout) {
                    next.calls.push((at, worker));
                    // Once is enough.
                    return next.calls.len() <= 1;
                }
                set(next, worker, Worker::Knows(at, Heard::Nothing))
            });
        }
        Worker::Knows(at, heard) => {
            may(moves, stand, "record", |next| {
                let latest = next.attempts.len().saturating_sub(1);
                let at = if planted == Some(Planted::NoFence) { latest } else { at };
                let found = match heard {
                    Heard::Accepted => Found::Accepted { upstream_id: at.to_string(), cost: None },
                    Heard::Refused => Found::Refused { another_way: true },
                    Heard::NotSent => Found::NotSent,
                    Heard::Nothing if planted == Some(Planted::LostAsNotSent) => Found::NotSent,
                    Heard::Nothing => Found::Lost,
                };
                next.settle(at, &found);
                set(next, worker, Worker::Idle)
            });
            if heard == Heard::Refused {
                may(moves, stand, "record that nothing else takes it", |next| {
                    next.settle(at, &Found::Refused { another_way: false });
                    set(next, worker, Worker::Idle)
                });
            }
        }
    }
}

fn fails(stand: &Stand, worker: usize, planted: Option<Planted>, moves: &mut Moves) {
    if stand.crashes > 0 {
        may(moves, stand, "end", |next| {
            next.crashes = next.crashes.saturating_sub(1);
            next.answers.retain(|(_, of, _)| *of != worker);
            for (_, of) in next.calls.iter_mut().filter(|(_, of)| *of == worker) {
                *of = NOBODY;
            }
            set(next, worker, Worker::Idle)
        });
    }
    // The one that has the lease may be idle because it has ended: it takes over from itself.
    let again = stand.lease == worker;
    if stand.takeovers > 0 || again {
        may(moves, stand, "take over", |next| {
            let left = if again { 0 } else { 1 };
            next.takeovers = next.takeovers.saturating_sub(left);
            next.lease = worker;
            let mine = match next.workers.get(worker) {
                Some(Worker::Taken(at) | Worker::Waits(at) | Worker::Knows(at, _)) => Some(*at),
                _ => None,
            };
            for at in (0..next.attempts.len()).filter(|at| Some(*at) != mine) {
                if next.attempts.get(at) == Some(&AttemptState::Open) {
                    let not_sent = planted == Some(Planted::RecoveryAsNotSent);
                    next.settle(at, if not_sent { &Found::NotSent } else { &Found::Lost });
                }
            }
            true
        });
    }
}

fn network(stand: &Stand, moves: &mut Moves) {
    for (place, (at, worker)) in stand.calls.iter().copied().enumerate() {
        may(moves, stand, "the provider takes it", |next| {
            next.calls.remove(place);
            next.taken.push(at);
            next.answers.push((at, worker, Heard::Accepted));
            true
        });
        may(moves, stand, "the provider refuses it", |next| {
            next.calls.remove(place);
            next.answers.push((at, worker, Heard::Refused));
            true
        });
        may(moves, stand, "the call is lost", |next| {
            next.calls.remove(place);
            true
        });
    }
    // Nobody is there who could be told.
    moves.iter_mut().for_each(|(_, next)| next.answers.retain(|(_, of, _)| *of != NOBODY));
    for (place, (at, worker, heard)) in stand.answers.iter().copied().enumerate() {
        let free = matches!(stand.workers.get(worker), Some(Worker::Idle | Worker::Waits(_)));
        if free {
            may(moves, stand, "an answer comes", |next| {
                next.answers.remove(place);
                set(next, worker, Worker::Knows(at, heard))
            });
        }
        may(moves, stand, "an answer is lost", |next| {
            next.answers.remove(place);
            true
        });
    }
}

/// Whether the provider may still get an order, by a call that is on its way or to be made.
fn may_arrive(stand: &Stand) -> bool {
    let taken = |worker: &Worker| matches!(worker, Worker::Taken(_));
    !stand.calls.is_empty() || stand.workers.iter().any(taken)
}

fn people(stand: &Stand, planted: Option<Planted>, moves: &mut Moves) {
    if !stand.order.cancel_requested {
        may(moves, stand, "the customer cancels", |next| next.apply(&Event::CancelAsked));
    }
    if planted == Some(Planted::RefundInUnknown) {
        may(moves, stand, "written off", |next| next.apply(&Event::WrittenOff));
    }
    // What was tried before a restore is for a person.
    let is_new = stand.attempts.len() > stand.before;
    if is_new && (!may_arrive(stand) || planted == Some(Planted::WrittenOffEarly)) {
        may(moves, stand, "nobody could tell for long", Stand::overdue);
    }
    decides(stand, planted, moves);
    // A late answer may say that it is not there when a person has it already.
    let is_nowhere = !stand.attempts.iter().any(|state| state.may_be_placed());
    let is_sure = is_nowhere && stand.taken.is_empty() && !may_arrive(stand);
    if stand.order.state == State::Review && is_sure {
        may(moves, stand, "a person ends it", |next| next.apply(&Event::Canceled));
    }
    if !stand.taken.is_empty() && stand.order.state != State::Review {
        let completed = Event::Completed { start_count: None, remains: None };
        if !stand.dropped {
            may(moves, stand, "it is delivered", |next| next.apply(&completed));
        }
        may(moves, stand, "the provider gives it up", |next| {
            next.dropped = true;
            next.apply(&Event::Canceled)
        });
    }
}

fn decides(stand: &Stand, planted: Option<Planted>, moves: &mut Moves) {
    // Whoever waits long enough knows that nothing arrives any more.
    if may_arrive(stand) && planted != Some(Planted::DecidedTooEarly) {
        return;
    }
    let blind = planted == Some(Planted::LooksForTheKnown);
    if let Some(unbooked) = unbooked(stand).filter(|_| !blind) {
        may(moves, stand, "a person finds it", |next| find(next, unbooked));
        return;
    }
    let nobody = !stand.attempts.iter().any(|state| state.may_be_placed());
    if stand.order.state == State::Review && nobody {
        let event = Event::ShownNotAccepted(NotAccepted::Person);
        may(moves, stand, "a person finds it nowhere", |next| next.apply(&event));
    }
    for (at, state) in stand.attempts.iter().enumerate() {
        let there = stand.taken.contains(&at);
        let found = match state {
            AttemptState::Lost if there => Found::AcceptedNoId,
            AttemptState::Lost => Found::NotAccepted(NotAccepted::Person),
            AttemptState::AcceptedNoId => {
                Found::Accepted { upstream_id: at.to_string(), cost: None }
            }
            _ => continue,
        };
        may(moves, stand, "a person decides", |next| next.settle(at, &found).is_some());
    }
}
