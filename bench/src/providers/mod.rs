//! Orders at providers: how fast they are placed, and how many of them can be followed.

mod follow;
mod place;
mod watch;

use crate::Failed;
use crate::options::Options;
use crate::place::Place;
use crate::seed;
use counter::Counter;
use counter::accounts::Adjustment;
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::fulfilment::{ProviderChange, ProviderSecret, RouteChange};
use domain::catalogue::{Fulfilment, ServiceKind};
use domain::{Micros, ProviderId};
use fakepanel::{Panel, Server, Settings};

pub(crate) use follow::NAME as FOLLOWING;
pub(crate) use place::NAME as PLACING;

/// Units of every order.
const QUANTITY: i64 = 1_000;

/// What was measured with one engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// What stands before the names of the rows.
    pub(crate) engine: &'static str,
    /// Placing orders; nothing when it was not asked for.
    pub(crate) placed: Option<Cost>,
    /// Following orders.
    pub(crate) followed: Option<Cost>,
    /// How many orders are followed.
    pub(crate) orders: i64,
}

/// How fast something went, and what it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// How many a second.
    pub(crate) per_second: f64,
    /// The most that could be.
    pub(crate) ceiling: f64,
    /// How long it took, in seconds.
    pub(crate) seconds: f64,
    /// Processor time of the program, in percent of one core.
    pub(crate) processor: f64,
    /// Its memory at the end, in MiB.
    pub(crate) memory: f64,
}

/// Measures both on one engine, as far as they are asked for.
///
/// # Errors
/// When something cannot be measured.
pub(crate) fn measure(
    options: &Options,
    engine: &'static str,
    mut fresh: impl FnMut(&str) -> Result<Place, Failed>,
) -> Result<Figures, Failed> {
    let asked = |name: &str| {
        let full = format!("{engine}{name}");
        options.only.as_ref().is_none_or(|only| full.contains(only.as_str()))
    };
    let placed = asked(place::NAME)
        .then(|| place::measure(&options.program, &fresh("placing")?))
        .transpose()?;
    let follows = asked(follow::NAME) && options.followed > 0;
    let followed = follows
        .then(|| follow::measure(&options.program, &fresh("following")?, options.followed))
        .transpose()?;
    Ok(Figures { engine, placed, followed, orders: options.followed })
}

/// A panel, and a counter whose one service it fulfils.
struct Shop {
    counter: Counter,
    server: Server,
}

impl Shop {
    /// Opens it on a new database. `change` says what the provider may be asked.
    async fn open(
        place: &Place,
        panel: Panel,
        change: ProviderChange,
    ) -> Result<(Self, ProviderId), Failed> {
        let counter = seed::open(place).await?;
        let at = seed::now();
        let server = Server::start(panel, "127.0.0.1:0".parse()?)?;
        let category = CategoryChange { name: Some(String::from("Words")), position: None };
        let service = ServiceChange {
            category: Some(counter.add_category(category, at).await?),
            name: Some(String::from("Survey answers")),
            kind: Some(ServiceKind::Default),
            rate: Some(Micros::new(2_500_000)),
            min: Some(10),
            max: Some(1_000_000),
            fulfilment: Some(Fulfilment::Providers),
            ..ServiceChange::default()
        };
        let service = counter.add_service(service, at).await?;
        for number in 1..=seed::ACCOUNTS {
            let account = counter.open_account(&format!("account {number}"), at).await?;
            let (amount, reason) = (Micros::new(1_000_000_000_000_000), String::from("bench"));
            counter.credit(Adjustment { account, amount, reason }, "bench", at).await?;
        }
        let change = ProviderChange {
            name: Some(String::from("panel")),
            url: Some(server.url()),
            currency: Some(String::from("USD")),
            takes_request_id: Some(true),
            ..change
        };
        let secret = ProviderSecret { key: String::from("fake-key"), nonce: [9; 24] };
        let provider = counter.add_provider(change, secret, at).await?;
        let route = RouteChange {
            service: Some(service),
            provider: Some(provider),
            upstream_service: Some(String::from("1")),
            cost: Some(Micros::ZERO),
            ..RouteChange::default()
        };
        counter.add_route(route, at).await?;
        Ok((Self { counter, server }, provider))
    }

    /// Places orders, which wait for the provider.
    async fn order(&self, count: i64) -> Result<(), Failed> {
        let mut placed = 0;
        while placed < count {
            let next = count.min(placed.saturating_add(seed::TOGETHER));
            seed::place(&self.counter, placed, next).await?;
            placed = next;
        }
        Ok(())
    }

    /// Closes the counter; the panel stays.
    fn close(self) -> Server {
        drop(self.counter);
        self.server
    }
}

/// A panel whose orders cost nothing.
fn settings() -> Settings {
    let mut settings = Settings { request_ids: true, ..Settings::default() };
    for service in &mut settings.services {
        service.rate = fakepanel::Amount::ZERO;
    }
    settings
}
