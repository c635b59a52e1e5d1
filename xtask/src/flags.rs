//! The command line.

xflags::xflags! {
    /// The house's own commands.
    cmd xtask {
        /// Install what the tests need, build them and run them all.
        cmd test {}
        /// Format, lints, documentation, licences and sources of dependencies.
        cmd lint {}
        /// Measure the counter beside a bare answer of the same HTTP stack.
        cmd bench {
            /// Seconds of each measurement; 5 unless given.
            optional --seconds seconds: u32
            /// Measurements of each row; 3 unless given.
            optional --rounds rounds: u32
            /// Also write the table as JSON to this file.
            optional --json file: String
        }
    }
}
