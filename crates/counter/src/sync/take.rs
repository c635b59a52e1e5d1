//! Taking in a provider's list: what differs becomes a change set, and what the rules take over is
//! taken over.

use super::begin::{Task, check_provider, check_writing, count};
use super::clean::{cleaned, shortened};
use super::step::{Stepped, step};
use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::providers::offers::{Found, List, SetState};
use domain::{AccountId, ChangeSetId, ProviderId, ServiceId, Timestamp};
use std::sync::Arc;
use store::Tx;
use store::tables::change_sets::{self, ChangeSet};
use store::tables::meta;
use store::tables::sync_rules::{self, Look};

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
