//! What happens by itself, in the course of time.

use std::cmp::Reverse;

use crate::amount::Amount;
use crate::journal::Happening;
use crate::panel::{Cause, Outcome, Panel, State};
use crate::random::{self, Purpose};
use crate::reaction::Reply;

/// Something that is to happen. What is due at the same moment happens in the order in which it was
/// decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due {
    at_us: u64,
    sequence: u64,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// An order starts, by its plan of this version.
    Start { order: usize, version: u32 },
    /// An order ends.
    End { order: usize, version: u32 },
    /// An order that had ended is corrected.
    Correct { order: usize, version: u32 },
    /// A cancel does what it does.
    Cancel { order: usize },
    /// A request that waited is processed.
    Process { request: u64 },
    /// Somebody else spends from an account, for the n-th time.
    Noise { account: usize, n: u64 },
}

impl Panel {
    /// Lets happen what is to happen until now.
    pub fn advance(&mut self, now_us: u64) {
        let now_us = now_us.max(self.now_us);
        if !self.begun {
            self.begun = true;
            self.now_us = now_us;
            for account in 0..self.purses.len() {
                self.plan_noise(account, 0);
            }
        }
        while let Some(Reverse(due)) = self.due.peek().copied().filter(|due| due.0.at_us <= now_us)
        {
            self.due.pop();
            self.now_us = due.at_us.max(self.now_us);
            self.happen(due.what);
        }
        self.now_us = now_us;
    }

    /// When the next thing is to happen by itself, in microseconds.
    pub fn next_us(&self) -> Option<u64> {
        self.due.peek().map(|due| due.0.at_us)
    }

    pub(super) fn plan(&mut self, at_us: u64, what: What) {
        let sequence = self.dues;
        self.dues = sequence.saturating_add(1);
        self.due.push(Reverse(Due { at_us, sequence, what }));
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Start { order, version } => self.start(order, version),
            What::End { order, version } => self.end(order, version),
            What::Correct { order, version } => self.correct(order, version),
            What::Cancel { order } => self.cancel_takes(order),
            What::Process { request } => {
                let Some(form) = self.waiting.remove(&request) else { return };
                let (verdict, json) = self.process(request, &form, None);
                self.journal.processed(request, verdict, &Reply::json(json.to_text()));
            }
            What::Noise { account, n } => self.make_noise(account, n),
        }
    }

    fn start(&mut self, number: usize, version: u32) {
        let Some(order) = self.orders.get_mut(number) else { return };
        if order.version != version || order.state != State::Pending {
            return;
        }
        order.state = State::InProgress;
        let (plan, at_us) = (order.plan, self.now_us);
        self.journal.happened(at_us, number, Happening::Started);
        if plan.end().is_some() {
            self.plan(plan.ends_us, What::End { order: number, version });
        }
    }

    fn end(&mut self, number: usize, version: u32) {
        let Some(order) = self.orders.get(number) else { return };
        if order.version != version || !order.state.is_open() {
            return;
        }
        let plan = order.plan;
        if let Some(state) = plan.end() {
            self.settle(number, state);
        }
        if matches!(plan.outcome, Outcome::Corrected(_)) {
            let at_us = self.now_us.saturating_add(plan.correct_us);
            self.plan(at_us, What::Correct { order: number, version });
        }
    }

    fn correct(&mut self, number: usize, version: u32) {
        let Some(order) = self.orders.get(number) else { return };
        match order.plan.outcome {
            Outcome::Corrected(remains) if order.version == version => {
                self.settle(number, State::Partial { remains });
            }
            _ => {}
        }
    }

    /// An order is in a state from which it does not go on by itself: money, link and journal follow.
    pub(super) fn settle(&mut self, number: usize, state: State) {
        let (decimals, rounding) = (self.settings.decimals, self.settings.rounding);
        let Some(order) = self.orders.get_mut(number) else { return };
        let cost = order.cost(state, decimals, rounding);
        let back = order.net.minus(cost);
        let was_open = order.state.is_open();
        order.net = cost;
        order.state = state;
        let account = order.account;
        let link = (account, order.service, order.link.clone());
        let happening =
            if was_open { Happening::Ended(state) } else { Happening::Corrected(state) };
        if was_open && self.settings.guard_links {
            self.open_links.remove(&link);
        }
        self.journal.happened(self.now_us, number, happening);
        let cause = if back > Amount::ZERO { Cause::Refund(number) } else { Cause::Charge(number) };
        self.move_money(usize::from(account), cause, back);
    }

    /// Moves money of an account, unless it is none.
    pub(super) fn move_money(&mut self, account: usize, cause: Cause, change: Amount) {
        let Some(purse) = self.purses.get_mut(account) else { return };
        if change != Amount::ZERO {
            purse.apply(self.now_us, cause, change);
            self.journal.moved(self.now_us, account, change);
        }
    }

    fn plan_noise(&mut self, account: usize, n: u64) {
        let Some(noise) = &self.settings.noise else { return };
        let every = noise.every_us.draw(&mut self.noise_source(account, n)).max(1);
        self.plan(self.now_us.saturating_add(every), What::Noise { account, n });
    }

    fn make_noise(&mut self, account: usize, n: u64) {
        let Some(noise) = &self.settings.noise else { return };
        let mut random = self.noise_source(account, n);
        // The first number is how long it took until now.
        noise.every_us.draw(&mut random);
        let taken = random.i64(noise.least.raw()..=noise.most.raw());
        let taken = Amount::new(taken).rounded(self.settings.decimals, self.settings.rounding);
        let has = self.purses.get(account).map_or(Amount::ZERO, |purse| purse.balance);
        if taken <= has {
            self.move_money(account, Cause::Noise, Amount::ZERO.minus(taken));
        }
        self.plan_noise(account, n.saturating_add(1));
    }

    fn noise_source(&self, account: usize, n: u64) -> fastrand::Rng {
        let account = u64::try_from(account).unwrap_or(u64::MAX);
        random::source(self.seed ^ account.rotate_left(32), Purpose::Noise, n)
    }
}
