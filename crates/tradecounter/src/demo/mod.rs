//! `demo`: a whole counter in one process, to try it: a neutral catalogue, a funded account, and a
//! simulated supplier that moves its orders along.

mod catalogue;
mod note;
mod seed;
mod supplier;

pub(crate) use supplier::Supplier;

use crate::config::{Config, LogFormat};
use crate::failure::Failure;
use crate::output::Output;
use crate::{clock, serve, signals, telemetry};
use note::Note;
use std::path::{Path, PathBuf};

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
    if !database_given {
        config.database_url = format!("sqlite:{}", data.join("counter.db").display());
    }
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    // A person watches: only what needs them.
    config.log = String::from("warn");
    config.log_format = LogFormat::Text;
    telemetry::start(&config)?;
    let earlier = Note::read(&data)?;
    let server = serve::start(&config).await?;
    let url = format!("http://{}/api/v2", server.address);
    let counter = &server.counter;
    let note = match earlier {
        Some(note) if seed::still_valid(counter, &note).await? => Note { url, ..note },
        _ => seed::fill(counter, url, &config, clock::now()).await?,
    };
    note.write(&data)?;
    if output.json {
        println!("{}", note.json())
    } else {
        print!("{}", note.told(&data))
    }
    let supplier = Supplier::new(server.counter.clone());
    server.run(end, Some(supplier)).await
}

/// The folder, made when it is not there. One that holds something else is left alone.
fn prepare_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let what = || format!("folder {}", folder.display());
    std::fs::create_dir_all(folder).map_err(Failure::io(what()))?;
    let mut entries = std::fs::read_dir(folder).map_err(Failure::io(what()))?;
    let ours = ["counter.db", note::FILE];
    if entries.next().is_some() && !ours.iter().any(|name| folder.join(name).exists()) {
        return Err(Failure::Other(format!(
            "folder {} holds something else; name an empty or new one with --data",
            folder.display()
        )));
    }
    folder.canonicalize().map_err(Failure::io(what()))
}
