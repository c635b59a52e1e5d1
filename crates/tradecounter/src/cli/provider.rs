//! `provider`.

use super::find::find_provider;
use super::provider_args::{ProviderArgs, check_url, read_secret, unreachable_by};
use super::restored::accept;
use super::{Desk, offers, parse_amount};
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::fulfilment::{Booking, ProviderChange};
use domain::providers::{Attempt, EntryKind, Explains, WriteOff};
use domain::{AttemptId, Micros};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum ProviderCommand {
    /// Adds a provider: an account of ours at an upstream panel.
    Add {
        #[command(flatten)]
        provider: ProviderArgs,
        /// The file with our key there, on its first line; `-` for standard input. It is sealed at
        /// once and never shown.
        #[arg(long, default_value = "-", value_name = "FILE")]
        key_file: PathBuf,
    },
    /// Changes a provider.
    Edit {
        /// Its id or name.
        provider_id: String,
        #[command(flatten)]
        provider: ProviderArgs,
        /// Another URL or key leads to the same account of ours as before, with its orders and its
        /// balance.
        #[arg(long)]
        same_account: bool,
        /// The file with another key, on its first line; `-` for standard input.
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
    },
    /// Lists providers.
    List,
    /// Shows a provider with its routes and what is not known there.
    Show {
        /// Its id or name.
        provider: String,
    },
    /// Books money that was paid in at a provider.
    Deposit(BookingArgs),
    /// Sets right what nothing else explains of the balance at a provider; below zero for what is
    /// missing there.
    Correct(BookingArgs),
    /// Places orders at a provider again that is held since a restore (`restored`). Look there first what
    /// it has of the orders that wait for you.
    Release {
        /// Its id or name.
        provider: String,
        /// Also when our books do not explain its balance; the rest is booked as a correction.
        #[arg(long)]
        accept_balance: bool,
        /// What was looked at.
        #[arg(long)]
        reason: String,
    },
    /// Lists what moved our balance at a provider by our books, newest first.
    Entries {
        /// Its id or name.
        provider: String,
        /// Only entries below this id.
        #[arg(long, default_value_t = i64::MAX)]
        before: i64,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Lists orders that were written off because nobody could tell whether a provider has them,
    /// newest first.
    WrittenOff {
        /// Only those of which nobody can tell yet.
        #[arg(long)]
        open: bool,
        /// Only those of attempts below this id.
        #[arg(long, default_value_t = i64::MAX)]
        before: i64,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
        /// Shows what the house bears for all of them instead, and what was drawn today.
        #[arg(long)]
        sum: bool,
    },
    /// Fetches a provider's list at once, and shows what it came to.
    Sync {
        /// Its id or name.
        provider: String,
    },
    /// Lists what a provider offers, as of its last list.
    Offers(offers::OffersArgs),
    /// Makes a service and a route for each of a provider's offers that has none.
    Import(offers::ImportArgs),
}

/// What is booked.
#[derive(Debug, Args)]
pub(super) struct BookingArgs {
    /// The provider's id or name.
    provider: String,
    /// How much, in its currency.
    #[arg(value_parser = parse_amount)]
    amount: Micros,
    /// Why.
    #[arg(long)]
    reason: String,
}

pub(super) async fn run(command: ProviderCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        ProviderCommand::Add { provider, key_file } => {
            let secret = read_secret(desk, &key_file).await?;
            let change = provider.change();
            change.url.as_deref().map_or(Ok(()), check_url)?;
            let hindrance = change.url.as_deref().and_then(|url| unreachable_by(desk, url));
            let id = desk.counter.add_provider(change, secret, desk.now).await?;
            let mut sentence = format!("provider {id} is there");
            if let Some(why) = &hindrance {
                sentence = format!("{sentence}, but {why}");
            }
            desk.output.done(&json!({ "provider": id.0, "hindrance": hindrance }), &sentence);
        }
        ProviderCommand::Edit { provider_id, provider, same_account, key_file } => {
            let change = provider.change();
            change.url.as_deref().map_or(Ok(()), check_url)?;
            if change == ProviderChange::default() && key_file.is_none() {
                return Err(Failure::Usage(String::from("nothing to change: give an option")));
            }
            let secret = match key_file {
                Some(file) => Some(read_secret(desk, &file).await?),
                None => None,
            };
            let id = find_provider(desk, &provider_id).await?;
            let change = ProviderChange { same_account, ..change };
            let after = desk.counter.edit_provider(id, change, secret, desk.now).await?;
            let mut shown = output::provider(&after.provider);
            if let Some(object) = shown.as_object_mut() {
                object.insert(String::from("was_paused_for"), after.was_paused_for.into());
            }
            desk.output.one(&shown);
        }
        ProviderCommand::List => {
            let providers = desk.counter.providers().await?;
            let rows: Vec<Value> = providers.iter().map(output::provider).collect();
            let columns = [
                "provider",
                "name",
                "state",
                "currency",
                "booked",
                "reported",
                "url",
                "paused_for",
            ];
            desk.output.list(&rows, &columns);
        }
        ProviderCommand::Show { provider } => {
            let view = desk.counter.show_provider(find_provider(desk, &provider).await?).await?;
            let mut shown = output::provider(&view.provider);
            // Whoever serves it may have other settings: what has told a balance is reached.
            let unread = view.provider.reported.is_none();
            let hindrance = unread.then(|| unreachable_by(desk, &view.provider.url)).flatten();
            let routes: Vec<Value> = view.routes.iter().map(output::route).collect();
            let unknown: Vec<Value> = view.unknown.iter().map(output::attempt).collect();
            if let Some(object) = shown.as_object_mut() {
                object.insert(String::from("hindrance"), hindrance.into());
                object.insert(String::from("routes"), routes.into());
                object.insert(String::from("unknown"), unknown.into());
                object.insert(String::from("off"), view.off.map_or(Value::Null, output::amount));
                let explaining: Vec<Value> = view.explaining.iter().map(explains).collect();
                object.insert(String::from("explained_by"), explaining.into());
            }
            desk.output.one(&shown);
        }
        ProviderCommand::WrittenOff { sum: true, .. } => {
            let ambiguity = desk.counter.ambiguity(desk.now).await?;
            desk.output.one(&json!({
                "expense": output::amount(ambiguity.expense),
                "drawn_today": output::amount(ambiguity.drawn),
            }));
        }
        ProviderCommand::WrittenOff { open, before, limit, .. } => {
            let items = desk.counter.written_off(open, AttemptId(before), limit).await?;
            let rows: Vec<Value> = items.iter().map(written_off).collect();
            let columns =
                ["order", "provider", "state", "refunded", "risk", "cost", "opened", "attempt"];
            desk.output.list(&rows, &columns);
        }
        ProviderCommand::Sync { provider } => offers::fetch(&provider, desk).await?,
        ProviderCommand::Offers(args) => offers::list(args, desk).await?,
        ProviderCommand::Import(args) => offers::import(args, desk).await?,
        ProviderCommand::Release { provider, accept_balance, reason } => {
            let id = find_provider(desk, &provider).await?;
            let (accept, by) = (accept(accept_balance), (desk.actor.as_str(), reason.as_str()));
            let after = desk.counter.release_provider(id, accept, by, desk.now).await?;
            desk.output.one(&output::provider(&after));
        }
        ProviderCommand::Deposit(args) => book(args, EntryKind::Deposit, desk).await?,
        ProviderCommand::Correct(args) => book(args, EntryKind::Correction, desk).await?,
        ProviderCommand::Entries { provider, before, limit } => {
            let id = find_provider(desk, &provider).await?;
            let entries = desk.counter.provider_entries(id, before, limit).await?;
            let rows: Vec<Value> = entries.iter().map(output::provider_entry).collect();
            let columns = ["entry", "kind", "amount", "attempt", "actor", "reason", "at"];
            desk.output.list(&rows, &columns);
        }
    }
    Ok(())
}

