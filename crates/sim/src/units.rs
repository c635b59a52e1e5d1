//! What a worker wants done: units of the counter, and calls.

use crate::Outcome;
use crate::kinds::{Event, Pid};
use crate::world::World;
use counter::Counter;
use dispatch::driver::Units;
use dispatch::engine::{Action, Input};

impl World {
    /// Carries out what a worker wants done; what came of it is told to it a little later.
    pub(crate) fn carry_out(&mut self, pid: Pid, action: Action) -> Outcome<()> {
        let now = self.now();
        let Some(dispatcher) = self.dispatchers.get(&pid) else { return Ok(()) };
        let worker = dispatcher.worker.clone();
        let action = self.bent_unit(action);
        self.before_unit(pid, &action)?;
        let action = match action {
            Action::Place(placement) => {
                self.place_fresh(pid, &placement);
                return Ok(());
            }
            Action::Forward { ask, provider, kind, ids } => {
                self.forward(pid, ask, provider, (kind, &ids));
                return Ok(());
            }
            Action::AskStatus { ask, provider, ids } => {
                self.ask_status(pid, ask, provider, &ids);
                return Ok(());
            }
            Action::AskBalance { ask, provider } => {
                self.ask_balance(pid, ask, provider);
                return Ok(());
            }
            Action::Replay(attempt) => {
                if let Some(placement) = self.shop.wait(worker.placement(attempt))? {
                    let placement = self.bent_replay(placement);
                    self.place(pid, &placement);
                }
                return Ok(());
            }
            unit => unit,
        };
        let kind = action.kind();
        let units = Units::new(Counter::clone(&worker), worker);
        let done = self.shop.wait(units.done(action.clone(), now));
        let input = match done {
            Ok(input) => {
                self.after_unit(&action)?;
                input
            }
            Err(error) if error.is_lease_lost() => {
                self.lose_lease(pid);
                kind.map(Input::Failed)
            }
            Err(error) => {
                self.finding(format!("the store could not do what fulfilment needs: {error}"));
                kind.map(Input::Failed)
            }
        };
        self.check_caps(&action)?;
        if let Some(input) = input {
            self.schedule(self.lag(), Event::Tell(pid, input));
        }
        Ok(())
    }
}
