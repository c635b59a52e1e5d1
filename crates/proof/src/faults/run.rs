//! A mode, from its beginning to the comparison.

use super::load::{Address, place, wishes};
use super::misread::{excuses, misread};
use super::modes::{self, Kind, MISBEHAVING};
use super::oracle::{Asked, Bought, Findings, judge, link};
use super::person::{self, Done};
use super::site::{Site, Stored, Upstream};
use super::{Plan, name};
use crate::watch;
use domain::orders::Order;
use domain::providers::{AttemptState, request_id};
use domain::{OrderId, Timestamp};
use fakepanel::{Fault, State as End};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use testkit::Demo;

/// What came of a mode.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Its name.
    pub mode: &'static str,
    /// Orders that were placed.
    pub orders: usize,
    /// Orders that panels have taken, also those that were canceled there and taken again.
    pub accepted: usize,
    /// How often it was not known whether a provider has an order.
    pub unknown: i64,
    /// Of them, what a person decided.
    pub by_person: usize,
    /// Orders that a person ended, because nobody else could.
    pub ended_by_person: usize,
    /// Orders that ended as the provider said under their ids, which by then were those of others too:
    /// nobody could know.
    pub misread: usize,
    /// Kills.
    pub kills: u32,
    /// How often an order was sent elsewhere that had surely not been sent.
    pub rerouted: usize,
    /// The longest time that took.
    pub slowest_reroute: Duration,
    /// Orders of the service beside the others that were placed, in a thousand seconds.
    pub beside: u64,
    /// What must not be.
    pub findings: Findings,
}

/// Longest time that everything may take to end after the last order was placed.
const PATIENCE: Duration = Duration::from_secs(600);

/// How long the program may take after a start to be at its work again: the lease of the one that
/// was killed has to end.
const AWAY_US: i64 = 4_000_000;

/// Millionths that an order may be off by: two roundings to five decimals.
const ROUNDED: i64 = 20;

/// How long the first orders may take to be taken.
const START: Duration = Duration::from_secs(5);

/// Runs the modes with the program at `binary`; tells each as soon as it is through.
pub fn run(
    binary: &Path,
    modes: &[Option<Fault>],
    plan: Plan,
    tell: &(dyn Fn(&Report) + Sync),
) -> Vec<Report> {
    let (next, reports) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let kinds = [&MISBEHAVING[..], &[Kind::Backup, Kind::Bystander]].concat();
    std::thread::scope(|scope| {
        for _ in 0..plan.at_once {
            scope.spawn(|| {
                while let Some(mode) = modes.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let report = one(binary, *mode, plan, &kinds);
                    tell(&report);
                    reports.lock().unwrap().push(report);
                }
            });
        }
    });
    reports.into_inner().unwrap()
}

/// What must be found: a provider that is believed to know request ids and does not is asked again
/// after each lost answer, and takes the order twice.
pub fn control(binary: &Path, plan: Plan) -> Report {
    one(binary, Some(Fault::ResetAfter), plan, &[Kind::Impostor])
}

fn one(binary: &Path, mode: Option<Fault>, plan: Plan, kinds: &[Kind]) -> Report {
    let site = Site::make(binary, kinds, plan.postgres);
    let rules = mode.map(|fault| modes::rules(fault, plan.every)).unwrap_or_default();
    site.set_faults(&rules);
    let mut report = Report { mode: name(mode), orders: plan.orders, ..Report::default() };
    let span = Duration::from_micros(plan.pause_us) * u32::try_from(plan.orders).unwrap();
    let wishes = wishes(&site, plan.orders, span);
    let address = Address::default();
    let over = AtomicBool::new(false);
    let (asked, done, away) = std::thread::scope(|scope| {
        let person = scope.spawn(|| person::decide(&site, &over));
        let loading = scope.spawn(|| place(&address, &wishes));
        let (server, away) = kills(&site, plan, span, &address, &mut report);
        let asked = loading.join().unwrap();
        // Faults go on until the last order has ended: so does the program.
        wait_for_all(&site, asked.len());
        over.store(true, Ordering::SeqCst);
        let done = person.join().unwrap();
        if !server.terminate().success() {
            report.findings.wrong.push(String::from("the program did not end in order"));
        }
        (asked, done, away)
    });
    let stored = site.stored();
    let told = misread(&site, &stored, &done);
    let excused = compare(&site, (&asked, &stored, &told), &mut report);
    count(&site, &stored, &done, &away, &mut report);
    let by_hand: HashSet<i64> = done.ended.union(&excused).copied().collect();
    books(&site, &stored, &by_hand, &mut report);
    report
}

