//! `sync`.

use super::find::find_provider;
use super::{Desk, sync_rules};
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::sync::{Decided, Decision, SyncView};
use domain::{ChangeItemId, ChangeSetId, Timestamp};
use serde_json::{Value, json};
use store::tables::change_items::ChangeItem;
use store::tables::change_sets::ChangeSet;

/// Before every item.
pub(super) const FIRST: ChangeItemId = ChangeItemId(0);

#[derive(Debug, Subcommand)]
pub(super) enum SyncCommand {
    /// Shows how each provider's list is looked at, what the last look found, and what waits.
    Status,
    /// Lists change sets, newest first; or what waits for a person.
    List {
        /// Only those of this provider (id or name).
        #[arg(long)]
        provider: Option<String>,
        /// What waits for a person, in place of the sets.
        #[arg(long)]
        open: bool,
        /// Only sets below this id.
        #[arg(long, default_value_t = i64::MAX)]
        before: i64,
        /// At most so many sets.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Shows a change set with its items.
    Show {
        /// The set.
        set: i64,
        /// Only items above this id.
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// At most so many items.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Takes items over, also such as were rejected or undone before; lets go what was held.
    Apply {
        #[command(flatten)]
        items: ItemsArgs,
    },
    /// Decides against items: all stays as it is until the list says something else; lets go what was
    /// held.
    Reject {
        #[command(flatten)]
        items: ItemsArgs,
    },
    /// Takes back what a set did, where it still is as the set left it.
    Undo {
        /// The set.
        set: i64,
    },
    /// Shows the rules for a provider's list, or changes them.
    Rules {
        /// The provider's id or name.
        provider: String,
        #[command(flatten)]
        rules: Box<sync_rules::RulesArgs>,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct ItemsArgs {
    /// These items.
    items: Option<Vec<i64>>,
    /// All items of this set that are proposed; those in quarantine are named one by one.
    #[arg(long)]
    set: Option<i64>,
}

pub(super) async fn run(command: SyncCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        SyncCommand::Status => {
            let views = desk.counter.sync_views().await?;
            let rows: Vec<Value> = views.iter().map(status).collect();
            let columns = ["provider", "minutes", "found", "looked", "taken", "open", "told"];
            desk.output.list(&rows, &columns);
        }
        SyncCommand::List { provider, open: true, .. } => list_open(provider, desk).await?,
        SyncCommand::List { provider, open: false, before, limit } => {
            let provider = match provider {
                Some(named) => Some(find_provider(desk, &named).await?),
                None => None,
            };
            let sets = desk.counter.change_sets(provider, ChangeSetId(before), limit).await?;
            let rows: Vec<Value> = sets.iter().map(set).collect();
            let columns = [
                "set", "provider", "state", "offers", "new", "applied", "waiting", "began",
                "actor", "undone",
            ];
            desk.output.list(&rows, &columns);
        }
        SyncCommand::Show { set: id, after, limit } => {
            let shown = desk.counter.change_set(ChangeSetId(id), ChangeItemId(after), limit);
            let (found, items) = shown.await?;
            let mut value = set(&found);
            if let Some(object) = value.as_object_mut() {
                let items: Vec<Value> = items.iter().map(item).collect();
                object.insert(String::from("items"), items.into());
            }
            desk.output.one(&value);
        }
        SyncCommand::Apply { items } => decide(Decision::Apply, items, desk).await?,
        SyncCommand::Reject { items } => decide(Decision::Refuse, items, desk).await?,
        SyncCommand::Undo { set } => {
            let undone = desk.counter.undo_change_set(ChangeSetId(set), &desk.actor, desk.now);
            let undone = undone.await?;
            let passed_over: Vec<i64> = undone.passed_over.iter().map(|item| item.0).collect();
            let over = passed_over.len();
            let value = json!({ "set": set, "items": undone.items, "passed_over": passed_over });
            let sentence = format!(
                "{} items are taken back; of {over} something was passed over, because it was \
                 changed since",
                undone.items
            );
            desk.output.done(&value, &sentence);
        }
        SyncCommand::Rules { provider, rules: args } => {
            let id = find_provider(desk, &provider).await?;
            sync_rules::run(id, &args, desk).await?;
        }
    }
    Ok(())
}

async fn list_open(provider: Option<String>, desk: &Desk) -> Result<(), Failure> {
    let wanted = match provider {
        Some(named) => vec![find_provider(desk, &named).await?],
        None => desk.counter.providers().await?.iter().map(|provider| provider.id).collect(),
    };
    let mut rows = Vec::new();
    for id in wanted {
        rows.extend(desk.counter.open_items(id).await?.iter().map(item));
    }
    desk.output.list(&rows, &ITEM_COLUMNS);
    Ok(())
}

async fn decide(decision: Decision, args: ItemsArgs, desk: &Desk) -> Result<(), Failure> {
    let items = match (args.items, args.set) {
        (Some(items), _) => items.into_iter().map(ChangeItemId).collect(),
        (None, Some(set)) => desk.counter.proposed_items(ChangeSetId(set)).await?,
        (None, None) => return Err(Failure::Usage(String::from("give items, or --set"))),
    };
    let decided = desk.counter.decide_items(decision, &items, &desk.actor, desk.now).await?;
    let rows: Vec<Value> = decided.iter().map(decision_row).collect();
    desk.output
        .list(&rows, &["item", "state", "finding", "after", "passed_over", "taken_off_sale"]);
    Ok(())
}

fn decision_row(decided: &Decided) -> Value {
    let mut value = item(&decided.item);
    if let Some(object) = value.as_object_mut() {
        object.insert(String::from("passed_over"), decided.passed_over.into());
        object.insert(String::from("taken_off_sale"), decided.taken_off.into());
    }
    value
}

const ITEM_COLUMNS: [&str; 9] =
    ["item", "set", "state", "route", "service", "finding", "before", "after", "why"];

fn status(view: &SyncView) -> Value {
    let look = view.look.as_ref();
    json!({
        "provider": view.provider.0,
        "minutes": view.minutes,
        "found": look.map(|look| look.found.name()),
        "told": look.and_then(|look| look.told.as_deref()),
        "in_a_row": look.map(|look| look.in_a_row),
        "looked": look.map(|look| output::time(look.looked)),
        "taken": look.and_then(|look| look.taken).map(output::time),
        "offers": look.map(|look| look.offers),
        "broken": look.map(|look| look.broken),
        "open": view.open,
    })
}

fn set(set: &ChangeSet) -> Value {
    let undone: Option<&(String, Timestamp)> = set.undone.as_ref();
    json!({
        "set": set.id.0,
        "provider": set.provider.0,
        "state": set.state.name(),
        "offers": set.offers,
        "broken": set.broken,
        "new": set.fresh,
        "applied": set.applied,
        "waiting": set.waiting,
        "actor": set.actor,
        "began": output::time(set.began),
        "undone": undone.map(|(_, at)| output::time(*at)),
        "undone_by": undone.map(|(by, _)| by),
    })
}

/// An item as it is printed.
pub(super) fn item(item: &ChangeItem) -> Value {
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
    json!({
        "item": item.id.0,
        "set": item.set.0,
        "state": item.state.name(),
        "route": item.route.0,
        "service": item.service.0,
        "upstream_service": item.upstream_service,
        "finding": item.finding.name(),
        "before": item.before,
        "after": item.after,
        "why": item.why,
        "edits": lines(&item.edits),
        "in_force": lines(&item.made),
        "actor": item.actor,
        "found": output::time(item.found),
    })
}
