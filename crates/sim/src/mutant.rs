//! Bugs that are planted beside the product, to see that a run finds them.

use crate::Outcome;
use crate::kinds::Pid;
use crate::swarm::Swarm;
use crate::world::World;
use counter::fulfilment::Placement;
use dispatch::engine::{Action, Input};
use domain::OrderId;

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {}

impl Mutant {
    /// Lets happen more of what the bug is about.
    pub(crate) fn bias(self, _swarm: &mut Swarm) {
        match self {}
    }
}

impl World {
    pub(crate) fn bent_input(&mut self, _pid: Pid, input: Input) -> Vec<Input> {
        vec![input]
    }

    pub(crate) fn bent_action(&mut self, _pid: Pid, action: Action) -> Vec<Action> {
        vec![action]
    }

    pub(crate) fn bent_replay(&self, placement: Placement) -> Placement {
        placement
    }

    pub(crate) fn before_unit(&mut self, _pid: Pid, action: &Action) -> Outcome<()> {
        if matches!(action, Action::Claim(_)) {
            self.watch.unknown = self.unknown_at_providers()?;
        }
        Ok(())
    }

    pub(crate) fn after_unit(&mut self, _pid: Pid, _action: &Action) -> Outcome<()> {
        self.watch.wrote = true;
        Ok(())
    }

    pub(crate) fn after_cancel(&mut self, _order: OrderId) -> Outcome<()> {
        self.watch.wrote = true;
        Ok(())
    }
}
