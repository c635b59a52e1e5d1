//! The command line.

xflags::xflags! {
    /// The house's own commands.
    cmd xtask {
        /// Install what the tests need, build them and run them all.
        cmd test {}
        /// Format, lints, documentation, licences and sources of dependencies.
        cmd lint {}
        /// Measure the released program beside bare ceilings of the same HTTP stack.
        cmd bench {
            /// Seconds of each measurement; 4 unless given.
            optional --seconds seconds: u32
            /// Measurements of each row; 3 unless given.
            optional --rounds rounds: u32
            /// Orders in the large database; 10,000,000 unless given, 0 for none.
            optional --orders orders: u32
            /// Only loads whose name contains this.
            optional --only name: String
            /// Also write the table as JSON to this file.
            optional --json file: String
            /// Also write the table into this document, in place of the one there.
            optional --document file: String
        }
    }
}
