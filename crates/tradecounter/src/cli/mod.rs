//! The command line: one file for each noun.

mod account;
mod cancel;
mod category;
mod decide;
mod executor;
mod executor_key;
mod find;
mod key;
mod lines;
mod money;
mod moving;
mod offers;
mod order;
mod order_view;
mod parse;
mod price;
mod product;
mod product_order;
mod progress;
mod provider;
mod provider_args;
mod refill;
pub(crate) mod restored;
mod route;
mod served;
mod service;
mod stock;
mod sync;
mod sync_rules;
mod tier;
mod verify;
mod when;

use crate::config::{Config, Environment, NodeRole, Overrides};
use crate::failure::Failure;
use crate::output::Output;
use crate::{clock, demo, fulfilment, opened, serve, signals, telemetry};
use clap::{Parser, Subcommand};
use counter::Counter;
use counter::nodes::Job;
use dispatch::driver::Reach;
use domain::{Micros, Timestamp};
use std::path::PathBuf;
use std::str::FromStr;
use store::Access;

pub(crate) use parse::parse;

/// The server behind a trade counter for digital services and digital goods.
///
/// Exit codes: 0 done, 1 the machine or the database could not, 2 the command line was not
/// understood, 3 a rule says no (what it names was not changed), 4 `verify` or `move` found something,
/// 5 done but the result could not be printed, 70 the disk failed under the database.
#[derive(Debug, Parser)]
#[command(name = "tradecounter", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Prints JSON, also for errors.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database, as sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE.
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts a counter with a catalogue, a funded account and a simulated supplier, to try it.
    Demo(demo::DemoArgs),
    /// Serves the panel API, and does what is to be done in the background.
    Serve(ServeArgs),
    /// Creates the database, or brings its schema to this program's.
    Migrate,
    /// Moves everything to another database, SQLite or PostgreSQL, or gives a move up.
    Move(moving::MoveArgs),
    /// Says that an older copy of the database was put in its place: before anything serves from it.
    Restored(restored::RestoredArgs),
    /// Recomputes every invariant of the books from the stored rows.
    Verify,
    /// Customer accounts.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// API keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Tiers: accounts with the same discount.
    #[command(subcommand)]
    Tier(tier::TierCommand),
    /// Prices that accounts have of their own.
    #[command(subcommand)]
    Price(price::PriceCommand),
    /// Categories of the catalogue.
    #[command(subcommand)]
    Category(category::CategoryCommand),
    /// Services of the catalogue.
    #[command(subcommand)]
    Service(service::ServiceCommand),
    /// Providers: upstream panels that fulfil orders.
    #[command(subcommand)]
    Provider(provider::ProviderCommand),
    /// Routes: services' ways to providers.
    #[command(subcommand)]
    Route(route::RouteCommand),
    /// Providers' lists: what differed, and what was done about it.
    #[command(subcommand)]
    Sync(sync::SyncCommand),
    /// Executors: private suppliers that pull orders.
    #[command(subcommand)]
    Executor(executor::ExecutorCommand),
    /// Orders, and reports on them.
    #[command(subcommand)]
    Order(order::OrderCommand),
    /// Refills that customers asked for.
    #[command(subcommand)]
    Refill(refill::RefillCommand),
    /// Cancels that customers asked for.
    #[command(subcommand)]
    Cancel(cancel::CancelCommand),
    /// Products of the catalogue.
    #[command(subcommand)]
    Product(product::ProductCommand),
    /// Stock of products.
    #[command(subcommand)]
    Stock(stock::StockCommand),
    /// Orders for products, and reports on them.
    #[command(subcommand)]
    ProductOrder(product_order::ProductOrderCommand),
    /// Puts money into an account.
    Credit(money::MoneyArgs),
    /// Takes money out of an account.
    Debit(money::MoneyArgs),
    /// Prints every setting with its default and its explanation.
    Settings,
}

#[derive(Debug, clap::Args)]
struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// What this node is there for, when several work on one database.
    #[arg(long, value_name = "ROLE")]
    role: Option<NodeRole>,
}

