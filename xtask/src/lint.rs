//! `cargo xtask lint`: what can be told without running the product.

use std::path::Path;

use crate::cargo;
use crate::step::{self, Failure};

/// The version that is installed where there is none; one that is there already is used.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    step::run("format", cargo(root).args(["fmt", "--all", "--check"]))?;
    step::run(
        "lints",
        cargo(root).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    )?;
    step::run(
        "documentation",
        cargo(root).args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    install_cargo_deny(root)?;
    // Advisories are left out: they change from day to day, and a checkout that passed must pass again.
    step::run("dependencies", cargo(root).args(["deny", "check", "bans", "licenses", "sources"]))
}

fn install_cargo_deny(root: &Path) -> Result<(), Failure> {
    if step::ask(cargo(root).args(["deny", "--version"])).is_ok() {
        return Ok(());
    }
    step::note("cargo-deny is missing; installing it takes some minutes, once");
    step::run(
        "install cargo-deny",
        cargo(root)
            .args(["install", "--locked", CARGO_DENY])
            // Its own release profile takes many minutes to build, to save a fraction of a second here.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    )
}
