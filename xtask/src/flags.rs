//! The command line.

xflags::xflags! {
    /// The house's own commands.
    cmd xtask {
        /// Install what the tests need, build them and run them all.
        cmd test {}
        /// Format, lints, documentation, licences and sources of dependencies.
        cmd lint {}
    }
}
