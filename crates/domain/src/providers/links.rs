//! Whose turn it is on a link, where a service delivers one order after the other: two that are
//! delivered at once cannot be counted apart.

use crate::OrderId;
use std::collections::BTreeMap;

/// An open order on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnLink {
    /// The order.
    pub id: OrderId,
    /// The order that it is a part of: its parts take the turn of the whole.
    pub parent: Option<OrderId>,
    /// Whether it is such a whole, which is never delivered itself.
    pub in_parts: bool,
    /// Whether it has begun: placed, being placed, or perhaps placed.
    pub begun: bool,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// This one's: it may start.
    Now,
    /// This other one's: it waits until that has ended.
    After(OrderId),
    /// It has begun, or has nothing to begin.
    Nothing,
}

impl Turn {
    /// What is said of an order while it waits.
    pub fn text(self) -> Option<String> {
        match self {
            Self::After(order) => Some(format!("waits for order {order} on the same link to end")),
            Self::Now | Self::Nothing => None,
        }
    }
}

/// Whose turn it is among the open orders of one service on one link, in order of placing; one turn
/// for each of them. At most one may start, and none while one that has begun is open: also when it
/// came later, from a time when the service did not wait.
pub fn link_turns(open: &[OnLink]) -> Vec<Turn> {
    let begun = open.iter().find(|order| order.begun && !order.in_parts);
    let places: BTreeMap<OrderId, usize> = (0..).zip(open).map(|(at, o)| (o.id, at)).collect();
    // A whole stands where it was ordered, and its parts behind it in their own order.
    let place = |order: &&OnLink| {
        let own = places.get(&order.id);
        (places.get(&head(order)).or(own), own)
    };
    let mut queue: Vec<&OnLink> =
        open.iter().filter(|order| waits(order) || order.in_parts).collect();
    queue.sort_by_key(place);
    let turn = |order: &OnLink| {
        if !waits(order) {
            return Turn::Nothing;
        }
        let first = queue.iter().copied().find(|other| order.parent != Some(other.id));
        match begun.or(first).filter(|other| other.id != order.id) {
            None => Turn::Now,
            Some(other) if head(other) == head(order) => Turn::After(other.id),
            // Customers know the whole, not the part of it that is its turn.
            Some(other) => Turn::After(head(other)),
        }
    };
    open.iter().map(turn).collect()
}

const fn waits(order: &OnLink) -> bool {
    !order.begun && !order.in_parts
}

fn head(order: &OnLink) -> OrderId {
    order.parent.unwrap_or(order.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(id: i64) -> OnLink {
        OnLink { id: OrderId(id), parent: None, in_parts: false, begun: false }
    }

    fn begun(order: OnLink) -> OnLink {
        OnLink { begun: true, ..order }
    }

    fn after(order: i64) -> Turn {
        Turn::After(OrderId(order))
    }

    #[test]
    fn one_after_the_other() {
        assert_eq!(link_turns(&[]), []);
        assert_eq!(link_turns(&[single(4), single(5)]), [Turn::Now, after(4)]);
        let queue = [begun(single(4)), single(5), single(6)];
        assert_eq!(link_turns(&queue), [Turn::Nothing, after(4), after(4)]);
        assert_eq!(link_turns(&[single(5), single(6)]), [Turn::Now, after(5)], "and so on");
    }

    #[test]
    fn none_starts_beside_a_later_one_that_has_begun() {
        let queue = [single(4), single(5), begun(single(6))];
        assert_eq!(link_turns(&queue), [after(6), after(6), Turn::Nothing]);
    }

    #[test]
    fn parts_take_the_turn_of_the_whole() {
        let whole = OnLink { in_parts: true, ..single(4) };
        let part = |id| OnLink { parent: Some(OrderId(4)), ..single(id) };
        // The parts were made after the order behind the whole, and go first all the same.
        let queue = [whole, single(5), part(6), part(7)];
        assert_eq!(link_turns(&queue), [Turn::Nothing, after(4), Turn::Now, after(6)]);
        let queue = [whole, single(5), begun(part(6)), part(7)];
        assert_eq!(link_turns(&queue), [Turn::Nothing, after(4), Turn::Nothing, after(6)]);
        // Between two runs nothing else starts: the whole is still open.
        assert_eq!(link_turns(&[whole, single(5)]), [Turn::Nothing, after(4)]);
        // And a part waits for who was there before the whole.
        assert_eq!(link_turns(&[single(3), whole, part(6)]), [Turn::Now, Turn::Nothing, after(3)]);
    }

    #[test]
    fn who_waits_says_for_what() {
        assert_eq!(Turn::Now.text(), None);
        assert_eq!(after(4).text().unwrap(), "waits for order 4 on the same link to end");
    }
}
