//! A cluster, the servers on it, their clients, and what is known of what they were told.

use super::Plan;
use crate::crash::book::Book;
use crate::crash::check::compare;
use crate::crash::client::{Caller, call};
use crate::crash::life::{prepare, show_all, start, verify};
use crate::crash::load::{Common, Moment, Work, while_it_breaks};
use crate::crash::world::{Stock, World};
use crate::crash::{Findings, PURSES, Report, replay, stored};
use crate::watch;
use pgcluster::Cluster;
use std::path::Path;
use std::time::Duration;
use testkit::{Demo, Program, until};

/// Plenty of one product, and too little of another.
const STOCKS: [Stock; 2] = [
    Stock { rate: 1_100_001, items: 1_000, uses: 1 },
    Stock { rate: 999_999, items: 10, uses: 100 },
];

/// How many servers there are.
const SERVERS: usize = 2;

/// How long the load goes on when the cluster is whole again.
const AFTERWARDS: Duration = Duration::from_millis(500);

pub(super) struct Site {
    // Before the cluster, so that it is gone when its database goes.
    program: Program,
    url: String,
    world: World,
    pub(super) book: Book,
    random: fastrand::Rng,
    callers: Vec<Caller>,
    pub(super) cluster: Cluster,
}

impl Site {
    /// Starts a cluster with a database on it; `options` is what the servers' URL ends with.
    pub(super) fn begin(binary: &Path, plan: Plan, options: &str) -> Self {
        let cluster = Cluster::start(plan.manager).unwrap_or_else(|error| panic!("{error}"));
        let url = format!("{}{options}", cluster.url());
        let mut program = Program::new(binary.to_str().unwrap());
        prepare(&mut program);
        program.set("TRADECOUNTER_DATABASE_URL", &url);
        let world = World::make(&program, &url, &PURSES, &STOCKS);
        let mut random = fastrand::Rng::with_seed(plan.seed);
        let customers = world.customers.len();
        let caller = |number| Caller::new(number, number % customers, random.u64(..));
        let callers = (0..plan.clients).map(caller).collect();
        Self { program, url, world, book: Book::default(), random, callers, cluster }
    }

    /// Starts the servers.
    pub(super) fn serve(&self, report: &mut Report) -> Vec<Demo> {
        (0..SERVERS).map(|_| start(&self.program, &self.world, report)).collect()
    }

    /// Kills the primary under load and waits until orders are acknowledged again; then, when it
    /// shall be `mended`, until the node that was killed is a standby again. Returns the longest time
    /// without an acknowledged order.
    pub(super) fn kill(&mut self, servers: &[Demo], mended: bool) -> Duration {
        let moment = Moment {
            acknowledged: self.random.u64(500..=3_000),
            at_latest: Duration::from_millis(self.random.u64(1_500..=3_000)),
        };
        let mut work: Vec<Work<'_>> = Vec::new();
        for caller in &mut self.callers {
            work.push(Box::new(|common| call(common, caller)));
        }
        let cluster = &mut self.cluster;
        let (entries, gap) = while_it_breaks(&self.world, servers, moment, work, |common| {
            fail_over(cluster, common);
            if mended {
                cluster.complete().unwrap_or_else(|error| panic!("{error}"));
                watch::pass(AFTERWARDS);
            }
            common.rhythm().gap
        });
        entries.into_iter().for_each(|entry| self.book.note(entry));
        gap
    }

    /// Compares what is stored with the record; then asks again what was not answered, and some of
    /// what was.
    pub(super) fn compare_and_ask_again(&mut self, server: &Demo) -> Findings {
        let open = replay::unanswered(&self.book);
        let mut found = self.compare();
        replay::ask_again(&self.world, &mut self.book, server, open, &mut self.random);
        found.wrong.append(&mut self.book.wrong);
        found
    }

    pub(super) fn compare(&mut self) -> Findings {
        compare(&self.world, &mut self.book, &stored::read(&self.url))
    }

    /// Looks at all that was delivered, compares once more, verifies, and lets the servers end.
    pub(super) fn end(&mut self, servers: Vec<Demo>, report: &mut Report) {
        show_all(&self.world, &mut self.book, &servers[0]);
        let found = self.compare();
        report.findings.join(found);
        self.book.report(report);
        verify(&self.program, report);
        for server in servers {
            if !server.terminate().success() {
                report.findings.wrong.push(String::from("a server did not end in order"));
            }
        }
    }
}

/// Kills the primary; back when another one has acknowledged an order.
fn fail_over(cluster: &mut Cluster, common: &Common<'_>) {
    let old = until("a primary", || cluster.primary());
    cluster.kill(old).unwrap_or_else(|error| panic!("{error}"));
    until("another primary", || cluster.primary().filter(|primary| *primary != old));
    let promoted = watch::now();
    until("an order after a failover", || (common.rhythm().last > promoted).then_some(()));
}
