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
    /// The oldest version whose programs work on a database that has this one (docs/SCHEMA.md): its own,
    /// or an earlier one when it only adds what they need not know of.
    pub works_from: i64,
}

/// Every migration, in order. One that was released is never edited; a test compares checksums.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "counter",
        text: include_str!("migrations/0001_counter.sql"),
        postgres: include_str!("migrations/0001_counter.postgres.sql"),
        works_from: 1,
    },
    Migration {
        version: 2,
        name: "products",
        text: include_str!("migrations/0002_products.sql"),
        postgres: "",
        works_from: 2,
    },
    Migration {
        version: 3,
        name: "keys_and_prices",
        text: include_str!("migrations/0003_keys_and_prices.sql"),
        postgres: "",
        works_from: 3,
    },
    Migration {
        version: 4,
        name: "price_epoch",
        text: include_str!("migrations/0004_price_epoch.sql"),
        postgres: "",
        works_from: 4,
    },
    Migration {
        version: 5,
        name: "nodes",
        text: include_str!("migrations/0005_nodes.sql"),
        postgres: "",
        works_from: 5,
    },
    Migration {
        version: 6,
        name: "fulfilment",
        text: include_str!("migrations/0006_fulfilment.sql"),
        postgres: "",
        works_from: 6,
    },
    Migration {
        version: 7,
        name: "executors",
        text: include_str!("migrations/0007_executors.sql"),
        postgres: "",
        works_from: 7,
    },
    Migration {
        version: 8,
        name: "offers",
        text: include_str!("migrations/0008_offers.sql"),
        postgres: "",
        works_from: 8,
    },
    Migration {
        version: 9,
        name: "parts",
        text: include_str!("migrations/0009_parts.sql"),
        postgres: "",
        works_from: 9,
    },
    Migration {
        version: 10,
        name: "write_offs",
        text: include_str!("migrations/0010_write_offs.sql"),
        postgres: "",
        works_from: 10,
    },
    Migration {
        version: 11,
        name: "restore",
        text: include_str!("migrations/0011_restore.sql"),
        postgres: "",
        works_from: 11,
    },
    Migration {
        version: 12,
        name: "put_off",
        text: include_str!("migrations/0012_put_off.sql"),
        postgres: "",
        works_from: 12,
    },
    Migration {
        version: 13,
        name: "paused_for",
        text: include_str!("migrations/0013_paused_for.sql"),
        postgres: "",
        works_from: 13,
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

/// The fact in `meta` that says from which version on programs work on the database: what its
/// migrations say, so that programs know it that do not know them.
pub(crate) const WORKS_FROM: &str = "schema_works_from";

/// The oldest version whose programs work on a database with all of these migrations.
pub(crate) fn works_from() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.works_from).max().unwrap_or(0)
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

/// What a database says of its schema.
#[derive(Debug)]
pub(crate) struct Applied {
    /// The versions of its migrations and their checksums, in order.
    pub(crate) versions: Vec<(i64, String)>,
    /// From which version on programs work on it; as stored.
    pub(crate) works_from: Option<String>,
}

/// What is to be done with a database at `path`: the version it has. The newer ones follow where
/// `access` allows it, and are missing otherwise. One that has more migrations than this program knows
/// is taken when all of them say that this program works on it.
pub(crate) fn plan(
    applied: &Applied,
    checksum: fn(&Migration) -> String,
    path: &str,
    access: Access,
) -> Result<i64, OpenError> {
    let path = || path.to_owned();
    let Applied { versions: applied, works_from } = applied;
    let before = applied.last().map_or(0, |(version, _)| *version);
    let from = works_from.as_deref().and_then(|text| text.parse().ok()).unwrap_or(before);
    if before > newest() && from > newest() {
        let (found, known) = (before, newest());
        return Err(OpenError::Ahead { path: path(), found, from, known });
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

    fn applied(newer: i64, works_from: Option<i64>) -> Applied {
        let own = MIGRATIONS.iter().map(|migration| (migration.version, migration.checksum()));
        let newer =
            (1..=newer).map(|more| (newest().saturating_add(more), String::from("unknown")));
        let works_from = works_from.map(|version| version.to_string());
        Applied { versions: own.chain(newer).collect(), works_from }
    }

    #[test]
    fn a_newer_schema_is_taken_when_it_says_that_this_program_works_on_it() {
        let plan = |applied: &Applied, access| plan(applied, Migration::checksum, "x", access);
        for access in [Access::Existing, Access::CreateIfMissing, Access::Migrate] {
            let taken = plan(&applied(2, Some(newest())), access);
            assert_eq!(taken.unwrap(), newest() + 2, "{access:?}");
            let refused = plan(&applied(2, Some(newest() + 1)), access).unwrap_err();
            assert!(matches!(refused, OpenError::Ahead { .. }), "{refused}");
            // A program that knew nothing of this has written nothing about it.
            assert!(plan(&applied(1, None), access).is_err());
        }
        let mut altered = applied(1, Some(1));
        altered.versions[0].1 = String::from("another");
        let refused = plan(&altered, Access::Existing).unwrap_err();
        assert!(matches!(refused, OpenError::Altered { version: 1, .. }), "{refused}");
    }

    #[test]
    fn a_migration_says_no_more_than_it_can_know() {
        for migration in MIGRATIONS {
            let Migration { version, works_from, .. } = migration;
            assert!((1..=*version).contains(works_from), "{version}: {works_from}");
        }
    }

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
            "6693b7cb13130f19efd265917bdad3749076ec802c0e30843403d0668771a393",
            "16d5f1e421353f2bd476f6fbea86fbdf8769848286cca921a53ea8ce6d6a626c",
            "49e3f1b53b6f754565b823f46f08025aa6844b6bd1c17fcd5888888057af2992",
            "36b6dab5769cfc29177eee9f8502f9efb6a29424b697b858946faa14ea84d134",
            "fab39527e8c04dbe86c006c6632a49ae59183d7ca769a70b211eff59cef0af46",
            "9bb6962f90109809e97e4f07dd607e3261c6330813bd106bf4f197890ded4b35",
            "11ff2dcfd1ff025b1d25df4b4b140cecdbbf883fb292232c430edf2243bdc5a0",
            "5a98184245df6246c825ad75f5e2bb2180b4fcbbacda6910946570c642d211c6",
        ];
        let checksums: Vec<String> = MIGRATIONS.iter().map(Migration::checksum).collect();
        assert_eq!(checksums, released, "add a new migration instead");
        assert!(MIGRATIONS.iter().map(|migration| migration.version).eq(1..=newest()));
    }
}
