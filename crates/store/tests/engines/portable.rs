//! Statements and tables keep to what every engine understands in the same way, also those that speak
//! PostgreSQL's protocol over many machines: no sequences, no session, nothing that another engine
//! rounds, orders or locks otherwise. What is a rule here is why in docs/SCALING.md.

use rusqlite::Connection;
use std::collections::BTreeSet;
use std::path::Path;
use store::Sql;
use testkit::Database;

/// All that is called like a function. `max` and `min` with one argument only.
const FUNCTIONS: [&str; 7] = ["cast", "coalesce", "count", "exists", "max", "min", "sum"];

/// Words in front of a parenthesis that are no functions.
const KEYWORDS: [&str; 14] = [
    "and", "as", "by", "check", "conflict", "from", "in", "join", "key", "not", "or", "then",
    "values", "where",
];

/// Of a session, of one engine, of a clock or of chance.
const FORBIDDEN: &[&str] = &[
    "advisory",
    "autoincrement",
    "begin",
    "commit",
    "current_date",
    "current_timestamp",
    "currval",
    "datetime",
    "deferrable",
    "domain",
    "double",
    "float",
    "foreign",
    "function",
    "generated",
    "glob",
    "identity",
    "ilike",
    "julianday",
    "lastval",
    "listen",
    "nextval",
    "notify",
    "now",
    "numeric",
    "pragma",
    "prepare",
    "random",
    "real",
    "regexp",
    "rowid",
    "sequence",
    "serial",
    "set_config",
    "skip",
    "temp",
    "trigger",
    "unnest",
];

/// Partial unique indexes, and why nothing is different where an engine makes them whole.
const PARTIAL_UNIQUE: [&str; 1] = [
    // Rows without a position never collide: NULL is no value to any engine.
    "event_position",
];

/// Tables that belong to no customer. All others carry the account's id, by which they can be spread
/// over machines.
const OF_THE_HOUSE: &[&str] = &[
    "account",
    "ambiguity_entry",
    "category",
    "change_item",
    "change_set",
    "epoch",
    "executor",
    "executor_key",
    "executor_service",
    "id_block",
    "key_spend",
    "lease",
    "link_queue",
    "list_look",
    "meta",
    "node",
    "offer",
    "open_link",
    "product",
    "product_stock",
    "provider",
    "provider_entry",
    "restore",
    "route",
    "route_day",
    "route_listed",
    "schema_migration",
    "seal",
    "service",
    "stock_batch",
    "stock_duplicate",
    "stock_item",
    "sync_rules",
    "tier",
    "unit_mark",
];

/// The text in lower case, without literals, and with the locks that engines write differently.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for (number, part) in text.split('\'').enumerate() {
        plain.push_str(if number.is_multiple_of(2) { part } else { "''" });
    }
    plain.replace("/*lock*/", "").replace("/*lock free*/", "").replace("/*keep*/", "")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// What is called like a function.
fn calls(text: &str) -> BTreeSet<&str> {
    let before = text.match_indices('(').map(|(at, _)| text[..at].trim_end());
    before.filter_map(|head| words(head).last().filter(|word| head.ends_with(word))).collect()
}

/// What in a statement is not the same on every engine.
fn complaints(text: &str) -> Vec<String> {
    let plain = plain(text);
    let mut found: Vec<String> = words(&plain)
        .filter(|word| FORBIDDEN.contains(word))
        .map(|word| format!("`{word}` is not for every engine"))
        .collect();
    for sign in ["/", "::", "||", "->", "\""] {
        if plain.contains(sign) {
            found.push(format!("`{sign}` is not the same on every engine"));
        }
    }
    if plain != plain.to_lowercase() {
        found.push(String::from("is not in lower case"));
    }
    let begins = |kinds: &[&str]| kinds.iter().any(|kind| plain.starts_with(kind));
    if !begins(&["select ", "insert into ", "update ", "delete from ", "with "]) {
        found.push(String::from("neither asks nor changes rows"));
    }
    if begins(&["update ", "delete "]) && !plain.contains(" where ") {
        found.push(String::from("changes every row of a table"));
    }
    // A newer program's migration may add columns (docs/SCHEMA.md).
    if plain.contains("select *") || plain.contains(".*") {
        found.push(String::from("does not name its columns"));
    }
    let into = plain.strip_prefix("insert into ").and_then(|into| into.split_once(' '));
    if into.is_some_and(|(_, rest)| !rest.starts_with('(')) {
        found.push(String::from("does not name the columns that it fills"));
    }
    let inserts = plain.starts_with("insert into ");
    for call in calls(&plain) {
        // `insert into table (…)`, `with recursive name(…)`.
        let names_table = (inserts && plain.contains(&format!("into {call} (")))
            || plain.starts_with("with recursive ") && plain.contains(&format!(" {call} ("));
        if !FUNCTIONS.contains(&call) && !KEYWORDS.contains(&call) && !names_table {
            found.push(format!("`{call}(` is not known of every engine"));
        }
    }
    found
}

