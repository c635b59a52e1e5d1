//! The demo's supplier: an upstream panel of its own behind a port, in this process. It delivers
//! nothing; it only says so. The counter knows no more of it than of any other provider.

use super::catalogue::Offer;
use super::note::Note;
use crate::failure::Failure;
use crate::randomness;
use counter::Counter;
use counter::fulfilment::{ProviderChange, ProviderSecret, RouteChange};
use domain::catalogue::{Fulfilment, ServiceKind};
use domain::{Micros, ProviderId, ServiceId, Timestamp};
use fakepanel::settings::{Account, Delivery, Parts, Refills, Service, Span};
use fakepanel::{Amount, Error, Fault, Panel, Rule, Server, Settings};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// The file in the data folder that the supplier keeps its orders in.
pub(super) const FILE: &str = "supplier.journal";

/// What the demo shop is called there, and its key. It opens nothing but this supplier.
const ACCOUNT: &str = "demo";
const KEY: &str = "key-of-the-demo-shop";

/// What the shop has there at the beginning: more than it is ever spent.
const BALANCE: Amount = Amount::new(1_000_000_000_000);

/// Decides what its settings leave open.
const SEED: u64 = 6;

const SECOND: u64 = 1_000_000;

/// A link with this in it is one whose answer is lost.
pub(super) const LOST: &str = "lost-answer";

/// Of other orders, each such one loses its answer too: seldom enough that no breaker opens.
const LOST_EVERY: u64 = 40;

/// Most posts of a subscription, and most runs of a drip-feed, that its limits leave room for.
const PARTS: i64 = 1_000;

/// The supplier, for as long as the demo runs.
#[derive(Debug)]
pub(super) struct Supplier {
    server: Server,
    first_order: u64,
}

/// The id of the first order that it takes.
pub(super) const fn first_order() -> u64 {
    700_001
}

impl Supplier {
    /// Starts it where it was when the note was written, if it can, with the orders of then.
    pub(super) fn start(
        folder: &Path,
        earlier: Option<&Note>,
        currency: &str,
        offers: &[&Offer],
    ) -> Result<Self, Failure> {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let first_order = earlier.map_or_else(first_order, |note| note.supplier_first_order);
        let settings = Settings { first_order, ..settings(currency, offers)? };
        let begin = |panel_at: SocketAddr, control_at: SocketAddr| {
            let mut panel = Panel::new(settings.clone(), SEED)?;
            panel.set_faults(faults())?;
            Server::start_kept(panel, &folder.join(FILE), panel_at, Some(control_at))
        };
        let earlier =
            earlier.and_then(|note| Some((at(&note.supplier_url)?, at(&note.supplier_control)?)));
        let begun = match earlier {
            Some((panel_at, control_at)) => match begin(panel_at, control_at) {
                // Somebody else has the port now: another one does, the shop is told.
                Err(Error::Io { .. }) => begin(anywhere, anywhere),
                begun => begun,
            },
            None => begin(anywhere, anywhere),
        };
        let server = begun.map_err(|error| match error {
            Error::InUse(_) => Failure::Other(format!(
                "folder {} is in use by another demo; end it, or name another one with --data",
                folder.display()
            )),
            error => Failure::Other(format!("the demo's supplier cannot start: {error}")),
        })?;
        Ok(Self { server, first_order })
    }

    /// The id of the first order that it takes, or took.
    pub(super) const fn first_order(&self) -> u64 {
        self.first_order
    }

    /// Forgets the orders of an earlier run: the shop begins anew.
    pub(super) fn forget(folder: &Path) -> Result<(), Failure> {
        let file = folder.join(FILE);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::io(file.display().to_string())(error))
            }
            _ => Ok(()),
        }
    }

    /// Where it listens.
    pub(super) const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The URL of its API.
    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// Where it is looked at and steered from.
    pub(super) fn control(&self) -> String {
        self.server.control().map_or_else(String::new, |address| format!("http://{address}"))
    }

    /// Makes it a provider of a new shop.
    pub(super) async fn enter(
        &self,
        counter: &Counter,
        now: Timestamp,
    ) -> Result<ProviderId, Failure> {
        let change = ProviderChange {
            name: Some(String::from("Demo supplier")),
            url: Some(self.url()),
            currency: Some(counter.currency().to_owned()),
            takes_request_id: Some(true),
            balance_decimals: Some(Some(5)),
            adds_at_once: Some(10),
            adds_per_second: Some(50),
            ..ProviderChange::default()
        };
        let secret = ProviderSecret { key: String::from(KEY), nonce: randomness::bytes() };
        Ok(counter.add_provider(change, secret, now).await?)
    }

    /// Tells a shop that knows it from the note where it is now, unless staff have changed that. Where the
    /// supplier has lost orders that the shop knows, no other order gets their ids.
    pub(super) async fn found_by(
        &self,
        counter: &Counter,
        note: &Note,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let id = ProviderId(note.provider);
        let last = counter.highest_upstream_id(id).await?;
        let kept = self.server.look(|panel| panel.orders().iter().map(|order| order.id).max());
        if last > kept {
            let above = self.server.set_ids_above(last.unwrap_or_default());
            above.map_err(|error| Failure::Other(format!("the demo's supplier: {error}")))?;
        }
        let known = counter.show_provider(id).await?.provider.url;
        if known == note.supplier_url && known != self.url() {
            let url = Some(self.url());
            let change = ProviderChange { url, same_account: true, ..ProviderChange::default() };
            counter.edit_provider(id, change, None, now).await?;
        }
        Ok(())
    }
}

