//! A unit of writing a change set: the differences of some services, against what is true then.

use super::begin::Task;
use super::coded;
use super::floor::Floor;
use super::ours::{View, fits};
use crate::catalogue::Catalogue;
use domain::providers::offers::{
    Edit, Finding, FindingKind, Item, ItemState, Known, Offer, Ours, Verdict, Why, propose,
};
use domain::{ChangeItemId, RouteId, ServiceId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use store::tables::change_items::ChangeItem;
use store::tables::offers::Listed;
use store::{DbError, Tx};

/// Rows from which on the next service is for the next unit.
const ROWS_PER_UNIT: usize = 300;

/// What is told of an item whose finding the list does not make any more, while something is held
/// because of it.
const AGAIN: &str = "the list says again what it said before; refuse or apply the item to let go \
    what is held";

/// What a unit came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stepped {
    /// The service behind which the next unit goes on; nothing when all is done.
    pub(super) next: Option<ServiceId>,
    /// Items that were taken over.
    pub(super) applied: i64,
    /// Items that wait for a person, and are new or say something else than before.
    pub(super) waiting: i64,
}

/// Whether the list does not make the finding of an item any more that still holds something.
pub(super) fn is_past(item: &ChangeItem) -> bool {
    item.why.as_deref() == Some(AGAIN)
}

/// The unit under way.
struct Step<'a> {
    task: &'a Task,
    floor: Floor,
    found: BTreeSet<(RouteId, FindingKind)>,
    done: Stepped,
    now: Timestamp,
}

/// Writes what differs of the services behind `after`, as far as it fits a unit. The catalogue is
/// locked, and the set is being written.
pub(super) fn step(
    tx: &mut dyn Tx,
    catalogue: &Catalogue,
    task: &Task,
    after: ServiceId,
    now: Timestamp,
) -> Result<Stepped, DbError> {
    let floor = Floor::of_provider(tx, catalogue, task.provider)?;
    let Some(provider) = floor.providers.get(&task.provider) else { return Ok(Stepped::default()) };
    let offers = task.offers();
    let view = View::new(&floor, task.provider, &offers)?;
    let ours = Ours {
        exchange: provider.exchange,
        routes: &view.known,
        services: &view.services,
        seen: &task.seen,
    };
    // Routes may have changed so much since the list was believed that it is not any more.
    let Ok(set) = propose(&ours, &task.list, &task.rules) else { return Ok(Stepped::default()) };
    let mut items: BTreeMap<RouteId, Vec<Item>> = BTreeMap::new();
    for item in set.items {
        if let Some(route) = item.route {
            items.entry(route).or_default().push(item);
        }
    }
    let found = view.settled.clone();
    let mut step = Step { task, floor, found, done: Stepped::default(), now };
    let mut last = after;
    for known in view.known.iter().filter(|known| known.route.service > after) {
        // What leads from one service to the provider belongs together.
        if known.route.service != last && step.floor.rows() >= ROWS_PER_UNIT {
            step.done.next = Some(last);
            break;
        }
        last = known.route.service;
        let route = known.route.id;
        step.route(known, items.remove(&route).unwrap_or_default(), &offers)?;
    }
    let done = step.done;
    step.floor.write(tx, &task.actor, now)?;
    Ok(done)
}

