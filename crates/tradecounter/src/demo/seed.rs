//! Fills a new counter: catalogue, account, money, key, first orders.

use super::catalogue::{CATEGORIES, Offer};
use super::note::Note;
use crate::config::Config;
use crate::failure::Failure;
use crate::randomness;
use counter::accounts::Adjustment;
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::orders::PlaceOrder;
use counter::{Counter, Failure as CounterFailure};
use domain::catalogue::{NumberField, RefillRule, ServiceKind};
use domain::orders::{Number, OrderRequest};
use domain::{AccountId, Micros, ServiceId, Timestamp};

/// What the demo account is funded with, in millionths.
const FUNDED: Micros = Micros::new(1_000_000_000);

/// Orders placed at the start: enough for every outcome that the supplier has.
const FIRST_ORDERS: i64 = 6;

/// Whether the note of an earlier run still opens this database.
pub(super) async fn still_valid(counter: &Counter, note: &Note) -> Result<bool, Failure> {
    Ok(counter.principal(&note.key).await?.is_some_and(|who| who.account.0 == note.account))
}

/// Fills the counter and returns what to tell.
pub(super) async fn fill(
    counter: &Counter,
    url: String,
    config: &Config,
    now: Timestamp,
) -> Result<Note, Failure> {
    if !counter.list_accounts(AccountId(0), 1).await?.is_empty() {
        return Err(Failure::Other(String::from(
            "the database is in use already; name a new folder with --data, or another --database",
        )));
    }
    let plain = fill_catalogue(counter, now).await?;
    let account = counter.open_account("Demo reseller", now).await?;
    let reason = String::from("demo funds");
    let adjustment = Adjustment { account, amount: FUNDED, reason };
    counter.credit(adjustment, "demo", now).await?;
    let key = counter.make_key(account, "demo", randomness::bytes()?, now).await?;
    let mut orders = Vec::new();
    for number in 1..=FIRST_ORDERS {
        orders.push(place(counter, account, plain, number, now).await?);
    }
    Ok(Note {
        url,
        key: key.token.reveal().to_owned(),
        account: account.0,
        funded: FUNDED.to_string(),
        currency: counter.currency().to_owned(),
        database: config.database_url.clone(),
        key_secret_file: config.key_secret_path().display().to_string(),
        services: counter.list_services().await?.len(),
        service: plain.0,
        orders,
        supplier: String::from("simulated"),
    })
}

/// Writes the catalogue; returns a plain service.
async fn fill_catalogue(counter: &Counter, now: Timestamp) -> Result<ServiceId, Failure> {
    let mut plain = None;
    for (name, offers) in CATEGORIES {
        let change = CategoryChange { name: Some((*name).to_owned()), position: None };
        let category = counter.add_category(change, now).await?;
        for offer in *offers {
            let change = ServiceChange { category: Some(category), ..service(offer)? };
            let id = counter.add_service(change, now).await?;
            if offer.kind == ServiceKind::Default && offer.drip_feed && plain.is_none() {
                plain = Some(id);
            }
        }
    }
    plain.ok_or_else(|| Failure::Other(String::from("the demo catalogue has no plain service")))
}

fn service(offer: &Offer) -> Result<ServiceChange, Failure> {
    let rate = Micros::parse(offer.rate)
        .map_err(|error| Failure::Other(format!("demo catalogue: {}: {error}", offer.name)))?;
    // No cooldown: whoever tries the demo wants to see a refill now.
    let rule = RefillRule { days: offer.refill_days, cooldown_hours: 0 };
    Ok(ServiceChange {
        name: Some(offer.name.to_owned()),
        description: Some(offer.description.to_owned()),
        kind: Some(offer.kind),
        rate: Some(rate),
        min: Some(offer.min),
        max: Some(offer.max),
        drip_feed: Some(offer.drip_feed),
        refill: Some((offer.refill_days > 0).then_some(rule)),
        cancel: Some(offer.cancel),
        ..ServiceChange::default()
    })
}

async fn place(
    counter: &Counter,
    account: AccountId,
    service: ServiceId,
    number: i64,
    now: Timestamp,
) -> Result<i64, Failure> {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(service.0));
    request.link = Some(format!("https://example.com/recordings/{number}.mp3"));
    let quantity = number.saturating_mul(500);
    request.set_number(NumberField::Quantity, Some(Number::Int(quantity)));
    let order = PlaceOrder { account, key: None, request, request_id: None, fingerprint: number };
    match counter.place_order(order, now).await {
        Ok(id) => Ok(id.0),
        Err(CounterFailure::Store(error)) => Err(error.into()),
        Err(CounterFailure::Refused(refusal)) => Err(Failure::Other(refusal.to_string())),
    }
}
