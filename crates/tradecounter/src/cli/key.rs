//! `key`.

use super::find::find_account;
use super::when::{parse_moment, parse_while};
use super::{Desk, parse_amount};
use crate::failure::Failure;
use crate::{output, randomness};
use clap::{Args, Subcommand};
use counter::accounts::{IMPORT_MAX, ImportedKey, KeyChange, KeyMade};
use domain::access::{KeyRules, Networks, Scopes};
use domain::{KeyId, Micros, Timestamp};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Makes a key and shows it, this once.
    Add {
        /// The account's id or name.
        account: String,
        /// What to call the key.
        #[arg(default_value = "api")]
        name: String,
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Changes a key: what is new holds from the next request on.
    Edit {
        /// The key's id, as `key list` shows it.
        key_id: i64,
        /// A new name.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Makes a key that takes the place of another one, and shows it, this once. Both work for a
    /// while, and what they spend in a day is counted together. A key with an expiry gives its
    /// successor the same time again, a year at most; one that was rotated before gives what it
    /// gave the first time.
    Rotate {
        /// The old key's id, as `key list` shows it.
        key_id: i64,
        /// How long the old key still works, as 30m, 24h or 90d.
        #[arg(long, default_value = "24h", value_parser = parse_while, value_name = "WHILE")]
        overlap: i64,
    },
    /// Takes over keys from another panel, so that customers need a new address and nothing else.
    Import {
        /// The account's id or name.
        account: String,
        /// The file with the keys, one a line; `-` for standard input. They are hashed at once
        /// and never shown.
        #[arg(default_value = "-", conflicts_with = "sha256")]
        file: PathBuf,
        /// The SHA-256 of a key, in 64 hexadecimal digits, where the other panel kept no more.
        #[arg(long, value_name = "HEX", value_parser = parse_sha256)]
        sha256: Option<Digest>,
        /// What to call the keys.
        #[arg(long, default_value = "imported")]
        name: String,
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Lists the keys of an account.
    List {
        /// The account's id or name.
        account: String,
    },
    /// Revokes a key: it is refused from the next request on.
    Revoke {
        /// The key's id, as `key list` shows it.
        key_id: i64,
    },
}

/// What a key may do. A new key may do everything, from anywhere, for ever.
#[derive(Debug, Args)]
pub(super) struct RuleArgs {
    /// What it may be used for: `all`, or some of read, order, products and `refill_cancel`,
    /// separated by commas.
    #[arg(long, value_parser = parse_scopes)]
    scopes: Option<Scopes>,
    /// Addresses and networks it may be used from, separated by commas; `any` for all.
    #[arg(long, value_name = "ADDRESSES", value_parser = parse_networks)]
    allow: Option<Networks>,
    /// What orders placed with it may cost in one UTC day, counted from now on;
    /// `none` for no limit.
    #[arg(long, value_name = "AMOUNT", value_parser = parse_cap)]
    daily_cap: Option<Cap>,
    /// When it ends, as 2027-01-31, 2027-01-31T12:00:00Z or 90d; `never` for never.
    #[arg(long, value_name = "WHEN")]
    expires: Option<String>,
}

/// A cap, or none.
#[derive(Clone, Copy, Debug)]
struct Cap(Option<Micros>);

/// A SHA-256.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digest([u8; 32]);

impl RuleArgs {
    fn change(self, name: Option<String>, now: Timestamp) -> Result<KeyChange, Failure> {
        let expires = match self.expires.as_deref() {
            None => None,
            Some("never") => Some(None),
            Some(text) => {
                let moment = parse_moment(text, now);
                Some(Some(moment.map_err(|error| Failure::Usage(format!("--expires: {error}")))?))
            }
        };
        let daily_cap = self.daily_cap.map(|Cap(cap)| cap);
        Ok(KeyChange { name, scopes: self.scopes, allow: self.allow, daily_cap, expires })
    }

    fn rules(self, now: Timestamp) -> Result<KeyRules, Failure> {
        let change = self.change(None, now)?;
        Ok(KeyRules {
            scopes: change.scopes.unwrap_or(Scopes::ALL),
            allow: change.allow.unwrap_or_default(),
            daily_cap: change.daily_cap.flatten(),
            expires: change.expires.flatten(),
        })
    }
}

pub(super) async fn run(command: KeyCommand, desk: &Desk) -> Result<(), Failure> {
    let (counter, now) = (&desk.counter, desk.now);
    match command {
        KeyCommand::Add { account, name, rules } => {
            let id = find_account(desk, &account).await?;
            let (rules, random) = (rules.rules(now)?, randomness::bytes());
            let made = counter.make_bound_key(id, &name, rules, random, now).await?;
            let value = json!({ "account": id.0, "name": name });
            made_known(desk, &made, value, &format!("key {} of account {id}", made.id));
        }
        KeyCommand::Edit { key_id, name, rules } => {
            let change = rules.change(name, now)?;
            if change == KeyChange::default() {
                let text = "nothing to change: give --name, --scopes, --allow, --daily-cap or \
                            --expires";
                return Err(Failure::Usage(String::from(text)));
            }
            let key = counter.edit_key(KeyId(key_id), change, now).await?;
            desk.output.one(&output::key(&key, None));
        }
        KeyCommand::Rotate { key_id, overlap } => {
            let until = now.plus_minutes(overlap);
            let made = counter.rotate_key(KeyId(key_id), until, randomness::bytes(), now).await?;
            let value = json!({ "replaces": key_id });
            let text = format!("key {} replaces key {key_id}", made.id);
            made_known(desk, &made, value, &text);
        }
        KeyCommand::Import { account, file, sha256, name, rules } => {
            let id = find_account(desk, &account).await?;
            let keys = match sha256 {
                Some(Digest(digest)) => vec![ImportedKey::Sha256(digest)],
                None => read_keys(&file)?,
            };
            let ids = counter.import_keys(id, &name, rules.rules(now)?, &keys, now).await?;
            let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
            let sentence = format!("{} keys of account {id} are imported", ids.len());
            desk.output.done(&json!({ "account": id.0, "name": name, "keys": ids }), &sentence);
        }
        KeyCommand::List { account } => {
            let id = find_account(desk, &account).await?;
            let keys = counter.keys(id, now).await?;
            let row =
                |shown: &counter::accounts::KeyShown| output::key(&shown.key, shown.spent_today);
            let rows: Vec<Value> = keys.iter().map(row).collect();
            let columns = [
                "key_id",
                "name",
                "ends_with",
                "scopes",
                "allow",
                "daily_cap",
                "spent_today",
                "expires",
                "last_used",
                "created",
                "revoked",
            ];
            desk.output.list(&rows, &columns);
        }
        KeyCommand::Revoke { key_id } => {
            let key = counter.revoke_key(KeyId(key_id), now).await?;
            desk.output.done(&output::key(&key, None), &format!("key {key_id} is revoked"));
        }
    }
    Ok(())
}

/// Shows a new key, this once.
fn made_known(desk: &Desk, made: &KeyMade, mut value: Value, sentence: &str) {
    let token = made.token.reveal();
    if let Value::Object(members) = &mut value {
        members.insert(String::from("key_id"), made.id.0.into());
        members.insert(String::from("key"), token.into());
    }
    desk.output.done(&value, &format!("{sentence}; keep it now, it is not shown again:\n{token}"));
}

/// Reads keys, one a line, from a file or from standard input.
fn read_keys(path: &Path) -> Result<Vec<ImportedKey>, Failure> {
    // More than the longest keys there may be; the rest of a wrong file is not read at all.
    const BYTES_MAX: u64 = 1 << 20;
    let mut text = String::new();
    let what = format!("keys from {}", path.display());
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(BYTES_MAX).read_to_string(&mut text)
    } else {
        let file = std::fs::File::open(path).map_err(Failure::io(what.clone()))?;
        file.take(BYTES_MAX).read_to_string(&mut text)
    };
    read.map_err(Failure::io(what))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys = lines.take(IMPORT_MAX.saturating_add(1));
    Ok(keys.map(|line| ImportedKey::Plain(line.to_owned())).collect())
}

fn parse_scopes(text: &str) -> Result<Scopes, String> {
    Scopes::parse(text).map_err(|error| error.to_string())
}

pub(super) fn parse_networks(text: &str) -> Result<Networks, String> {
    let text = if text == "any" { "" } else { text };
    Networks::parse(text).map_err(|error| error.to_string())
}

fn parse_cap(text: &str) -> Result<Cap, String> {
    if text == "none" { Ok(Cap(None)) } else { parse_amount(text).map(|cap| Cap(Some(cap))) }
}

fn parse_sha256(text: &str) -> Result<Digest, String> {
    let wrong = || String::from("write a SHA-256 as 64 hexadecimal digits");
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    for (pair, byte) in text.as_bytes().chunks(2).zip(&mut digest) {
        let digits = std::str::from_utf8(pair).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(Digest(digest))
}
