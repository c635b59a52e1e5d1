//! Following orders that are open at a provider: a round of all of them.

use super::{Cost, QUANTITY, Shop, settings, watch};
use crate::Failed;
use crate::place::Place;
use crate::program::Served;
use crate::seed;
use counter::fulfilment::ProviderChange;
use domain::ProviderId;
use fakepanel::settings::Span;
use fakepanel::{Action, Form, Panel, Settings};
use std::path::Path;

/// What the rows are called.
pub(crate) const NAME: &str = "status sync";

/// Requests that the provider takes in a second.
const PER_SECOND: u32 = 200;

/// Orders in one request.
const TOGETHER: u64 = 100;

/// Microseconds since the orders were placed, when the program starts.
const AGE_US: i64 = 200_000_000;

pub(super) fn measure(program: &Path, place: &Place, orders: i64) -> Result<Cost, Failed> {
    eprintln!("{NAME}: {orders} orders …");
    let runtime = tokio::runtime::Runtime::new()?;
    let settings = open_for_ever(settings());
    let first = settings.first_order;
    let mut panel = Panel::new(settings, 1)?;
    let quantity = QUANTITY.to_string();
    let add = |link: &str| {
        Form::of(&[
            ("key", "fake-key"),
            ("action", "add"),
            ("service", "1"),
            ("link", link),
            ("quantity", quantity.as_str()),
        ])
    };
    for number in 0..orders {
        let link = format!("https://example.com/files/{number}?outcome=stuck");
        panel.handle(0, &add(&link));
    }
    let change =
        ProviderChange { asks_per_second: Some(PER_SECOND.into()), ..ProviderChange::default() };
    let opened = async {
        let (shop, provider) = Shop::open(place, panel, change).await?;
        shop.order(orders).await?;
        Ok::<_, Failed>((shop.close(), provider))
    };
    let (server, provider) = runtime.block_on(opened)?;
    drop(runtime);
    place.run(&accepted(provider, first)?)?;
    let served = Served::program(program, place)?;
    let asked = |panel: &Panel| panel.journal().requests_for(Action::Status);
    let round = orders.unsigned_abs().div_ceil(TOGETHER);
    let cost = watch::until(&served, &server, asked, round)?;
    served.stop()?;
    Ok(Cost { ceiling: f64::from(PER_SECOND), ..cost })
}

/// Orders that start at once, and never end.
fn open_for_ever(mut settings: Settings) -> Settings {
    settings.delivery.start_us = Span::just(1);
    settings.delivery.run_us = Span::just(1);
    settings.delivery.start_count = Span::just(0);
    settings
}

/// All orders, as if the provider had taken them a while ago and had delivered half.
fn accepted(provider: ProviderId, first: u64) -> Result<[String; 2], Failed> {
    let started = seed::now().0.saturating_sub(AGE_US);
    let (first, half) = (i64::try_from(first)?, QUANTITY.div_euclid(2));
    Ok([
        format!(
            "insert into attempt (id, order_id, account_id, number, provider_id, route_id, \
             expected_cost, cost, state, upstream_id, evidence, followed, started_us, changed_us) \
             select id, id, account_id, 1, {provider}, 1, 0, 0, 'accepted', \
             cast(id + {first} - 1 as text), null, 1, {started}, {started} from orders"
        ),
        format!(
            "update orders set state = 'in_progress', fence = 1, start_count = 0, \
             remains = {half}"
        ),
    ])
}
