//! Reading balances: to see whether a provider answers again, whether our books explain what it
//! has, and what became of lost answers.

use super::lane::{Lane, Readiness};
use super::{Action, Answer, AskId, Engine, plus};
use counter::fulfilment::BalanceRead;
use domain::providers::{Call, Outcome, ProviderState, Ticket, last_decimal};
use domain::{Micros, ProviderId, Timestamp};
use panel_api::client::{BalanceAnswer, read_balance};

/// Between two reads of a balance that our books do not begin with yet.
const OFTEN_US: i64 = 5_000_000;

/// Between two reads of any other; as many as [`domain::limits::TRUST_READS`] are a day.
const SELDOM_US: i64 = 60_000_000;

/// After what time a balance is asked for again that was not told.
const AGAIN_US: i64 = 5_000_000;

/// What is known of a balance while it is read.
#[derive(Debug)]
pub(super) struct Purse {
    /// When it is read next.
    pub(super) next: Timestamp,
    asking: Option<(AskId, Ticket)>,
    /// Whether the last answer did not tell it.
    is_untold: bool,
    /// The last read, and when it was asked for.
    pub(super) last: Option<(Timestamp, Micros)>,
    asked_at: Timestamp,
    /// What was booked then, when our books could begin with the balance.
    begins: Option<Micros>,
    /// Amounts that were booked since the balance was exactly what our books say: each may be
    /// rounded.
    bookings: i64,
    /// When the last of them was.
    booked_at: Timestamp,
}

impl Purse {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self {
            next: now,
            asking: None,
            is_untold: false,
            last: None,
            asked_at: now,
            begins: None,
            bookings: 0,
            booked_at: now,
        }
    }

    /// Whether nothing speaks against its being told by the next answer.
    pub(super) const fn may_be_told(&self) -> bool {
        !self.is_untold
    }

    /// Notes that an amount was booked.
    pub(super) const fn booked(&mut self, now: Timestamp) {
        self.bookings = self.bookings.saturating_add(1);
        self.booked_at = now;
    }
}

impl Lane {
    /// How far our books may be off through roundings.
    pub(super) fn slack(&self) -> Micros {
        let unit = last_decimal(self.provider.balance_decimals.unwrap_or(0)).raw();
        Micros::new(unit.saturating_mul(self.purse.bookings.saturating_add(1)))
    }

    /// Whether nothing is under way or unknown, so that the balance should be what our books say, but
    /// for what has come back and was not read yet.
    pub(super) fn is_quiet(&self) -> bool {
        self.placing.is_empty() && self.lost.is_empty() && self.claimed == 0
    }

    /// What is booked, when our books can begin with the balance as it is now: nothing is under way,
    /// and no open order may have come back without our knowing.
    fn can_begin(&self) -> Option<Micros> {
        let is_known = self.follow.is_settled() && !self.is_strange();
        let can = self.provider.reported.is_none() && self.is_quiet() && is_known;
        can.then_some(self.provider.booked)
    }

    /// A balance that was asked for at `asked`, to be recorded.
    pub(super) fn balance_read(
        &self,
        balance: Micros,
        asked: Timestamp,
        begins: Option<Micros>,
        now: Timestamp,
    ) -> BalanceRead {
        BalanceRead {
            provider: self.provider.id,
            balance,
            open: Micros::new(self.follow.open_cost().saturating_add(self.unwatched.raw())),
            slack: self.slack(),
            begins,
            age_us: now.0.saturating_sub(asked.0),
        }
    }
}

impl Engine {
    /// Asks for balances that are due.
    pub(super) fn read_balances(&mut self, now: Timestamp) {
        for (id, lane) in &mut self.lanes {
            let asks = lane.readiness == Readiness::Ready
                && lane.provider.state != ProviderState::Off
                && lane.purse.asking.is_none();
            // A breaker that is open lets a balance through after a while.
            let probe = lane.breaker.open_until().is_some_and(|until| until <= now);
            // What our books are to begin with is asked for once it is known that nothing is open.
            let too_early = lane.awaits_beginning(now) && !lane.follow.read;
            if !asks || too_early || (lane.purse.next > now && !probe) {
                continue;
            }
            let Some(ticket) = lane.breaker.begin(Call::Balance, now) else {
                lane.purse.next = lane.purse.next.max(plus(now, AGAIN_US));
                continue;
            };
            let ask = AskId(self.next_ask);
            self.next_ask = self.next_ask.wrapping_add(1);
            lane.purse.asking = Some((ask, ticket));
            lane.purse.asked_at = now;
            lane.purse.begins = lane.can_begin();
            self.actions.push(Action::AskBalance { ask, provider: *id });
        }
    }

    /// Takes in what a provider said that our balance is.
    pub(super) fn balance(
        &mut self,
        provider: ProviderId,
        ask: AskId,
        answer: &Answer,
        now: Timestamp,
    ) {
        let jitter = self.random.u64(..);
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        let Some((_, ticket)) = lane.purse.asking.take_if(|(asked, _)| *asked == ask) else {
            return;
        };
        let (came, balance) = match answer {
            Answer::NotSent(_) | Answer::Unsendable(_) => (Outcome::NotSent, None),
            Answer::Lost { .. } => (Outcome::Unclear, None),
            Answer::Complete { body, .. } => match read_balance(body) {
                BalanceAnswer::Balance { amount, .. } => {
                    (Outcome::Answered, Some(Micros::new(amount.micros())))
                }
                BalanceAnswer::Refused(_) => (Outcome::Answered, None),
                BalanceAnswer::Unclear(_) => (Outcome::Unclear, None),
            },
        };
        lane.breaker.record(ticket, came, now, jitter);
        lane.purse.is_untold = balance.is_none();
        let Some(balance) = balance else {
            lane.purse.next = plus(now, AGAIN_US);
            return;
        };
        // Also where somebody vouches for it: it is to be what our books begin with.
        let has_begun = lane.provider.reported.is_some();
        lane.purse.next = plus(now, if has_begun { SELDOM_US } else { OFTEN_US });
        lane.purse.last = Some((lane.purse.asked_at, balance));
        let known_since = lane.purse.asked_at.min(lane.resolver.setup_at);
        let is_known = lane.is_quiet() && lane.purse.booked_at <= known_since;
        if is_known && balance == lane.provider.booked {
            lane.purse.bookings = 0;
        }
        let read = lane.balance_read(balance, lane.purse.asked_at, lane.purse.begins, now);
        self.actions.push(Action::RecordBalance(read));
        self.next_setup = self.next_setup.min(plus(now, AGAIN_US));
    }
}
