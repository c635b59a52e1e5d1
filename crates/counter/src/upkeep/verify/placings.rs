//! Every order is what the events say was placed, and every order that was placed is there.

use super::{Check, PAGE, Progress};
use crate::orders::Placing;
use domain::OrderId;
use domain::orders::Order;
use std::collections::HashMap;
use store::tables::{events, orders};
use store::{DbError, Tx};

/// Orders asked for at a time.
const PAGE_OF_ORDERS: usize = 1_000;

/// The event that was read last: orders of one unit have it in common.
#[derive(Default)]
pub(super) struct Placings {
    event: Option<i64>,
    placed: HashMap<OrderId, Vec<Placing>>,
}

impl Placings {
    /// Compares an order with what `event`, that of its placing, which is sealed, says.
    pub(super) fn compare(
        &mut self,
        tx: &mut dyn Tx,
        order: &Order,
        event: Option<i64>,
        check: &mut Check,
    ) -> Result<(), DbError> {
        let id = order.id;
        self.read(tx, event)?;
        let placed = self.placed.get(&id).map_or(&[][..], Vec::as_slice);
        let [placed] = placed else {
            let count = placed.len();
            check.finding(format!(
                "order {id}: {count} entries of its event say that it was placed"
            ));
            return Ok(());
        };
        let compared = [
            ("account", Some(placed.account.0), Some(order.account.0)),
            ("service", Some(placed.service.0), Some(order.service.0)),
            ("charge", Some(placed.charge.raw()), Some(order.charge.raw())),
            ("parent", placed.parent.map(|id| id.0), order.parent.map(|id| id.0)),
        ];
        for (name, then, now) in compared {
            if then != now {
                let told =
                    |value: Option<i64>| value.map_or(String::from("none"), |v| v.to_string());
                let (then, now) = (told(then), told(now));
                check.finding(format!("order {id}: {name} is {now}, it was placed with {then}"));
            }
        }
        Ok(())
    }

    fn read(&mut self, tx: &mut dyn Tx, event: Option<i64>) -> Result<(), DbError> {
        if self.event == event {
            return Ok(());
        }
        self.event = event;
        self.placed.clear();
        let Some(event) = event else { return Ok(()) };
        let found = events::by_id(tx, event)?;
        let placed = found.as_ref().and_then(Placing::read).unwrap_or_default();
        for placing in placed {
            self.placed.entry(placing.order).or_default().push(placing);
        }
        Ok(())
    }
}

/// Looks for the order of every placing.
pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Check, DbError> {
    let mut check = Check::new("every order that was placed is there");
    let mut last = 0;
    loop {
        let page = events::placings(tx, last, PAGE)?;
        let Some(newest) = page.last() else { return Ok(check) };
        last = newest.id;
        let mut placed: Vec<(i64, OrderId)> = Vec::new();
        for event in &page {
            match Placing::read(event) {
                Some(placings) => {
                    placed.extend(placings.iter().map(|placing| (event.id, placing.order)));
                }
                None => {
                    check.finding(format!("event {}: does not say what was placed", event.id));
                }
            }
        }
        for some in placed.chunks(PAGE_OF_ORDERS) {
            let ids: Vec<OrderId> = some.iter().map(|(_, order)| *order).collect();
            let there = orders::origins(tx, &ids)?;
            for (event, order) in some {
                check.row();
                if there.get(order).is_none_or(|origin| origin.event != *event) {
                    check.finding(format!("order {order}: placed by event {event}, is not there"));
                }
            }
        }
        progress(check.rule, check.rows);
    }
}
