//! What planted bugs do to what a worker is told and wants done.

use crate::Outcome;
use crate::kinds::{Event, Pid};
use crate::mutant::Mutant;
use crate::world::World;
use counter::fulfilment::{Claim, Found, Outcome as Came, Placement, ProviderChange, Verdict};
use counter::orders::{OrderReport, Report as Said};
use dispatch::engine::{Action, Answer, Input};
use domain::OrderId;
use domain::orders::{NotAccepted, State};
use domain::providers::{Attempt, Report, Said as Field, request_id};
use domain::{AttemptId, Micros, ProviderId, RouteId};
use fakepanel::settings::Span;

/// More than any order of a provider is unknown there.
const MANY: i64 = 500;

impl World {
    pub(crate) fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// What a worker is told in place of something.
    pub(crate) fn bent_input(&mut self, pid: Pid, mut input: Input) -> Vec<Input> {
        let Some(mutant) = self.mutant else { return vec![input] };
        match (mutant, &mut input) {
            (Mutant::LateAnswerDropped, Input::Late(attempt, _)) => {
                return vec![Input::LateOver(*attempt)];
            }
            (Mutant::CapNotCounted, Input::Setup(setup)) => {
                for provider in &mut setup.providers {
                    provider.adds_at_once = MANY;
                }
            }
            (Mutant::PageAsRefusal, Input::Answered(_, answer)) => {
                let page = matches!(answer, Answer::Complete { status: 500, .. });
                if page {
                    let body = br#"{"error":"Bad link"}"#.to_vec();
                    *answer = Answer::Complete { status: 200, body, retry_after_us: None };
                }
            }
            (Mutant::SentWhenWrittenOff, Input::Unknown(_, attempts)) => {
                let again: Vec<(OrderId, RouteId)> = attempts
                    .iter()
                    .filter(|(attempt, order)| {
                        *order == State::Canceled && self.sent_again.insert(attempt.id)
                    })
                    .map(|(attempt, _)| (attempt.order, attempt.route))
                    .collect();
                for (order, route) in again {
                    self.call_early(pid, Claim { order, route, expected_cost: Micros::ZERO });
                }
            }
            (Mutant::RecoverySendsAgain, Input::Unknown(_, attempts)) => {
                let new: Vec<AttemptId> = attempts
                    .iter()
                    .filter(|(attempt, _)| self.sent_again.insert(attempt.id))
                    .map(|(attempt, _)| attempt.id)
                    .collect();
                for attempt in new {
                    self.schedule(self.lag(), Event::Do(pid, Action::Replay(attempt)));
                }
            }
            _ => {}
        }
        vec![input]
    }