/// Kills the program now and then while orders come in; returns it as it serves at last, and when it
/// was away.
fn kills(
    site: &Site,
    plan: Plan,
    span: Duration,
    address: &Address,
    report: &mut Report,
) -> (Demo, Vec<(Timestamp, Timestamp)>) {
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let serve = || {
        let server = site.serve();
        *address.lock().unwrap() = Some(server.client_with(&site.key));
        server
    };
    let (mut server, mut away) = (serve(), Vec::new());
    // What is beside the others is to be seen without kills.
    let beside = plan.orders / (MISBEHAVING.len() + 1);
    let quiet = Duration::from_secs(beside as u64 / modes::BYSTANDER_PER_SECOND.unsigned_abs());
    let begin = watch::now();
    while placed_beside(site) < beside && begin.elapsed() < quiet * 2 + START {
        watch::pass(Duration::from_millis(100));
    }
    let turn = span.saturating_sub(quiet) / (plan.kills + 1);
    for _ in 0..plan.kills {
        watch::pass((turn * random.u32(50..150) / 100).max(Duration::from_millis(300)));
        *address.lock().unwrap() = None;
        let begin = watch::time();
        server.kill();
        report.kills += 1;
        caps(site, report);
        server = serve();
        away.push((begin, Timestamp(watch::time().0 + AWAY_US)));
    }
    (server, away)
}

/// How many orders of the service beside the others were placed.
fn placed_beside(site: &Site) -> usize {
    let beside = site.upstreams.iter().filter(|upstream| upstream.kind == Kind::Bystander);
    beside.map(|upstream| upstream.server.look(|panel| panel.orders().len())).sum()
}

/// A kill leaves no more unknown at a provider than may be under way there.
fn caps(site: &Site, report: &mut Report) {
    let stored = site.stored();
    for Upstream { kind, provider, .. } in &site.upstreams {
        let unknown = stored
            .attempts
            .iter()
            .filter(|attempt| attempt.provider.0 == *provider && attempt.state.is_unknown());
        let (unknown, (cap, _)) = (unknown.count(), kind.caps());
        if i64::try_from(unknown).unwrap() > cap {
            let text = format!("{unknown} unknown at {} after a kill, of {cap}", kind.name());
            report.findings.wrong.push(text);
        }
    }
}

/// Until every order has ended, or nothing has moved for too long.
fn wait_for_all(site: &Site, count: usize) {
    let begin = watch::now();
    while begin.elapsed() < PATIENCE {
        let stored = site.stored();
        let ended = stored.orders.iter().filter(|order| order.state.is_terminal()).count();
        // The provider may still have what nobody has read of.
        if ended >= count {
            return;
        }
        watch::pass(Duration::from_millis(500));
    }
}

/// Compares the journals with the rows; returns the orders whose end is excused (`misread`).
fn compare(
    site: &Site,
    (asked, stored, told): (&[Asked], &Stored, &HashMap<OrderId, End>),
    report: &mut Report,
) -> HashSet<i64> {
    let rows: HashMap<&str, &Order> = stored.orders.iter().map(|o| (o.link.as_str(), o)).collect();
    let mut excused = HashSet::new();
    let mut bought: BTreeMap<String, Vec<Bought>> = BTreeMap::new();
    for (at, upstream) in site.upstreams.iter().enumerate() {
        for (tag, there) in person::tags(upstream) {
            let row = rows.get(link(&tag).as_str());
            let other = row.and_then(|row| told.get(&row.id).map(|told| (row, *told)));
            let other = other.filter(|(row, told)| excuses(row, *told, there.state));
            excused.extend(other.map(|(row, _)| row.id.0));
            let end = other.map_or(there.state, |(_, told)| told);
            let there = Bought { at, quantity: there.quantity, end };
            bought.entry(tag).or_default().push(there);
        }
        let violations = upstream.server.look(fakepanel::Panel::violations);
        let told = violations.iter().map(|text| format!("{}: {text}", upstream.kind.name()));
        report.findings.wrong.extend(told);
    }
    report.accepted = bought.values().map(Vec::len).sum();
    report.findings.join(judge(asked, &stored.orders, &bought));
    let verified = site.program.run(&["--json", "verify"]);
    if verified.code != Some(0) {
        report.findings.wrong.push(format!("verify: {}", verified.stdout));
    }
    report.misread = excused.len();
    excused
}

