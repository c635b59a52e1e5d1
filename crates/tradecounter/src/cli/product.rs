//! `product`.

use super::{Desk, parse_amount};
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::products::ProductChange;
use domain::products::{Product, ProductKind, WhenShort};
use domain::{CategoryId, Micros, ProductId};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum ProductCommand {
    /// Adds a product. Needs --category, --name, --kind, --rate, --min and --max.
    Add(ProductArgs),
    /// Changes a product. Orders placed before keep what was agreed: price, form, warranty, and how
    /// long the rest is waited for.
    Edit {
        /// Its id.
        product: i64,
        #[command(flatten)]
        change: ProductArgs,
    },
    /// Lists products in catalogue order, also those not on sale.
    List,
}

#[derive(Debug, Args)]
pub(super) struct ProductArgs {
    /// The category's id.
    #[arg(long)]
    category: Option<i64>,
    /// Its name.
    #[arg(long)]
    name: Option<String>,
    /// A longer text for customers.
    #[arg(long)]
    description: Option<String>,
    /// auto: delivered from stock; service: delivered by staff.
    #[arg(long, value_parser = |text: &str| named(text, ProductKind::from_name, "auto, service"))]
    kind: Option<ProductKind>,
    /// Price of one piece.
    #[arg(long, value_parser = parse_amount)]
    rate: Option<Micros>,
    /// Fewest pieces of an order.
    #[arg(long)]
    min: Option<i64>,
    /// Most pieces of an order.
    #[arg(long)]
    max: Option<i64>,
    /// A label of what the buyer must type; give it once for each field.
    #[arg(long)]
    form: Vec<String>,
    /// When an order is larger than the stock: give_back or wait.
    #[arg(long, value_parser = |text: &str| named(text, WhenShort::from_name, "give_back, wait"))]
    when_short: Option<WhenShort>,
    /// How long the rest is waited for.
    #[arg(long)]
    wait_hours: Option<i64>,
    /// Days after its delivery in which a bad item is replaced; 0 for never.
    #[arg(long)]
    warranty_days: Option<i64>,
    /// Pieces below which stock is low: `product list` shows it, and the server logs a warning once
    /// when it sees that they have become fewer. 0 for never.
    #[arg(long)]
    low_stock: Option<i64>,
    /// Its place within the category, ascending.
    #[arg(long)]
    position: Option<i64>,
    /// Whether it is on sale.
    #[arg(long)]
    on_sale: Option<bool>,
}

fn named<T>(text: &str, read: fn(&str) -> Option<T>, names: &str) -> Result<T, String> {
    read(text).ok_or_else(|| format!("there are {names}"))
}

impl From<ProductArgs> for ProductChange {
    fn from(args: ProductArgs) -> Self {
        Self {
            category: args.category.map(CategoryId),
            name: args.name,
            description: args.description,
            kind: args.kind,
            rate: args.rate,
            min: args.min,
            max: args.max,
            form: (!args.form.is_empty()).then_some(args.form),
            when_short: args.when_short,
            wait_hours: args.wait_hours,
            warranty_days: args.warranty_days,
            low_stock: args.low_stock,
            position: args.position,
            on_sale: args.on_sale,
        }
    }
}

pub(super) async fn run(command: ProductCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        ProductCommand::Add(args) => {
            let id = desk.counter.add_product(args.into(), desk.now).await?;
            desk.output.done(&json!({ "product": id.0 }), &format!("product {id} is there"));
        }
        ProductCommand::Edit { product, change } => {
            let change = ProductChange::from(change);
            if change == ProductChange::default() {
                return Err(Failure::Usage(String::from("nothing to change: give an option")));
            }
            let id = desk.counter.edit_product(ProductId(product), change, desk.now).await?;
            desk.output.done(&json!({ "product": id.0 }), &format!("product {id} is changed"));
        }
        ProductCommand::List => {
            let products = desk.counter.all_products().await?;
            let rows: Vec<Value> =
                products.iter().map(|(product, pieces)| row(product, *pieces)).collect();
            let columns = [
                "product", "category", "kind", "rate", "min", "max", "stock", "low", "on_sale",
                "name",
            ];
            desk.output.list(&rows, &columns);
        }
    }
    Ok(())
}

fn row(product: &Product, pieces: i64) -> Value {
    let from_stock = product.kind == ProductKind::Auto;
    json!({
        "product": product.id.0,
        "category": product.category.0,
        "name": product.name,
        "description": product.description,
        "kind": product.kind.name(),
        "rate": output::amount(product.rate),
        "min": product.min,
        "max": product.max,
        "form": product.form,
        "when_short": product.when_short.name(),
        "wait_hours": product.wait_hours,
        "warranty_days": product.warranty_days,
        "stock": from_stock.then_some(pieces),
        "low_stock": product.low_stock,
        "low": from_stock && pieces < product.low_stock,
        "position": product.position,
        "on_sale": product.on_sale,
    })
}
