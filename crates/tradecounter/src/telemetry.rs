//! Logs, on standard error.

use crate::config::{Config, LogFormat};
use crate::failure::Failure;
use tracing_subscriber::EnvFilter;

/// Starts logging as configured.
pub(crate) fn start(config: &Config) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| Failure::Other(format!("log: `{}`: {error}", config.log)))?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    let started = match config.log_format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    started.map_err(|error| Failure::Other(format!("log: {error}")))
}
