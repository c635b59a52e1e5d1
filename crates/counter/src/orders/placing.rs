//! What the events keep of an order's placing.
//!
//! All orders that one unit places are told of by one event, `orders.placed`: an event an order
//! would be a third of what an order costs to write (docs/adr/0014). Its data is one array of
//! numbers an order, their names in front:
//!
//! ```json
//! {"columns":["order","account","service","charge","parent"],"orders":[[17,3,42,2500000,null]]}
//! ```

use domain::{AccountId, Micros, OrderId, ServiceId, Timestamp};
use std::fmt::Write as _;
use store::tables::events::Event;

/// An order as it was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placing {
    /// The order.
    pub order: OrderId,
    /// Whose it is.
    pub account: AccountId,
    /// Of what.
    pub service: ServiceId,
    /// What was held for it.
    pub charge: Micros,
    /// The order it is a part of.
    pub parent: Option<OrderId>,
}

/// The kind of the event.
const KIND: &str = "orders.placed";

const COLUMNS: &str = r#"{"columns":["order","account","service","charge","parent"],"orders":["#;

impl Placing {
    /// The event that tells of `placed`. Its account is theirs when they have one in common.
    pub(crate) fn event(id: i64, placed: &[Self], at: Timestamp) -> Event {
        let mut data =
            String::with_capacity(COLUMNS.len().saturating_add(placed.len().saturating_mul(40)));
        data.push_str(COLUMNS);
        for (index, Self { order, account, service, charge, parent }) in placed.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let parent = parent.map_or_else(|| String::from("null"), |id| id.to_string());
            let charge = charge.raw();
            // Writing to a string cannot fail.
            let _ = write!(data, "{comma}[{order},{account},{service},{charge},{parent}]");
        }
        data.push_str("]}");
        let first = placed.first().map_or(AccountId(0), |placed| placed.account);
        let common = placed.iter().all(|placed| placed.account == first);
        Event {
            id,
            position: None,
            account: if common { first } else { AccountId(0) },
            order: None,
            product_order: None,
            kind: KIND.to_owned(),
            data,
            at,
        }
    }

    /// What an event tells of; nothing when it is not one of these, or not as it was written.
    pub fn read(event: &Event) -> Option<Vec<Self>> {
        if event.kind != KIND {
            return None;
        }
        let data: serde_json::Value = serde_json::from_str(&event.data).ok()?;
        data.get("orders")?.as_array()?.iter().map(Self::read_one).collect()
    }

    fn read_one(row: &serde_json::Value) -> Option<Self> {
        let [order, account, service, charge, parent] = row.as_array()?.as_slice() else {
            return None;
        };
        Some(Self {
            order: OrderId(order.as_i64()?),
            account: AccountId(account.as_i64()?),
            service: ServiceId(service.as_i64()?),
            charge: Micros::new(charge.as_i64()?),
            parent: if parent.is_null() { None } else { Some(OrderId(parent.as_i64()?)) },
        })
    }

    /// The same as an event of this order alone, for its timeline.
    pub(crate) fn alone(self, event: &Event) -> Event {
        let mut data =
            serde_json::json!({ "service": self.service.0, "charge": self.charge.raw() });
        if let (Some(parent), Some(object)) = (self.parent, data.as_object_mut()) {
            object.insert(String::from("parent"), parent.0.into());
        }
        Event {
            account: self.account,
            order: Some(self.order),
            kind: String::from("order.placed"),
            data: data.to_string(),
            ..event.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let one = Placing {
            order: OrderId(17),
            account: AccountId(3),
            service: ServiceId(42),
            charge: Micros::new(2_500_000),
            parent: None,
        };
        let two = Placing { order: OrderId(18), parent: Some(OrderId(17)), ..one };
        let event = Placing::event(9, &[one, two], Timestamp(5));
        assert_eq!(event.account, AccountId(3));
        assert_eq!(
            event.data,
            r#"{"columns":["order","account","service","charge","parent"],"#.to_owned()
                + r#""orders":[[17,3,42,2500000,null],[18,3,42,2500000,17]]}"#
        );
        assert_eq!(Placing::read(&event), Some(vec![one, two]));
        let other = Placing { account: AccountId(4), ..two };
        assert_eq!(Placing::event(9, &[one, other], Timestamp(5)).account, AccountId(0));
        assert_eq!(Placing::read(&Event { data: String::from("{}"), ..event }), None);
    }
}
