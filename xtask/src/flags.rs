//! The command line.

xflags::xflags! {
    /// The house's own commands.
    cmd xtask {
        /// Install what the tests need, build them and run them all.
        cmd test {}
        /// Format, lints, documentation, licences and sources of dependencies.
        cmd lint {}
        /// Let many go at once for everything that spends money or stock, and count what they get.
        cmd races {
            /// Rounds of each use case; 1000 unless given.
            optional --rounds rounds: u32
            /// Only the use cases whose name contains this.
            optional --only only: String
            /// sqlite, postgres, or serializable: PostgreSQL at that level; sqlite unless given.
            optional --engine engine: String
        }
        /// Let transactions of PostgreSQL fail, and count the orders that are acknowledged all the same.
        cmd goodput {
            /// Clean and broken turns; 5 of each unless given.
            optional --turns turns: u32
            /// Seconds of each; 4 unless given.
            optional --seconds seconds: u64
        }
        /// Kill the program under load, again and again, and compare what it stored with a record.
        cmd crash {
            /// How often; 200 unless given.
            optional --kills kills: u32
            /// The same choices as another run; 1 unless given.
            optional --seed seed: u64
            /// Only the sale of a stock to more buyers than it has items for.
            optional --rush
        }
        /// Let three of the program order from each other over links that are cut, kill them, and compare
        /// what arrives at the end of the chain.
        cmd chain {
            /// Orders; 1000 unless given.
            optional --orders orders: usize
            /// The same choices as another run; 1 unless given.
            optional --seed seed: u64
        }
        /// Let providers misbehave in every way there is while the program is killed, and compare it
        /// with their journals.
        cmd faults {
            /// Orders of each mode; 2000 unless given.
            optional --orders orders: usize
            /// Only the modes whose name contains this.
            optional --mode name: String
            /// sqlite or postgres; sqlite unless given.
            optional --engine engine: String
        }
        /// Kill the primary of a PostgreSQL cluster under two servers, and compare what is stored with
        /// a record; with a control that must lose.
        cmd failover {
            /// Who lets a standby take over: paf (pg_auto_failover) or patroni.
            required --manager manager: String
            /// How often the primary is killed; 5 unless given.
            optional --kills kills: u32
            /// Clients at the same time; 64 unless given.
            optional --clients clients: usize
            /// The same choices as another run; 1 unless given.
            optional --seed seed: u64
        }
        /// Let the counter lose its power, and look what is left; with controls that must lose.
        cmd powercut {
            /// Seeds to run; 1000 unless given.
            optional --seeds seeds: u64
            /// The first of them; 0 unless given.
            optional --from seed: u64
            /// On disks that fail more often than the power does.
            optional --failing
        }
        /// Run the counter, its workers and its providers in one thread, on many seeds.
        cmd sim {
            /// Seeds to run; 1000 unless given.
            optional --seeds seeds: u64
            /// The first of them; 0 unless given.
            optional --seed seed: u64
            /// Most things that happen in one; 20000 unless given.
            optional --events events: u64
            /// In place of seeds: lose so many answers of each kind, and see what is found out.
            optional --trials trials: u64
            /// In place of seeds: let so many orders wait for a provider that is dead.
            optional --queued queued: usize
        }
        /// Measure the released program beside bare ceilings of the same HTTP stack.
        cmd bench {
            /// Seconds of each measurement; 4 unless given.
            optional --seconds seconds: u32
            /// Measurements of each row; 3 unless given.
            optional --rounds rounds: u32
            /// Orders in the large database; 10,000,000 unless given, 0 for none.
            optional --orders orders: u32
            /// Orders that are followed at a provider; 1,000,000 unless given, 0 for none.
            optional --followed followed: u32
            /// Only loads whose name contains this.
            optional --only name: String
            /// Also write the table as JSON to this file.
            optional --json file: String
            /// Also write the table into this document, in place of the one there.
            optional --document file: String
        }
    }
}
