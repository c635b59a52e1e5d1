//! A PostgreSQL for the tests, a pooler, managers that let a standby take over, and curl: installed
//! where they are missing and it can be done.

use std::path::Path;
use std::process::Command;

use crate::python::apt_get;
use crate::step::{self, Failure};

/// A program, the package of Debian that brings it, and whether that starts it as a service.
const NEEDED: [(&str, &str, bool); 6] = [
    ("pgbouncer", "pgbouncer", true),
    ("openssl", "openssl", false),
    ("pg_autoctl", "pg-auto-failover-cli", false),
    ("patroni", "patroni", true),
    ("etcd", "etcd-server", true),
    // What the scripts of the documentation ask with.
    ("curl", "curl", false),
];

/// The monitor's half of `pg_auto_failover`, made for one version of PostgreSQL.
const MONITOR: &str = "lib/pgautofailover.so";

/// Where Debian keeps PostgreSQL, one folder for each version.
const SERVERS: &str = "/usr/lib/postgresql";

/// Where Debian puts what is not for everybody's path.
const PLACES: [&str; 3] = ["/usr/bin", "/usr/sbin", "/usr/local/bin"];

/// Where systemd says that it runs.
const SYSTEMD: &str = "/run/systemd/system";

pub(crate) fn ready() -> Result<(), Failure> {
    let missing: Vec<_> = NEEDED.into_iter().filter(|(program, ..)| !found(program)).collect();
    let server = Path::new(SERVERS).is_dir() || found("postgres");
    if server && missing.is_empty() && monitor().is_none() {
        step::note("PostgreSQL, PgBouncer, pg_auto_failover, Patroni: all there");
        return Ok(());
    }
    if step::ask(Command::new("apt-get").arg("--version")).is_err() {
        step::note("PostgreSQL or what goes with it is missing; tests that need it will say so");
        return Ok(());
    }
    step::run("read the package lists", apt_get(&["update"]).arg("-qq"))?;
    let install = || apt_get(&["install", "-y", "-qq", "--no-install-recommends"]);
    let mut packages: Vec<&str> = missing.iter().map(|(_, package, _)| *package).collect();
    if !server {
        packages.push("postgresql");
    }
    if !packages.is_empty() {
        step::run("install PostgreSQL and what goes with it", install().args(packages))?;
    }
    // Which version it is made for shows when PostgreSQL is there.
    if let Some(package) = monitor()
        && step::ask(Command::new("apt-cache").args(["show", &package])).is_ok()
    {
        step::run("install the monitor of pg_auto_failover", install().arg(package))?;
    }
    if Path::new(SYSTEMD).is_dir() {
        let services = missing.iter().filter(|(_, _, service)| *service);
        for (program, ..) in services {
            let mut disable = Command::new("systemctl");
            step::run("keep it from running", disable.args(["disable", "--now", program]))?;
        }
    }
    Ok(())
}

/// The package of the monitor for the newest PostgreSQL, where it is missing.
fn monitor() -> Option<String> {
    let versions = std::fs::read_dir(SERVERS).ok()?.flatten();
    let newest =
        versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max()?;
    let there = Path::new(SERVERS).join(newest.to_string()).join(MONITOR).exists();
    (!there).then(|| format!("postgresql-{newest}-auto-failover"))
}

fn found(program: &str) -> bool {
    PLACES.iter().any(|place| Path::new(place).join(program).exists())
}