fn count(
    site: &Site,
    stored: &Stored,
    done: &Done,
    away: &[(Timestamp, Timestamp)],
    report: &mut Report,
) {
    report.unknown = site.count_events("order.unknown");
    report.by_person = done.decided.len();
    report.ended_by_person = done.ended.len();
    // Services with another way: all but the first of each.
    let spared: Vec<i64> =
        site.upstreams.iter().flat_map(|up| up.services.iter().skip(1)).copied().collect();
    for order in stored.orders.iter().filter(|order| spared.contains(&order.service.0)) {
        for pair in stored.attempts_of(order.id).windows(2) {
            let [before, after] = pair else { continue };
            let gap = (before.changed, after.started);
            let excused = away.iter().any(|(from, to)| gap.0 <= *to && *from <= gap.1);
            if before.state == AttemptState::NotSent && !excused {
                let took = u64::try_from(gap.1.0.saturating_sub(gap.0.0)).unwrap_or(0);
                report.rerouted += 1;
                report.slowest_reroute = report.slowest_reroute.max(Duration::from_micros(took));
            }
        }
    }
    let beside = site.upstreams.iter().find(|upstream| upstream.kind == Kind::Bystander);
    report.beside = beside.map_or(0, |upstream| {
        upstream.server.look(|panel| {
            let times = panel.orders().iter().map(|order| order.accepted_us);
            let (first, last) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
            let count = panel.orders().len().saturating_sub(1) as u64;
            (count * 1_000_000_000).checked_div(last - first).unwrap_or(0)
        })
    });
}

/// What is booked at each provider is what the panel has, but for roundings, and for what only a
/// person could tell (`by_hand`); also order by order.
fn books(site: &Site, stored: &Stored, by_hand: &HashSet<i64>, report: &mut Report) {
    for provider in site.program.json(&["provider", "list"]).as_array().into_iter().flatten() {
        let id = provider["provider"].as_i64().unwrap();
        let upstream = site.upstreams.iter().find(|up| up.provider == id);
        let upstream = upstream.expect("a provider of the site");
        let kind = upstream.kind.name();
        let booked: fakepanel::Amount = provider["booked"].as_str().unwrap().parse().unwrap();
        let there = person::tags(upstream);
        let (mut slack, mut untold) = (0, 0);
        for attempt in stored.attempts.iter().filter(|attempt| attempt.provider.0 == id) {
            let order = stored.orders.iter().find(|order| order.id == attempt.order).unwrap();
            let called = request_id(order.id, order.created, attempt.number);
            let net = there
                .iter()
                .filter(|(_, there)| there.request_id.as_deref() == Some(called.as_str()))
                .map(|(_, there)| there.net.raw())
                .sum::<i64>();
            let off = (attempt.cost.raw() - net).abs();
            slack += ROUNDED;
            if by_hand.contains(&attempt.order.0) {
                untold += off;
            } else if off > ROUNDED {
                let (id, cost) = (order.id, attempt.cost);
                let text = format!("order {id} cost {cost} at {kind}, there {net} millionths");
                report.findings.wrong.push(format!("{text}: {order:?} {attempt:?}"));
            }
        }
        let purse = site.purse(upstream);
        // Where balances lie, so does the one that the books begin with.
        let lies = report.mode == Fault::BalanceLies.name() && kind != Kind::Bystander.name();
        if !lies && (booked.raw() - purse).abs() > slack + untold {
            let text = format!("booked at {kind}: {booked}, there: {purse} millionths");
            report.findings.wrong.push(format!("{text}; {}", other_entries(site, kind)));
        }
    }
}

/// What is booked at a provider beside its orders.
fn other_entries(site: &Site, provider: &str) -> String {
    let entries = site.program.json(&["provider", "entries", provider, "--limit", "1000"]);
    let other = entries.as_array().into_iter().flatten().filter(|entry| entry["attempt"].is_null());
    let told = other.map(|entry| format!("{} {}, {}", entry["kind"], entry["amount"], entry["at"]));
    told.collect::<Vec<_>>().join("; ")
}
