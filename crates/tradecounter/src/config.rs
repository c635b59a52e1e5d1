//! Configuration: defaults, a file, the environment, the command line; each wins over the one
//! before. Unknown keys are refused, because a mistyped setting is one that silently is not set.

use counter::nodes::Role;
use domain::Micros;
use domain::access::{AccessError, Networks};
use domain::limits::WRITE_OFF_HOURS_MAX;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// Every default with its explanation; also what documents the settings.
pub(crate) const DEFAULTS: &str = include_str!("config.default.toml");

const PREFIX: &str = "TRADECOUNTER_";
const CONFIG_VARIABLE: &str = "TRADECOUNTER_CONFIG";

/// Every setting.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) database_url: String,
    pub(crate) listen: String,
    pub(crate) role: NodeRole,
    pub(crate) lease_seconds: i64,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) private_providers: bool,
    pub(crate) provider_answer_seconds: u32,
    pub(crate) provider_grace_seconds: u32,
    pub(crate) write_off_hours: i64,
    pub(crate) write_off_daily: String,
    pub(crate) currency: String,
    pub(crate) duplicate_window_seconds: i64,
    pub(crate) infer_missing_action: bool,
    pub(crate) key_secret_file: String,
    pub(crate) stock_key_file: String,
    pub(crate) stock_keys: String,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
}

impl fmt::Debug for Config {
    /// Without the stock keys, and without the URL of the database, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("listen", &self.listen).finish_non_exhaustive()
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// What a node is there for, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NodeRole {
    /// Answers requests.
    Api,
    /// Does what one node at a time does in the background, and answers /healthz only.
    Worker,
    /// Both.
    All,
}

impl From<NodeRole> for Role {
    fn from(role: NodeRole) -> Self {
        match role {
            NodeRole::Api => Self::Api,
            NodeRole::Worker => Self::Worker,
            NodeRole::All => Self::All,
        }
    }
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{}: {error}", path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{place}: {message}")]
    Invalid { place: String, message: String },
}

/// What the environment says: every variable that begins with our prefix, and who calls.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    variables: Vec<(String, String)>,
    pub(crate) user: Option<String>,
}

impl Environment {
    /// The environment of this process.
    #[expect(clippy::disallowed_methods, reason = "configuration is read here and only here")]
    pub(crate) fn of_process() -> Self {
        let ours = |(name, _): &(String, String)| name.starts_with(PREFIX);
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let variables = std::env::vars_os().filter_map(text).filter(ours).collect();
        let user = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
        Self { variables, user }
    }
}

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) config: Option<PathBuf>,
    pub(crate) database_url: Option<String>,
    pub(crate) listen: Option<String>,
    pub(crate) role: Option<NodeRole>,
}

