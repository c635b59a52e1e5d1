//! Goodput: orders that are acknowledged a second while transactions fail, against as many as when
//! none does. Between the program and its PostgreSQL stands a proxy that lets transactions fail as
//! often as it is told, in turns with turns in which it lets everything through.
//!
//! What was acknowledged must be there, once, as it was asked; what had no answer is there once or
//! not at all; and nothing else is there.

use crate::watch;
use pgkit::proxy::{Counts, Fault, Faults, Proxy};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use testkit::{Client, Kept, Program};

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Clients that ask at the same time.
    pub clients: usize,
    /// How often a clean turn and a broken one take place.
    pub turns: u32,
    /// How long each takes.
    pub turn: Duration,
    /// Transactions in a thousand that PostgreSQL makes give way with 40001.
    pub serialization: u16,
    /// Transactions in a thousand whose connection is cut at COMMIT: in front of it, behind it, in
    /// the middle, and with a COMMIT that arrives late; each a quarter of it.
    pub cuts: u16,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Orders that were acknowledged in clean turns.
    pub clean: u64,
    /// And in broken ones.
    pub broken: u64,
    /// Orders without an answer.
    pub unanswered: u64,
    /// Acknowledged orders that are not there as they were asked.
    pub lost: u64,
    /// Orders that are there twice, or that nobody asked for.
    pub doubled: u64,
    /// What the proxy did.
    pub counts: Counts,
    /// What `verify` printed when it found something.
    pub broken_rules: Option<String>,
}

impl Report {
    /// Orders that were acknowledged in all.
    pub const fn acknowledged(&self) -> u64 {
        self.clean + self.broken
    }

    /// Orders acknowledged in broken turns for every hundred in clean ones.
    pub fn goodput_percent(&self) -> u64 {
        (self.broken * 100).checked_div(self.clean).unwrap_or(0)
    }

    /// Whether nothing was lost, doubled or broken.
    pub fn right(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.broken_rules.is_none()
    }
}

/// What a client asked for, and the order it was told.
type Asked = (String, Option<i64>);

/// Runs the program at the path as planned.
pub fn run(program: &str, plan: Plan) -> Report {
    let options = pgkit::Options { durable: true, ..pgkit::Options::default() };
    let server = pgkit::Server::start(&options).unwrap();
    let database = server.database();
    let proxy = Proxy::start(server.address(), Faults::none(), 7).unwrap();
    let mut program = Program::new(program);
    program.set("TRADECOUNTER_DATABASE_URL", &database.url());
    program.set("TRADECOUNTER_LOG", "error");
    let keys = set_up(&program, plan.clients);
    let by_proxy = proxy.url(&database);
    let serve = ["--database", &by_proxy, "serve", "--listen", "127.0.0.1:0"];
    let serving = program.start(&serve);
    let clients: Vec<Client> = keys.iter().map(|key| serving.client_with(key)).collect();
    let faults = Faults::none()
        .with(Fault::Serialization, plan.serialization)
        .with(Fault::CutBeforeCommit, plan.cuts / 4)
        .with(Fault::CutAfterCommit, plan.cuts / 4)
        .with(Fault::CutAtCommit, plan.cuts / 4)
        .with(Fault::LateCommit, plan.cuts / 4);
    let (mut report, mut all) = (Report::default(), Vec::new());
    for turn in 0..plan.turns {
        for broken in [false, true] {
            proxy.set_faults(if broken { faults.clone() } else { Faults::none() });
            let asked = load(&clients, &format!("{turn}-{broken}"), plan.turn);
            let acknowledged = asked.iter().filter(|(_, order)| order.is_some()).count() as u64;
            *(if broken { &mut report.broken } else { &mut report.clean }) += acknowledged;
            all.extend(asked);
        }
    }
    proxy.set_faults(Faults::none());
    report.counts = proxy.counts();
    if !serving.terminate().success() {
        report.broken_rules = Some(String::from("the program did not end in order"));
    }
    let stored = database.run_sql("select link, id from orders order by id").unwrap();
    compare(&all, &stored, &mut report);
    let verified = program.run(&["verify"]);
    if verified.code != Some(0) {
        report.broken_rules = Some(verified.stdout);
    }
    report
}

