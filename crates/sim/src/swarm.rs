//! What a seed draws: who behaves how, what goes wrong and how often. Not everything goes wrong in
//! every seed: what is rare together with everything else is common among a few.

use crate::off::{Plan, takes_late};
use dispatch::engine::Timing;
use domain::providers::ProviderState;
use fakepanel::settings::{Delivery, Noise, Span};
use fakepanel::{Action, Amount, Fault, Rounding, Rule, Settings};
use fastrand::Rng;

/// A second in microseconds.
pub(crate) const SECOND: u64 = 1_000_000;

/// What a panel is like, and how our books have it.
#[derive(Clone, Debug)]
pub(crate) struct PanelPlan {
    pub(crate) settings: Settings,
    pub(crate) faults: Vec<Rule>,
    /// Whether its statuses contradict each other, so that nothing can be told by them.
    pub(crate) lies: bool,
    pub(crate) takes_request_id: bool,
    pub(crate) adds_at_once: i64,
    pub(crate) adds_per_second: i64,
    pub(crate) balance_decimals: Option<i64>,
    pub(crate) trust_reads: i64,
    pub(crate) state: ProviderState,
    pub(crate) priority: i64,
    pub(crate) daily_cap: Option<i64>,
}

/// What a seed draws.
#[derive(Clone, Debug)]
pub(crate) struct Swarm {
    pub(crate) panels: Vec<PanelPlan>,
    pub(crate) customers: u64,
    /// Between two requests of a customer.
    pub(crate) pause: Span,
    /// Chances in a thousand that a request is of this kind; what they leave are orders.
    pub(crate) cancels: u16,
    pub(crate) refills: u16,
    pub(crate) statuses: u16,
    pub(crate) drips: u16,
    /// Orders on a link that has some already.
    pub(crate) same_links: u16,
    /// Chances in a thousand, between any two events, that the worker ends.
    pub(crate) crashes: u16,
    /// Of a hundred ends, those where the whole process starts anew.
    pub(crate) restarts: u16,
    /// Of a hundred ends, those where the old worker was only asleep.
    pub(crate) sleepers: u16,
    /// Chances in a thousand of an event that the clock is set.
    pub(crate) jumps: u16,
    /// Between two looks of the operator.
    pub(crate) looks: Span,
    /// Chances in a thousand of a look that something is edited.
    pub(crate) edits: u16,
    /// For how long an order may be unknown before a person looks, in microseconds.
    pub(crate) patience_us: i64,
    /// How long things go wrong.
    pub(crate) chaos_us: u64,
    /// How long an answer is waited for, and how much longer it is still taken.
    pub(crate) answer_us: u64,
    pub(crate) late_us: u64,
    pub(crate) timing: Timing,
    /// Until a unit, a call or an answer gets where it goes.
    pub(crate) lag: Span,
    /// Whether the run goes on for a day, for corrections.
    pub(crate) a_day: bool,
    /// What becomes of orders of which nobody can tell for long.
    pub(crate) write_off: Option<Plan>,
}

/// Draws from a span.
pub(crate) fn within(span: Span, rng: &mut Rng) -> u64 {
    rng.u64(span.from..=span.to.max(span.from))
}

/// Whether one of so many chances in a thousand comes true.
pub(crate) fn chance(per_mille: u16, rng: &mut Rng) -> bool {
    rng.u16(..1_000) < per_mille
}

/// Nothing, or up to so much.
fn sometimes(most: u16, rng: &mut Rng) -> u16 {
    if rng.bool() { rng.u16(1..=most) } else { 0 }
}

impl Swarm {
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let lies = rng.u8(..8) == 0;
        let mut panels: Vec<PanelPlan> = (0..*rng.choice(&[1, 1, 2, 3]).unwrap_or(&1))
            .map(|at| PanelPlan::draw(at, lies, rng))
            .collect();
        let corrects = panels.iter().any(|panel| panel.settings.delivery.corrected_per_mille > 0);
        let writes_off = rng.bool();
        if let Some(panel) = panels.first_mut() {
            let often = if writes_off { rng.u16(50..=250) } else { rng.u16(10..=120) };
            panel.faults.push(Rule::new(Fault::HangAfter).per_mille(often));
        }
        let late = panels.iter().any(|panel| takes_late(&panel.faults));
        Self {
            panels,
            customers: rng.u64(1..=3),
            pause: Span::new(SECOND / 5, SECOND.saturating_mul(rng.u64(2..=8))),
            cancels: rng.u16(50..=300),
            refills: sometimes(60, rng),
            statuses: rng.u16(50..=250),
            drips: sometimes(60, rng),
            same_links: sometimes(300, rng),
            crashes: sometimes(18, rng),
            restarts: rng.u16(0..=40),
            sleepers: rng.u16(0..=60),
            jumps: sometimes(5, rng),
            looks: Span::new(SECOND, SECOND.saturating_mul(rng.u64(3..=25))),
            edits: sometimes(150, rng),
            // A person, or the balance, whichever is first.
            patience_us: rng.i64(5..=150).saturating_mul(1_000_000),
            chaos_us: SECOND.saturating_mul(rng.u64(20..=65)),
            answer_us: SECOND.saturating_mul(rng.u64(3..=15)),
            late_us: SECOND.saturating_mul(rng.u64(10..=60)),
            // Whatever a panel takes later than this, nobody can know of (see FAULTS).
            timing: Timing {
                grace_us: rng.i64(60..=120).saturating_mul(1_000_000),
                ..Timing::default()
            },
            lag: Span::new(50, rng.u64(5_000..=SECOND / 2)),
            a_day: corrects && rng.bool(),
            write_off: writes_off.then(|| Plan::draw(late, rng)),
        }
    }
}

