//! Taking in a provider's list: what differs becomes a change set, and what the rules take over is
//! taken over.

use super::clean::{cleaned, shortened};
use super::floor::Floor;
use super::ours::View;
use super::step::{Stepped, step};
use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::limits::MISSING_LISTS_MAX;
use domain::providers::ProviderState;
use domain::providers::offers::{
    Found, List, ListRefused, Offer, Ours, SetState, SyncRules, propose,
};
use domain::{AccountId, ChangeSetId, ProviderId, ServiceId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::tables::change_sets::{self, ChangeSet};
use store::tables::offers::{self, Offered};
use store::tables::sync_rules::{self, Look, Rules};
use store::tables::{meta, providers};
use store::{Tx, TxExt};

/// Most offers that are written in one unit.
const OFFERS_PER_UNIT: usize = 500;

/// What came of asking a provider for its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// A list.
    List(List),
    /// A list with nothing in it.
    Empty,
    /// A refusal, in the provider's words.
    Refused(String),
    /// An answer that is no list, and why.
    Unclear(String),
    /// No answer, and why.
    Unanswered(String),
}

/// What a list came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What was found. Unless it was taken, nothing has changed.
    pub found: Found,
    /// Why it was not taken, in words.
    pub told: Option<String>,
    /// The change set; none when nothing differed.
    pub set: Option<ChangeSetId>,
    /// Offers in the list.
    pub offers: i64,
    /// Entries that could not be read.
    pub broken: i64,
    /// Offers that were not known before.
    pub fresh: i64,
    /// Differences that were taken over.
    pub applied: i64,
    /// Differences that wait for a person.
    pub waiting: i64,
}

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
    /// Takes in what came of asking a provider for its list. A list that is empty, broken or cannot be
    /// right changes nothing; that it came is noted. Else its differences are written in several
    /// units, each against what is true then; when the program ends in between, what is written
    /// stands, and the next list finds the rest.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider, it is off, or another list of it is taken in
    /// meanwhile.
    pub async fn take_list(
        &self,
        provider: ProviderId,
        fetched: Fetched,
        actor: &str,
        now: Timestamp,
    ) -> Done<Taken> {
        let begun = match fetched {
            Fetched::List(list) => self.begin(provider, cleaned(&list), actor, now).await?,
            Fetched::Empty => Err((Found::Empty, String::from("the list is empty"))),
            Fetched::Refused(text) => Err((Found::Refused, text)),
            Fetched::Unclear(why) => Err((Found::Unclear, why)),
            Fetched::Unanswered(why) => Err((Found::Unanswered, why)),
        };
        let task = match begun {
            Ok(task) => Arc::new(task),
            Err((found, told)) => return self.not_taken(provider, found, &told, now).await,
        };
        let fresh = self.write_offers(&task, now).await?;
        let mut sum = Stepped::default();
        let mut after = ServiceId(0);
        loop {
            let stepped = self.step(&task, after, (fresh, sum), now).await?;
            sum.applied = sum.applied.saturating_add(stepped.applied);
            sum.waiting = sum.waiting.saturating_add(stepped.waiting);
            match stepped.next {
                Some(next) => after = next,
                None => break,
            }
        }
        let something = fresh > 0 || sum.applied > 0 || sum.waiting > 0;
        Ok(Taken {
            found: Found::Taken,
            told: None,
            set: something.then_some(task.set),
            offers: count(task.list.offers.len()),
            broken: count(task.list.broken),
            fresh,
            applied: sum.applied,
            waiting: sum.waiting,
        })
    }

    /// Begins a change set, when the list can be believed. One of the provider that is being written is
    /// broken off: its writer finds that out before it writes anything more.
    async fn begin(
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
            let floor = Floor::load(tx, &catalogue, [provider])?;
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
    async fn write_offers(&self, task: &Arc<Task>, now: Timestamp) -> Done<i64> {
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

    /// Writes a part of the differences, and with the last one the end of the set.
    async fn step(
        &self,
        task: &Arc<Task>,
        after: ServiceId,
        (fresh, sum): (i64, Stepped),
        now: Timestamp,
    ) -> Done<Stepped> {
        let (catalogue, task) = (self.sync_catalogue(), Arc::clone(task));
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let set = check_writing(tx, task.set)?;
            let stepped = step(tx, &catalogue, &task, after, now)?;
            let applied = sum.applied.saturating_add(stepped.applied);
            let waiting = sum.waiting.saturating_add(stepped.waiting);
            let set = ChangeSet { fresh, applied, waiting, changed: now, ..set };
            if stepped.next.is_some() {
                change_sets::update_set(tx, SetState::Writing, &set)?;
            } else {
                finish(tx, &task, set, now)?;
            }
            Ok(stepped)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Notes that no list was taken.
    async fn not_taken(
        &self,
        provider: ProviderId,
        found: Found,
        told: &str,
        now: Timestamp,
    ) -> Done<Taken> {
        let told = shortened(told);
        let text = told.clone();
        let unit = move |tx: &mut dyn Tx| {
            check_provider(tx, provider)?;
            let before = sync_rules::look(tx, provider)?;
            let same = before.as_ref().filter(|before| before.found == found);
            let look = Look {
                provider,
                found,
                told: Some(text.clone()),
                in_a_row: same.map_or(1, |before| before.in_a_row.saturating_add(1)),
                looked: now,
                taken: before.as_ref().and_then(|before| before.taken),
                offers: before.as_ref().map_or(0, |before| before.offers),
                broken: before.as_ref().map_or(0, |before| before.broken),
            };
            sync_rules::put_look(tx, &look)?;
            if look.in_a_row == 1 {
                let data = serde_json::json!({
                    "provider": provider.0, "found": found.name(), "told": text,
                });
                tell(tx, "sync.failed", data.to_string(), now)?;
            }
            Ok(())
        };
        Failure::join(self.store.write(unit).await)?;
        let (set, offers, broken, fresh, applied, waiting) = (None, 0, 0, 0, 0, 0);
        Ok(Taken { found, told: Some(told), set, offers, broken, fresh, applied, waiting })
    }
}

fn count(length: usize) -> i64 {
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

fn check_provider(tx: &mut dyn Tx, id: ProviderId) -> Done<()> {
    let provider = providers::provider(tx, id)?;
    let provider = provider.ok_or_else(|| Refusal::missing("provider", id))?;
    if provider.state == ProviderState::Off {
        return Err(Refusal::NotNow(format!("provider {id} is off: nothing is asked of it")).into());
    }
    Ok(())
}

/// The set, which nobody else ends before the unit does.
fn check_writing(tx: &mut dyn Tx, id: ChangeSetId) -> Done<ChangeSet> {
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

/// Ends a set: it is whole, or nothing came of the list and it is forgotten.
fn finish(tx: &mut dyn Tx, task: &Task, set: ChangeSet, now: Timestamp) -> Done<()> {
    let before = sync_rules::look(tx, task.provider)?;
    let same = before.filter(|before| before.found == Found::Taken);
    let look = Look {
        provider: task.provider,
        found: Found::Taken,
        told: None,
        in_a_row: same.map_or(1, |before| before.in_a_row.saturating_add(1)),
        looked: now,
        taken: Some(now),
        offers: set.offers,
        broken: set.broken,
    };
    sync_rules::put_look(tx, &look)?;
    if set.fresh == 0 && set.applied == 0 && set.waiting == 0 {
        return Ok(change_sets::delete_set(tx, set.id)?);
    }
    let set = ChangeSet { state: SetState::Whole, ..set };
    change_sets::update_set(tx, SetState::Writing, &set)?;
    let data = serde_json::json!({
        "set": set.id.0,
        "provider": set.provider.0,
        "offers": set.offers,
        "broken": set.broken,
        "new": set.fresh,
        "applied": set.applied,
        "waiting": set.waiting,
        "actor": set.actor,
    });
    Ok(tell(tx, "sync.taken", data.to_string(), now)?)
}

/// Notes an event by itself.
pub(super) fn tell(
    tx: &mut dyn Tx,
    kind: &str,
    data: String,
    now: Timestamp,
) -> Result<(), store::DbError> {
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, kind, data, now);
    journal.write(tx)
}