fn written_off(item: &WriteOff) -> Value {
    json!({
        "attempt": item.attempt.0,
        "order": item.order.0,
        "account": item.account.0,
        "provider": item.provider.0,
        "state": item.state.name(),
        "refunded": output::amount(item.refunded),
        "risk": output::amount(item.risk),
        "cost": output::amount(item.cost),
        "drawn": output::amount(item.drawn),
        "budget": output::amount(item.budget),
        "opened": output::time(item.opened),
        "changed": output::time(item.changed),
    })
}

/// An attempt that would explain why the balance is off.
fn explains((attempt, how): &(Attempt, Explains)) -> Value {
    let what = match how {
        Explains::Charged => "charged, though we believe that it is not there",
        Explains::CameBack => "given back, though nobody told us",
    };
    json!({
        "attempt": attempt.id.0,
        "order": attempt.order.0,
        "state": attempt.state.name(),
        "it_may_have_been": what,
    })
}

async fn book(args: BookingArgs, kind: EntryKind, desk: &Desk) -> Result<(), Failure> {
    let booking = Booking {
        provider: find_provider(desk, &args.provider).await?,
        kind,
        amount: args.amount,
        actor: desk.actor.clone(),
        reason: args.reason,
    };
    desk.output.one(&output::provider(&desk.counter.book_at_provider(booking, desk.now).await?));
    Ok(())
}
