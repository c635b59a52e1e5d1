//! Sending on what customers asked for: cancels and refills.

use super::answers::told_rest;
use super::asks::not_told;
use super::{Action, Answer, AskId, Engine, plus, wishes};
use counter::fulfilment::{ForwardKind, Forwarded, ToForward};
use domain::providers::{Call, ProviderState, Ticket};
use domain::{CancelId, ProviderId, Timestamp};
use std::collections::BTreeMap;

/// Between two looks whether something is to be sent on.
const LOOK_US: i64 = 5_000_000;

/// Between two questions where refills stand.
const STATUSES_US: i64 = 300_000_000;

/// After what time at most a cancel is sent on again that has no answer that decides. A refill is noted
/// as sent, and sent again as late as that from the beginning.
const AGAIN_MAX_US: i64 = 600_000_000;

/// Most in one request (the dialect's limit).
const AT_ONCE: usize = super::follow::IDS;

/// Something that was sent on and has no answer yet.
#[derive(Debug)]
pub(super) struct Forwarding {
    provider: ProviderId,
    kind: ForwardKind,
    asked: Vec<(i64, String)>,
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
    pub(super) reading: bool,
    under_way: Vec<(AskId, Forwarding)>,
    next: Timestamp,
    next_statuses: Timestamp,
    /// By our numbers of the cancels.
    put_off: BTreeMap<i64, PutOff>,
}

impl Forwards {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self {
            reading: false,
            under_way: Vec::new(),
            next: now,
            next_statuses: now,
            put_off: BTreeMap::new(),
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
    fn put_off(&mut self, asked: &[(i64, String)], told: &[Forwarded], rest: i64, now: Timestamp) {
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

impl Engine {
    /// Looks for what is to be sent on; not while something is on its way.
    pub(super) fn look_for_forwards(&mut self, now: Timestamp) {
        let Forwards { reading, under_way, next, next_statuses, .. } = &mut self.forwards;
        if *reading || !under_way.is_empty() || *next > now || self.lanes.is_empty() {
            return;
        }
        *reading = true;
        *next = plus(now, LOOK_US);
        let statuses = *next_statuses <= now;
        if statuses {
            *next_statuses = plus(now, STATUSES_US);
        }
        self.actions.push(Action::ReadForwards { statuses });
    }

    /// Sends on what was found.
    pub(super) fn send_on(&mut self, found: Vec<ToForward>, now: Timestamp) {
        self.forwards.reading = false;
        self.forwards.forget_old(now);
        for ToForward { provider, kind, asked } in found {
            let Some(lane) = self.lanes.get_mut(&provider) else { continue };
            // Nothing is sent on to one that is held after a restore; where things stand is asked all the same,
            // but not of another account.
            let is_restored = lane.provider.restored.is_some() && kind != ForwardKind::RefillStatus;
            let is_held = is_restored || lane.provider.key_doubted.is_some();
            if lane.provider.state == ProviderState::Off || is_held {
                continue;
            }
            // What does not fit into one request has its turn the next time.
            let due = asked.into_iter().filter(|(id, _)| self.forwards.is_due(kind, *id, now));
            let asked: Vec<(i64, String)> = due.take(AT_ONCE).collect();
            if asked.is_empty() {
                continue;
            }
            let Some(ticket) = lane.breaker.begin(Call::Ask, now) else { continue };
            let ask = AskId(self.next_ask);
            self.next_ask = self.next_ask.wrapping_add(1);
            let ids = asked.iter().map(|(_, name)| name.clone()).collect();
            self.actions.push(Action::Forward { ask, provider, kind, ids });
            self.forwards.under_way.push((ask, Forwarding { provider, kind, asked, ticket }));
        }
    }

    /// Takes in what a provider said.
    pub(super) fn forwarded(&mut self, ask: AskId, answer: &Answer, now: Timestamp) {
        let under_way = &mut self.forwards.under_way;
        let Some(at) = under_way.iter().position(|(asked, _)| *asked == ask) else { return };
        let (_, Forwarding { provider, kind, asked, ticket }) = under_way.swap_remove(at);
        let (came, told) = match answer {
            Answer::Complete { status, body, .. } => wishes::read(kind, *status, body, &asked),
            other => (not_told(other), Vec::new()),
        };
        let was_sent = !matches!(answer, Answer::NotSent(_) | Answer::Unsendable(_));
        if kind == ForwardKind::Cancel && was_sent {
            self.forwards.put_off(&asked, &told, told_rest(answer).unwrap_or(0), now);
        }
        let jitter = self.random.u64(..);
        if let Some(lane) = self.lanes.get_mut(&provider) {
            lane.breaker.record(ticket, came, now, jitter);
        }
        if !told.is_empty() {
            self.actions.push(Action::RecordForwards(told));
        }
    }
}
