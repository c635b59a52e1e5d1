//! Changes of products by an operator.

use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::products::{Product, ProductKind, WhenShort, check_product, highest_rate};
use domain::{AccountId, CategoryId, Micros, ProductId, Timestamp};
use store::tables::{Put, catalogue, meta, prices, products};
use store::{Tx, TxExt};

/// What to change about a product; absent parts stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductChange {
    /// Another category.
    pub category: Option<CategoryId>,
    /// A new name.
    pub name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// Who delivers. Fixed once the product exists.
    pub kind: Option<ProductKind>,
    /// A new price of a piece.
    pub rate: Option<Micros>,
    /// A new least quantity.
    pub min: Option<i64>,
    /// A new most.
    pub max: Option<i64>,
    /// New labels of what the buyer must type.
    pub form: Option<Vec<String>>,
    /// What becomes of orders above the stock.
    pub when_short: Option<WhenShort>,
    /// How long the rest is waited for.
    pub wait_hours: Option<i64>,
    /// Days after its delivery in which a bad item is replaced; 0 for never.
    pub warranty_days: Option<i64>,
    /// When the operator is told.
    pub low_stock: Option<i64>,
    /// A new place.
    pub position: Option<i64>,
    /// Whether it is on sale.
    pub on_sale: Option<bool>,
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Adds a product. `change` must name category, name, kind, rate, min and max.
    ///
    /// # Errors
    /// [`Refusal`] when something is missing or out of range.
    pub async fn add_product(&self, change: ProductChange, now: Timestamp) -> Done<ProductId> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let id = ProductId(tx.take_id("product")?);
            save(tx, None, &new_product(id, &change)?, now)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Changes a product. Orders placed before keep what was agreed: price, form, warranty, and how
    /// long the rest is waited for.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or something is out of range.
    pub async fn edit_product(
        &self,
        id: ProductId,
        change: ProductChange,
        now: Timestamp,
    ) -> Done<ProductId> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let known = products::products(tx)?;
            let found = known.into_iter().find(|product| product.id == id);
            let found = found.ok_or_else(|| Refusal::missing("product", id))?;
            if change.kind.is_some_and(|kind| kind != found.kind) {
                let text = "kind: is fixed once the product exists";
                return Err(Refusal::Invalid(String::from(text)).into());
            }
            let after = changed(found.clone(), &change);
            if after.max > found.max {
                check_own_prices(tx, &after)?;
            }
            save(tx, Some(&found), &after, now)
        };
        Failure::join(self.store.write(unit).await)
    }
}

/// Prices that accounts have of their own must fit the largest order, as the list's must.
fn check_own_prices(tx: &mut dyn Tx, product: &Product) -> Done<()> {
    let Some((account, rate)) =
        prices::product_price_above(tx, product.id, highest_rate(product.max))?
    else {
        return Ok(());
    };
    let text = format!(
        "max: the price that account {account} has of its own, {rate}, is too large for an order of \
         {}; change that price first",
        product.max
    );
    Err(Refusal::NotNow(text).into())
}

fn new_product(id: ProductId, change: &ProductChange) -> Result<Product, Refusal> {
    let missing = |field: &str| Refusal::Invalid(format!("{field}: a new product needs it"));
    let blank = Product {
        id,
        category: change.category.ok_or_else(|| missing("category"))?,
        name: change.name.clone().ok_or_else(|| missing("name"))?,
        description: String::new(),
        kind: change.kind.ok_or_else(|| missing("kind"))?,
        rate: change.rate.ok_or_else(|| missing("rate"))?,
        min: change.min.ok_or_else(|| missing("min"))?,
        max: change.max.ok_or_else(|| missing("max"))?,
        form: Vec::new(),
        when_short: WhenShort::GiveBack,
        wait_hours: 0,
        warranty_days: 0,
        low_stock: 0,
        position: id.0,
        on_sale: true,
    };
    Ok(changed(blank, change))
}

fn changed(product: Product, change: &ProductChange) -> Product {
    let change = change.clone();
    Product {
        id: product.id,
        kind: product.kind,
        category: change.category.unwrap_or(product.category),
        name: change.name.unwrap_or(product.name),
        description: change.description.unwrap_or(product.description),
        rate: change.rate.unwrap_or(product.rate),
        min: change.min.unwrap_or(product.min),
        max: change.max.unwrap_or(product.max),
        form: change.form.unwrap_or(product.form),
        when_short: change.when_short.unwrap_or(product.when_short),
        wait_hours: change.wait_hours.unwrap_or(product.wait_hours),
        warranty_days: change.warranty_days.unwrap_or(product.warranty_days),
        low_stock: change.low_stock.unwrap_or(product.low_stock),
        position: change.position.unwrap_or(product.position),
        on_sale: change.on_sale.unwrap_or(product.on_sale),
    }
}

fn save(
    tx: &mut dyn Tx,
    before: Option<&Product>,
    product: &Product,
    now: Timestamp,
) -> Done<ProductId> {
    let put = before.map_or(Put::New, |_| Put::Changed);
    check_product(before, product).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let known = catalogue::categories(tx)?;
    if !known.iter().any(|category| category.id == product.category) {
        return Err(Refusal::missing("category", product.category).into());
    }
    products::put_product(tx, put, product)?;
    meta::bump_catalogue_epoch(tx)?;
    let data = serde_json::json!({
        "product": product.id.0,
        "rate": product.rate.raw(),
        "min": product.min,
        "max": product.max,
        "on_sale": product.on_sale,
    });
    let mut journal = Journal::default();
    let kind = put.of("product.added", "product.changed");
    journal.note(AccountId(0), None, kind, data.to_string(), now);
    journal.write(tx)?;
    Ok(product.id)
}
