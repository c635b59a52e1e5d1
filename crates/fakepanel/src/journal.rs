//! What the panel has seen and done, in its order.

use std::collections::VecDeque;

use crate::action::Action;
use crate::amount::Amount;
use crate::faults::Fault;
use crate::form;
use crate::panel::State;
use crate::random::Digest;
use crate::reaction::{How, Reply};

/// A request as it was received, and what became of it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Counts the requests from 0.
    pub number: u64,
    /// When it was received, in microseconds.
    pub at_us: u64,
    /// Who sent it: the account's place in the settings.
    pub account: Option<u16>,
    /// What it asks for, where that is something that exists.
    pub action: Option<Action>,
    /// Its body as it came, with something in place of the key.
    pub form: Box<str>,
    /// What went wrong with it.
    pub fault: Option<Fault>,
    /// In which way; empty where there is only one.
    pub variant: &'static str,
    /// What became of it.
    pub verdict: Verdict,
    /// What was answered; nothing where nothing was, or not yet.
    pub answer: Option<Answer>,
}

impl Request {
    /// The fields of its body, in their order.
    pub fn fields(&self) -> Vec<(String, String)> {
        form::fields(&self.form)
    }

    /// A field of its body.
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields().into_iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was lost: nothing was done, and nothing will be.
    Lost,
    /// It waits to be processed.
    Waiting {
        /// Until then, in microseconds.
        until_us: u64,
    },
    /// An `add` was accepted. With the order's number.
    Accepted(usize),
    /// An `add` whose request id was used already: the order of then. With its number.
    Repeated(usize),
    /// It was refused, in these words.
    Refused(Box<str>),
    /// What it asks for was done or told. Of several ids some may have been refused.
    Done,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its media type.
    pub content_type: &'static str,
    /// Seconds of a `Retry-After` header.
    pub retry_after: Option<u32>,
    /// The body; of requests that only read, no more than its first 512 bytes. What the transport cut
    /// off is here all the same.
    pub body: Box<str>,
}

/// A moment of an order's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When, in microseconds.
    pub at_us: u64,
    /// Number of the order.
    pub order: usize,
    /// What happened.
    pub what: Happening,
}

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// It was accepted.
    Accepted,
    /// It started.
    Started,
    /// It ended so.
    Ended(State),
    /// It had ended, and was corrected to this.
    Corrected(State),
    /// Its customer asked to cancel it.
    CancelAsked,
    /// Its customer asked for a refill. With the refill's id.
    RefillAsked(u64),
}

/// What the panel has seen and done.
#[derive(Debug)]
pub struct Journal {
    writes: Vec<Request>,
    reads: VecDeque<Request>,
    reads_kept: usize,
    life: Vec<Moment>,
    actions: [u64; Action::ALL.len()],
    faults: [u64; Fault::ALL.len()],
    digest: Digest,
}

/// Bytes of an answer to a reading request that are kept.
const READ_KEPT: usize = 512;

impl Journal {
    pub(crate) const fn new(reads_kept: usize) -> Self {
        Self {
            writes: Vec::new(),
            reads: VecDeque::new(),
            reads_kept,
            life: Vec::new(),
            actions: [0; Action::ALL.len()],
            faults: [0; Fault::ALL.len()],
            digest: Digest::new(),
        }
    }

    /// Every request that may have changed something, in its order.
    pub fn writes(&self) -> &[Request] {
        &self.writes
    }

    /// The latest of the other requests, in their order.
    pub fn reads(&self) -> impl DoubleEndedIterator<Item = &Request> {
        self.reads.iter()
    }

    /// Every request that is an `add`, in its order.
    pub fn adds(&self) -> impl Iterator<Item = &Request> {
        self.writes.iter().filter(|request| request.action == Some(Action::Add))
    }

    /// A request that may have changed something, by its number.
    pub fn write(&self, number: u64) -> Option<&Request> {
        let at = self.writes.binary_search_by_key(&number, |request| request.number).ok()?;
        self.writes.get(at)
    }

    /// All that happened to all orders, in its order.
    pub fn life(&self) -> &[Moment] {
        &self.life
    }

    /// All that happened to an order, by its number.
    pub fn life_of(&self, order: usize) -> impl Iterator<Item = &Moment> {
        self.life.iter().filter(move |moment| moment.order == order)
    }

    /// How many requests asked for this, also those that are no longer kept.
    pub fn requests_for(&self, action: Action) -> u64 {
        let found = self.actions.iter().zip(Action::ALL).find(|(_, of)| *of == action);
        found.map_or(0, |(count, _)| *count)
    }

