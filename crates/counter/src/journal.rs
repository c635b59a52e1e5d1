//! The events of a unit, written with it.

use domain::{AccountId, OrderId, Timestamp};
use store::tables::events::{self, Event};
use store::{DbError, Tx};

/// Events that wait to be written with the unit.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    drafts: Vec<Event>,
}

impl Journal {
    /// Notes that `kind` happened. `data` is a JSON object.
    pub(crate) fn note(
        &mut self,
        account: AccountId,
        order: Option<OrderId>,
        kind: &str,
        data: String,
        at: Timestamp,
    ) {
        let kind = kind.to_owned();
        self.drafts.push(Event { id: 0, position: None, account, order, kind, data, at });
    }

    /// Writes the events.
    pub(crate) fn write(mut self, tx: &mut dyn Tx) -> Result<(), DbError> {
        let ids = tx.take_ids("event", self.drafts.len())?;
        for (event, id) in self.drafts.iter_mut().zip(ids) {
            event.id = id;
        }
        events::insert(tx, &self.drafts)
    }
}
