//! What a panel is like when nothing goes wrong.

use serde::{Deserialize, Serialize};

use crate::amount::{Amount, Rounding};
use crate::kind;

/// What a panel is like. As JSON, what is left out is as in [`Settings::default`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// ISO code of the currency.
    pub currency: String,
    /// Decimals of charges, 2 to 6.
    pub decimals: u32,
    /// Decimals of the balance that is told, up to 6; those of charges when not given.
    pub balance_decimals: Option<u32>,
    /// How charges and what is given back get their decimals.
    pub rounding: Rounding,
    /// Who may ask.
    pub accounts: Vec<Account>,
    /// What is sold.
    pub services: Vec<Service>,
    /// How orders are delivered.
    pub delivery: Delivery,
    /// How refills go.
    pub refills: Refills,
    /// Others who spend from the same accounts.
    pub noise: Option<Noise>,
    /// How long an ordinary answer takes, in microseconds.
    pub latency_us: Span,
    /// Whether an `add` with a `request_id` that was used already answers the order of then.
    pub request_ids: bool,
    /// Whether a second order for the same service and link is refused while the first is open.
    pub guard_links: bool,
    /// How the status of a drip-feed or a subscription says how many of its parts are done.
    pub tells_parts: Parts,
    /// Id of the first order; the next ones count up from it.
    pub first_order: u64,
    /// How many requests that only read are kept in the journal, the latest ones. Those that may
    /// change something are always kept.
    pub reads_kept: usize,
}

/// A customer of the panel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What it is called here; nobody is told.
    pub name: String,
    /// Its API key.
    pub key: String,
    /// What it has at the beginning.
    pub balance: Amount,
}

/// Something that is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// Its id.
    pub id: u64,
    /// What customers read.
    pub name: String,
    /// The heading it stands under.
    pub category: String,
    /// The dialect's name of its type, which decides what an order carries and what it costs.
    pub kind: String,
    /// Price of 1,000, or of one where the type has a flat price.
    pub rate: Amount,
    /// Least quantity.
    pub min: i64,
    /// Largest quantity.
    pub max: i64,
    /// Whether orders can be refilled.
    pub refill: bool,
    /// Whether orders can be cancelled.
    pub cancel: bool,
    /// Whether runs are allowed.
    pub dripfeed: bool,
}

/// How orders are delivered. Shares are in thousandths of all orders; what they leave is completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delivery {
    /// From the order to its start, in microseconds.
    pub start_us: Span,
    /// From the start to the end, in microseconds.
    pub run_us: Span,
    /// End as Partial, with a rest of any size.
    pub partial_per_mille: u16,
    /// End as Canceled.
    pub canceled_per_mille: u16,
    /// Are completed with more than was ordered: `remains` is negative.
    pub over_per_mille: u16,
    /// Are completed first, and corrected to Partial later.
    pub corrected_per_mille: u16,
    /// From the end to the correction, in microseconds.
    pub correct_us: Span,
    /// From a `cancel` to what it does, in microseconds.
    pub cancel_us: Span,
    /// What there was before the order.
    pub start_count: Span,
}

/// How refills go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Refills {
    /// From the request to the start, in microseconds.
    pub start_us: Span,
    /// From the start to the end, in microseconds.
    pub run_us: Span,
    /// End as Rejected, in thousandths.
    pub rejected_per_mille: u16,
}

/// Others who spend from the same account, at the panel's website or with the same key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// From one to the next, in microseconds, at least 1.
    pub every_us: Span,
    /// Least amount that is taken. Below zero it is given: another one's order was cancelled.
    pub least: Amount,
    /// Largest amount that is taken.
    pub most: Amount,
}

/// How the status of a drip-feed or a subscription says how many of its parts are done: as `runs` or as
/// `posts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parts {
    /// Not at all, as of any other order.
    #[default]
    Untold,
    /// Beside what remains.
    Beside,
    /// In place of what remains.
    Instead,
}

/// From one number to another, both included. As JSON a list of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct Span {
    /// The least.
    pub from: u64,
    /// The largest. Below `from` it counts as `from`.
    pub to: u64,
}

impl Span {
    /// From one number to another.
    pub const fn new(from: u64, to: u64) -> Self {
        Self { from, to }
    }

    /// Just this number.
    pub const fn just(number: u64) -> Self {
        Self { from: number, to: number }
    }

    pub(crate) fn draw(self, random: &mut fastrand::Rng) -> u64 {
        random.u64(self.from..=self.to.max(self.from))
    }
}

impl From<(u64, u64)> for Span {
    fn from((from, to): (u64, u64)) -> Self {
        Self { from, to }
    }
}

impl From<Span> for (u64, u64) {
    fn from(span: Span) -> Self {
        (span.from, span.to)
    }
}

const SECOND: u64 = 1_000_000;

impl Default for Delivery {
    /// Starts after one to five seconds, takes ten to sixty, and completes.
    fn default() -> Self {
        Self {
            start_us: Span::new(SECOND, 5 * SECOND),
            run_us: Span::new(10 * SECOND, 60 * SECOND),
            partial_per_mille: 0,
            canceled_per_mille: 0,
            over_per_mille: 0,
            corrected_per_mille: 0,
            correct_us: Span::just(3_600 * SECOND),
            cancel_us: Span::just(SECOND),
            start_count: Span::new(0, 100_000),
        }
    }
}

impl Default for Refills {
    /// Starts after a second, takes ten, and completes.
    fn default() -> Self {
        Self {
            start_us: Span::just(SECOND),
            run_us: Span::just(10 * SECOND),
            rejected_per_mille: 0,
        }
    }
}

impl Default for Service {
    fn default() -> Self {
        Self {
            id: 1,
            name: "Survey answers".to_owned(),
            category: "Surveys".to_owned(),
            kind: "Default".to_owned(),
            rate: Amount::new(900_000),
            min: 10,
            max: 1_000_000,
            refill: true,
            cancel: true,
            dripfeed: true,
        }
    }
}

impl Default for Settings {
    /// One account, `main`, with the key `fake-key` and 10,000; a service of every type; five
    /// decimals, no latency, nothing that goes wrong.
    fn default() -> Self {
        let balance = Amount::new(10_000_000_000);
        let services = (1_u64..).zip(kind::NAMES).map(|(id, kind)| Service {
            id,
            name: format!("Survey answers: {kind}"),
            kind: kind.to_owned(),
            min: if kind::is_flat(kind) { 1 } else { 10 },
            ..Service::default()
        });
        Self {
            currency: "USD".to_owned(),
            decimals: 5,
            balance_decimals: None,
            rounding: Rounding::HalfUp,
            accounts: vec![Account {
                name: "main".to_owned(),
                key: "fake-key".to_owned(),
                balance,
            }],
            services: services.collect(),
            delivery: Delivery::default(),
            refills: Refills::default(),
            noise: None,
            latency_us: Span::default(),
            request_ids: false,
            guard_links: false,
            tells_parts: Parts::default(),
            first_order: 23_501,
            reads_kept: 10_000,
        }
    }
}