/// Leads a service of the shop to what the supplier offers for it, the `place`-th of all offers.
pub(super) async fn add_route(
    counter: &Counter,
    (provider, service): (ProviderId, ServiceId),
    (place, offer): (usize, &Offer),
    now: Timestamp,
) -> Result<(), Failure> {
    let change = RouteChange {
        service: Some(service),
        provider: Some(provider),
        upstream_service: Some(upstream_id(place).to_string()),
        cost: Some(cost(offer)?),
        ..RouteChange::default()
    };
    counter.add_route(change, now).await?;
    Ok(())
}

/// What the supplier calls the offer at this place.
fn upstream_id(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1_001)
}

/// Seven tenths of what the shop takes.
fn cost(offer: &Offer) -> Result<Micros, Failure> {
    let rate = offer.rate()?;
    Ok(Micros::new(rate.raw().saturating_mul(7) / 10))
}

/// A panel that is quick enough to be watched, and sells what the shop does not do itself.
fn settings(currency: &str, offers: &[&Offer]) -> Result<Settings, Failure> {
    let mut services = Vec::new();
    for (place, offer) in offers.iter().enumerate() {
        if offer.fulfilment == Fulfilment::Providers {
            services.push(service(place, offer)?);
        }
    }
    Ok(Settings {
        currency: currency.to_owned(),
        accounts: vec![Account { name: ACCOUNT.to_owned(), key: KEY.to_owned(), balance: BALANCE }],
        services,
        delivery: Delivery {
            start_us: Span::new(2 * SECOND, 4 * SECOND),
            run_us: Span::new(6 * SECOND, 12 * SECOND),
            partial_per_mille: 100,
            canceled_per_mille: 50,
            cancel_us: Span::just(SECOND),
            start_count: Span::new(0, 10_000),
            ..Delivery::default()
        },
        refills: Refills {
            start_us: Span::just(2 * SECOND),
            run_us: Span::just(5 * SECOND),
            ..Refills::default()
        },
        latency_us: Span::new(SECOND / 20, SECOND / 5),
        request_ids: true,
        tells_parts: Parts::Beside,
        reads_kept: 1_000,
        ..Settings::default()
    })
}

fn service(place: usize, offer: &Offer) -> Result<Service, Failure> {
    let parts = if offer.kind == ServiceKind::Subscriptions { PARTS } else { 1 };
    Ok(Service {
        id: upstream_id(place),
        name: offer.name.to_owned(),
        category: String::from("Wholesale"),
        kind: kind(offer.kind),
        rate: Amount::new(cost(offer)?.raw()),
        min: offer.min,
        max: offer.max.saturating_mul(parts),
        refill: offer.refill_days > 0,
        cancel: offer.cancel,
        dripfeed: offer.drip_feed,
    })
}

/// The supplier's spelling of a kind of service.
fn kind(kind: ServiceKind) -> String {
    let spelt = |word: &str| word.to_lowercase().replace(' ', "_") == kind.name();
    let every = Settings::default().services.into_iter().map(|service| service.kind);
    every.into_iter().find(|word| spelt(word)).unwrap_or_default()
}

/// The answer to an order with [`LOST`] in its link is lost, not that to the second question about it;
/// so is now and then that to another.
fn faults() -> Vec<Rule> {
    let lost = || Rule::new(Fault::ResetAfter).fresh();
    vec![lost().link(LOST), lost().every(LOST_EVERY)]
}

/// The address in a URL of the note.
fn at(url: &str) -> Option<SocketAddr> {
    let rest = url.strip_prefix("http://")?;
    rest.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::offers;
    use super::*;

    #[test]
    fn the_supplier_sells_every_kind() {
        let settings = settings("USD", &offers()).unwrap();
        assert!(Panel::new(settings.clone(), SEED).is_ok());
        for kind in ServiceKind::ALL {
            let spelt = super::kind(*kind);
            assert!(settings.services.iter().any(|service| service.kind == spelt), "{spelt}");
        }
    }

    #[test]
    fn addresses_are_found_in_a_note() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 4_321));
        assert_eq!(at("http://127.0.0.1:4321/api/v2"), Some(address));
        assert_eq!(at("http://127.0.0.1:4321"), Some(address));
        assert_eq!(at(""), None);
    }
}
