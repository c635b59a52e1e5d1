//! Holds a provider or an executor no more: somebody has looked there.

use crate::accounts::check_reason;
use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::providers::{EntryKind, Provider, last_decimal};
use domain::{AccountId, ExecutorId, Micros, ProviderId, Timestamp};
use store::tables::providers::{self, Entry};
use store::tables::{executors, restores};
use store::{DbError, Tx};

/// Whether a balance is accepted that our books do not explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// The provider stays held then.
    Explained,
    /// The rest is booked as a correction.
    Anything,
}

impl Counter {
    /// Holds a provider no more, so that orders are placed there again. Where its balance is evidence, it
    /// must have been read since the restore and be what our books say, or be accepted: what was bought
    /// after the copy would otherwise count against orders whose answers are lost.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider, it is not held, or its balance is not explained.
    pub async fn release_provider(
        &self,
        id: ProviderId,
        accept: Accept,
        (actor, reason): (&str, &str),
        now: Timestamp,
    ) -> Result<Provider, Failure<Refusal>> {
        let (actor, reason) = (actor.to_owned(), reason.trim().to_owned());
        let unit = move |tx: &mut dyn Tx| {
            check_reason(&reason)?;
            let missing = || Refusal::missing("provider", id);
            let provider = providers::provider(tx, id)?.ok_or_else(missing)?;
            let Some(since) = provider.restored else { return Err(not_held("provider", id)) };
            let off = off(&provider, since)?;
            if off != Micros::ZERO {
                if accept == Accept::Explained {
                    return Err(unexplained(&provider, off).into());
                }
                let (actor, reason) = (Some(actor.clone()), Some(reason.clone()));
                let kind = EntryKind::Correction;
                let entry = Entry {
                    id: 0,
                    provider: id,
                    attempt: None,
                    kind,
                    amount: off,
                    actor,
                    reason,
                    at: now,
                };
                providers::book(tx, &[entry])?;
            }
            restores::release_provider(tx, id)?;
            let data = serde_json::json!({
                "provider": id.0, "corrected": off.raw(), "actor": actor, "reason": reason,
            });
            tell(tx, "provider.released", data.to_string(), now)?;
            Ok(providers::provider(tx, id)?.ok_or_else(missing)?)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Holds an executor no more, so that it is given orders again.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such executor, or it is not held.
    pub async fn release_executor(
        &self,
        id: ExecutorId,
        actor: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Failure<Refusal>> {
        let (actor, reason) = (actor.to_owned(), reason.trim().to_owned());
        let unit = move |tx: &mut dyn Tx| {
            check_reason(&reason)?;
            let executor = executors::lock_executor(tx, id)?;
            let executor = executor.ok_or_else(|| Refusal::missing("executor", id))?;
            if executor.restored.is_none() {
                return Err(not_held("executor", id));
            }
            restores::release_executor(tx, id)?;
            let data = serde_json::json!({ "executor": id.0, "actor": actor, "reason": reason });
            Ok(tell(tx, "executor.released", data.to_string(), now)?)
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn not_held(kind: &str, id: impl std::fmt::Display) -> Failure<Refusal> {
    Refusal::NotNow(format!("{kind} {id} is not held")).into()
}

/// How far the balance that was read since is from our books, but for the rounding of one read;
/// nothing where it is no evidence.
fn off(provider: &Provider, since: Timestamp) -> Result<Micros, Refusal> {
    let Some(decimals) = provider.balance_decimals else { return Ok(Micros::ZERO) };
    let read = provider.reported.filter(|(_, at)| *at > since);
    let (reported, _) = read.ok_or_else(|| {
        Refusal::NotNow(format!(
            "the balance at {name} was not read since the restore: let a server run for a moment; or \
             let it be no evidence (`provider edit {name} --balance-decimals none`)",
            name = provider.name
        ))
    })?;
    let off = reported.raw().saturating_sub(provider.booked.raw());
    let rounded = off.saturating_abs() <= last_decimal(decimals).raw();
    Ok(if rounded { Micros::ZERO } else { Micros::new(off) })
}

fn unexplained(provider: &Provider, off: Micros) -> Refusal {
    let Provider { name, booked, .. } = provider;
    Refusal::NotNow(format!(
        "the balance at {name} is off by {off} from the {booked} that are booked: decide first what waits \
         (`order list --state review`), then look what is left (`provider show {name}`) and book it, or \
         accept it with --accept-balance"
    ))
}

fn tell(tx: &mut dyn Tx, kind: &str, data: String, now: Timestamp) -> Result<(), DbError> {
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, kind, data, now);
    journal.write(tx)
}
