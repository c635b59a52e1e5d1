//! Failovers: two real servers of one PostgreSQL cluster under the load of many clients, while the
//! primary is killed with its manager, again and again, and a standby takes over.
//!
//! The servers stay. Clients wait for their answers; some are told to come again later, or that
//! nobody knows. After each kill all that is stored is compared with the record of what was asked
//! and answered, as after a crash, and what had no answer is asked again.
//!
//! The control is the same load on a cluster whose commits wait for no standby and whose replication
//! is a little late: it must be seen to lose.

mod site;

use crate::crash::{self, Findings};
pub use pgcluster::Manager;
use site::Site;
use std::path::Path;
use std::time::Duration;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Who decides which node is the primary.
    pub manager: Manager,
    /// How often the primary is killed.
    pub kills: u32,
    /// Clients that ask at the same time.
    pub clients: usize,
    /// The same choices come from the same seed.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was acknowledged, and what of it was found.
    pub crash: crash::Report,
    /// The longest time without an acknowledged order around each kill.
    pub gaps: Vec<Duration>,
}

impl Report {
    /// The longest of the gaps.
    pub fn gap(&self) -> Duration {
        self.gaps.iter().max().copied().unwrap_or_default()
    }
}

/// The longest time without an acknowledged order that a failover may take.
pub const fn longest_gap(manager: Manager) -> Duration {
    match manager {
        Manager::PgAutoFailover => Duration::from_secs(10),
        Manager::Patroni => Duration::from_secs(20),
    }
}

/// What came of the control.
#[derive(Clone, Debug, Default)]
pub struct Control {
    /// Changes that were acknowledged.
    pub acknowledged: u64,
    /// What of it is not as it was acknowledged.
    pub findings: Findings,
}

/// How late replication is in the control: long enough that something is always on its way.
const LATE: Duration = Duration::from_millis(300);

/// Kills the primary under the programs at `binary` as planned. `tell` hears of each kill.
pub fn run(binary: &Path, plan: Plan, tell: &mut dyn FnMut(&Report)) -> Report {
    let mut site = Site::begin(binary, plan, "?synchronous=required");
    let mut report = Report::default();
    let servers = site.serve(&mut report.crash);
    for _ in 0..plan.kills {
        let gap = site.kill(&servers, true);
        report.gaps.push(gap);
        report.crash.kills += 1;
        let found = site.compare_and_ask_again(&servers[0]);
        report.crash.findings.join(found);
        site.book.report(&mut report.crash);
        tell(&report);
        // What was found once would be found again and again.
        if !report.crash.clean() {
            break;
        }
    }
    site.end(servers, &mut report.crash);
    report
}

/// The same load and one kill, where commits do not wait for a standby.
pub fn control(binary: &Path, plan: Plan) -> Control {
    let mut site = Site::begin(binary, plan, "");
    site.cluster.let_commits_go_ahead().unwrap();
    site.cluster.hold_replication(LATE);
    let mut report = crash::Report::default();
    let servers = site.serve(&mut report);
    site.kill(&servers, false);
    let findings = site.compare();
    site.book.report(&mut report);
    Control { acknowledged: report.acknowledged, findings }
}