    /// What a worker does in place of something.
    pub(crate) fn bent_action(&mut self, pid: Pid, mut action: Action) -> Vec<Action> {
        let Some(mutant) = self.mutant else { return vec![action] };
        match (mutant, &mut action) {
            (Mutant::LostAsRefused, Action::Record(outcomes)) => {
                bend(outcomes, &Found::Refused { another_way: false });
            }
            (Mutant::LostAsNotSent, Action::Record(outcomes)) => bend(outcomes, &Found::NotSent),
            (Mutant::LateAnswerDropped, Action::Record(outcomes)) => {
                for lost in outcomes.iter().filter(|outcome| outcome.found == Found::Lost) {
                    let found = Found::NotAccepted(NotAccepted::BalanceUnmoved);
                    let evidence = String::from("too long ago");
                    let outcome = Came { attempt: lost.attempt, found, evidence };
                    let after = Span::just(20_000_000);
                    self.schedule(after, Event::Do(pid, Action::Record(vec![outcome])));
                }
            }
            (Mutant::NoFence, Action::Record(outcomes)) => {
                // What comes twice is harmless, as long as it is known what it is about.
                let again = Action::Record(outcomes.clone());
                self.schedule(Span::new(100_000, 4_000_000), Event::Do(pid, again));
            }
            (Mutant::RecordLost, Action::Record(outcomes)) if self.rng.u8(..20) == 0 => {
                outcomes.clear();
            }
            (Mutant::RemainsClamped, Action::RecordReports(reports)) => {
                for report in reports {
                    let order = self.attempt(report.attempt).map(|attempt| attempt.order);
                    let order = order.and_then(|order| self.watch.orders.get(&order));
                    if let Some(order) = order
                        && let Report::Says(reading) = &mut report.report
                        && let Field::Value(remains) = &mut reading.remains
                        && *remains > order.quantity
                    {
                        *remains = order.quantity.saturating_sub(1);
                    }
                }
            }
            (Mutant::OtherOrdersStatus, Action::RecordReports(reports)) => {
                let attempts: Vec<AttemptId> = reports.iter().map(|r| r.attempt).collect();
                let others = attempts.iter().cycle().skip(1);
                for (report, other) in reports.iter_mut().zip(others) {
                    report.attempt = *other;
                }
            }
            (Mutant::CallBeforeAttempt, Action::Claim(claims)) => {
                let claims = claims.clone();
                claims.iter().for_each(|claim| self.call_early(pid, *claim));
                // The attempt is written down only then.
                self.schedule(Span::new(0, 2_000_000), Event::Do(pid, action));
                return Vec::new();
            }
            _ => {}
        }
        vec![action]
    }

    pub(crate) fn bent_replay(&self, mut placement: Placement) -> Placement {
        if self.is(Mutant::NewRequestId) {
            let after = placement.number.saturating_add(1_000);
            placement.request_id = request_id(placement.order, self.now(), after);
        }
        placement
    }

    /// Calls a provider for an order that is about to be taken.
    fn call_early(&mut self, pid: Pid, claim: Claim) {
        let view = self.shop.wait(self.shop.counter.show_order(claim.order, self.now()));
        let routes = self.shop.wait(self.shop.counter.routes()).unwrap_or_default();
        let route = routes.into_iter().find(|route| route.id == claim.route);
        if let (Ok(view), Some(route)) = (view, route) {
            let order = view.order;
            let number = order.fence.saturating_add(1);
            let placement = Placement {
                attempt: AttemptId(0),
                order: order.id,
                account: order.account,
                number,
                provider: route.provider,
                route: route.id,
                upstream_service: route.upstream_service,
                kind: domain::catalogue::ServiceKind::Default,
                link: order.link.clone(),
                quantity: order.quantity,
                params: None,
                expected_cost: claim.expected_cost,
                request_id: request_id(order.id, order.created, number),
                started: self.now(),
            };
            self.place(pid, &placement);
        }
    }

    /// What is carried out in place of something.
    pub(crate) fn bent_unit(&self, mut action: Action) -> Action {
        if let (Some(Mutant::NoFence), Action::Record(outcomes)) = (self.mutant, &mut action) {
            for outcome in outcomes {
                let latest = self.attempt(outcome.attempt).and_then(|attempt| {
                    let all = self.shop.counter.attempts_of_order(attempt.order);
                    self.shop.wait(all).ok()?.pop()
                });
                outcome.attempt = latest.map_or(outcome.attempt, |attempt| attempt.id);
            }
        }
        action
    }

