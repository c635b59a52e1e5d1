//! The events of a unit, written with it.

use crate::orders::Placing;
use domain::{AccountId, OrderId, ProductOrderId, Timestamp};
use store::tables::events::{self, Event};
use store::{DbError, Tx, TxExt};

/// Events that wait to be written with the unit.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    drafts: Vec<Event>,
    placing: Option<Group>,
}

/// The one event that tells of every order that the unit places.
#[derive(Debug)]
struct Group {
    id: i64,
    placed: Vec<Placing>,
    at: Timestamp,
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
        let product_order = None;
        let kind = kind.to_owned();
        let draft = Event { id: 0, position: None, account, order, product_order, kind, data, at };
        self.drafts.push(draft);
    }

    /// Notes that `kind` happened to an order for products. `data` is a JSON object.
    pub(crate) fn note_product_order(
        &mut self,
        account: AccountId,
        order: ProductOrderId,
        kind: &str,
        data: String,
        at: Timestamp,
    ) {
        self.note(account, None, kind, data, at);
        if let Some(draft) = self.drafts.last_mut() {
            draft.product_order = Some(order);
        }
    }

    /// Notes that an order was placed; returns the id of the event that will say so, which the
    /// order keeps.
    pub(crate) fn placed(
        &mut self,
        tx: &mut dyn Tx,
        placed: Placing,
        at: Timestamp,
    ) -> Result<i64, DbError> {
        let group = match &mut self.placing {
            Some(group) => group,
            None => {
                let id = tx.take_id("event")?;
                self.placing.insert(Group { id, placed: Vec::new(), at })
            }
        };
        group.placed.push(placed);
        Ok(group.id)
    }

    /// Writes the events.
    pub(crate) fn write(mut self, tx: &mut dyn Tx) -> Result<(), DbError> {
        let ids = tx.take_ids("event", self.drafts.len())?;
        for (event, id) in self.drafts.iter_mut().zip(ids) {
            event.id = id;
        }
        if let Some(Group { id, placed, at }) = self.placing.take() {
            self.drafts.push(Placing::event(id, &placed, at));
        }
        events::insert(tx, &self.drafts)
    }
}