    /// How often this went wrong.
    pub fn times(&self, fault: Fault) -> u64 {
        let found = self.faults.iter().zip(Fault::ALL).find(|(_, of)| *of == fault);
        found.map_or(0, |(count, _)| *count)
    }

    /// A hash of everything: all requests and answers, every order's life, every movement of money.
    /// Two panels with the same settings and seed that were asked the same have the same.
    pub const fn hash(&self) -> u64 {
        self.digest.value()
    }

    pub(crate) fn count_fault(&mut self, fault: Fault) {
        for (count, of) in self.faults.iter_mut().zip(Fault::ALL) {
            if of == fault {
                *count = count.saturating_add(1);
            }
        }
    }

    /// A request has been dealt with. Its answer is told by `reply` and `how`.
    pub(crate) fn received(&mut self, mut request: Request, how: How, reply: &Reply) {
        for (count, of) in self.actions.iter_mut().zip(Action::ALL) {
            if request.action == Some(of) {
                *count = count.saturating_add(1);
            }
        }
        if let Some(fault) = request.fault {
            self.count_fault(fault);
            self.digest.text(fault.name());
            self.digest.text(request.variant);
        }
        self.digest.number(request.number);
        self.digest.number(request.at_us);
        self.digest.text(&request.form);
        let writes = request.action.is_some_and(Action::writes);
        self.answered(&mut request, how, reply);
        if writes {
            self.writes.push(request);
            return;
        }
        self.reads.push_back(request);
        if self.reads.len() > self.reads_kept {
            self.reads.pop_front();
        }
    }

    /// A request that waited has been processed.
    pub(crate) fn processed(&mut self, number: u64, verdict: Verdict, reply: &Reply) {
        let Ok(at) = self.writes.binary_search_by_key(&number, |request| request.number) else {
            return;
        };
        let Some(mut request) = self.writes.get(at).cloned() else { return };
        request.verdict = verdict;
        self.digest.number(number);
        self.answered(&mut request, How::Answer { after_us: 0 }, reply);
        if let Some(slot) = self.writes.get_mut(at) {
            *slot = request;
        }
    }

    fn answered(&mut self, request: &mut Request, how: How, reply: &Reply) {
        let (kind, delay, part) = match how {
            How::Answer { after_us } => ("answer", after_us, 0),
            How::Drip { after_us, every_us } => ("drip", after_us, every_us),
            How::Truncate { after_us, keep } => {
                ("truncate", after_us, u64::try_from(keep).unwrap_or(u64::MAX))
            }
            How::Silence => ("silence", 0, 0),
            How::Reset { after_us } => ("reset", after_us, 0),
            How::Later { at_us } => ("later", at_us, 0),
        };
        self.digest.text(kind);
        self.digest.number(delay);
        self.digest.number(part);
        if matches!(how, How::Silence | How::Reset { .. } | How::Later { .. }) {
            return;
        }
        self.digest.number(u64::from(reply.status));
        self.digest.text(&reply.body);
        let whole = request.action.is_some_and(Action::writes);
        let kept = if whole { reply.body.len() } else { reply.body.floor_char_boundary(READ_KEPT) };
        request.answer = Some(Answer {
            status: reply.status,
            content_type: reply.content_type,
            retry_after: reply.retry_after,
            body: reply.body.get(..kept).unwrap_or_default().into(),
        });
    }

    pub(crate) fn happened(&mut self, at_us: u64, order: usize, what: Happening) {
        let (word, state) = match what {
            Happening::Accepted => ("accepted", None),
            Happening::Started => ("started", None),
            Happening::Ended(state) => ("ended", Some(state)),
            Happening::Corrected(state) => ("corrected", Some(state)),
            Happening::CancelAsked => ("cancel", None),
            Happening::RefillAsked(_) => ("refill", None),
        };
        self.digest.text(word);
        self.digest.number(at_us);
        self.digest.number(u64::try_from(order).unwrap_or(u64::MAX));
        self.digest.text(state.map_or("", State::word));
        self.life.push(Moment { at_us, order, what });
    }

    pub(crate) fn moved(&mut self, at_us: u64, account: usize, change: Amount) {
        self.digest.number(at_us);
        self.digest.number(u64::try_from(account).unwrap_or(u64::MAX));
        self.digest.number(change.raw().cast_unsigned());
    }
}
