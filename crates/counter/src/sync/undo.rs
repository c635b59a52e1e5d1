//! Taking a change set back.

use super::coded;
use super::decide::against;
use super::floor::Floor;
use super::take::tell;
use crate::{Counter, Failure, Refusal};
use domain::providers::offers::{Edit, FindingKind, ItemState, SetState};
use domain::{ChangeItemId, ChangeSetId, Timestamp};
use store::tables::change_items::{self, ChangeItem};
use store::tables::change_sets::{self, ChangeSet};
use store::tables::meta;
use store::tables::offers::Listed;
use store::{DbError, Tx};

/// Items in one unit.
const ITEMS_PER_UNIT: i64 = 100;

/// What taking a set back came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Items of which something was taken back.
    pub items: i64,
    /// Items of which something, or all, was passed over, because somebody has changed it since.
    pub passed_over: Vec<ChangeItemId>,
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Takes back what a change set did, newest first: what it took over, what staff have taken over of
    /// it, and what it holds. Only what still is as the set left it; and it is not found again until
    /// the list says something else. In units of a hundred items; what is taken back stays so when the
    /// program ends in between, and doing it again does the rest.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such set, or it is still being written.
    pub async fn undo_change_set(
        &self,
        id: ChangeSetId,
        actor: &str,
        now: Timestamp,
    ) -> Done<Undone> {
        let mut undone = Undone::default();
        let mut before = ChangeItemId(i64::MAX);
        loop {
            let (catalogue, actor) = (self.sync_catalogue(), actor.to_owned());
            let unit = move |tx: &mut dyn Tx| {
                meta::lock_catalogue(tx)?;
                let set = change_sets::lock_set(tx, id)?;
                let set = set.ok_or_else(|| Refusal::missing("change set", id))?;
                if set.state == SetState::Writing {
                    let text = format!("change set {id} is still being written");
                    return Err(Refusal::NotNow(text).into());
                }
                let page = change_items::of_set_down(tx, id, before, ITEMS_PER_UNIT)?;
                let next = page.last().map(|item| item.id);
                let mut floor = Floor::of_items(tx, &catalogue, &page)?;
                let mut part = Undone::default();
                for item in page {
                    let item = floor.stands((item.route, item.finding)).cloned().map_or(
                        item.clone(),
                        |standing| {
                            if standing.id == item.id { standing } else { item }
                        },
                    );
                    let item = ChangeItem { actor: Some(actor.clone()), changed: now, ..item };
                    take_back(&mut floor, item, &mut part)?;
                }
                floor.write(tx, &actor, now)?;
                if next.is_none() {
                    let undone = Some((actor.clone(), now));
                    let set = ChangeSet { undone, changed: now, ..set };
                    change_sets::update_set(tx, set.state, &set)?;
                    let data = serde_json::json!({ "set": id.0, "actor": actor });
                    tell(tx, "sync.undone", data.to_string(), now)?;
                }
                Ok((part, next))
            };
            let (part, next) = Failure::join(self.store.write(unit).await)?;
            undone.items = undone.items.saturating_add(part.items);
            undone.passed_over.extend(part.passed_over);
            match next {
                Some(next) => before = next,
                None => return Ok(undone),
            }
        }
    }
}

fn take_back(floor: &mut Floor, mut item: ChangeItem, sum: &mut Undone) -> Result<(), DbError> {
    let made = coded::read(&item.made)?;
    let passed = match item.state {
        ItemState::Quarantined if !made.is_empty() => {
            let passed = floor.release(&mut item)?;
            against(floor, &mut item, ItemState::Undone);
            passed
        }
        ItemState::Applied => {
            let passed = floor.bench.take_back(item.route, &made);
            if passed == made.len() && passed > 0 {
                sum.passed_over.push(item.id);
                return Ok(());
            }
            undo_applied(floor, item.clone(), &made);
            passed
        }
        _ => return Ok(()),
    };
    sum.items = sum.items.saturating_add(1);
    if passed > 0 {
        sum.passed_over.push(item.id);
    }
    Ok(())
}

fn undo_applied(floor: &mut Floor, mut item: ChangeItem, made: &[Edit]) {
    match item.finding {
        FindingKind::Gone => floor.set_gone(item.route, false, &[]),
        FindingKind::Back => floor.set_gone(item.route, true, made),
        FindingKind::KindChanged => {
            let listed = floor.listed(item.route);
            floor.set_listed(Listed { kind: Some(item.before.clone()), ..listed });
        }
        FindingKind::CostMoved | FindingKind::LimitsMoved => {}
    }
    item.state = ItemState::Undone;
    item.made = String::new();
    // A later item of the same stands in its place.
    let is_kind = item.finding == FindingKind::KindChanged;
    item.standing = !is_kind && floor.stands((item.route, item.finding)).is_none();
    floor.put(item);
}
