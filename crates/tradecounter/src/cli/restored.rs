//! `restored`: what to do after an older copy of the database was put in its place.

use super::Desk;
use crate::failure::Failure;
use crate::output;
use counter::restore::{Accept, Quarantine, Skip};
use serde_json::{Value, json};

/// Arguments of `restored`.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoredArgs {
    /// So many ids of each kind are not given out, because they may have been since the copy was made.
    /// As many as were ever given out, and 100,000 at least, unless given.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["show", "release"])]
    skip_ids: Option<i64>,
    /// Another copy was put in the place of the database since this was last said. Not needed once the
    /// last restore is over: everybody is released, and orders were placed; nor with --skip-ids.
    #[arg(long, conflicts_with_all = ["show", "release"])]
    another_copy: bool,
    /// Shows who is held and what waits, and changes nothing.
    #[arg(long, conflicts_with = "release")]
    show: bool,
    /// Releases every provider and executor that is still held. `provider release` and `executor
    /// release` do it for one.
    #[arg(long, requires = "reason")]
    release: bool,
    /// With --release: also providers whose balance our books do not explain; the rest is booked.
    #[arg(long, requires = "release")]
    accept_balance: bool,
    /// With --release: what was looked at.
    #[arg(long, requires = "release")]
    reason: Option<String>,
}

pub(super) async fn run(args: RestoredArgs, desk: &Desk) -> Result<(), Failure> {
    match &args.reason {
        _ if args.show => show(desk).await,
        Some(reason) => release(desk, accept(args.accept_balance), reason).await,
        None => begin(desk, skip(args.skip_ids, args.another_copy)).await,
    }
}

/// What a flag of the command line says.
pub(super) const fn accept(anything: bool) -> Accept {
    if anything { Accept::Anything } else { Accept::Explained }
}

const fn skip(ids: Option<i64>, another_copy: bool) -> Skip {
    match ids {
        Some(ids) => Skip::Ids(ids),
        None if another_copy => Skip::Again,
        None => Skip::Once,
    }
}

async fn begin(desk: &Desk, skip: Skip) -> Result<(), Failure> {
    let restored = desk.counter.begin_after_restore(skip, &desk.actor, desk.now).await?;
    let first = restored.restore.first_order;
    let told = desk.counter.quarantine().await?;
    let value = told.as_ref().map_or(Value::Null, row);
    let sentence = format!(
        "{} orders wait for a person (`order list --state review`, `order decide`); the next order is \
         {first}. Nothing is placed at any provider or given to any executor before `provider \
         release`, `executor release` or `restored --release`; the server may be started",
        restored.to_decide
    );
    desk.output.done(&value, &sentence);
    Ok(())
}

async fn show(desk: &Desk) -> Result<(), Failure> {
    let value = desk.counter.quarantine().await?.as_ref().map_or(Value::Null, row);
    if value.is_null() && !desk.output.json {
        desk.output.done(&value, "no older copy was ever put in the place of this database");
    } else {
        desk.output.one(&value);
    }
    Ok(())
}

/// One after the other: who is released before one is refused stays so.
async fn release(desk: &Desk, accept: Accept, reason: &str) -> Result<(), Failure> {
    let Some(held) = desk.counter.quarantine().await? else { return show(desk).await };
    for (executor, _) in &held.executors {
        desk.counter.release_executor(*executor, &desk.actor, reason, desk.now).await?;
    }
    for (provider, _) in &held.providers {
        let by = (desk.actor.as_str(), reason);
        desk.counter.release_provider(*provider, accept, by, desk.now).await?;
    }
    show(desk).await
}

/// What is held, as a row.
pub(crate) fn row(quarantine: &Quarantine) -> Value {
    let Quarantine { restore, providers, executors, to_decide, pending } = quarantine;
    let providers: Vec<&str> = providers.iter().map(|(_, name)| name.as_str()).collect();
    let executors: Vec<&str> = executors.iter().map(|(_, name)| name.as_str()).collect();
    json!({
        "restore": restore.epoch,
        "at": output::time(restore.at),
        "actor": restore.actor,
        "first_order": restore.first_order.0,
        "held_providers": providers,
        "held_executors": executors,
        "to_decide": to_decide,
        "pending": pending,
    })
}
