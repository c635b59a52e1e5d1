//! The network between a worker and the panels: what gets there, what comes back, and when.

use crate::kinds::{Call, CallId, Event, For, Pid, Sent, told};
use crate::mutant::Mutant;
use crate::swarm::within;
use crate::world::World;
use counter::fulfilment::{ForwardKind, Placement};
use dispatch::engine::{Answer, AskId, Input};
use domain::{OrderId, ProviderId};
use fakepanel::settings::Span;
use fakepanel::{Form, Greeting, How, Reply};
use panel_api::client::{Call as Request, NewOrder};

/// Our key at every panel.
pub(crate) const KEY: &str = "fake-key";

impl World {
    /// Sends an order to its provider, unless it was taken too long ago.
    pub(crate) fn place_fresh(&mut self, pid: Pid, placement: &Placement) {
        if placement.is_fresh(self.now()) || self.is(Mutant::StaleSent) {
            self.place(pid, placement);
        } else {
            let answer = Answer::NotSent(String::from("it was taken too long ago"));
            let event = Event::Tell(pid, Input::Answered(placement.attempt, answer));
            self.schedule(self.swarm.lag, event);
        }
    }

    /// Sends an order to its provider.
    pub(crate) fn place(&mut self, pid: Pid, placement: &Placement) {
        let quantity = placement.quantity.to_string();
        let order = NewOrder {
            service: &placement.upstream_service,
            parameters: &[("link", &placement.link), ("quantity", &quantity)],
            request_id: Some(&placement.request_id),
        };
        let purpose = For::Place(placement.attempt);
        let (provider, order_id) = (placement.provider, Some(placement.order));
        self.send(pid, provider, purpose, &Request::Add(order), order_id);
    }

    /// Asks a provider where orders stand.
    pub(crate) fn ask_status(
        &mut self,
        pid: Pid,
        ask: AskId,
        provider: ProviderId,
        ids: &[String],
    ) {
        self.send(pid, provider, For::Status(ask), &Request::Status(ids), None);
    }

    /// Asks a provider for our balance.
    pub(crate) fn ask_balance(&mut self, pid: Pid, ask: AskId, provider: ProviderId) {
        self.send(pid, provider, For::Balance(provider, ask), &Request::Balance, None);
    }

    /// Sends something on to a provider.
    pub(crate) fn forward(
        &mut self,
        pid: Pid,
        ask: AskId,
        provider: ProviderId,
        (kind, ids): (ForwardKind, &[String]),
    ) {
        let request = match kind {
            ForwardKind::Cancel => Request::Cancel(ids),
            ForwardKind::Refill => Request::Refill(ids),
            ForwardKind::RefillStatus => Request::RefillStatus(ids),
        };
        self.send(pid, provider, For::Forward(ask), &request, None);
    }

    fn send(
        &mut self,
        pid: Pid,
        provider: ProviderId,
        purpose: For,
        request: &Request<'_>,
        order: Option<OrderId>,
    ) {
        let form = request.form(KEY).map(|form| {
            let body = String::from_utf8_lossy(form.as_bytes()).into_owned();
            Form::parse(&body)
        });
        match (form, self.panel(provider)) {
            (Ok(form), Some(panel)) => {
                let pid = Some(pid);
                let sent_us = self.now_us;
                self.dispatch(Call { pid, purpose, panel, form, sent_us, order });
            }
            (form, _) => {
                let why = form.err().map_or_else(String::new, |why| why.to_string());
                let answer = told(purpose, Answer::NotSent(why));
                self.schedule(self.swarm.lag, Event::Tell(pid, answer));
            }
        }
    }

    /// Puts a call on its way.
    pub(crate) fn dispatch(&mut self, call: Call) {
        let lag = within(self.swarm.lag, &mut self.rng);
        self.dispatch_at(call, self.now_us.saturating_add(lag));
    }

    /// Puts a call on its way that arrives at a moment.
    pub(crate) fn dispatch_at(&mut self, call: Call, at_us: u64) {
        let id = CallId(self.call_ids);
        self.call_ids = self.call_ids.saturating_add(1);
        if let Some(sent) = &mut self.sent {
            let places = matches!(call.purpose, For::Place(_));
            sent.push(Sent { at_us: self.now_us, panel: call.panel, places });
        }
        self.calls.insert(id, call);
        self.schedule_at(at_us, Event::Arrive(id));
    }

