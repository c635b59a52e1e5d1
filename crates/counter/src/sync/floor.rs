//! What a unit of sync works on: routes, services, what lists said of them, and the items that stand.

use super::bench::Bench;
use super::coded;
use crate::Counter;
use crate::catalogue::Catalogue;
use crate::journal::Journal;
use domain::providers::offers::{Edit, FindingKind, ItemState};
use domain::providers::{Provider, Route};
use domain::{ChangeItemId, ProviderId, RouteId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use store::tables::change_items::{self, ChangeItem};
use store::tables::offers::{self, Listed};
use store::tables::{providers, routes};
use store::{DbError, Tx};

/// Under what an item stands: one of each at most.
pub(super) type Key = (RouteId, FindingKind);

/// What a unit of sync works on. Load it under the catalogue's lock.
#[derive(Debug)]
pub(super) struct Floor {
    pub(super) bench: Bench,
    pub(super) providers: BTreeMap<ProviderId, Provider>,
    listed: BTreeMap<RouteId, (Listed, Listed)>,
    /// Routes of which lists say something else now.
    relisted: BTreeSet<RouteId>,
    standing: BTreeMap<Key, ChangeItem>,
    /// Items that stand and have changed.
    touched: BTreeSet<Key>,
    /// Items that do not stand and have changed.
    past: Vec<ChangeItem>,
    /// Items that are new; their ids are given when they are written.
    fresh: Vec<ChangeItem>,
    pub(super) journal: Journal,
}

/// All that an item of a route may stand under.
fn keys(route: RouteId) -> RangeInclusive<Key> {
    (route, FindingKind::Gone)..=(route, FindingKind::KindChanged)
}

impl Counter {
    /// What units of sync read services from.
    pub(super) fn sync_catalogue(&self) -> std::sync::Arc<Catalogue> {
        self.catalogue_cache()
    }
}

impl Floor {
    /// All routes and services, and what is known of the routes to `provider`.
    pub(super) fn of_provider(
        tx: &mut dyn Tx,
        catalogue: &Catalogue,
        provider: ProviderId,
    ) -> Result<Self, DbError> {
        let listed = offers::listed(tx, provider)?;
        let standing = change_items::standing(tx, provider)?;
        Self::load(tx, catalogue, listed, standing)
    }

    /// All routes and services, and what is known of the routes that these items are about.
    pub(super) fn of_items(
        tx: &mut dyn Tx,
        catalogue: &Catalogue,
        items: &[ChangeItem],
    ) -> Result<Self, DbError> {
        let routes: BTreeSet<RouteId> = items.iter().map(|item| item.route).collect();
        let routes: Vec<RouteId> = routes.into_iter().collect();
        let listed = offers::listed_of(tx, &routes)?;
        let standing = change_items::standing_of(tx, &routes)?;
        Self::load(tx, catalogue, listed, standing)
    }

    fn load(
        tx: &mut dyn Tx,
        catalogue: &Catalogue,
        listed: Vec<Listed>,
        standing: Vec<ChangeItem>,
    ) -> Result<Self, DbError> {
        let snapshot = catalogue.within(tx)?;
        let all: Vec<Route> = routes::routes(tx)?;
        let known = providers::providers(tx)?.into_iter();
        let listed = listed.into_iter().map(|listed| (listed.route, (listed.clone(), listed)));
        let standing = standing.into_iter().map(|item| ((item.route, item.finding), item));
        Ok(Self {
            bench: Bench::new(all, snapshot),
            providers: known.map(|provider| (provider.id, provider)).collect(),
            listed: listed.collect(),
            relisted: BTreeSet::new(),
            standing: standing.collect(),
            touched: BTreeSet::new(),
            past: Vec::new(),
            fresh: Vec::new(),
            journal: Journal::default(),
        })
    }

    /// What lists said of a route so far.
    pub(super) fn listed(&self, route: RouteId) -> Listed {
        self.listed.get(&route).map_or_else(|| Listed::new(route), |(_, now)| now.clone())
    }

    pub(super) fn set_listed(&mut self, listed: Listed) {
        let blank = Listed::new(listed.route);
        let entry = self.listed.entry(listed.route);
        let (before, now) = entry.or_insert_with(|| (blank.clone(), blank));
        if *before == listed {
            self.relisted.remove(&listed.route);
        } else {
            self.relisted.insert(listed.route);
        }
        *now = listed;
    }

    pub(super) fn standing(&self) -> impl Iterator<Item = &ChangeItem> {
        self.standing.values()
    }

    /// The items of a route that stand.
    pub(super) fn standing_of(&self, route: RouteId) -> Vec<ChangeItem> {
        self.standing.range(keys(route)).map(|(_, item)| item.clone()).collect()
    }

    pub(super) fn stands(&self, key: Key) -> Option<&ChangeItem> {
        self.standing.get(&key)
    }

    /// Notes an item that has changed. One of the id 0 is new.
    pub(super) fn put(&mut self, item: ChangeItem) {
        let key = (item.route, item.finding);
        if item.id == ChangeItemId(0) {
            self.fresh.push(item);
            return;
        }
        if item.standing {
            self.touched.insert(key);
            self.standing.insert(key, item);
            return;
        }
        if self.standing.get(&key).is_some_and(|known| known.id == item.id) {
            self.standing.remove(&key);
            self.touched.remove(&key);
        }
        self.past.push(item);
    }

    /// Lets go what is held because of an item, unless the service is gone, or another item of the
    /// route looks wrong too: that one holds it from now on. Returns how many edits were passed over.
    pub(super) fn release(&mut self, item: &mut ChangeItem) -> Result<usize, DbError> {
        let made = coded::read(&std::mem::take(&mut item.made))?;
        if made.is_empty() {
            return Ok(0);
        }
        if self.listed(item.route).gone {
            // It comes back with the service, and not before.
            self.set_gone(item.route, true, &made);
            return Ok(0);
        }
        let is_heir =
            |other: &&mut ChangeItem| other.id != item.id && other.state == ItemState::Quarantined;
        let mut others = self.standing.range_mut(keys(item.route)).map(|(_, other)| other);
        let Some(heir) = others.find(is_heir) else {
            return Ok(self.bench.take_back(item.route, &made));
        };
        let mut held = made;
        for edit in coded::read(&heir.made)? {
            if !held.contains(&edit) {
                held.push(edit);
            }
        }
        heir.made = coded::written(&held);
        self.touched.insert((heir.route, heir.finding));
        Ok(0)
    }

    /// Notes that a route is out of use, or in use again, because of what lists say.
    pub(super) fn set_gone(&mut self, route: RouteId, gone: bool, made: &[Edit]) {
        let off_sale_with_it = gone && made.iter().any(|edit| matches!(edit, Edit::OnSale(_)));
        let before = self.listed(route);
        self.set_listed(Listed { gone, off_sale_with_it, ..before });
    }

    /// Rows that are to be written, roughly.
    pub(super) fn rows(&self) -> usize {
        let items = self.touched.len().saturating_add(self.past.len());
        // A new item mostly changes a route and a service, each with its event.
        let fresh = self.fresh.len().saturating_mul(4);
        self.relisted.len().saturating_add(items).saturating_add(fresh)
    }

    /// Writes all that has changed.
    pub(super) fn write(
        mut self,
        tx: &mut dyn Tx,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), DbError> {
        let touched = self.touched.iter().filter_map(|key| self.standing.get(key).cloned());
        let changed: Vec<ChangeItem> = self.past.into_iter().chain(touched).collect();
        if !changed.is_empty() {
            change_items::update(tx, &changed)?;
        }
        if !self.fresh.is_empty() {
            let ids = tx.take_ids("change_item", self.fresh.len())?;
            for (item, id) in self.fresh.iter_mut().zip(ids) {
                item.id = ChangeItemId(id);
            }
            change_items::insert(tx, &self.fresh)?;
        }
        let listed = self.relisted.iter().filter_map(|route| self.listed.get(route));
        let listed: Vec<Listed> = listed.map(|(_, now)| now.clone()).collect();
        if !listed.is_empty() {
            offers::put_listed(tx, &listed)?;
        }
        self.bench.write(tx, &mut self.journal, actor, now)?;
        self.journal.write(tx)
    }
}
