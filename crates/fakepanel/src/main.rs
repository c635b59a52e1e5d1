//! A panel to work with by hand.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool")]

mod flags;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use fakepanel::{Script, Server};
use flags::Fakepanel;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    match run(&Fakepanel::from_env_or_exit()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("fakepanel: {complaint}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Fakepanel) -> Result<(), String> {
    let told = |error: fakepanel::Error| error.to_string();
    let script = options.script.as_deref().map(Script::read).transpose().map_err(told)?;
    let script = script.unwrap_or_default();
    let panel = script.panel(options.seed.unwrap_or(1)).map_err(told)?;
    let listen = options.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)));
    let server = match (&options.keep, options.control) {
        (Some(file), control) => Server::start_kept(panel, file, listen, control),
        (None, Some(control)) => Server::start_with_control(panel, listen, control),
        (None, None) => Server::start(panel, listen),
    };
    let server = server.map_err(told)?;
    println!("panel at {}", server.url());
    if let Some(control) = server.control() {
        println!("control at http://{control}");
    }
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        tokio::select! {
            played = play(&server, script) => played,
            interrupted = interrupted() => interrupted.map_err(|error| error.to_string()),
        }
    })
}

/// Does what the script says, then nothing for ever.
async fn play(server: &Server, script: Script) -> Result<(), String> {
    for step in script.steps {
        tokio::time::sleep(Duration::from_micros(step.after_us)).await;
        server.command(step.command).map_err(|error| error.to_string())?;
    }
    std::future::pending().await
}

async fn interrupted() -> std::io::Result<()> {
    let mut ended = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = ended.recv() => Ok(()),
    }
}