    /// A call reaches its panel, whether or not somebody still waits for the answer.
    pub(crate) fn arrive(&mut self, id: CallId) {
        let Some(call) = self.calls.remove(&id) else { return };
        let now_us = self.now_us;
        let Some(panel) = self.panels.get_mut(call.panel) else { return };
        match panel.connect(now_us) {
            Greeting::Serve => {}
            Greeting::Refuse => {
                if self.redials(&call) {
                    return;
                }
                let why = String::from("connection refused");
                return self.answer_at(&call, now_us, Answer::NotSent(why));
            }
            Greeting::CloseUnread => {
                return self.answer_at(&call, now_us, broken("the connection was closed"));
            }
        }
        let reaction = panel.handle(now_us, &call.form);
        self.trace
            .say(now_us, format_args!("  panel {}: {:?} -> {reaction:?}", call.panel, call.form));
        let never = self.deadline(&call);
        match reaction.how {
            How::Answer { after_us } => {
                let at_us = now_us.saturating_add(after_us);
                self.answer_at(&call, at_us, complete(reaction.reply));
            }
            How::Drip { after_us, every_us } => {
                let bytes = u64::try_from(reaction.reply.body.len()).unwrap_or(u64::MAX);
                let dripping = every_us.saturating_mul(bytes);
                let at_us = now_us.saturating_add(after_us).saturating_add(dripping);
                self.answer_at(&call, at_us, complete(reaction.reply));
            }
            How::Truncate { after_us, .. } => {
                let answer = broken("the answer ended in its middle");
                self.answer_at(&call, now_us.saturating_add(after_us), answer);
            }
            How::Reset { after_us } => {
                let answer = broken("the connection was reset");
                self.answer_at(&call, now_us.saturating_add(after_us), answer);
            }
            How::Silence => {
                self.waits_for(&call, never);
                self.give_up(&call, never);
                self.come_late(&call, u64::MAX, broken("nothing came"));
            }
            How::Later { at_us } => {
                if at_us > never {
                    self.give_up(&call, never);
                }
                self.schedule_at(at_us, Event::Collect(call, reaction.number));
            }
        }
    }

    /// A panel has processed a call that waited there.
    pub(crate) fn collect(&mut self, call: Call, number: u64) {
        let now_us = self.now_us;
        let reply = self.panels.get_mut(call.panel).and_then(|panel| panel.collect(now_us, number));
        let Some(reply) = reply else { return };
        let answer = complete(reply);
        if now_us <= self.deadline(&call) {
            self.answer_at(&call, now_us, answer);
        } else {
            self.come_late(&call, now_us, answer);
        }
    }

    /// Until when an answer is waited for: half as long for a question as for an order, as calls do.
    const fn deadline(&self, call: &Call) -> u64 {
        let answer_us = match call.purpose {
            For::Place(_) => self.swarm.answer_us,
            For::Status(_) | For::Balance(..) | For::Forward(_) => self.swarm.answer_us / 2,
        };
        call.sent_us.saturating_add(answer_us)
    }

    /// An answer is there at a moment: in time, or after it was given up.
    fn answer_at(&mut self, call: &Call, at_us: u64, answer: Answer) {
        let deadline = self.deadline(call);
        if at_us <= deadline {
            let Some(pid) = call.pid else { return };
            let answer = told(call.purpose, answer);
            let at_us = at_us.max(self.now_us);
            self.schedule_at(at_us, Event::Tell(pid, answer));
        } else {
            self.give_up(call, deadline);
            self.come_late(call, at_us, answer);
        }
    }

    fn give_up(&mut self, call: &Call, at_us: u64) {
        let Some(pid) = call.pid else { return };
        if self.is(Mutant::RetryOnTimeout) && matches!(call.purpose, For::Place(_)) {
            let again = Call { sent_us: at_us.max(self.now_us), ..call.clone() };
            return self.dispatch(again);
        }
        let may_come = matches!(call.purpose, For::Place(_));
        let answer = Answer::Lost { why: String::from("no answer in time"), may_come };
        let answer = told(call.purpose, answer);
        self.schedule_at(at_us.max(self.now_us), Event::Tell(pid, answer));
    }

    fn come_late(&mut self, call: &Call, at_us: u64, answer: Answer) {
        let (Some(pid), For::Place(attempt)) = (call.pid, call.purpose) else { return };
        let over = self.deadline(call).saturating_add(self.swarm.late_us);
        let input = if at_us <= over && matches!(answer, Answer::Complete { .. }) {
            Input::Late(attempt, answer)
        } else {
            Input::LateOver(attempt)
        };
        self.schedule_at(at_us.min(over).max(self.now_us), Event::Tell(pid, input));
    }

    /// Whether a call that places an order is on its way, or waits at a panel.
    pub(crate) fn is_on_its_way(&self, order: OrderId) -> bool {
        self.calls.values().any(|call| call.order == Some(order))
            || self.panels.iter().any(|panel| crate::truth::waits_at(panel, order))
    }

    /// Tells a panel something at its website: nothing of the network is in between.
    pub(crate) fn by_hand(&mut self, panel: usize, request: &Request<'_>) {
        let Ok(form) = request.form(KEY) else { return };
        let form = Form::parse(&String::from_utf8_lossy(form.as_bytes()));
        let now_us = self.now_us;
        if let Some(panel) = self.panels.get_mut(panel) {
            panel.handle(now_us, &form);
        }
    }

    /// A pause of no more than the network takes.
    pub(crate) const fn lag(&self) -> Span {
        self.swarm.lag
    }
}

fn broken(why: &str) -> Answer {
    Answer::Lost { why: why.to_owned(), may_come: false }
}

fn complete(reply: Reply) -> Answer {
    let retry_after_us = reply.retry_after.map(|s| i64::from(s).saturating_mul(1_000_000));
    Answer::Complete { status: reply.status, body: reply.body.into_bytes(), retry_after_us }
}
