//! What staff decide of items that wait for them.

use super::coded;
use super::floor::Floor;
use super::step::is_past;
use super::take::tell;
use crate::{Counter, Failure, Refusal};
use domain::providers::offers::{Edit, FindingKind, ItemState, Moved, kind_of};
use domain::{ChangeItemId, Timestamp};
use std::collections::BTreeSet;
use store::Tx;
use store::tables::change_items::{self, ChangeItem};
use store::tables::meta;
use store::tables::offers::Listed;

/// Items in one unit.
const ITEMS_PER_UNIT: usize = 50;

/// What staff decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The difference is taken over.
    Apply,
    /// It is not: everything stays as it is until the list says something else again.
    Refuse,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The item, as it is now.
    pub item: ChangeItem,
    /// Edits that were passed over, because somebody has changed the value since.
    pub passed_over: usize,
    /// Whether the service was taken off sale, because it would have been sold under cost.
    pub taken_off: bool,
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Decides items. What was held because of them is let go. Staff may also take over what they
    /// have refused or undone, as long as the list still says it. Items are decided in units of fifty,
    /// each as a whole.
    ///
    /// # Errors
    /// [`Refusal`] names the item that is not there or cannot be decided so; of its unit nothing is
    /// done.
    pub async fn decide_items(
        &self,
        decision: Decision,
        items: &[ChangeItemId],
        actor: &str,
        now: Timestamp,
    ) -> Done<Vec<Decided>> {
        let wanted: BTreeSet<ChangeItemId> = items.iter().copied().collect();
        let wanted: Vec<ChangeItemId> = wanted.into_iter().collect();
        let mut decided = Vec::with_capacity(wanted.len());
        for part in wanted.chunks(ITEMS_PER_UNIT) {
            let (part, actor, catalogue) = (part.to_vec(), actor.to_owned(), self.sync_catalogue());
            let unit = move |tx: &mut dyn Tx| {
                meta::lock_catalogue(tx)?;
                let items = change_items::by_ids(tx, &part)?;
                let there = |id: &&ChangeItemId| items.iter().any(|item| item.id == **id);
                if let Some(id) = part.iter().find(|id| !there(id)) {
                    return Err(Refusal::missing("change item", *id).into());
                }
                let mut floor = Floor::of_items(tx, &catalogue, &items)?;
                let mut decided: Vec<Decided> = Vec::with_capacity(items.len());
                for item in items {
                    // One before it may have left it what it held.
                    let item = floor.stands((item.route, item.finding)).cloned().unwrap_or(item);
                    decided.push(decide(&mut floor, decision, item, (&actor, now))?);
                }
                let ids: Vec<i64> = decided.iter().map(|decided| decided.item.id.0).collect();
                floor.write(tx, &actor, now)?;
                let data = serde_json::json!({ "items": ids, "actor": actor });
                let kind = match decision {
                    Decision::Apply => "sync.items_applied",
                    Decision::Refuse => "sync.items_refused",
                };
                tell(tx, kind, data.to_string(), now)?;
                Ok(decided)
            };
            decided.extend(Failure::join(self.store.write(unit).await)?);
        }
        Ok(decided)
    }
}

fn decide(
    floor: &mut Floor,
    decision: Decision,
    item: ChangeItem,
    (actor, now): (&str, Timestamp),
) -> Done<Decided> {
    let against = item.standing && matches!(item.state, ItemState::Refused | ItemState::Undone);
    let may = item.state.is_open() || (decision == Decision::Apply && against);
    if !may {
        let text = format!("item {} is {}: nothing is to be decided", item.id, item.state.name());
        return Err(Refusal::NotNow(text).into());
    }
    let item = ChangeItem { actor: Some(actor.to_owned()), changed: now, ..item };
    match decision {
        Decision::Apply => apply(floor, item),
        Decision::Refuse => refuse(floor, item),
    }
}

fn apply(floor: &mut Floor, mut item: ChangeItem) -> Done<Decided> {
    let past = is_past(&item);
    if item.finding == FindingKind::KindChanged && !past {
        accept_kind(floor, &item)?;
    }
    floor.release(&mut item)?;
    let edits = coded::read(&item.edits)?;
    let Some(mut made) = floor.bench.make(item.route, &edits) else {
        let text = format!(
            "item {}: the route or the service cannot be as the list says; edit them instead",
            item.id
        );
        return Err(Refusal::NotNow(text).into());
    };
    let passed_over = edits.len().saturating_sub(made.len());
    let outdated = past || (made.is_empty() && !edits.is_empty());
    let off = Edit::OnSale(Moved { before: true, after: false });
    let mut taken_off = false;
    if !outdated && floor.bench.is_under_cost(item.service, &floor.providers) {
        taken_off = true;
        made.extend(floor.bench.make(item.route, &[off]).unwrap_or_default());
    }
    match item.finding {
        FindingKind::Gone if !outdated => floor.set_gone(item.route, true, &made),
        FindingKind::Back if !outdated => floor.set_gone(item.route, false, &made),
        _ => {}
    }
    item.state = if outdated { ItemState::Outdated } else { ItemState::Applied };
    item.standing = false;
    item.why = None;
    item.made = coded::written(&made);
    floor.put(item.clone());
    Ok(Decided { item, passed_over, taken_off })
}

/// The service must be of the new kind before the kind is taken over: orders of it need other
/// parameters.
fn accept_kind(floor: &mut Floor, item: &ChangeItem) -> Done<()> {
    let kind = floor.bench.service(item.service).map(|service| service.kind);
    match kind_of(&item.after) {
        None => {
            let text = format!(
                "item {}: the type `{}` is not known, so orders of it cannot be placed; refuse the \
                 item if it means what it did before",
                item.id, item.after
            );
            Err(Refusal::NotNow(text).into())
        }
        Some(new) if kind != Some(new) => {
            let text = format!(
                "item {}: make service {} of kind {} first",
                item.id,
                item.service,
                new.name()
            );
            Err(Refusal::NotNow(text).into())
        }
        Some(_) => {
            note_kind(floor, item);
            Ok(())
        }
    }
}

/// From now on, the kind is what the list says.
fn note_kind(floor: &mut Floor, item: &ChangeItem) {
    let before = floor.listed(item.route);
    floor.set_listed(Listed { kind: Some(item.after.clone()), ..before });
}

fn refuse(floor: &mut Floor, mut item: ChangeItem) -> Done<Decided> {
    let passed_over = floor.release(&mut item)?;
    against(floor, &mut item, ItemState::Refused);
    Ok(Decided { item, passed_over, taken_off: false })
}

/// Notes that staff have decided against an item: it is not found again until the list says something
/// else.
pub(super) fn against(floor: &mut Floor, item: &mut ChangeItem, state: ItemState) {
    item.state = state;
    let (past, is_kind) = (is_past(item), item.finding == FindingKind::KindChanged);
    // The word for a kind is taken note of instead, and is nothing new from then on.
    item.standing = !is_kind && !past;
    if is_kind && !past {
        note_kind(floor, item);
    }
    floor.put(item.clone());
}
