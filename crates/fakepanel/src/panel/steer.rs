//! What is changed from outside while the panel runs.

use crate::amount::Amount;
use crate::error::Error;
use crate::faults::{Rule, Rules};
use crate::panel::life::What;
use crate::panel::{Cause, Outcome, Panel, State};
use crate::server::Command;

impl Panel {
    /// From now on these rules, each beginning to count anew. No rules: nothing goes wrong.
    ///
    /// # Errors
    /// One of them can never do anything.
    pub fn set_faults(&mut self, rules: Vec<Rule>) -> Result<(), Error> {
        if let Some(complaint) = rules.iter().find_map(Rule::complaint) {
            return Err(Error::Rule(complaint));
        }
        self.rules = Rules::new(rules);
        self.rules_set = self.rules_set.saturating_add(1);
        Ok(())
    }

    /// The rules that hold.
    pub fn faults(&self) -> Vec<Rule> {
        self.rules.rules().cloned().collect()
    }

    /// Does what a command says that is about the panel itself.
    pub(crate) fn change(&mut self, now_us: u64, command: &Command) -> Result<(), Error> {
        match command {
            Command::Balance { account, balance } => self.set_balance(now_us, account, *balance),
            Command::Outcome { order, outcome } => self.force(now_us, *order, *outcome),
            Command::IdsAbove(last) => {
                self.set_ids_above(*last);
                Ok(())
            }
            Command::Faults(_) | Command::Mode(_) => Ok(()),
        }
    }

    /// Gives no order this id from now on, or a lower one: somebody knows them.
    pub fn set_ids_above(&mut self, last: u64) {
        self.next_id = self.next_id.max(last.saturating_add(1));
    }

    /// Gives an account this balance, by a movement of its own.
    ///
    /// # Errors
    /// There is no account of that name.
    pub fn set_balance(&mut self, now_us: u64, name: &str, balance: Amount) -> Result<(), Error> {
        self.advance(now_us);
        let found = self.account(name);
        let (account, purse) = found.ok_or_else(|| Error::NoAccount(name.to_owned()))?;
        let change = balance.minus(purse.balance);
        self.move_money(account, Cause::Adjustment, change);
        Ok(())
    }

    /// Ends the latest order of an id now, so; keeps it from ending; or, where it has ended already,
    /// corrects it, which moves its money. [`Outcome::Corrected`] ends it as completed now and
    /// corrects it later.
    ///
    /// # Errors
    /// There is no such order, or it has ended and cannot go back to what is asked.
    pub fn force(&mut self, now_us: u64, id: u64, outcome: Outcome) -> Result<(), Error> {
        self.advance(now_us);
        let number = self.order_of_id(id).ok_or(Error::NoOrder(id))?;
        let order = self.orders.get_mut(number).ok_or(Error::NoOrder(id))?;
        let outcome = outcome.within(order.quantity);
        let later = matches!(outcome, Outcome::Corrected(_) | Outcome::Stuck | Outcome::Pending);
        if later && !order.state.is_open() {
            return Err(Error::Ended(id));
        }
        order.plan.outcome = outcome;
        order.version = order.version.saturating_add(1);
        let (plan, version, state) = (order.plan, order.version, order.state);
        match plan.end() {
            Some(state) => self.settle(number, state),
            // What was to start it is of the old plan.
            None if outcome == Outcome::Stuck && state == State::Pending => {
                self.plan(plan.starts_us, What::Start { order: number, version });
            }
            None => {}
        }
        if matches!(outcome, Outcome::Corrected(_)) {
            let at_us = self.now_us.saturating_add(plan.correct_us);
            self.plan(at_us, What::Correct { order: number, version });
        }
        Ok(())
    }
}
