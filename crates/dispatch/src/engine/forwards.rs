//! Sending on what customers asked for: cancels and refills.

use super::asks::not_told;
use super::{Action, Answer, AskId, Engine, plus};
use counter::fulfilment::{ForwardKind, Forwarded, ToForward};
use domain::providers::{Call, Outcome, ProviderState, Refusal, Ticket, refusal};
use domain::requests::RefillState;
use domain::{CancelId, ProviderId, RefillId, Timestamp};
use panel_api::client::{Answers, Found, RefillWord, read_cancel, read_refill, read_refill_status};

/// Between two looks whether something is to be sent on.
const LOOK_US: i64 = 5_000_000;

/// Between two questions where refills stand.
const STATUSES_US: i64 = 300_000_000;

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

/// What is sent on, and when it is looked for.
#[derive(Debug)]
pub(super) struct Forwards {
    pub(super) reading: bool,
    under_way: Vec<(AskId, Forwarding)>,
    next: Timestamp,
    next_statuses: Timestamp,
}

impl Forwards {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { reading: false, under_way: Vec::new(), next: now, next_statuses: now }
    }
}

impl Engine {
    /// Looks for what is to be sent on; not while something is on its way.
    pub(super) fn look_for_forwards(&mut self, now: Timestamp) {
        let Forwards { reading, under_way, next, next_statuses } = &mut self.forwards;
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
            let asked: Vec<(i64, String)> = asked.into_iter().take(AT_ONCE).collect();
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
        let ids: Vec<String> = asked.iter().map(|(_, name)| name.clone()).collect();
        let (came, told) = match answer {
            Answer::Complete { body, .. } => match kind {
                ForwardKind::Cancel => each(read_cancel(body, &ids), &asked, cancel),
                ForwardKind::Refill => each(read_refill(body, &ids), &asked, |id, found| {
                    refill(id, found.map(|taken| taken.refill))
                }),
                ForwardKind::RefillStatus => {
                    each(read_refill_status(body, &ids), &asked, |id, found| {
                        stands(id, found.map(|refill| refill.word))
                    })
                }
            },
            other => (not_told(other), Vec::new()),
        };
        let jitter = self.random.u64(..);
        if let Some(lane) = self.lanes.get_mut(&provider) {
            lane.breaker.record(ticket, came, now, jitter);
        }
        if !told.is_empty() {
            self.actions.push(Action::RecordForwards(told));
        }
    }
}

/// Whether the refusal of a whole call is about what was asked, and not about how or how often we ask.
fn is_about_it(text: &str, asked: usize) -> bool {
    match refusal(text, &[]) {
        Some(Refusal::NotUnderstood) => true,
        Some(
            Refusal::KeyInvalid
            | Refusal::NotEnoughFunds
            | Refusal::Unavailable
            | Refusal::RateLimit,
        ) => false,
        _ => asked == 1,
    }
}

/// What was said of each; a call that was refused as a whole may be refused for each of them.
fn each<T>(
    answers: Answers<T>,
    asked: &[(i64, String)],
    read: impl Fn(i64, Told<T>) -> Option<Forwarded>,
) -> (Outcome, Vec<Forwarded>) {
    match answers {
        Answers::Each(found) => {
            let pairs = asked.iter().zip(found);
            let told = pairs.filter_map(|((id, _), (_, found))| read(*id, Told::of(found)));
            (Outcome::Answered, told.collect())
        }
        Answers::Refused(text) => {
            let about_it = is_about_it(&text, asked.len());
            let told = asked.iter().filter(|_| about_it);
            let told = told.filter_map(|(id, _)| read(*id, Told::No(text.clone())));
            (Outcome::Answered, told.collect())
        }
        Answers::Unclear(_) => (Outcome::Unclear, Vec::new()),
    }
}

/// What was said of one.
enum Told<T> {
    Yes(T),
    No(String),
    Nothing,
}

impl<T> Told<T> {
    fn of(found: Found<T>) -> Self {
        match found {
            Found::Known(value) => Self::Yes(value),
            Found::Error(text) => Self::No(text),
            Found::Absent | Found::Unclear(_) => Self::Nothing,
        }
    }

    fn map<U>(self, to: impl FnOnce(T) -> U) -> Told<U> {
        match self {
            Self::Yes(value) => Told::Yes(to(value)),
            Self::No(text) => Told::No(text),
            Self::Nothing => Told::Nothing,
        }
    }
}

fn cancel<T>(id: i64, told: Told<T>) -> Option<Forwarded> {
    let id = CancelId(id);
    match told {
        Told::Yes(_) => Some(Forwarded::CancelTaken(id)),
        Told::No(text) => Some(Forwarded::CancelRefused(id, text)),
        Told::Nothing => None,
    }
}

/// Words by which providers say that a refill is under way already.
const KNOWN: [&str; 2] = ["already requested", "was requested"];

fn refill(id: i64, told: Told<Option<String>>) -> Option<Forwarded> {
    let id = RefillId(id);
    match told {
        Told::Yes(name) => Some(Forwarded::RefillTaken(id, name)),
        Told::No(text) if KNOWN.iter().any(|known| text.to_lowercase().contains(known)) => {
            Some(Forwarded::RefillKnown(id))
        }
        Told::No(text) => Some(Forwarded::RefillRefused(id, text)),
        Told::Nothing => None,
    }
}

fn stands(id: i64, told: Told<RefillWord>) -> Option<Forwarded> {
    let state = match told {
        Told::Yes(RefillWord::InProgress) => RefillState::InProgress,
        Told::Yes(RefillWord::Completed) => RefillState::Completed,
        Told::Yes(RefillWord::Rejected | RefillWord::Canceled | RefillWord::Failed) => {
            RefillState::Rejected
        }
        Told::Yes(RefillWord::Pending | RefillWord::Unknown) | Told::No(_) | Told::Nothing => {
            return None;
        }
    };
    Some(Forwarded::RefillStands(RefillId(id), state))
}