/// Accounts with money for everything, and a service; a key of each account.
fn set_up(program: &Program, accounts: usize) -> Vec<String> {
    program.json(&["migrate"]);
    program.json(&["category", "add", "Words"]);
    let service = "service add --category 1 --name Proof --kind default --rate 1 --min 1 --max 900";
    program.json(&service.split(' ').collect::<Vec<_>>());
    let account = |number: usize| {
        let name = format!("account-{number}");
        program.json(&["account", "add", &name]);
        program.json(&["credit", &name, "1000000", "--reason", "goodput"]);
        let key = program.json(&["key", "add", &name, "shop"]);
        key["key"].as_str().unwrap().to_owned()
    };
    (0..accounts).map(account).collect()
}

/// All clients ask for one order after the other until the turn is over.
fn load(clients: &[Client], turn: &str, length: Duration) -> Vec<Asked> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking: Vec<_> = clients
            .iter()
            .enumerate()
            .map(|(number, client)| {
                let over = &over;
                scope.spawn(move || ask(client, &format!("{turn}-{number}"), over))
            })
            .collect();
        let end: Instant = watch::now() + length;
        watch::pass(end.saturating_duration_since(watch::now()));
        over.store(true, Ordering::Relaxed);
        asking.into_iter().flat_map(|asking| asking.join().unwrap()).collect()
    })
}

fn ask(client: &Client, name: &str, over: &AtomicBool) -> Vec<Asked> {
    let mut kept = Kept::connect(client).unwrap();
    let mut asked = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let link = format!("https://example.com/{name}/{}", asked.len());
        let mut fields =
            vec![("action", "add"), ("service", "1"), ("quantity", "10"), ("link", &link)];
        // Half of them with a request id.
        if asked.len() % 2 == 0 {
            fields.push(("request_id", &link));
        }
        let order = match kept.form(&fields) {
            Ok(answer) if answer.status == 200 => {
                Some(answer.json()["order"].as_i64().unwrap_or_else(|| panic!("{}", answer.body)))
            }
            // The program says that it does not know, or that nothing was written.
            Ok(_) => None,
            Err(error) => panic!("the program went away: {error}"),
        };
        asked.push((link, order));
    }
    asked
}

/// Counts what is not there, and what should not be.
fn compare(asked: &[Asked], stored: &str, report: &mut Report) {
    let mut there: HashMap<&str, Vec<i64>> = HashMap::new();
    for row in stored.lines() {
        let (link, id) = row.rsplit_once('|').unwrap();
        there.entry(link).or_default().push(id.parse().unwrap());
    }
    for (link, told) in asked {
        let found = there.remove(link.as_str()).unwrap_or_default();
        report.doubled += found.len().saturating_sub(1) as u64;
        match told {
            Some(order) => report.lost += u64::from(!found.contains(order)),
            None => report.unanswered += 1,
        }
    }
    report.doubled += there.len() as u64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_or_doubled_is_counted() {
        let asked =
            [(String::from("a"), Some(1)), (String::from("b"), Some(2)), (String::from("c"), None)];
        let count = |stored: &str| {
            let mut report = Report::default();
            compare(&asked, stored, &mut report);
            (report.lost, report.doubled, report.unanswered)
        };
        assert_eq!(count("a|1\nb|2"), (0, 0, 1));
        assert_eq!(count("a|1\nb|2\nc|3"), (0, 0, 1));
        assert_eq!(count("a|1"), (1, 0, 1), "one is gone");
        assert_eq!(count("a|1\nb|3"), (1, 0, 1), "it is another order than was told");
        assert_eq!(count("a|1\nb|2\nb|3"), (0, 1, 1), "one is there twice");
        assert_eq!(count("a|1\nb|2\nd|3"), (0, 1, 1), "nobody asked for one");
    }
}
