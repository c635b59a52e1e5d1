//! Migrations: one numbered list for every engine. Tokens stand for what engines spell differently.

use crate::{Access, OpenError};
use sha2::{Digest, Sha256};

/// A step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its number, from 1 without gaps.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
    /// Its text, with tokens.
    pub text: &'static str,
    /// What PostgreSQL has beside it: for nodes that write at the same time.
    pub postgres: &'static str,
}

/// Every migration, in order. One that was released is never edited; a test compares checksums.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "counter",
        text: include_str!("migrations/0001_counter.sql"),
        postgres: include_str!("migrations/0001_counter.postgres.sql"),
    },
    Migration {
        version: 2,
        name: "products",
        text: include_str!("migrations/0002_products.sql"),
        postgres: "",
    },
    Migration {
        version: 3,
        name: "keys_and_prices",
        text: include_str!("migrations/0003_keys_and_prices.sql"),
        postgres: "",
    },
    Migration {
        version: 4,
        name: "price_epoch",
        text: include_str!("migrations/0004_price_epoch.sql"),
        postgres: "",
    },
    Migration {
        version: 5,
        name: "nodes",
        text: include_str!("migrations/0005_nodes.sql"),
        postgres: "",
    },
];

/// How far a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The version it had before.
    pub before: i64,
    /// The version it has now.
    pub after: i64,
}

/// The newest version this program knows.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

impl Migration {
    /// SHA-256 of its text, in hexadecimal.
    pub(crate) fn checksum(&self) -> String {
        hex(&Sha256::digest(self.text.as_bytes()))
    }

    /// The same for PostgreSQL, with what it has beside.
    pub(crate) fn checksum_postgres(&self) -> String {
        let both = Sha256::new().chain_update(self.text).chain_update(self.postgres);
        hex(&both.finalize())
    }

    /// Its text for SQLite.
    pub(crate) fn for_sqlite(&self) -> String {
        self.text
            .replace("{id}", "integer primary key")
            .replace("{i64}", "integer")
            .replace("{blob}", "blob")
            .replace("{strict}", " strict")
            .replace("{clustered}", " strict, without rowid")
    }

    /// Its text for PostgreSQL. Texts are compared byte by byte there too, whatever the database's
    /// language is.
    pub(crate) fn for_postgres(&self) -> String {
        let shared = self
            .text
            .replace("{id}", "bigint not null primary key")
            .replace("{i64}", "bigint")
            .replace("{blob}", "bytea")
            .replace("{strict}", "")
            .replace("{clustered}", "");
        // Types stand behind names, and so behind a space; the words of comments do no harm.
        let shared = shared.replace(" text not null", " text collate \"C\" not null");
        let shared = shared.replace(" text,", " text collate \"C\",");
        format!("{shared}\n{}", self.postgres)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is to be done with a database at `path` whose migrations are `applied`: the version it has.
/// The newer ones follow where `access` allows it, and are missing otherwise.
pub(crate) fn plan(
    applied: &[(i64, String)],
    checksum: fn(&Migration) -> String,
    path: &str,
    access: Access,
) -> Result<i64, OpenError> {
    let path = || path.to_owned();
    let before = applied.last().map_or(0, |(version, _)| *version);
    if before > newest() {
        return Err(OpenError::Ahead { path: path(), found: before, known: newest() });
    }
    for ((version, found), known) in applied.iter().zip(MIGRATIONS) {
        if *version != known.version || *found != checksum(known) {
            return Err(OpenError::Altered { path: path(), version: *version });
        }
    }
    let may_change = match access {
        Access::Existing => false,
        Access::CreateIfMissing => before == 0,
        Access::Migrate => true,
    };
    if before < newest() && !may_change {
        return Err(OpenError::Behind { path: path(), found: before, needed: newest() });
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Databases remember the checksum of what was applied to them, and refuse a program that has
    /// another text under the same number.
    #[test]
    fn what_was_released_is_as_it_was() {
        let released = [
            "bdad86a8a3ce8ec01ae4a2c23a1bfce1074bcce5839ee7643b759ae22922357f",
            "c5ec5955ec86c11531321df0d4bf02d600416d55f1bacd127eb0cb8e56fade51",
            "fa68da3134c9b8ce05d81ee58251d94436aca521fce1d9ca1e030db6858fbb7e",
            "85713c8841e1f444cd138b5447d3d8a7a915265a4f582224fe794fabf83a6891",
            "c0f6a705d74dc576470cad92a3fbe4be2261c37d1dd268e7ea91d0fc9eb5e284",
        ];
        let checksums: Vec<String> = MIGRATIONS.iter().map(Migration::checksum).collect();
        assert_eq!(checksums, released, "add a new migration instead");
        assert!(MIGRATIONS.iter().map(|migration| migration.version).eq(1..=newest()));
    }
}
