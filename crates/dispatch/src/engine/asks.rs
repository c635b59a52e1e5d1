//! Asking providers where orders stand.

use super::follow::Entry;
use super::lane::Lane;
use super::strange::Looked;
use super::{Action, Answer, AskId, Engine, Said, plus, wishes};
use counter::fulfilment::Reported;
use domain::limits::NOT_FOUND_MAX;
use domain::orders::State;
use domain::providers::{
    Attempt, Call, Followed, Outcome, ProviderState, Report, Ticket, is_passing,
};
use domain::{ProviderId, Timestamp};
use panel_api::client::{Answers, Found, read_status};

/// Attempts read in one go.
pub(super) const FOLLOWED: i64 = 1_000;

/// Requests under way at once, for each provider.
const ASKING: usize = 4;

/// Reports recorded in one unit.
const REPORTS: usize = 100;

/// After what time a provider is asked again that gave no answer.
const NO_ANSWER_US: i64 = 30_000_000;

/// Orders that are being asked for.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) provider: ProviderId,
    entries: Vec<Entry>,
    ticket: Ticket,
}

/// A report that waits to be recorded, with the order that it is about.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) provider: ProviderId,
    entry: Entry,
    report: Reported,
}

impl Lane {
    /// Whether it is to be asked for orders now.
    pub(super) fn asks_now(&self, now: Timestamp) -> bool {
        self.follow.asking < ASKING
            && self.follow.next_time().is_some_and(|at| at <= now)
            && self.breaker.may_ask(now)
    }
}

impl Engine {
    /// Takes in attempts whose orders are followed, as they were read.
    pub(super) fn followed(
        &mut self,
        provider: ProviderId,
        attempts: Vec<(Attempt, State, Option<Timestamp>)>,
        now: Timestamp,
    ) {
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        lane.follow.reading = false;
        let full = i64::try_from(attempts.len()).is_ok_and(|read| read >= FOLLOWED);
        lane.follow.read = !full;
        for (attempt, state, ended) in attempts {
            lane.follow.read_up_to = lane.follow.read_up_to.max(attempt.id);
            // Nothing that is said of an order in review changes it: a person was asked.
            if let Some(id) = attempt.upstream_id.filter(|_| state != State::Review) {
                let entry = Entry::new(attempt.id, &id, attempt.started, attempt.cost);
                lane.follow.add(entry.read_as(state, ended), now, self.random.u64(..));
            }
        }
    }

    /// Follows an order of which it is known now that a provider has it.
    pub(super) fn follow(&mut self, provider: ProviderId, entry: Entry, now: Timestamp) {
        if let Some(lane) = self.lanes.get_mut(&provider) {
            lane.follow.add(entry, now, self.random.u64(..));
        }
    }

    /// Asks for what is due.
    pub(super) fn ask(&mut self, now: Timestamp) {
        for (id, lane) in &mut self.lanes {
            if lane.provider.state == ProviderState::Off {
                continue;
            }
            if let Some(after) = lane.follow.next_reading(now) {
                let provider = *id;
                self.actions.push(Action::ReadFollowed { provider, after, limit: FOLLOWED });
            }
            // A list is a question like any other, and few are asked: it goes first.
            if self.lists.contains(id) && lane.asks_rest_until <= now {
                match lane.ask_pace.take(lane.provider.asks_per_second, now) {
                    Ok(()) => {
                        self.lists.remove(id);
                        self.actions.push(Action::FetchList(*id));
                    }
                    Err(until) => lane.asks_rest_until = until,
                }
            }
            while lane.asks_rest_until <= now && lane.asks_now(now) {
                if let Err(until) = lane.ask_pace.take(lane.provider.asks_per_second, now) {
                    lane.asks_rest_until = until;
                    break;
                }
                let Some(ticket) = lane.breaker.begin(Call::Ask, now) else { break };
                lane.forwarded_last = false;
                let entries = lane.follow.take_due(now);
                let ids = entries.iter().map(|entry| entry.upstream_id.to_string()).collect();
                lane.follow.asking = lane.follow.asking.saturating_add(1);
                let ask = AskId(self.next_ask);
                self.next_ask = self.next_ask.wrapping_add(1);
                self.asking.insert(ask, Asking { provider: *id, entries, ticket });
                self.actions.push(Action::AskStatus { ask, provider: *id, ids });
            }
        }
    }