    /// What comes before a unit.
    pub(crate) fn before_unit(&mut self, pid: Pid, action: &Action) -> Outcome<()> {
        if matches!(action, Action::Claim(_)) {
            self.watch.unknown = self.unknown_at_providers()?;
        }
        match action {
            Action::Claim(_) if self.is(Mutant::CapNotCounted) => self.set_caps(Some(MANY))?,
            Action::TakeOver { provider, known } if self.is(Mutant::RecoveryAsNotSent) => {
                self.not_sent(*provider, known)?;
            }
            Action::Record(outcomes) if self.is(Mutant::SecondRoute) => {
                let lost = outcomes.iter().filter(|outcome| outcome.found == Found::Lost);
                let lost: Vec<AttemptId> = lost.map(|outcome| outcome.attempt).collect();
                lost.into_iter().try_for_each(|attempt| self.send_elsewhere(pid, attempt))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// What comes after a unit.
    pub(crate) fn after_unit(&mut self, action: &Action) -> Outcome<()> {
        self.watch.wrote = true;
        match action {
            Action::Claim(_) if self.is(Mutant::CapNotCounted) => self.set_caps(None),
            Action::Record(outcomes) if self.is(Mutant::ChargedTwice) => {
                let taken = |came: &&Came| matches!(came.found, Found::Accepted { .. });
                let taken: Vec<AttemptId> =
                    outcomes.iter().filter(taken).map(|came| came.attempt).collect();
                taken.into_iter().try_for_each(|attempt| self.charge_again(attempt))
            }
            _ => Ok(()),
        }
    }

    /// What comes after a customer has asked to cancel an order.
    pub(crate) fn after_cancel(&mut self, order: OrderId) -> Outcome<()> {
        self.watch.wrote = true;
        let (now, state) = (self.now(), self.watch.state(order));
        let counter = &self.shop.counter;
        if self.is(Mutant::RefundInUnknown) && state == Some(State::Unknown) {
            let verdict = Verdict::NotAccepted;
            let decided = counter.decide_attempt(order, verdict, "staff", "a wish", now);
            drop(self.shop.wait(decided));
        }
        let delivered = matches!(state, Some(State::Submitted | State::InProgress));
        if self.is(Mutant::CancelAtOnce) && delivered {
            let reason = Some(String::from("a wish"));
            let report = OrderReport { order, report: Said::Canceled, reason };
            drop(self.shop.wait(counter.report_order(report, "staff", now)));
        }
        Ok(())
    }

    fn set_caps(&mut self, caps: Option<i64>) -> Outcome<()> {
        let now = self.now();
        for books in &self.books {
            let adds_at_once = Some(caps.unwrap_or(books.cap));
            let change = ProviderChange { adds_at_once, ..ProviderChange::default() };
            self.shop.wait(self.shop.counter.edit_provider(books.provider, change, None, now))?;
        }
        Ok(())
    }

    fn not_sent(&self, provider: ProviderId, known: &[AttemptId]) -> Outcome<()> {
        let now = self.now();
        let counter = &self.shop.counter;
        let open = self.shop.wait(counter.unknown_attempts(provider))?;
        let open = open.into_iter().filter(|(attempt, _)| !known.contains(&attempt.id));
        let (found, evidence) = (Found::NotSent, String::from("nobody waits"));
        let outcomes = open.map(|(attempt, _)| Came {
            attempt: attempt.id,
            found: found.clone(),
            evidence: evidence.clone(),
        });
        self.shop.wait(counter.record_outcomes(outcomes.collect(), now))?;
        Ok(())
    }

    fn send_elsewhere(&mut self, pid: Pid, attempt: AttemptId) -> Outcome<()> {
        let placement = self.shop.wait(self.shop.counter.placement(attempt))?;
        let other = self.books.first().map(|books| books.provider);
        if let (Some(mut placement), Some(provider)) = (placement, other) {
            placement.provider = provider;
            self.place(pid, &placement);
        }
        Ok(())
    }

    fn attempt(&self, id: AttemptId) -> Option<Attempt> {
        self.shop.wait(self.shop.counter.attempts(&[id])).ok()?.pop()
    }

    fn charge_again(&mut self, attempt: AttemptId) -> Outcome<()> {
        let Some(attempt) = self.attempt(attempt) else { return Ok(()) };
        let amount = Micros::new(attempt.expected_cost.raw().saturating_neg());
        self.correct(attempt.provider, amount)
    }
}

fn bend(outcomes: &mut [Came], to: &Found) {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.found == Found::Lost) {
        outcome.found = to.clone();
    }
}
