//! A PostgreSQL and a pooler for the tests: installed where they are missing and it can be done.

use std::path::Path;
use std::process::Command;

use crate::python::apt_get;
use crate::step::{self, Failure};

const PACKAGES: [&str; 3] = ["postgresql", "pgbouncer", "openssl"];

/// Where Debian puts what is not for everybody's path.
const PLACES: [&str; 3] = ["/usr/bin", "/usr/sbin", "/usr/local/bin"];

pub(crate) fn ready() -> Result<(), Failure> {
    let server = Path::new("/usr/lib/postgresql").is_dir() || found("postgres");
    if server && found("pgbouncer") && found("openssl") {
        step::note("PostgreSQL and PgBouncer: all there");
        return Ok(());
    }
    if step::ask(Command::new("apt-get").arg("--version")).is_err() {
        step::note("PostgreSQL, PgBouncer or openssl is missing; tests that need it will say so");
        return Ok(());
    }
    step::run("read the package lists", apt_get(&["update"]).arg("-qq"))?;
    step::run("install PostgreSQL and PgBouncer", apt_get(&["install", "-y", "-qq"]).args(PACKAGES))
}

fn found(program: &str) -> bool {
    PLACES.iter().any(|place| Path::new(place).join(program).exists())
}
