//! Migrations: one numbered list for every engine. Tokens stand for what engines spell differently.

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
}

/// Every migration, in order. One that was released is never edited; a test compares checksums.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "counter", text: include_str!("migrations/0001_counter.sql") },
    Migration { version: 2, name: "products", text: include_str!("migrations/0002_products.sql") },
    Migration {
        version: 3,
        name: "keys_and_prices",
        text: include_str!("migrations/0003_keys_and_prices.sql"),
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
        Sha256::digest(self.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
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
        ];
        let checksums: Vec<String> = MIGRATIONS.iter().map(Migration::checksum).collect();
        assert_eq!(checksums, released, "add a new migration instead");
        assert!(MIGRATIONS.iter().map(|migration| migration.version).eq(1..=newest()));
    }
}