impl Config {
    /// The configuration of this call.
    pub(crate) fn load(
        overrides: &Overrides,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let mut table = parse(DEFAULTS, "built-in defaults")?;
        let known: Vec<String> = table.keys().cloned().collect();
        let named_by_environment = environment
            .variables
            .iter()
            .find(|(name, _)| name == CONFIG_VARIABLE)
            .map(|(_, value)| PathBuf::from(value));
        if let Some(path) = overrides.config.clone().or(named_by_environment) {
            merge_file(&mut table, &known, &path)?;
        }
        for (name, value) in &environment.variables {
            if name != CONFIG_VARIABLE {
                merge_variable(&mut table, &known, name, value)?;
            }
        }
        let set = [("database_url", &overrides.database_url), ("listen", &overrides.listen)];
        for (key, value) in set {
            if let Some(value) = value {
                table.insert(String::from(key), toml::Value::String(value.clone()));
            }
        }
        let mut config: Self = table.try_into().map_err(|error: toml::de::Error| {
            let message = error.message().to_owned();
            ConfigError::Invalid { place: String::from("configuration"), message }
        })?;
        if let Some(role) = overrides.role {
            config.role = role;
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let invalid = |place: &str, message: &str| {
            Err(ConfigError::Invalid { place: place.to_owned(), message: message.to_owned() })
        };
        let code = self.currency.as_bytes();
        if code.len() != 3 || !code.iter().all(u8::is_ascii_uppercase) {
            return invalid("currency", "write an ISO code of three capitals, like USD");
        }
        if !(0..=3_600).contains(&self.duplicate_window_seconds) {
            return invalid("duplicate_window_seconds", "must be 0 to 3600");
        }
        if !(1..=600).contains(&self.lease_seconds) {
            return invalid("lease_seconds", "must be 1 to 600");
        }
        if !(5..=120).contains(&self.provider_answer_seconds) {
            return invalid("provider_answer_seconds", "must be 5 to 120");
        }
        if !(5..=600).contains(&self.provider_grace_seconds) {
            return invalid("provider_grace_seconds", "must be 5 to 600");
        }
        if !(1..=WRITE_OFF_HOURS_MAX).contains(&self.write_off_hours) {
            return invalid("write_off_hours", "must be 1 to 720");
        }
        if self.written_off_daily().is_none() {
            return invalid("write_off_daily", "must be an amount of 0 or more, like \"5.00\"");
        }
        if let Err(error) = self.proxies() {
            return invalid("trusted_proxies", &error.to_string());
        }
        Ok(())
    }

    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub(crate) fn proxies(&self) -> Result<Networks, AccessError> {
        Networks::parse(&self.trusted_proxies.join(","))
    }

    /// What may be written off in a day; nothing when it is no amount, or below zero.
    pub(crate) fn written_off_daily(&self) -> Option<Micros> {
        Micros::parse(&self.write_off_daily).ok().filter(|daily| *daily >= Micros::ZERO)
    }

    /// Whether the database is a PostgreSQL: no file, so nothing can lie beside it.
    pub(crate) fn is_on_postgres(&self) -> bool {
        self.database_url.starts_with("postgres")
    }

    /// A file beside the database; in the working folder when that is elsewhere.
    fn beside_database(&self, end: &str) -> PathBuf {
        if self.is_on_postgres() {
            return PathBuf::from(format!("tradecounter.{end}"));
        }
        let path = self.database_url.strip_prefix("sqlite:").unwrap_or(&self.database_url);
        let path = path.strip_prefix("//").unwrap_or(path);
        PathBuf::from(format!("{path}.{end}"))
    }

    /// Where the keys are that stock is sealed with.
    pub(crate) fn stock_key_path(&self) -> PathBuf {
        if self.stock_key_file.is_empty() {
            self.beside_database("stock-keys")
        } else {
            PathBuf::from(&self.stock_key_file)
        }
    }

    /// Where the secret is that keys are hashed with.
    pub(crate) fn key_secret_path(&self) -> PathBuf {
        if self.key_secret_file.is_empty() {
            self.beside_database("secret")
        } else {
            PathBuf::from(&self.key_secret_file)
        }
    }
}

fn parse(text: &str, place: &str) -> Result<toml::Table, ConfigError> {
    text.parse().map_err(|error: toml::de::Error| {
        // Never the line itself, which may hold a password.
        let place = match error.span().and_then(|span| text.get(..span.start)) {
            Some(before) => {
                let line = before.matches('\n').count().saturating_add(1);
                let column = before.chars().rev().take_while(|c| *c != '\n').count();
                format!("{place}, line {line}, column {}", column.saturating_add(1))
            }
            None => place.to_owned(),
        };
        ConfigError::Invalid { place, message: error.message().to_owned() }
    })
}

fn unknown(place: String, key: &str, known: &[String]) -> ConfigError {
    let message = format!("`{key}` is not a setting; there are {}", known.join(", "));
    ConfigError::Invalid { place, message }
}

fn merge_file(table: &mut toml::Table, known: &[String], path: &Path) -> Result<(), ConfigError> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
    for (key, value) in parse(&text, &place)? {
        match table.get(&key) {
            None => return Err(unknown(place, &key, known)),
            Some(default) if !default.same_type(&value) => {
                let message = format!("`{key}`: expected {}", default.type_str());
                return Err(ConfigError::Invalid { place, message });
            }
            Some(_) => drop(table.insert(key, value)),
        }
    }
    Ok(())
}

