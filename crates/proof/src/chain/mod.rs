//! A chain of three: a reseller orders from us, we from a supplier, the supplier from a panel. Each
//! is the real program. The links between them are cut at random and the programs are killed; every
//! order arrives at the end of the chain exactly once, and ends alike everywhere.

mod link;
mod node;

use crate::faults::Findings;
use crate::faults::load::{Address, Wish, place};
use crate::faults::oracle::{Asked, Bought, MARKER, judge};
use crate::watch;
use fakepanel::settings::Span;
use fakepanel::{Panel, Server, Settings};
use link::Link;
use node::{Next, Node};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::Client;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Orders.
    pub orders: usize,
    /// How often one of the programs is killed.
    pub kills: u32,
    /// Connections of a thousand that are cut.
    pub cuts: u16,
    /// Microseconds between two orders.
    pub pause_us: u64,
    /// The same choices come from the same seed.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Orders that were placed.
    pub orders: usize,
    /// Orders that the panel has taken.
    pub accepted: usize,
    /// Kills.
    pub kills: u32,
    /// Connections that were cut.
    pub cuts: u64,
    /// What must not be.
    pub findings: Findings,
}

/// How long everything may take to end after the last order was placed.
const PATIENCE: Duration = Duration::from_secs(400);

/// The programs, the first one first.
const NAMES: [&str; 3] = ["reseller", "us", "supplier"];

/// Runs the chain with the program at `binary`.
pub fn run(binary: &Path, plan: Plan) -> Report {
    chain(binary, plan, false)
}

/// What must be found: links that take out of requests what makes a repetition harmless.
pub fn control(binary: &Path, plan: Plan) -> Report {
    chain(binary, plan, true)
}

fn chain(binary: &Path, plan: Plan, hides: bool) -> Report {
    let panel = Panel::new(settings(), plan.seed).unwrap();
    let end = Server::start(panel, "127.0.0.1:0".parse().unwrap()).unwrap();
    let mut nodes = nodes(binary, &end, plan, hides);
    nodes.iter_mut().for_each(Node::start);
    let span = Duration::from_micros(plan.pause_us) * u32::try_from(plan.orders).unwrap();
    let address: Address = Address::default();
    *address.lock().unwrap() =
        Some(Client { address: nodes[0].link.address().to_string(), key: nodes[0].key.clone() });
    let wishes = wishes(&plan, span);
    let mut report = Report { orders: plan.orders, ..Report::default() };
    let asked = std::thread::scope(|scope| {
        let loading = scope.spawn(|| place(&address, &wishes));
        let mut random = fastrand::Rng::with_seed(plan.seed);
        let turn = span / (plan.kills + 1);
        for _ in 0..plan.kills {
            watch::pass(turn * random.u32(50..150) / 100);
            nodes[random.usize(..NAMES.len())].kill();
            report.kills += 1;
        }
        loading.join().unwrap()
    });
    wait_for_all(&nodes, asked.len());
    for node in &mut nodes {
        let ended = node.running.take().is_some_and(|running| running.terminate().success());
        if !ended {
            report.findings.wrong.push(String::from("a program did not end in order"));
        }
    }
    report.cuts = nodes.iter().map(|node| node.link.cuts()).sum();
    compare(&nodes, &end, asked, &mut report);
    report
}

fn settings() -> Settings {
    let mut settings = Settings { request_ids: true, ..Settings::default() };
    settings.latency_us = Span::new(1_000, 50_000);
    settings.delivery.start_us = Span::new(100_000, 1_000_000);
    settings.delivery.run_us = Span::new(100_000, 3_000_000);
    settings.delivery.partial_per_mille = 50;
    settings.delivery.canceled_per_mille = 50;
    settings
}

/// The programs, from the last one on, because each has to know the key at the next.
fn nodes(binary: &Path, end: &Server, plan: Plan, hides: bool) -> Vec<Node> {
    let mut next = Next { url: end.url(), key: String::from("fake-key"), cost: "0.9" };
    let mut nodes = Vec::new();
    for seed in 1..=NAMES.len() as u64 {
        let link = Link::new(plan.cuts, hides, plan.seed + seed);
        let url = format!("http://{}/api/v2", link.address());
        let node = Node::make(binary, link, &next);
        next = Next { url, key: node.key.clone(), cost: "2" };
        nodes.push(node);
    }
    nodes.reverse();
    nodes
}

fn wishes(plan: &Plan, span: Duration) -> Vec<Wish> {
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let count = u32::try_from(plan.orders).unwrap();
    let wish = |number: u32| Wish {
        tag: number.to_string(),
        service: 1,
        quantity: random.i64(100..=999),
        after: span * number / count,
    };
    (0..count).map(wish).collect()
}

/// Until every order has ended everywhere, or nothing has for too long.
fn wait_for_all(nodes: &[Node], count: usize) {
    let begin: Instant = watch::now();
    while begin.elapsed() < PATIENCE {
        let ended = nodes[0].stored().0.iter().filter(|order| order.state.is_terminal()).count();
        if ended >= count {
            return;
        }
        watch::pass(Duration::from_millis(500));
    }
}

fn compare(nodes: &[Node], end: &Server, mut asked: Vec<Asked>, report: &mut Report) {
    let bought: BTreeMap<String, Vec<Bought>> = end.look(|panel| {
        let tagged = panel.orders_by_tag(MARKER).into_iter();
        let each = |(tag, orders): (&str, Vec<&fakepanel::Order>)| {
            let bought = orders.into_iter().map(|order| Bought {
                at: 0,
                quantity: order.quantity,
                end: order.state,
            });
            (tag.to_owned(), bought.collect())
        };
        tagged.map(each).collect()
    });
    report.accepted = bought.values().map(Vec::len).sum();
    for (node, name) in nodes.iter().zip(NAMES) {
        let (orders, attempts) = node.stored();
        let mut found = judge(&asked, &orders, &bought);
        // The panel's journal is one for all of them: what it has twice is told once.
        if name != NAMES[0] {
            found.duplicated.clear();
        }
        let named = |texts: &mut Vec<String>| {
            texts.iter_mut().for_each(|text| *text = format!("{name}: {text}"));
        };
        named(&mut found.refunded);
        named(&mut found.absent);
        named(&mut found.wrong);
        report.findings.join(found);
        let verified = node.program.run(&["--json", "verify"]);
        if verified.code != Some(0) {
            report.findings.wrong.push(format!("{name}: verify: {}", verified.stdout));
        }
        for one in &mut asked {
            one.order = Node::called_next(&attempts, domain::OrderId(one.order)).unwrap_or(0);
        }
    }
}
