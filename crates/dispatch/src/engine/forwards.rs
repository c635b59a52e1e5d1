//! Sending on what customers asked for: cancels and refills.
//!
//! Of each kind at each provider there is one request at a time, and a place up to which it has come, so
//! that all have their turn, and no provider waits for another one.

use super::answers::told_rest;
use super::asks::not_told;
use super::lane::Lane;
use super::turn::{KINDS, LOOK_US, Turn};
use super::whole::Wish;
use super::wishes::Said;
use super::{Action, Answer, AskId, Engine, plus, wishes};
use counter::fulfilment::{ForwardKind, Forwarded, ToForward, WantedForwards};
use domain::providers::{Call, Outcome, ProviderState, Ticket};
use domain::{CancelId, ProviderId, Timestamp};
use std::collections::BTreeMap;

/// After what time at most a cancel is sent on again that has no answer that decides. A refill is noted
/// as sent, and sent again as late as that from the beginning.
const AGAIN_MAX_US: i64 = 600_000_000;

/// Something that was sent on and has no answer yet.
#[derive(Debug)]
pub(super) struct Forwarding {
    provider: ProviderId,
    kind: ForwardKind,
    asked: Vec<Wish>,
    ticket: Ticket,
}

/// A cancel that is sent on again later.
#[derive(Clone, Copy, Debug)]
struct PutOff {
    times: u32,
    until: Timestamp,
}

/// What is sent on, and when it is looked for.
#[derive(Debug)]
pub(super) struct Forwards {
    /// What is being read.
    reading: Vec<(ProviderId, ForwardKind)>,
    turns: BTreeMap<(ProviderId, ForwardKind), Turn>,
    under_way: Vec<(AskId, Forwarding)>,
    /// By our numbers of the cancels.
    put_off: BTreeMap<i64, PutOff>,
}

impl Forwards {
    pub(super) const fn new() -> Self {
        Self {
            reading: Vec::new(),
            turns: BTreeMap::new(),
            under_way: Vec::new(),
            put_off: BTreeMap::new(),
        }
    }

    /// The store could not read it: it is read again from the same place.
    pub(super) fn read_failed(&mut self, now: Timestamp) {
        for read in std::mem::take(&mut self.reading) {
            if let Some(turn) = self.turns.get_mut(&read) {
                turn.again(now);
            }
        }
    }

    /// Whether something is to be sent on now.
    fn is_due(&self, kind: ForwardKind, id: i64, now: Timestamp) -> bool {
        kind != ForwardKind::Cancel || self.put_off.get(&id).is_none_or(|put| put.until <= now)
    }

    /// Forgets cancels that nobody has wanted to send on for long: their orders have ended.
    fn forget_old(&mut self, now: Timestamp) {
        self.put_off.retain(|_, put| plus(put.until, AGAIN_MAX_US) > now);
    }

    /// Puts those cancels off that were `asked` for and have no answer that decides, each time for
    /// longer, and for no less than `rest`.
    fn put_off(&mut self, asked: &[Wish], told: &[Forwarded], rest: i64, now: Timestamp) {
        let decided = |id: i64| {
            told.iter().any(|told| match told {
                Forwarded::CancelTaken(CancelId(other))
                | Forwarded::CancelRefused(CancelId(other), _) => *other == id,
                _ => false,
            })
        };
        for (id, _) in asked {
            if decided(*id) {
                self.put_off.remove(id);
                continue;
            }
            let put = self.put_off.entry(*id).or_insert(PutOff { times: 0, until: now });
            let doubled = LOOK_US.saturating_mul(1_i64.checked_shl(put.times.min(16)).unwrap_or(1));
            put.until = plus(now, doubled.min(AGAIN_MAX_US).max(rest));
            put.times = put.times.saturating_add(1);
        }
    }
}

impl Lane {
    /// Whether anything may be sent on there now, and answered.
    fn takes(&self, kind: ForwardKind, now: Timestamp) -> bool {
        // Nothing is sent on to one that is held after a restore; where things stand is asked all the same.
        let is_restored = self.provider.restored.is_some() && kind != ForwardKind::RefillStatus;
        // In another account it would be about other orders.
        let is_ours = self.provider.state != ProviderState::Off && !self.is_strange();
        is_ours && !is_restored && self.breaker.may_ask(now)
    }
}