/// Whether a query may return several rows in an order that nobody has asked for: by the plan of an
/// engine that finds a single row by a whole unique key, or counts.
fn is_unordered(connection: &Connection, sql: &Sql) -> bool {
    let plain = plain(sql.text);
    if !plain.starts_with("select ") || plain.contains("order by") || plain.contains("limit 1") {
        return false;
    }
    let head = plain.split(" from ").next().unwrap_or_default();
    let one = ["count(", "max(", "min(", "sum(", "exists("].iter().any(|call| head.contains(call));
    if one && !plain.contains("group by") {
        return false;
    }
    let explain = format!("explain query plan {}", sql.text);
    let mut statement = connection.prepare(&explain).unwrap();
    let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
    let nothing = rusqlite::params_from_iter(nothing);
    let steps = statement.query_map(nothing, |row| row.get::<_, String>(3)).unwrap();
    let steps: Vec<String> = steps.map(Result::unwrap).collect();
    let mut lookups = steps.iter().filter(|step| !step.starts_with("SCALAR SUBQUERY"));
    !lookups.all(|step| step.starts_with("SEARCH") && is_by_unique_key(connection, step))
}

fn is_by_unique_key(connection: &Connection, step: &str) -> bool {
    if step.contains("PRIMARY KEY (rowid=?)") {
        return true;
    }
    let key = step.split('(').next_back().unwrap_or_default();
    let equal = key.matches("=?").count();
    let index = step.split("INDEX ").nth(1).and_then(|rest| rest.split(' ').next());
    let table = step.split(' ').nth(1).unwrap_or_default();
    let columns =
        |sql: &str, of: &str| -> i64 { connection.query_row(sql, [of], |row| row.get(0)).unwrap() };
    let (unique, wanted) = match index {
        Some(index) => (
            columns(
                "select count(*) from sqlite_schema m, pragma_index_list(m.tbl_name) l \
                where l.name = ?1 and m.name = m.tbl_name and l.\"unique\" = 1",
                index,
            ) > 0,
            columns("select count(*) from pragma_index_info(?1)", index),
        ),
        None => (true, columns("select count(*) from pragma_table_info(?1) where pk > 0", table)),
    };
    unique && i64::try_from(equal).unwrap() >= wanted
}

#[test]
fn statements_keep_to_what_every_engine_does_alike() {
    let database = Database::sqlite();
    drop(crate::open(&database));
    let connection = Connection::open(database.url().trim_start_matches("sqlite:")).unwrap();
    let mut texts = BTreeSet::new();
    let mut found = Vec::new();
    for sql in store::tables::statements() {
        found.extend(complaints(sql.text).iter().map(|said| format!("{}: {said}", sql.name)));
        if !texts.insert(sql.text) {
            found.push(format!("{}: is there twice", sql.name));
        }
        if is_unordered(&connection, sql) {
            found.push(format!("{}: its rows come in no order", sql.name));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The text of every migration that is run on each engine.
fn migrations() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("--"));
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, lines.collect::<Vec<_>>().join(" "))
        })
        .collect()
}

#[test]
fn tables_keep_to_what_every_engine_does_alike() {
    let mut found = Vec::new();
    let mut tables = 0;
    for (file, text) in migrations() {
        for statement in text.split(';') {
            let statement = plain(statement.trim());
            let forbidden = words(&statement).filter(|word| FORBIDDEN.contains(word));
            found.extend(forbidden.map(|word| format!("{file}: `{word}` is not for every engine")));
            let mut head = words(&statement);
            let kind: Vec<&str> = head.by_ref().take(2).collect();
            let name = head.next().unwrap_or_default();
            if statement.starts_with("create unique index") && statement.contains(" where ") {
                // `create unique` and then `index NAME`.
                let name = head.next().unwrap_or_default();
                if !PARTIAL_UNIQUE.contains(&name) {
                    found.push(format!("{file}: {name} is unique in part of its table only"));
                }
            }
            if kind == ["create", "table"] {
                tables += 1;
                let of_customer = statement.contains("account_id ");
                if of_customer == OF_THE_HOUSE.contains(&name) {
                    found.push(format!(
                        "{file}: {name} carries an account's id, or belongs to none"
                    ));
                }
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
    assert!(tables > 20, "{tables} tables");
}

#[test]
fn what_is_not_portable_is_found() {
    for text in [
        "select a / 2 from t where id = ?1 order by a",
        "select now() from t order by 1",
        "select pg_advisory_lock(?1)",
        "select lower(name) from t order by 1",
        "select * from t order by 1",
        "insert into t values (?1)",
        "insert into t (id) values (nextval('t_id'))",
        "update t set a = ?1",
        "delete from t",
        "select a::text from t order by a",
        "SELECT a from t order by a",
        "create temp table t (a)",
        "select a from t where id = ?1 for update skip locked",
    ] {
        assert!(!complaints(text).is_empty(), "{text}");
    }
    assert_eq!(complaints("select a from t where b = 'now / 2' order by a"), Vec::<String>::new());
    let connection = Connection::open_in_memory().unwrap();
    let schema = "create table t (id integer primary key, a, b); create index t_a on t (a); \
        create unique index t_b on t (a, b)";
    connection.execute_batch(schema).unwrap();
    for (text, unordered) in [
        ("select b from t where a = ?1", true),
        ("select b from t", true),
        ("select a from t where id = ?1", false),
        ("select id from t where a = ?1 and b = ?2", false),
        ("select count(*) from t", false),
        ("select a, count(*) from t group by a", true),
        ("select b from t where a = ?1 order by b", false),
    ] {
        let sql = Sql { name: "TEST", text };
        assert_eq!(is_unordered(&connection, &sql), unordered, "{text}");
    }
}