/// What every command that works on the counter needs.
pub(crate) struct Desk {
    pub(crate) counter: Counter,
    pub(crate) output: Output,
    pub(crate) actor: String,
    pub(crate) now: Timestamp,
    /// The database that it works on, as people name it.
    pub(crate) database: String,
    /// The file with the keys that stock is sealed with; none when they come by themselves.
    pub(crate) stock_keys: Option<PathBuf>,
    /// How providers are reached.
    pub(crate) reach: Reach,
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let environment = Environment::of_process();
    let mut overrides =
        Overrides { config: cli.config, database_url: cli.database.clone(), ..Default::default() };
    if let Command::Serve(args) = &cli.command {
        overrides.listen.clone_from(&args.listen);
        overrides.role = args.role;
    }
    let config = Config::load(&overrides, &environment)?;
    let output = Output { json: cli.json };
    if let Command::Move(args) = &cli.command {
        return moving::run(args, &config, output);
    }
    let serving = matches!(cli.command, Command::Demo(_) | Command::Serve(_));
    let mut runtime = if serving {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = runtime.enable_all().build().map_err(Failure::io("async runtime"))?;
    runtime.block_on(async {
        match cli.command {
            Command::Settings => {
                settings(output);
                Ok(())
            }
            Command::Migrate => migrate(&config, output).await,
            Command::Serve(_) => serve(&config, output).await,
            Command::Demo(args) => {
                let explicit = cli.database.is_some();
                demo::run(args, explicit, config, output).await
            }
            command => {
                let user = environment.user.as_deref().unwrap_or("unknown");
                let actor = format!("cli:{user}");
                let counter = opened::open(&config, Access::Existing).await?;
                let database = store::Store::shown(&config.database_url)?;
                let in_file = config.stock_keys.is_empty();
                let stock_keys = in_file.then(|| config.stock_key_path());
                let (now, reach) = (clock::now(), fulfilment::patience(&config).reach);
                let desk = Desk { counter, output, actor, now, database, stock_keys, reach };
                on_counter(command, &desk).await
            }
        }
    })
}

async fn on_counter(command: Command, desk: &Desk) -> Result<(), Failure> {
    match command {
        Command::Verify => verify::run(desk).await,
        Command::Restored(args) => restored::run(args, desk).await,
        Command::Account(command) => account::run(command, desk).await,
        Command::Key(command) => key::run(command, desk).await,
        Command::Tier(command) => tier::run(command, desk).await,
        Command::Price(command) => price::run(command, desk).await,
        Command::Category(command) => category::run(command, desk).await,
        Command::Service(command) => service::run(command, desk).await,
        Command::Provider(command) => provider::run(command, desk).await,
        Command::Route(command) => route::run(command, desk).await,
        Command::Sync(command) => sync::run(command, desk).await,
        Command::Executor(command) => executor::run(command, desk).await,
        Command::Order(command) => order::run(command, desk).await,
        Command::Refill(command) => refill::run(command, desk).await,
        Command::Cancel(command) => cancel::run(command, desk).await,
        Command::Product(command) => product::run(command, desk).await,
        Command::Stock(command) => stock::run(command, desk).await,
        Command::ProductOrder(command) => product_order::run(command, desk).await,
        Command::Credit(args) => money::credit(args, desk).await,
        Command::Debit(args) => money::debit(args, desk).await,
        Command::Demo(_)
        | Command::Serve(_)
        | Command::Migrate
        | Command::Move(_)
        | Command::Settings => Ok(()),
    }
}

fn settings(output: Output) {
    let text = crate::config::DEFAULTS;
    output.done(&serde_json::json!({ "settings": text }), text.trim_end());
}

async fn migrate(config: &Config, output: Output) -> Result<(), Failure> {
    let status = store::Store::migrate(&config.database_url)?;
    // Makes the secrets of a new database, and checks those of an old one.
    opened::open(config, Access::Existing).await?;
    let value = serde_json::json!({ "before": status.before, "after": status.after });
    let sentence = if status.before == status.after {
        format!("the schema is at version {}, and this program works on it", status.after)
    } else {
        format!("the schema went from version {} to {}", status.before, status.after)
    };
    output.done(&value, &sentence);
    Ok(())
}

async fn serve(config: &Config, output: Output) -> Result<(), Failure> {
    telemetry::start(config)?;
    let end = signals::end()?;
    let server = serve::start(config).await?;
    if server.role().serves() {
        let url = format!("http://{}/api/v2", server.address);
        output.done(&serde_json::json!({ "url": url }), &format!("serving {url}"));
    } else {
        let url = format!("http://{}/healthz", server.address);
        let sentence = format!("working in the background; health check at {url}");
        output.done(&serde_json::json!({ "url": url }), &sentence);
    }
    crate::output::print()?;
    server.run(end, &Job::USUAL).await
}

/// A number, or `none`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrNone(pub(crate) Option<i64>);

impl FromStr for OrNone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        let number = text.parse().map_err(|_| String::from("give a whole number, or none"));
        number.map(|number| Self(Some(number)))
    }
}

/// Reads an amount argument.
pub(crate) fn parse_amount(text: &str) -> Result<Micros, String> {
    Micros::parse(text).map_err(|error| error.to_string())
}