impl Engine {
    /// Looks for what is to be sent on, where something may be.
    pub(super) fn look_for_forwards(&mut self, now: Timestamp) {
        let Forwards { reading, turns, .. } = &mut self.forwards;
        if !reading.is_empty() {
            return;
        }
        let mut wanted = Vec::new();
        for (provider, lane) in &self.lanes {
            for kind in KINDS {
                let turn = turns.entry((*provider, kind)).or_insert_with(|| Turn::new(now));
                if lane.takes(kind, now)
                    && let Some((after, limit)) = turn.next_reading(kind, now)
                {
                    reading.push((*provider, kind));
                    wanted.push(WantedForwards { provider: *provider, kind, after, limit });
                }
            }
        }
        if !wanted.is_empty() {
            self.actions.push(Action::ReadForwards(wanted));
        }
    }

    /// Takes in what was found.
    pub(super) fn found_forwards(&mut self, found: Vec<ToForward>, now: Timestamp) {
        self.forwards.reading.clear();
        self.forwards.forget_old(now);
        for ToForward { provider, kind, asked } in found {
            let end = asked.last().map(|(id, _)| *id);
            let count = asked.len();
            let due = asked.into_iter().filter(|(id, _)| self.forwards.is_due(kind, *id, now));
            let due = due.collect();
            let turn = self.forwards.turns.entry((provider, kind));
            turn.or_insert_with(|| Turn::new(now)).found(kind, due, (count, end), now);
        }
    }

    /// Sends on what was found, as fast as each provider may be asked, and where its orders wait too, in
    /// turn with them.
    pub(super) fn send_on(&mut self, now: Timestamp) {
        for ((provider, kind), turn) in &mut self.forwards.turns {
            let Some(lane) = self.lanes.get_mut(provider) else { continue };
            if !lane.takes(*kind, now) || turn.is_stale(now) {
                turn.go_back(now);
                continue;
            }
            let is_others_turn = lane.forwarded_last && lane.asks_now(now);
            if !turn.is_ready() || lane.asks_rest_until > now || is_others_turn {
                continue;
            }
            if let Err(until) = lane.ask_pace.take(lane.provider.asks_per_second, now) {
                lane.asks_rest_until = until;
                continue;
            }
            let Some(ticket) = lane.breaker.begin(Call::Ask, now) else { continue };
            lane.forwarded_last = true;
            let asked = turn.take();
            let ask = AskId(self.next_ask);
            self.next_ask = self.next_ask.wrapping_add(1);
            let ids = asked.iter().map(|(_, name)| name.clone()).collect();
            let (provider, kind) = (*provider, *kind);
            self.actions.push(Action::Forward { ask, provider, kind, ids });
            self.forwards.under_way.push((ask, Forwarding { provider, kind, asked, ticket }));
        }
    }

    /// Takes in what a provider said.
    pub(super) fn forwarded(&mut self, ask: AskId, answer: &Answer, now: Timestamp) {
        let under_way = &mut self.forwards.under_way;
        let Some(at) = under_way.iter().position(|(asked, _)| *asked == ask) else { return };
        let (_, Forwarding { provider, kind, asked, ticket }) = under_way.swap_remove(at);
        let Said { came, mut told, refused } = match answer {
            Answer::Complete { status, body, .. } => wishes::read(kind, *status, body, &asked),
            other => Said::nothing(not_told(other)),
        };
        let was_sent = !matches!(answer, Answer::NotSent(_) | Answer::Unsendable(_));
        let mut over = if was_sent { asked } else { Vec::new() };
        if let Some(turn) = self.forwards.turns.get_mut(&(provider, kind)) {
            let of_each = match &refused {
                Some(words) => wishes::is_about_each(words),
                None => told.iter().any(wishes::is_word),
            };
            if of_each {
                turn.told_apart();
            }
            // Where refills stand is asked again in any case, and nothing is rejected by it.
            if let Some(words) = refused.filter(|_| kind != ForwardKind::RefillStatus) {
                turn.refused(std::mem::take(&mut over), words, now);
            }
            for settled in turn.answered() {
                told.extend(wishes::settled(kind, &settled));
                over.push(settled.wish);
            }
        }
        if kind == ForwardKind::Cancel {
            self.forwards.put_off(&over, &told, told_rest(answer).unwrap_or(0), now);
        }
        let jitter = self.random.u64(..);
        if let Some(lane) = self.lanes.get_mut(&provider) {
            lane.breaker.record(ticket, came, now, jitter);
            if came != Outcome::Answered {
                lane.asks_rest_until = lane.asks_rest_until.max(plus(now, lane.ask_pause(came)));
            }
        }
        if !told.is_empty() {
            self.actions.push(Action::RecordForwards(told));
        }
    }
}
