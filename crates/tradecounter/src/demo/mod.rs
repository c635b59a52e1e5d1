//! `demo`: a whole counter in one process, to try it: a neutral catalogue, a funded account, and a
//! simulated supplier that its orders are placed at.

mod catalogue;
mod note;
mod seed;
mod supplier;

use crate::config::{Config, LogFormat, NodeRole};
use crate::failure::Failure;
use crate::output::Output;
use crate::{clock, opened, serve, signals, telemetry};
use counter::nodes::{Job, Node, Role};
use note::Note;
use std::path::{Path, PathBuf};
use store::Access;
use supplier::Supplier;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// The folder that everything is kept in; made when it is not there.
    #[arg(long, default_value = "tradecounter-demo", value_name = "FOLDER")]
    data: PathBuf,
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

/// Runs the demo until it is told to end.
pub(crate) async fn run(
    args: DemoArgs,
    database_given: bool,
    mut config: Config,
    output: Output,
) -> Result<(), Failure> {
    let end = signals::end()?;
    let data = prepare_folder(&args.data)?;
    let file = data.join("counter.db");
    if !database_given {
        config.database_url = format!("sqlite:{}", file.display());
    } else if config.is_on_postgres() {
        keep_secrets_in(&data, &mut config);
    }
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    // A person watches: only what needs them, unless they ask for more.
    if config.log == "info" {
        config.log = String::from("warn");
    }
    config.log_format = LogFormat::Text;
    config.role = NodeRole::All;
    telemetry::start(&config)?;
    let earlier = Note::read(&data)?;
    if database_given {
        // Somebody else's place: filled where it is, as far as it is empty. Looked at before anything is
        // laid down here.
        let counter = opened::open(&config, Access::CreateIfMissing).await?;
        seed::check(&counter, earlier.as_ref()).await?;
    } else if earlier.is_none() && file.exists() {
        return Err(note::lost(&data, &file));
    }
    let new = earlier.is_none() || (!database_given && !file.exists());
    if new {
        Supplier::forget(&data)?;
    }
    let offers = catalogue::offers();
    let supplier = Supplier::start(&data, earlier.as_ref(), &config.currency, &offers)?;
    if new && !database_given {
        fill_apart(&data, &config, &supplier).await?;
    }
    let mut server = serve::start(&config).await?;
    server.calls_beside(supplier.address());
    let note = tell(&server, &data, &config, &supplier).await?;
    note.write(&data)?;
    output.done(&note.json(), note.told(&data).trim_end());
    crate::output::print()?;
    // The supplier is there until the last order that is under way has its answer.
    let ran = server.run(end, &Job::USUAL).await;
    drop(supplier);
    ran
}

/// What there is to tell: of the shop that the note of an earlier run opens, or of one that is filled
/// now.
async fn tell(
    server: &serve::Server,
    data: &Path,
    config: &Config,
    supplier: &Supplier,
) -> Result<Note, Failure> {
    let (counter, now) = (&server.counter, clock::now());
    let url = format!("http://{}/api/v2", server.address);
    match Note::read(data)? {
        Some(note) if seed::still_valid(counter, &note).await? => {
            supplier.found_by(counter, &note, now).await?;
            let (supplier_url, supplier_control) = (supplier.url(), supplier.control());
            Note { url, supplier_url, supplier_control, ..note }.on_database(config)
        }
        _ => seed::fill(counter, supplier, url, config, now).await,
    }
}

/// Lets the secrets of a database that is no file lie in the folder, unless the configuration names
/// others, or they lie where every command looks for them: it has been used before then.
fn keep_secrets_in(data: &Path, config: &mut Config) {
    let within = |name: &str| data.join(name).display().to_string();
    if config.key_secret_file.is_empty() && !config.key_secret_path().exists() {
        config.key_secret_file = within("counter.secret");
    }
    if config.stock_key_file.is_empty() && !config.stock_key_path().exists() {
        config.stock_key_file = within("counter.stock-keys");
    }
}

/// Fills a new database beside its place and moves it there when it is whole: a demo that was
/// ended in the middle of its first start begins again.
async fn fill_apart(data: &Path, config: &Config, supplier: &Supplier) -> Result<(), Failure> {
    let draft = data.join("filling");
    let what = || format!("folder {}", draft.display());
    if draft.exists() {
        std::fs::remove_dir_all(&draft).map_err(Failure::io(what()))?;
    }
    std::fs::create_dir(&draft).map_err(Failure::io(what()))?;
    let database_url = format!("sqlite:{}", draft.join("counter.db").display());
    let apart = Config { database_url, ..config.clone() };
    let counter = opened::open(&apart, Access::CreateIfMissing).await?;
    let note = seed::fill(&counter, supplier, String::new(), config, clock::now()).await?;
    // Once a unit has come back, no earlier one holds the counter any more; so this drop is the
    // last, and waits until the database is closed and in one file.
    let filler = Node::new("demo", Role::Worker, 0);
    let lease = counter.take_lease(&filler, Job::Sealing).await?;
    counter.worker(lease).seal_events(clock::now()).await?;
    drop(counter);
    // The note before the database: one without the other is a shop that nobody may touch.
    note.write(data)?;
    for name in ["counter.db.secret", "counter.db.stock-keys", "counter.db"] {
        let (from, to) = (draft.join(name), data.join(name));
        std::fs::rename(from, to).map_err(Failure::io(what()))?;
    }
    std::fs::remove_dir_all(&draft).map_err(Failure::io(what()))
}

/// The folder, made when it is not there. One that holds something else is left alone.
fn prepare_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let what = || format!("folder {}", folder.display());
    std::fs::create_dir_all(folder).map_err(Failure::io(what()))?;
    let mut entries = std::fs::read_dir(folder).map_err(Failure::io(what()))?;
    // A counter.db alone may be somebody's real one.
    let ours = ["filling", note::FILE, supplier::FILE];
    if entries.next().is_some() && !ours.iter().any(|name| folder.join(name).exists()) {
        return Err(Failure::Other(format!(
            "folder {} holds something else; name an empty or new one with --data",
            folder.display()
        )));
    }
    folder.canonicalize().map_err(Failure::io(what()))
}
