//! The command line.

xflags::xflags! {
    /// Proofs that take their time. The last line of each is its result.
    cmd proof {
        /// Many at once, for everything that spends money or stock.
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
        /// The program that stands beside this one, killed under load.
        cmd crash {
            /// How often it is killed; 200 unless given.
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
        /// Two servers on a cluster of PostgreSQL whose primary is killed under load.
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
    }
}
