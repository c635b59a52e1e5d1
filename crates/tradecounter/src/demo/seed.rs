//! Fills a new counter: catalogue, account, money, key, first orders.

use super::catalogue::{CATEGORIES, GOODS, Offer};
use super::note::Note;
use super::supplier::{self, Supplier};
use crate::config::Config;
use crate::failure::Failure;
use crate::randomness;
use counter::accounts::Adjustment;
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::orders::PlaceOrder;
use counter::products::ProductChange;
use counter::stock::ImportLine;
use counter::{Counter, Failure as CounterFailure};
use domain::catalogue::{Fulfilment, NumberField, RefillRule, ServiceKind};
use domain::orders::{Number, OrderRequest};
use domain::{AccountId, CategoryId, Micros, ProductId, ProviderId, ServiceId, Timestamp};
use std::collections::HashMap;

/// What the demo account is funded with, in millionths.
const FUNDED: Micros = Micros::new(1_000_000_000);

/// What the links of the orders end with that are placed at the start: every outcome, and an answer
/// that is lost.
const FIRST_ORDERS: [&str; 6] = [
    "?outcome=completed",
    "?outcome=partial:250",
    "?outcome=canceled",
    "?outcome=completed&lost-answer",
    "?outcome=completed",
    "",
];

/// The place of the one among them whose answer is lost.
pub(super) const LOST_ORDER: usize = 3;

/// Whether the note of an earlier run still opens this database.
pub(super) async fn still_valid(counter: &Counter, note: &Note) -> Result<bool, Failure> {
    Ok(counter.principal(&note.key).await?.is_some_and(|who| who.account.0 == note.account))
}

/// Refuses a database that is neither empty nor the one that the note of an earlier run opens.
pub(super) async fn check(counter: &Counter, earlier: Option<&Note>) -> Result<(), Failure> {
    if let Some(note) = earlier
        && still_valid(counter, note).await?
    {
        return Ok(());
    }
    let accounts = counter.list_accounts(AccountId(0), 1).await?;
    if accounts.is_empty() && counter.categories().await?.is_empty() {
        return Ok(());
    }
    Err(Failure::Other(String::from(
        "the database is in use already, or a demo was ended while it filled it; name a new folder with \
         --data, or another --database",
    )))
}

/// Fills the counter and returns what to tell.
pub(super) async fn fill(
    counter: &Counter,
    supplier: &Supplier,
    url: String,
    config: &Config,
    now: Timestamp,
) -> Result<Note, Failure> {
    check(counter, None).await?;
    let provider = supplier.enter(counter, now).await?;
    let plain = fill_catalogue(counter, provider, now).await?;
    let product = fill_products(counter, now).await?;
    let account = counter.open_account("Demo reseller", now).await?;
    let reason = String::from("demo funds");
    let adjustment = Adjustment { account, amount: FUNDED, reason };
    counter.credit(adjustment, "demo", now).await?;
    let key = counter.make_key(account, "demo", randomness::bytes(), now).await?;
    let mut orders = Vec::new();
    for (number, end) in (1..).zip(FIRST_ORDERS) {
        let link = format!("https://example.com/recordings/{number}.mp3{end}");
        orders.push(place(counter, account, plain, (number, link), now).await?);
    }
    let note = Note {
        url,
        key: key.token.reveal().to_owned(),
        account: account.0,
        funded: FUNDED.to_string(),
        currency: counter.currency().to_owned(),
        database: String::new(),
        key_secret_file: String::new(),
        stock_key_file: String::new(),
        services: counter.list_services(account).await?.len(),
        service: plain.0,
        products: counter.list_products(account, now).await?.len(),
        product: product.0,
        orders,
        supplier: String::from("simulated"),
        provider: provider.0,
        supplier_url: supplier.url(),
        supplier_control: supplier.control(),
        supplier_first_order: supplier.first_order(),
    };
    note.on_database(config)
}

