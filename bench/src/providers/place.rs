//! How fast orders are placed at a provider that answers after 50 ms.

use super::{Cost, QUANTITY, Shop, settings, watch};
use crate::Failed;
use crate::place::Place;
use crate::program::{Served, verify};
use counter::fulfilment::ProviderChange;
use fakepanel::Panel;
use fakepanel::settings::Span;
use std::path::Path;

/// What the rows are called.
pub(crate) const NAME: &str = "placing at a provider of 50 ms";

/// Orders that wait when the program starts.
const ORDERS: i64 = 30_000;

/// How long the panel takes to answer, in microseconds.
const LATENCY_US: u64 = 50_000;

/// Orders that are placed at the same time.
const AT_ONCE: u32 = 256;

pub(super) fn measure(program: &Path, place: &Place) -> Result<Cost, Failed> {
    eprintln!("{NAME}: {ORDERS} orders of {QUANTITY} …");
    let runtime = tokio::runtime::Runtime::new()?;
    let mut settings = settings();
    settings.latency_us = Span::just(LATENCY_US);
    let change = ProviderChange {
        adds_at_once: Some(AT_ONCE.into()),
        adds_per_second: Some(10_000),
        ..ProviderChange::default()
    };
    let opened = async {
        let (shop, _) = Shop::open(place, Panel::new(settings, 1)?, change).await?;
        shop.order(ORDERS).await?;
        Ok::<_, Failed>(shop.close())
    };
    let server = runtime.block_on(opened)?;
    // With whatever it had under way.
    drop(runtime);
    let served = Served::program(program, place)?;
    let accepted = |panel: &Panel| panel.orders().len() as u64;
    let cost = watch::until(&served, &server, accepted, ORDERS.unsigned_abs())?;
    served.stop()?;
    verify(program, place)?;
    let doubled = server.look(|panel| panel.duplicates("/files/").len());
    if doubled > 0 {
        return Err(format!("{doubled} orders were placed twice").into());
    }
    let ceiling = f64::from(AT_ONCE) * 1e6 / f64::from(u32::try_from(LATENCY_US)?);
    Ok(Cost { ceiling, ..cost })
}