impl PanelPlan {
    fn draw(at: u8, lies: bool, rng: &mut Rng) -> Self {
        let decimals = rng.u32(2..=6);
        let told = rng.bool().then(|| rng.u32(2..=decimals));
        let request_ids = rng.u8(..3) == 0;
        let balance = if rng.u8(..6) == 0 { rng.i64(1..=20) } else { 100_000 };
        let delivery = Delivery {
            start_us: Span::new(SECOND / 10, SECOND.saturating_mul(4)),
            run_us: Span::new(SECOND, SECOND.saturating_mul(rng.u64(4..=40))),
            partial_per_mille: rng.u16(0..=250),
            canceled_per_mille: rng.u16(0..=200),
            over_per_mille: rng.u16(0..=100),
            corrected_per_mille: sometimes(200, rng),
            correct_us: Span::new(SECOND.saturating_mul(30), SECOND.saturating_mul(7_200)),
            cancel_us: Span::new(SECOND / 10, SECOND.saturating_mul(5)),
            ..Delivery::default()
        };
        // Where others spend too, or the balance lies, nobody vouches for it.
        let doubtful = rng.u8(..5) == 0;
        let noise = (doubtful && rng.bool()).then(|| Noise {
            every_us: Span::new(SECOND, SECOND.saturating_mul(60)),
            least: Amount::new(-500_000),
            most: Amount::new(500_000),
        });
        let mut faults = faults(lies, rng);
        if doubtful {
            faults.push(Rule::new(Fault::BalanceLies).per_mille(rng.u16(1..=300)));
        }
        let mut settings = Settings {
            decimals,
            noise,
            balance_decimals: told,
            rounding: *rng
                .choice(&[Rounding::HalfUp, Rounding::Up, Rounding::Down])
                .unwrap_or(&Rounding::Up),
            delivery,
            latency_us: Span::new(0, rng.u64(20_000..=SECOND)),
            request_ids,
            guard_links: rng.u8(..4) == 0,
            first_order: u64::from(at).saturating_mul(100_000).saturating_add(23_501),
            ..Settings::default()
        };
        if let Some(account) = settings.accounts.first_mut() {
            account.balance = Amount::new(balance.saturating_mul(1_000_000));
        }
        Self {
            faults,
            lies,
            takes_request_id: request_ids && rng.u8(..4) > 0,
            adds_at_once: rng.i64(1..=6),
            adds_per_second: rng.i64(1..=20),
            trust_reads: if doubtful { 100 } else { rng.i64(0..=1) },
            balance_decimals: (rng.u8(..3) > 0).then(|| i64::from(told.unwrap_or(decimals))),
            state: ProviderState::Active,
            priority: rng.i64(0..=2),
            daily_cap: (rng.u8(..8) == 0).then(|| rng.i64(1_000..=8_000)),
            settings,
        }
    }
}

/// What may go wrong, with the most chances in a thousand.
const FAULTS: [(Fault, u16); 20] = [
    (Fault::Refuse, 200),
    (Fault::CloseUnread, 80),
    (Fault::HangBefore, 300),
    (Fault::HangAfter, 250),
    (Fault::ResetAfter, 300),
    (Fault::ResetBefore, 150),
    (Fault::ErrorAfter, 350),
    (Fault::BadGateway, 300),
    (Fault::Truncate, 150),
    (Fault::AcceptLate, 150),
    (Fault::AnswerLate, 200),
    (Fault::LinkGuard, 100),
    (Fault::Drip, 100),
    (Fault::WrongTypes, 500),
    (Fault::IdReuse, 40),
    (Fault::RateLimit, 150),
    (Fault::Refusal, 400),
    (Fault::RejectHang, 250),
    (Fault::StatusNonsense, 250),
    (Fault::NotJson, 150),
];

/// Statuses that cannot be, and that nobody would take for true.
const NONSENSE: [&str; 7] = [
    "unknown-word",
    "above-quantity",
    "partial-zero",
    "partial-negative",
    "missing",
    "error",
    "error-text",
];

fn faults(lies: bool, rng: &mut Rng) -> Vec<Rule> {
    let share = rng.u16(150..=600);
    let mut rules = Vec::new();
    for (fault, most) in FAULTS {
        if !chance(share, rng) {
            continue;
        }
        let mut rule = Rule::new(fault).per_mille(rng.u16(1..=most));
        match fault {
            Fault::AcceptLate | Fault::AnswerLate => {
                rule = rule.delay_us(SECOND.saturating_mul(rng.u64(2..=40)));
            }
            Fault::Drip => rule = rule.delay_us(SECOND / 2),
            Fault::StatusNonsense if lies => rule = rule.variant("completed-then-partial"),
            Fault::StatusNonsense => {
                rule = rule.variant(*rng.choice(&NONSENSE).unwrap_or(&"missing"));
            }
            _ => {}
        }
        rules.push(rule);
    }
    // What an order cannot be changed into anything acceptable for.
    if rng.bool() {
        let variant = if rng.bool() { "quantity" } else { "link" };
        rules.push(Rule::new(Fault::Refusal).per_mille(rng.u16(300..=700)).variant(variant));
    }
    // What is read may fail too.
    for fault in [Fault::HangBefore, Fault::BadGateway, Fault::NotJson] {
        if chance(share, rng) {
            let reads = [Action::Status, Action::Balance];
            rules.push(Rule::new(fault).per_mille(rng.u16(1..=150)).on(&reads));
        }
    }
    rules
}
