//! What a chunk of trials starts from: a catalogue with a provider's prices, and one panel that has
//! them too.

use super::kinds::Kind;
use crate::Outcome;
use crate::shop::{Ground, START};
use crate::swarm::{PanelPlan, SECOND, Swarm};
use crate::wire::KEY;
use counter::Counter;
use counter::accounts::Adjustment;
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::fulfilment::{ProviderChange, ProviderSecret, RouteChange};
use dispatch::engine::Timing;
use domain::catalogue::{Fulfilment, ServiceKind};
use domain::money::charge_per_thousand;
use domain::providers::ProviderState;
use domain::{AccountId, Micros, ProviderId};
use fakepanel::settings::{Account, Delivery, Service, Span};
use fakepanel::{Amount, Rounding, Settings};
use fastrand::Rng;

/// How many services the provider has.
const SERVICES: usize = 40;

/// What customers pay for what costs one.
const MARKUP: i64 = 3;

/// What the customer and we have paid in.
const MONEY: i64 = 100_000_000_000;

/// Usual quantities; some more usual than others.
const QUANTITIES: [i64; 16] =
    [50, 100, 100, 100, 200, 250, 300, 500, 500, 1_000, 1_000, 1_000, 2_000, 3_000, 5_000, 10_000];

/// A catalogue, and who fulfils it.
#[derive(Debug)]
pub(super) struct Street {
    pub(super) ground: Ground,
    pub(super) provider: ProviderId,
    /// What 1,000 units of each service cost us.
    pub(super) costs: Vec<i64>,
}

impl Street {
    pub(super) fn new(kind: &Kind, rng: &mut Rng) -> Outcome<Self> {
        let costs: Vec<i64> = (0..SERVICES).map(|_| cost(rng)).collect();
        let mut provider = ProviderId(0);
        let ground = Ground::filled(async |counter| {
            provider = fill(counter, kind, &costs).await?;
            Ok(())
        })?;
        Ok(Self { ground, provider, costs })
    }

    /// A service and a quantity, as they are ordered: a few services much, the others hardly.
    pub(super) fn draw(&self, rng: &mut Rng) -> (i64, i64) {
        let at = rng.usize(..self.costs.len()).min(rng.usize(..self.costs.len()));
        let service = i64::try_from(at).unwrap_or(0).saturating_add(1);
        (service, *rng.choice(&QUANTITIES).unwrap_or(&100))
    }

    /// What an order of somebody else costs.
    pub(super) fn price(&self, decimals: u32, rng: &mut Rng) -> Amount {
        let (service, quantity) = self.draw(rng);
        let at = usize::try_from(service.saturating_sub(1)).unwrap_or(0);
        let cost = Micros::new(self.costs.get(at).copied().unwrap_or(0));
        let charge = charge_per_thousand(cost, quantity).unwrap_or(Micros::ZERO);
        Amount::new(charge.raw()).rounded(decimals, Rounding::HalfUp)
    }

    /// Nothing goes wrong but what a trial asks for; what is waited for is as in the program.
    pub(super) fn swarm(&self, kind: &Kind, rng: &mut Rng) -> Swarm {
        let services = (1_u64..).zip(&self.costs).map(|(id, cost)| Service {
            id,
            rate: Amount::new(*cost),
            ..Service::default()
        });
        // A rule in place of the engine's looks at the balance as it is: nothing may come back.
        let comes_back = u16::from(kind.planted.is_none());
        let delivery = Delivery {
            start_us: kind.starts_us,
            run_us: Span::new(SECOND.saturating_mul(60), SECOND.saturating_mul(3_600)),
            partial_per_mille: comes_back.saturating_mul(250),
            canceled_per_mille: comes_back.saturating_mul(200),
            corrected_per_mille: kind.corrected,
            correct_us: Span::new(SECOND, SECOND.saturating_mul(1_800)),
            ..Delivery::default()
        };
        let balance = Amount::new(rng.i64(10_000_000_000..100_000_000_000));
        let balance = balance.rounded(kind.decimals, Rounding::Down);
        let settings = Settings {
            decimals: kind.decimals,
            rounding: *rng
                .choice(&[Rounding::HalfUp, Rounding::Up, Rounding::Down])
                .unwrap_or(&Rounding::Up),
            services: services.collect(),
            delivery,
            // Orders that are sent at once are all on their way before the first answer.
            latency_us: Span::new(SECOND, SECOND.saturating_mul(2)),
            accounts: vec![Account { name: "main".to_owned(), key: KEY.to_owned(), balance }],
            ..Settings::default()
        };
        quiet(vec![plan(settings)])
    }
}