impl Step<'_> {
    fn route(
        &mut self,
        known: &Known,
        items: Vec<Item>,
        offers: &BTreeMap<&str, &Offer>,
    ) -> Result<(), DbError> {
        let route = known.route.id;
        let offer = offers.get(known.route.upstream_service.as_str()).copied();
        let whole = self.task.list.broken == 0;
        let before = self.floor.listed(route);
        let missing = match offer {
            Some(_) => 0,
            None => before.missing.saturating_add(i64::from(whole)).min(self.task.rules.gone_after),
        };
        let is_kind = |item: &Item| matches!(item.finding, Finding::KindChanged { .. });
        let told = offer.map(|offer| &offer.kind).filter(|kind| !kind.trim().is_empty());
        let told = told.filter(|_| before.kind.is_none() && !items.iter().any(is_kind));
        let kind = told.cloned().or_else(|| before.kind.clone());
        self.floor.set_listed(Listed { missing, kind, ..before });
        for item in items {
            self.item(known, &item)?;
        }
        for item in self.floor.standing_of(route) {
            self.no_longer_found(item, offer.is_some());
        }
        Ok(())
    }

    fn item(&mut self, known: &Known, item: &Item) -> Result<(), DbError> {
        let Some(finding) = item.finding.kind() else { return Ok(()) };
        let route = known.route.id;
        self.found.insert((route, finding));
        let service = self.floor.bench.service(known.route.service).cloned();
        let fitting = |edits: &[Edit]| -> Vec<Edit> {
            edits.iter().filter(|edit| fits(service.as_ref(), edit)).copied().collect()
        };
        let (edits, hold) = (fitting(&item.edits), fitting(&item.hold));
        let (before, after) = item.finding.words();
        let stands = self.floor.stands((route, finding)).cloned();
        let (open, decided): (Option<ChangeItem>, Option<ChangeItem>) = match stands {
            Some(item) if item.state.is_open() => (Some(item), None),
            other => (None, other),
        };
        if let Some(decided) = decided {
            // What was decided against was another value.
            self.floor.put(ChangeItem { standing: false, changed: self.now, ..decided });
        }
        let mut now = ChangeItem {
            before,
            edits: coded::written(&edits),
            set: self.task.set,
            changed: self.now,
            ..open.clone().unwrap_or_else(|| self.blank(known, finding))
        };
        let said = std::mem::replace(&mut now.after, after);
        if item.verdict == Verdict::Apply {
            self.floor.release(&mut now)?;
            if let Some(made) = self.floor.bench.make(route, &edits) {
                self.applied(now, finding, &made);
                return Ok(());
            }
        }
        (now.state, now.why) = match item.verdict {
            Verdict::Propose => (ItemState::Proposed, None),
            Verdict::Quarantine(why) => (ItemState::Quarantined, Some(why.to_string())),
            Verdict::Apply => (ItemState::Quarantined, Some(Why::Impossible.to_string())),
        };
        now.standing = true;
        let known_before = open.filter(|_| said == now.after);
        if known_before.is_none() {
            // Once for each value: whoever has switched on again what was held wants it so.
            let mut made = coded::read(&now.made)?;
            for edit in self.floor.bench.make(route, &hold).unwrap_or_default() {
                if !made.contains(&edit) {
                    made.push(edit);
                }
            }
            now.made = coded::written(&made);
        }
        if now.state == ItemState::Proposed {
            self.floor.release(&mut now)?;
        }
        if let Some(open) = known_before {
            let now = ChangeItem { set: open.set, changed: open.changed, ..now };
            if now != open {
                self.floor.put(ChangeItem { changed: self.now, ..now });
            }
            return Ok(());
        }
        self.done.waiting = self.done.waiting.saturating_add(1);
        self.floor.put(now);
        Ok(())
    }

    fn applied(&mut self, mut item: ChangeItem, finding: FindingKind, made: &[Edit]) {
        item.state = ItemState::Applied;
        item.why = None;
        item.standing = false;
        item.made = coded::written(made);
        item.actor = Some(self.task.actor.clone());
        match finding {
            FindingKind::Gone => self.floor.set_gone(item.route, true, made),
            FindingKind::Back => self.floor.set_gone(item.route, false, made),
            FindingKind::CostMoved | FindingKind::LimitsMoved | FindingKind::KindChanged => {}
        }
        self.done.applied = self.done.applied.saturating_add(1);
        self.floor.put(item);
    }

    fn blank(&self, known: &Known, finding: FindingKind) -> ChangeItem {
        ChangeItem {
            id: ChangeItemId(0),
            set: self.task.set,
            provider: self.task.provider,
            route: known.route.id,
            service: known.route.service,
            upstream_service: known.route.upstream_service.clone(),
            finding,
            before: String::new(),
            after: String::new(),
            state: ItemState::Proposed,
            why: None,
            edits: String::new(),
            made: String::new(),
            standing: true,
            found: self.now,
            changed: self.now,
            actor: None,
        }
    }

    /// An item that stands and that this list, which has the service or not, does not find again.
    fn no_longer_found(&mut self, item: ChangeItem, is_listed: bool) {
        if self.found.contains(&(item.route, item.finding)) {
            return;
        }
        // A list without the service says nothing of its cost, and one that is not whole nothing of
        // its absence.
        let says = is_listed || item.finding == FindingKind::Back;
        if !says {
            return;
        }
        let changed = self.now;
        if !item.state.is_open() {
            // The list has moved on: what was decided against was another value.
            self.floor.put(ChangeItem { standing: false, changed, ..item });
        } else if item.made.is_empty() {
            let state = ItemState::Outdated;
            self.floor.put(ChangeItem { state, standing: false, changed, ..item });
        } else if !is_past(&item) {
            let (why, edits) = (Some(String::from(AGAIN)), String::new());
            self.floor.put(ChangeItem { why, edits, changed, ..item });
        }
    }
}