fn merge_variable(
    table: &mut toml::Table,
    known: &[String],
    name: &str,
    value: &str,
) -> Result<(), ConfigError> {
    let key = name.trim_start_matches(PREFIX).to_ascii_lowercase();
    let parsed = match table.get(&key) {
        None => return Err(unknown(name.to_owned(), &key, known)),
        Some(toml::Value::Integer(_)) => value.parse().ok().map(toml::Value::Integer),
        Some(toml::Value::Boolean(_)) => value.parse().ok().map(toml::Value::Boolean),
        // Separated by commas.
        Some(toml::Value::Array(_)) => {
            let each = value.split(',').map(str::trim).filter(|part| !part.is_empty());
            Some(toml::Value::Array(each.map(toml::Value::from).collect()))
        }
        Some(_) => Some(toml::Value::String(value.to_owned())),
    };
    let parsed = parsed.ok_or_else(|| ConfigError::Invalid {
        place: name.to_owned(),
        message: String::from("expected a whole number, or true or false"),
    })?;
    table.insert(key, parsed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)], file: Option<&str>) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        if let Some(text) = file {
            std::fs::write(&path, text).unwrap();
        }
        let overrides = Overrides { config: file.map(|_| path.clone()), ..Overrides::default() };
        let pairs = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        let environment = Environment { variables: pairs.collect(), user: None };
        let shown = path.display().to_string();
        Config::load(&overrides, &environment).map_err(|e| e.to_string().replace(&shown, "FILE"))
    }

    #[test]
    fn environment_wins_over_file_and_file_over_defaults() {
        let defaults = with(&[], None).unwrap();
        assert_eq!(defaults.listen, "127.0.0.1:8080");
        assert_eq!(defaults.key_secret_path(), PathBuf::from("tradecounter.db.secret"));
        let file = "listen = \"0.0.0.0:1\"\ncurrency = \"EUR\"\nduplicate_window_seconds = 0";
        let variables =
            [("TRADECOUNTER_LISTEN", "[::1]:2"), ("TRADECOUNTER_INFER_MISSING_ACTION", "false")];
        let config = with(&variables, Some(file)).unwrap();
        assert_eq!((config.listen.as_str(), config.currency.as_str()), ("[::1]:2", "EUR"));
        assert_eq!((config.duplicate_window_seconds, config.infer_missing_action), (0, false));
        assert_eq!(defaults.trusted_proxies, Vec::<String>::new());
        let variables = [("TRADECOUNTER_TRUSTED_PROXIES", "10.0.0.1, 2001:db8::/32")];
        let file = "trusted_proxies = [\"127.0.0.1\"]";
        assert_eq!(with(&[], Some(file)).unwrap().proxies(), Networks::parse("127.0.0.1"));
        let proxies = with(&variables, Some(file)).unwrap().proxies();
        assert_eq!(proxies, Networks::parse("10.0.0.1,2001:db8::/32"));
    }

    #[test]
    fn mistakes_are_refused_by_name() {
        let all = "currency, database_url, duplicate_window_seconds, infer_missing_action, \
                   key_secret_file, lease_seconds, listen, log, log_format, private_providers, \
                   provider_answer_seconds, provider_grace_seconds, role, stock_key_file, \
                   stock_keys, trusted_proxies, write_off_daily, write_off_hours";
        for (variables, file, expected) in [
            (
                vec![],
                Some("lisen = \"x\""),
                format!("FILE: `lisen` is not a setting; there are {all}"),
            ),
            (
                vec![("TRADECOUNTER_LISEN", "x")],
                None,
                format!("TRADECOUNTER_LISEN: `lisen` is not a setting; there are {all}"),
            ),
            (
                vec![("TRADECOUNTER_DUPLICATE_WINDOW_SECONDS", "soon")],
                None,
                String::from(
                    "TRADECOUNTER_DUPLICATE_WINDOW_SECONDS: expected a whole number, or true or false",
                ),
            ),
            (
                vec![("TRADECOUNTER_TRUSTED_PROXIES", "10.0.0.1/8")],
                None,
                String::from(
                    "trusted_proxies: address `10.0.0.1/8`: has bits beyond its prefix; the \
                     network is 10.0.0.0/8",
                ),
            ),
            (vec![], Some("listen = 8080"), String::from("FILE: `listen`: expected string")),
            (
                vec![("TRADECOUNTER_CURRENCY", "dollar")],
                None,
                String::from("currency: write an ISO code of three capitals, like USD"),
            ),
            (
                vec![("TRADECOUNTER_ROLE", "boss")],
                None,
                String::from(
                    "configuration: unknown variant `boss`, expected one of `api`, `worker`, `all`",
                ),
            ),
            (
                vec![("TRADECOUNTER_LEASE_SECONDS", "0")],
                None,
                String::from("lease_seconds: must be 1 to 600"),
            ),
            (
                vec![("TRADECOUNTER_PROVIDER_ANSWER_SECONDS", "4")],
                None,
                String::from("provider_answer_seconds: must be 5 to 120"),
            ),
            (
                vec![("TRADECOUNTER_PROVIDER_GRACE_SECONDS", "601")],
                None,
                String::from("provider_grace_seconds: must be 5 to 600"),
            ),
            (
                vec![("TRADECOUNTER_WRITE_OFF_HOURS", "0")],
                None,
                String::from("write_off_hours: must be 1 to 720"),
            ),
            (
                vec![("TRADECOUNTER_WRITE_OFF_DAILY", "-1")],
                None,
                String::from("write_off_daily: must be an amount of 0 or more, like \"5.00\""),
            ),
            (
                vec![("TRADECOUNTER_DUPLICATE_WINDOW_SECONDS", "-1")],
                None,
                String::from("duplicate_window_seconds: must be 0 to 3600"),
            ),
        ] {
            assert_eq!(with(&variables, file), Err(expected));
        }
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_by_its_place_and_never_by_its_text() {
        for (file, place) in [
            ("listen = \"[::1]:2\"\ndatabase_url = postgres://u:geheim@h/db", "line 2, column 16"),
            ("database_url = \"postgres://u:geheim@h/db", "line 1, column"),
            ("# ü\nstock_keys geheim", "line 2, column"),
            ("stock_keys = \"\"\"1 geheim\n2 geheim", "line "),
            ("key_secret_file = \"\\geheim\"", "line 1, column"),
            ("stock_keys = \"geheim\"\nstock_keys = \"geheim\"", "line 2, column 1"),
        ] {
            let told = with(&[], Some(file)).unwrap_err();
            assert!(told.starts_with(&format!("FILE, {place}")), "{file}: {told}");
            assert!(!told.contains("geheim") && !told.contains("postgres:"), "{file}: {told}");
            let message = told.split_once(": ").map(|(_, message)| message);
            assert!(message.is_some_and(|message| message.len() > 5), "{told}");
        }
    }

    #[test]
    fn no_debug_text_holds_the_stock_keys() {
        let config = with(&[("TRADECOUNTER_STOCK_KEYS", "1 HUNTER2")], None).unwrap();
        assert_eq!(config.stock_keys, "1 HUNTER2");
        assert!(!format!("{config:?}").contains("HUNTER2"));
    }
}