    /// Takes in what a provider said of orders.
    pub(super) fn statuses(&mut self, ask: AskId, answer: &Answer, now: Timestamp) {
        let Some(Asking { provider, entries, ticket }) = self.asking.remove(&ask) else {
            return;
        };
        let asked: Vec<String> =
            entries.iter().map(|entry| entry.upstream_id.to_string()).collect();
        let speaks_of_orders = !wishes::is_from_trouble(answer);
        let (came, each) = match answer {
            Answer::NotSent(_) | Answer::Unsendable(_) => (Outcome::NotSent, None),
            Answer::Lost { .. } => (Outcome::Unclear, None),
            Answer::Complete { body, .. } => match read_status(body, &asked) {
                Answers::Each(each) => (Outcome::Answered, Some(each)),
                Answers::Refused(_) => (Outcome::Answered, None),
                Answers::Unclear(_) => (Outcome::Unclear, None),
            },
        };
        let jitter = self.random.u64(..);
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        lane.follow.asking = lane.follow.asking.saturating_sub(1);
        lane.breaker.record(ticket, came, now, jitter);
        let Some(each) = each else {
            lane.asks_rest_until = lane.asks_rest_until.max(plus(now, lane.ask_pause(came)));
            for entry in entries {
                lane.follow.postpone(entry, plus(now, NO_ANSWER_US));
            }
            return;
        };
        let looked: Vec<Looked> = entries
            .iter()
            .zip(&each)
            .filter_map(|(entry, (_, found))| match found {
                Found::Known(_) => Some(entry.looked(true)),
                Found::Error(text) if speaks_of_orders && !is_passing(text) => {
                    Some(entry.looked(false))
                }
                // What is left out, or cannot be read, may be there.
                Found::Error(_) | Found::Absent | Found::Unclear(_) => None,
            })
            .collect();
        self.actions.extend(lane.looks_like_ours(&looked, now));
        for (mut entry, (_, found)) in entries.into_iter().zip(each) {
            let says = match &found {
                Found::Known(_) | Found::Unclear(_) => true,
                Found::Error(text) => speaks_of_orders && !is_passing(text),
                Found::Absent => speaks_of_orders,
            };
            if says {
                entry.answered(now);
                self.said(provider, entry, found, now);
            } else {
                self.wait_for(provider, entry, false, now);
            }
        }
    }

    fn said(
        &mut self,
        provider: ProviderId,
        mut entry: Entry,
        found: Found<panel_api::client::UpstreamStatus>,
        now: Timestamp,
    ) {
        let report = match found {
            Found::Known(status) => {
                let said = Said::of(&status);
                if entry.is_news(&said) {
                    entry.says(&said);
                    let (attempt, report) = (entry.attempt, Report::Says(said.reading()));
                    Some(Reported { attempt, report, not_found: 0, words: said.words() })
                } else {
                    None
                }
            }
            Found::Error(text) => self.not_found(provider, &mut entry, &text),
            Found::Absent => self.not_found(provider, &mut entry, "left out of the answer"),
            Found::Unclear(_) => {
                self.not_found(provider, &mut entry, "a status that cannot be read")
            }
        };
        match report {
            Some(report) => self.reports.push_back(Pending { provider, entry, report }),
            None => self.wait_for(provider, entry, false, now),
        }
    }

    /// Counts that an order was not found; reported once a person has to look. Where the account may be
    /// another one it is neither.
    fn not_found(
        &mut self,
        provider: ProviderId,
        entry: &mut Entry,
        words: &str,
    ) -> Option<Reported> {
        if self.lanes.get(&provider)?.is_strange() {
            return None;
        }
        let before = i64::from(entry.not_found);
        entry.not_found = entry.not_found.saturating_add(1);
        let enough = before.saturating_add(1) >= NOT_FOUND_MAX;
        enough.then(|| Reported {
            attempt: entry.attempt,
            report: Report::NotFound,
            not_found: before,
            words: words.to_owned(),
        })
    }

    fn wait_for(&mut self, provider: ProviderId, entry: Entry, moved: bool, now: Timestamp) {
        let (state, jitter) = (entry.state(), self.random.u64(..));
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        if let Some(attempt) = lane.follow.put_back(entry, moved, now, jitter)
            && state.is_terminal()
        {
            self.unfollow.push(attempt);
        }
    }

    /// Hands over what waits to be recorded.
    pub(super) fn record_reports(&mut self) {
        if self.busy.reports.is_empty() && !self.reports.is_empty() {
            let count = self.reports.len().min(REPORTS);
            let batch: Vec<Pending> = self.reports.drain(..count).collect();
            let reports = batch.iter().map(|pending| pending.report.clone()).collect();
            self.actions.push(Action::RecordReports(reports));
            self.busy.reports = batch;
        }
        if !self.unfollow.is_empty() && !self.busy.unfollow {
            self.busy.unfollow = true;
            let count = self.unfollow.len().min(REPORTS);
            self.actions.push(Action::Unfollow(self.unfollow.drain(..count).collect()));
        }
    }

    /// Where orders stand after their reports were recorded.
    pub(super) fn reports_recorded(&mut self, answers: Vec<Option<Followed>>, now: Timestamp) {
        let batch = std::mem::take(&mut self.busy.reports);
        for (Pending { provider, mut entry, .. }, answer) in batch.into_iter().zip(answers) {
            match answer {
                Some(followed) if followed.state != State::Review => {
                    entry.stands(&followed);
                    self.wait_for(provider, entry, followed.moved, now);
                }
                // A person decides, or has decided.
                Some(_) | None => {
                    if let Some(lane) = self.lanes.get_mut(&provider) {
                        lane.follow.forget(&entry);
                    }
                }
            }
        }
    }

    /// The store could not record reports: they wait.
    pub(super) fn reports_failed(&mut self) {
        for pending in std::mem::take(&mut self.busy.reports).into_iter().rev() {
            self.reports.push_front(pending);
        }
    }
}

/// What it says of a provider that there is no complete answer.
pub(super) const fn not_told(answer: &Answer) -> Outcome {
    match answer {
        Answer::NotSent(_) | Answer::Unsendable(_) => Outcome::NotSent,
        Answer::Lost { .. } | Answer::Complete { .. } => Outcome::Unclear,
    }
}
