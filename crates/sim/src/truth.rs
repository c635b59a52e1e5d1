//! What the panels know: which of our orders they have taken, and what became of them.

use domain::OrderId;
use domain::orders::State as Ours;
use fakepanel::{Happening, Panel, State, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// An order that a panel has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) panel: usize,
    /// The panel's number of it.
    pub(crate) number: usize,
    /// Which attempt of ours it came by.
    pub(crate) attempt: i64,
}

/// What the panels have taken.
#[derive(Debug)]
pub(crate) struct Truth {
    seen: Vec<usize>,
    by_order: BTreeMap<OrderId, Vec<Taken>>,
    ids: BTreeMap<(usize, u64), Vec<OrderId>>,
    /// Orders that share a panel's id: what is said under it is about the one that was taken last.
    sharing: BTreeSet<OrderId>,
    /// Those of them that were taken before another.
    misread: BTreeSet<OrderId>,
}

impl Truth {
    pub(crate) fn new(panels: usize) -> Self {
        Self {
            seen: vec![0; panels],
            by_order: BTreeMap::new(),
            ids: BTreeMap::new(),
            sharing: BTreeSet::new(),
            misread: BTreeSet::new(),
        }
    }

    /// What was taken since the last look.
    ///
    /// # Errors
    /// In words, something that no order of ours can be.
    pub(crate) fn look(&mut self, panels: &[Panel]) -> Result<Vec<(OrderId, Taken)>, String> {
        let mut new = Vec::new();
        for ((at, panel), seen) in panels.iter().enumerate().zip(&mut self.seen) {
            for order in panel.orders().iter().skip(*seen) {
                *seen = seen.saturating_add(1);
                let name = order.request_id.as_deref().and_then(read_name);
                let Some((id, attempt)) = name else {
                    return Err(format!("panel {at} has an order that nobody named: {order:?}"));
                };
                let taken = Taken { panel: at, number: order.number, attempt };
                self.by_order.entry(id).or_default().push(taken);
                let sharing = self.ids.entry((at, order.id)).or_default();
                sharing.push(id);
                if let [earlier @ .., _] = &sharing[..]
                    && !earlier.is_empty()
                {
                    self.misread.extend(earlier.iter().copied());
                    self.sharing.extend(sharing.iter().copied());
                }
                new.push((id, taken));
            }
        }
        Ok(new)
    }

    /// What was taken of an order.
    pub(crate) fn of(&self, order: OrderId) -> &[Taken] {
        self.by_order.get(&order).map_or(&[], Vec::as_slice)
    }

    /// What was taken of an order last.
    pub(crate) fn latest(&self, order: OrderId) -> Option<Taken> {
        self.of(order).last().copied()
    }

    /// Whether a panel calls another order as it calls this one.
    pub(crate) fn shares_id(&self, order: OrderId) -> bool {
        self.sharing.contains(&order)
    }

    /// Whether what a panel said of an order may have been about another, before we knew of that.
    pub(crate) fn may_be_misread(&self, order: OrderId) -> bool {
        self.misread.contains(&order)
    }

    /// The other orders that a panel calls as it calls this one.
    pub(crate) fn sharing_with(&self, panel: usize, id: u64, order: OrderId) -> Vec<OrderId> {
        let sharing = self.ids.get(&(panel, id)).into_iter().flatten();
        sharing.copied().filter(|other| *other != order).collect()
    }
}

/// The order and the attempt that a request id names.
fn read_name(text: &str) -> Option<(OrderId, i64)> {
    let mut parts = text.split('-');
    let order = parts.next()?.parse().ok().map(OrderId)?;
    let _placed = parts.next()?;
    Some((order, parts.next()?.parse().ok()?))
}

/// Whether a call that places an order waits at a panel to be processed.
pub(crate) fn waits_at(panel: &Panel, order: OrderId) -> bool {
    panel.waiting() > 0
        && panel.journal().adds().any(|request| {
            let name = request.field("request_id");
            let waits = matches!(request.verdict, Verdict::Waiting { .. });
            waits && name.as_deref().and_then(read_name).is_some_and(|(id, _)| id == order)
        })
}

/// Whether an order at a panel was ever in a state that ours stands for.
pub(crate) fn was_ever(panel: &Panel, number: usize, ours: Ours, remains: i64) -> bool {
    panel.journal().life_of(number).any(|moment| match moment.what {
        Happening::Ended(state) | Happening::Corrected(state) => is(state, ours, remains),
        _ => false,
    })
}

/// Whether a state of a panel is what ours says.
pub(crate) fn is(state: State, ours: Ours, ours_remain: i64) -> bool {
    match (state, ours) {
        (State::Completed { .. }, Ours::Completed) | (State::Canceled, Ours::Canceled) => true,
        (State::Partial { remains }, Ours::Partial) => remains == ours_remain,
        _ => false,
    }
}
