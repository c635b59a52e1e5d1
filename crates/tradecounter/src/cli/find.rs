//! What people name on the command line, by its id or its name.
//!
//! A new name is no number, so that it is not taken for an id. One that was given before that was refused
//! counts before an id. What is not there is an error that names it, and no empty list.

use super::Desk;
use crate::failure::Failure;
use counter::Refusal;
use domain::{AccountId, ExecutorId, ProviderId, ServiceId, TierId};

/// An account, by its id or name.
pub(crate) async fn find_account(desk: &Desk, named: &str) -> Result<AccountId, Failure> {
    match named.parse() {
        Ok(id) => Ok(desk.counter.account(AccountId(id)).await?.id),
        Err(_) => Ok(desk.counter.account_named(named).await?.id),
    }
}

/// A provider, by its id or name.
pub(super) async fn find_provider(desk: &Desk, named: &str) -> Result<ProviderId, Failure> {
    let known = desk.counter.providers().await?;
    let known = known.iter().map(|provider| (provider.id.0, provider.name.as_str()));
    find("provider", named, known).map(ProviderId)
}

/// An executor, by its id or name.
pub(super) async fn find_executor(desk: &Desk, named: &str) -> Result<ExecutorId, Failure> {
    let known = desk.counter.executors().await?;
    let known = known.iter().map(|(executor, _)| (executor.id.0, executor.name.as_str()));
    find("executor", named, known).map(ExecutorId)
}

/// A tier, by its id or name.
pub(super) async fn find_tier(desk: &Desk, named: &str) -> Result<TierId, Failure> {
    let known = desk.counter.tiers().await?;
    let known = known.iter().map(|tier| (tier.id.0, tier.name.as_str()));
    find("tier", named, known).map(TierId)
}

/// A service, by its id.
pub(super) async fn find_service(desk: &Desk, id: i64) -> Result<ServiceId, Failure> {
    let known = desk.counter.all_services().await?;
    let found = known.iter().map(|service| service.id).find(|known| known.0 == id);
    found.ok_or_else(|| missing("service", &id.to_string()))
}

fn find<'a>(
    kind: &'static str,
    named: &str,
    known: impl Iterator<Item = (i64, &'a str)> + Clone,
) -> Result<i64, Failure> {
    let by_name = known.clone().find(|(_, name)| *name == named);
    let by_id = || {
        let wanted: i64 = named.parse().ok()?;
        known.clone().find(|(id, _)| *id == wanted)
    };
    let found = by_name.or_else(by_id).map(|(id, _)| id);
    found.ok_or_else(|| missing(kind, named))
}

fn missing(kind: &'static str, named: &str) -> Failure {
    Failure::Refused(Refusal::Missing { kind, id: named.to_owned() })
}