/// A world of these panels in which nobody is in a hurry and nothing goes wrong.
pub(crate) fn quiet(panels: Vec<PanelPlan>) -> Swarm {
    Swarm {
        panels,
        customers: 0,
        pause: Span::just(SECOND),
        cancels: 0,
        refills: 0,
        statuses: 0,
        drips: 0,
        same_links: 0,
        crashes: 0,
        restarts: 0,
        sleepers: 0,
        jumps: 0,
        looks: Span::just(SECOND),
        edits: 0,
        patience_us: 0,
        chaos_us: 0,
        answer_us: SECOND.saturating_mul(60),
        late_us: SECOND.saturating_mul(120),
        timing: Timing::default(),
        lag: Span::new(50, 5_000),
        a_day: false,
        write_off: None,
    }
}

/// A panel; what our books say of it is in the database already.
pub(crate) const fn plan(settings: Settings) -> PanelPlan {
    PanelPlan {
        settings,
        faults: Vec::new(),
        lies: false,
        takes_request_id: false,
        adds_at_once: 0,
        adds_per_second: 0,
        balance_decimals: None,
        trust_reads: 0,
        state: ProviderState::Active,
        priority: 0,
        daily_cap: None,
    }
}

/// Reads of a balance that are explained before it is believed, where staff know the account.
const READS: i64 = 5;

/// What 1,000 units of a service cost: round, mostly to a cent.
fn cost(rng: &mut Rng) -> i64 {
    let unit: i64 = *rng.choice(&[50_000, 10_000, 10_000, 1_000]).unwrap_or(&10_000);
    let top: i64 = *rng.choice(&[200_000, 1_000_000, 5_000_000]).unwrap_or(&200_000);
    let steps = top.checked_div(unit).unwrap_or(1);
    rng.i64(1..=steps).saturating_mul(unit)
}

async fn fill(counter: &Counter, kind: &Kind, costs: &[i64]) -> Outcome<ProviderId> {
    let (_, at_once) = kind.lost;
    let change = ProviderChange {
        adds_at_once: Some(i64::try_from(at_once)?),
        adds_per_second: Some(1_000),
        balance_decimals: Some(Some(i64::from(kind.decimals))),
        // Where nobody else uses the account, staff know that: a few reads are enough for them.
        trust_reads: kind.others.is_none().then_some(READS),
        ..ProviderChange::default()
    };
    let provider = add_provider(counter, "panel", change).await?;
    let category = CategoryChange { name: Some(String::from("everything")), position: None };
    let category = counter.add_category(category, START).await?;
    for cost in costs {
        let change = ServiceChange {
            category: Some(category),
            name: Some(format!("{cost} for 1,000")),
            kind: Some(ServiceKind::Default),
            rate: Some(Micros::new(cost.saturating_mul(MARKUP))),
            min: Some(10),
            max: Some(10_000),
            fulfilment: Some(Fulfilment::Providers),
            ..ServiceChange::default()
        };
        let service = counter.add_service(change, START).await?;
        let change = RouteChange {
            service: Some(service),
            provider: Some(provider),
            upstream_service: Some(service.to_string()),
            cost: Some(Micros::new(*cost)),
            ..RouteChange::default()
        };
        counter.add_route(change, START).await?;
    }
    add_customer(counter).await?;
    Ok(provider)
}

/// A provider as the program would have it, but for what is said.
pub(crate) async fn add_provider(
    counter: &Counter,
    name: &str,
    change: ProviderChange,
) -> Outcome<ProviderId> {
    let change = ProviderChange {
        name: Some(name.to_owned()),
        url: Some(format!("https://{name}.example.com/api/v2")),
        currency: Some(String::from("USD")),
        ..change
    };
    let secret = ProviderSecret { key: KEY.to_owned(), nonce: [9; 24] };
    Ok(counter.add_provider(change, secret, START).await?)
}

/// A customer with more money than anybody needs.
pub(crate) async fn add_customer(counter: &Counter) -> Outcome<AccountId> {
    let account = counter.open_account("customer", START).await?;
    let (amount, reason) = (Micros::new(MONEY), String::from("to begin with"));
    counter.credit(Adjustment { account, amount, reason }, "staff", START).await?;
    Ok(account)
}