/// Writes the catalogue with the ways to the supplier; returns a plain service.
async fn fill_catalogue(
    counter: &Counter,
    provider: ProviderId,
    now: Timestamp,
) -> Result<ServiceId, Failure> {
    let (mut plain, mut place) = (None, 0_usize);
    for (name, offers) in CATEGORIES {
        let change = CategoryChange { name: Some((*name).to_owned()), position: None };
        let category = counter.add_category(change, now).await?;
        for offer in *offers {
            let change = ServiceChange { category: Some(category), ..service(offer)? };
            let id = counter.add_service(change, now).await?;
            if offer.fulfilment == Fulfilment::Providers {
                supplier::add_route(counter, (provider, id), (place, offer), now).await?;
            }
            place = place.saturating_add(1);
            if offer.kind == ServiceKind::Default && offer.drip_feed && plain.is_none() {
                plain = Some(id);
            }
        }
    }
    plain.ok_or_else(|| Failure::Other(String::from("the demo catalogue has no plain service")))
}

/// Writes the products with their stock; returns one that is in stock.
async fn fill_products(counter: &Counter, now: Timestamp) -> Result<ProductId, Failure> {
    let mut categories: HashMap<&str, CategoryId> = HashMap::new();
    let mut first = None;
    for good in GOODS {
        let category = match categories.get(good.category) {
            Some(category) => *category,
            None => {
                let name = Some(good.category.to_owned());
                let change = CategoryChange { name, position: None };
                let category = counter.add_category(change, now).await?;
                categories.insert(good.category, category);
                category
            }
        };
        let rate = Micros::parse(good.rate)
            .map_err(|error| Failure::Other(format!("demo catalogue: {}: {error}", good.name)))?;
        let change = ProductChange {
            category: Some(category),
            name: Some(good.name.to_owned()),
            kind: Some(good.kind),
            rate: Some(rate),
            min: Some(1),
            max: Some(good.max),
            form: Some(good.form.iter().map(|label| (*label).to_owned()).collect()),
            warranty_days: Some(14),
            low_stock: Some(5),
            ..ProductChange::default()
        };
        let product = counter.add_product(change, now).await?;
        if good.stock > 0 {
            let begun = counter.begin_import(product, "demo", "demo", now).await;
            let mut importer = begun?;
            for number in 1..=good.stock {
                let random: [u8; 8] = randomness::bytes();
                let code: String = random.iter().map(|byte| format!("{byte:02X}")).collect();
                let secret = format!("DEMO-{product}-{number:04}-{code}");
                let line = ImportLine { secret, expires: None, uses: 1 };
                importer.push(number, line, randomness::bytes(), now).await?;
            }
            importer.finish(randomness::bytes(), now, &mut |_| {}).await?;
            first = first.or(Some(product));
        }
    }
    first.ok_or_else(|| Failure::Other(String::from("the demo has no product in stock")))
}

fn service(offer: &Offer) -> Result<ServiceChange, Failure> {
    // No cooldown: whoever tries the demo wants to see a refill now.
    let rule = RefillRule { days: offer.refill_days, cooldown_hours: 0 };
    Ok(ServiceChange {
        name: Some(offer.name.to_owned()),
        description: Some(offer.description.to_owned()),
        kind: Some(offer.kind),
        rate: Some(offer.rate()?),
        min: Some(offer.min),
        max: Some(offer.max),
        fulfilment: Some(offer.fulfilment),
        parts: Some(offer.parts),
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
    (number, link): (i64, String),
    now: Timestamp,
) -> Result<i64, Failure> {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(service.0));
    request.link = Some(link);
    let quantity = number.saturating_mul(500);
    request.set_number(NumberField::Quantity, Some(Number::Int(quantity)));
    let order = PlaceOrder { account, key: None, request, request_id: None, fingerprint: number };
    match counter.place_order(order, now).await {
        Ok(id) => Ok(id.0),
        Err(CounterFailure::Store(error)) => Err(error.into()),
        Err(CounterFailure::Refused(refusal)) => Err(Failure::Other(refusal.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_the_first_answers_is_lost() {
        let lost = |link: &&&str| link.contains(supplier::LOST);
        assert_eq!(FIRST_ORDERS.iter().filter(lost).count(), 1);
        assert!(FIRST_ORDERS[LOST_ORDER].contains(supplier::LOST));
    }
}
