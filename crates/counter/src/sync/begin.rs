//! The beginning of taking in a list: whether it can be believed, and what the provider offers now.

use super::floor::Floor;
use super::ours::View;
use crate::{Counter, Failure, Refusal};
use domain::limits::MISSING_LISTS_MAX;
use domain::providers::ProviderState;
use domain::providers::offers::{
    Found, List, ListRefused, Offer, Ours, SetState, SyncRules, propose,
};
use domain::{ChangeSetId, ProviderId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::tables::change_sets::{self, ChangeSet};
use store::tables::offers::{self, Offered};
use store::tables::sync_rules::{self, Rules};
use store::tables::{meta, providers};
use store::{Tx, TxExt};

/// Most offers that are written in one unit.
const OFFERS_PER_UNIT: usize = 500;

/// A list that is being taken in.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) provider: ProviderId,
    pub(super) set: ChangeSetId,
    pub(super) list: List,
    /// What is in the list: none of it is new to the comparison of routes.
    pub(super) seen: BTreeSet<String>,
    pub(super) rules: SyncRules,
    pub(super) actor: String,
}

impl Task {
    pub(super) fn offers(&self) -> BTreeMap<&str, &Offer> {
        self.list.offers.iter().map(|offer| (offer.service.as_str(), offer)).collect()
    }
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Begins a change set, when the list can be believed. One of the provider that is being written is
    /// broken off: its writer finds that out before it writes anything more.
    pub(super) async fn begin(
        &self,
        provider: ProviderId,
        list: List,
        actor: &str,
        now: Timestamp,
    ) -> Done<Result<Task, (Found, String)>> {
        let (catalogue, actor) = (self.sync_catalogue(), actor.to_owned());
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            check_provider(tx, provider)?;
            let rules = sync_rules::rules_of(tx, provider)?;
            let rules = rules.map_or_else(SyncRules::default, |of: Rules| of.rules);
            let floor = Floor::of_provider(tx, &catalogue, provider)?;
            let mut task = Task {
                provider,
                set: ChangeSetId(0),
                seen: list.offers.iter().map(|offer| offer.service.clone()).collect(),
                list: list.clone(),
                rules,
                actor: actor.clone(),
            };
            let view = View::new(&floor, provider, &task.offers())?;
            let exchange = floor.providers.get(&provider).map(|known| known.exchange);
            let ours = Ours {
                exchange: exchange.unwrap_or_default(),
                routes: &view.known,
                services: &view.services,
                seen: &task.seen,
            };
            if let Err(refused) = propose(&ours, &task.list, &rules) {
                let empty = refused == ListRefused::Empty;
                let found = if empty { Found::Empty } else { Found::NotBelieved };
                return Ok(Err((found, refused.to_string())));
            }
            for left in change_sets::writing(tx, provider)? {
                let left = ChangeSet { state: SetState::BrokenOff, changed: now, ..left };
                change_sets::update_set(tx, SetState::Writing, &left)?;
            }
            task.set = ChangeSetId(tx.take_id("change_set")?);
            change_sets::insert_set(tx, &blank(&task, now))?;
            Ok(Ok(task))
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Writes what the provider offers now, where that is something else than before; returns how many
    /// offers are new.
    pub(super) async fn write_offers(&self, task: &Arc<Task>, now: Timestamp) -> Done<i64> {
        let provider = task.provider;
        let read = self.store.read(|tx| Ok(offers::offers(tx, provider, "", i64::MAX)?));
        let known = Failure::join(read.await)?;
        let (changed, fresh) = changed_offers(task, &known);
        for part in changed.chunks(OFFERS_PER_UNIT) {
            let (task, part) = (Arc::clone(task), part.to_vec());
            let unit = move |tx: &mut dyn Tx| {
                check_writing(tx, task.set)?;
                Ok(offers::put_offers(tx, task.provider, &part, now)?)
            };
            Failure::join(self.store.write(unit).await)?;
        }
        Ok(fresh)
    }
}

pub(super) fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn blank(task: &Task, now: Timestamp) -> ChangeSet {
    ChangeSet {
        id: task.set,
        provider: task.provider,
        state: SetState::Writing,
        actor: task.actor.clone(),
        offers: count(task.list.offers.len()),
        broken: count(task.list.broken),
        fresh: 0,
        applied: 0,
        waiting: 0,
        began: now,
        changed: now,
        undone: None,
    }
}

pub(super) fn check_provider(tx: &mut dyn Tx, id: ProviderId) -> Done<()> {
    let provider = providers::provider(tx, id)?;
    let provider = provider.ok_or_else(|| Refusal::missing("provider", id))?;
    if provider.state == ProviderState::Off {
        return Err(Refusal::NotNow(format!("provider {id} is off: nothing is asked of it")).into());
    }
    Ok(())
}

/// The set, which nobody else ends before the unit does.
pub(super) fn check_writing(tx: &mut dyn Tx, id: ChangeSetId) -> Done<ChangeSet> {
    let set = change_sets::lock_set(tx, id)?.filter(|set| set.state == SetState::Writing);
    set.ok_or_else(|| {
        let text = format!(
            "another list of the provider is being taken in; change set {id} was broken off, and \
             what is written of it stands"
        );
        Refusal::NotNow(text).into()
    })
}

/// Offers to write: those of the list that are new or have changed, and those that it lacks.
fn changed_offers(task: &Task, known: &[Offered]) -> (Vec<Offered>, i64) {
    let before: BTreeMap<&str, &Offered> =
        known.iter().map(|known| (known.offer.service.as_str(), known)).collect();
    let mut changed = Vec::new();
    let mut fresh: i64 = 0;
    for offer in &task.list.offers {
        let before = before.get(offer.service.as_str());
        if before.is_none() {
            fresh = fresh.saturating_add(1);
        }
        if before.is_none_or(|before| before.missing > 0 || before.offer != *offer) {
            let first_set = before.map_or(task.set, |before| before.first_set);
            changed.push(Offered { offer: offer.clone(), missing: 0, first_set });
        }
    }
    // In a list that could not be read whole they may be there.
    let is_whole = task.list.broken == 0;
    let lacks = |known: &&Offered| {
        !task.seen.contains(&known.offer.service) && known.missing < MISSING_LISTS_MAX
    };
    for known in known.iter().filter(|_| is_whole).filter(lacks) {
        changed.push(Offered { missing: known.missing.saturating_add(1), ..known.clone() });
    }
    (changed, fresh)
}
