//! Placing orders for products: price, reserve, charge and deliver in one unit, written for a
//! batch like orders for services.
//!
//! Nothing outside takes part, so it is truly exactly-once: either the buyer has paid and owns the
//! items, or neither.

use super::deliver::Shelf;
use crate::accounts::{KeyBudgets, Standing};
use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::stock::vault::{NONCE_BYTES, Place as Row, Vault};
use domain::access::Scope;
use domain::orders::Number;
use domain::pricing::AccountPrices;
use domain::products::{
    Picked, Product, ProductKind, ProductPlacement, ProductRefusal, ProductRequest, check, place,
};
use domain::{AccountId, KeyId, Micros, ProductId, ProductOrderId, Timestamp};
use std::collections::HashMap;
use std::fmt;
use store::tables::product_forms::Form;
use store::tables::product_orders::{self, NewProductOrder};
use store::tables::request_ids::{OF_PRODUCT_ORDERS, Used, UsedRequestId};
use store::{DbError, Tx};

use crate::orders::RequestId;
use crate::prices::{has_special, load};

/// One order for products to place.
#[derive(Clone)]
pub struct PlaceProductOrder {
    /// Who orders.
    pub account: AccountId,
    /// With which key.
    pub key: Option<KeyId>,
    /// What.
    pub request: ProductRequest,
    /// The caller's own id, when it gives one.
    pub request_id: Option<RequestId>,
    /// Random: the unguessable name of the delivery.
    pub token: [u8; 16],
    /// Random: for sealing what the buyer typed.
    pub nonce: [u8; NONCE_BYTES],
}

/// Without the name of the delivery, which opens it.
impl fmt::Debug for PlaceProductOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, key, request, request_id, .. } = self;
        let mut shown = f.debug_struct("PlaceProductOrder");
        shown.field("account", account).field("key", key).field("request", request);
        shown.field("request_id", request_id).finish_non_exhaustive()
    }
}

/// Places the orders of `batch` at `now`; answers them in order.
///
/// # Errors
/// [`DbError`] when the store fails; nothing is placed then.
pub(super) fn place_product_orders(
    tx: &mut dyn Tx,
    catalogue: &Snapshot,
    access: Standing<'_>,
    vault: &Vault,
    batch: &[PlaceProductOrder],
    now: Timestamp,
) -> Result<Vec<Result<ProductOrderId, ProductRefusal>>, DbError> {
    let mut desk = Desk::new(tx, now);
    desk.lock(batch.iter().map(|order| order.account).collect())?;
    let asked = batch.iter().filter_map(|order| Some((order.account, order.request_id.as_ref()?)));
    let asked: Vec<_> = asked.map(|(account, request)| (account, request.id.as_str())).collect();
    let mut used = OF_PRODUCT_ORDERS.used(desk.tx, &asked)?;
    let prices = special_prices(&mut desk, batch)?;
    let keys = batch.iter().filter_map(|order| order.key).collect();
    let mut budgets = KeyBudgets::read(desk.tx, access, keys, Scope::Products, now)?;
    let mut shelf = fill_shelf(&mut desk, catalogue, vault, batch)?;
    // One to hold and one to capture; what is short is given back by a third.
    desk.expect_transfers(batch.len().saturating_mul(2));
    let mut rows = Vec::with_capacity(batch.len());
    let mut used_now = Vec::new();
    let mut answers = Vec::with_capacity(batch.len());
    for order in batch {
        if let Some(answer) = replay(&used, order) {
            answers.push(answer);
            continue;
        }
        if !budgets.admits(order.key) {
            answers.push(Err(ProductRefusal::Key));
            continue;
        }
        let decided = decide(&desk, catalogue, &shelf, &prices, order);
        let within = |(placement, product): (ProductPlacement, _)| {
            let allowed = budgets.allows(order.key, net(&placement));
            allowed.then_some((placement, product)).ok_or(ProductRefusal::KeyCap)
        };
        let (placement, product) = match decided.and_then(within) {
            Ok(decided) => decided,
            Err(refusal) => {
                answers.push(Err(refusal));
                continue;
            }
        };
        budgets.spend(order.key, net(&placement));
        let id = desk.tx.take_ids("product_order", 1)?;
        let id = id.first().copied().ok_or_else(|| DbError::new("PLACE", "no order id"))?;
        let id = ProductOrderId(id);
        let cause = Cause { product_order: Some(id), ..Cause::default() };
        for (posting, wallet) in &placement.postings {
            desk.posted(*wallet, posting, cause)?;
        }
        shelf.take(product.id, id, order.account, 1, placement.delivered)?;
        note(&mut desk, order.account, id, product, &placement);
        if let Some(request) = &order.request_id {
            used.insert((order.account, &request.id), (request.hash, id));
            used_now.push(UsedRequestId {
                account: order.account,
                request_id: request.id.clone(),
                request_hash: request.hash,
                order: id,
            });
        }
        let form = seal_form(vault, id, product, &placement.picked, order.nonce)
            .map_err(|error| desk.tx.poison(error))?;
        rows.push(NewProductOrder {
            order: placement.order(id, order.account, product, now),
            key: order.key,
            token: uuid(order.token),
            form,
        });
        answers.push(Ok(id));
    }
    product_orders::insert(desk.tx, &rows)?;
    OF_PRODUCT_ORDERS.insert(desk.tx, &used_now, now)?;
    shelf.write(desk.tx, now)?;
    budgets.write(desk.tx)?;
    desk.finish()?;
    Ok(answers)
}

/// What an order costs once what is short was given back in the same unit.
const fn net(placement: &ProductPlacement) -> Micros {
    Micros::new(placement.charge.raw().saturating_sub(placement.released.raw()))
}

fn replay(
    used: &Used<'_, ProductOrderId>,
    order: &PlaceProductOrder,
) -> Option<Result<ProductOrderId, ProductRefusal>> {
    let request = order.request_id.as_ref()?;
    let (hash, id) = used.get(&(order.account, request.id.as_str()))?;
    let same = *hash == request.hash;
    Some(if same { Ok(*id) } else { Err(ProductRefusal::RequestIdReused) })
}

/// What accounts that pay something else than the list rates pay.
fn special_prices(
    desk: &mut Desk<'_>,
    batch: &[PlaceProductOrder],
) -> Result<HashMap<AccountId, AccountPrices>, DbError> {
    let mut loaded = HashMap::new();
    for order in batch {
        let account = desk.account(order.account).filter(|account| has_special(account)).cloned();
        if let Some(account) = account
            && !loaded.contains_key(&account.id)
        {
            loaded.insert(account.id, load(desk.tx, &account)?);
        }
    }
    Ok(loaded)
}

fn product_of<'c>(catalogue: &'c Snapshot, request: &ProductRequest) -> Option<&'c Product> {
    match request.product {
        Some(Number::Int(id)) => catalogue.product_on_sale(ProductId(id)),
        _ => None,
    }
}

/// Takes from the shelf what the whole batch could need of each product.
fn fill_shelf(
    desk: &mut Desk<'_>,
    catalogue: &Snapshot,
    vault: &Vault,
    batch: &[PlaceProductOrder],
) -> Result<Shelf, DbError> {
    let mut wanted: HashMap<ProductId, i64> = HashMap::new();
    for order in batch {
        let Some(product) = product_of(catalogue, &order.request) else { continue };
        if product.kind == ProductKind::Auto
            && let Ok(picked) = check(&order.request, product)
        {
            let sum = wanted.entry(product.id).or_default();
            *sum = sum.saturating_add(picked.quantity);
        }
    }
    let mut shelf = Shelf::default();
    let mut wanted: Vec<(ProductId, i64)> = wanted.into_iter().collect();
    // In one order everywhere: units that lock items must not wait for each other in a circle.
    wanted.sort_unstable();
    for (product, pieces) in wanted {
        shelf.fill_behind_waiting(desk.tx, vault, product, pieces, desk.now)?;
    }
    Ok(shelf)
}

fn decide<'c>(
    desk: &Desk<'_>,
    catalogue: &'c Snapshot,
    shelf: &Shelf,
    prices: &HashMap<AccountId, AccountPrices>,
    order: &PlaceProductOrder,
) -> Result<(ProductPlacement, &'c Product), ProductRefusal> {
    let account = desk.account(order.account).filter(|account| !account.suspended);
    let account = account.ok_or(ProductRefusal::Suspended)?;
    let product = product_of(catalogue, &order.request).ok_or(ProductRefusal::Product)?;
    let picked = check(&order.request, product)?;
    let in_stock = shelf.pieces(product.id);
    let rate = prices.get(&account.id).map_or(product.rate, |own| own.product_rate(product));
    let placement = place(picked, product, rate, in_stock, &account.wallet, desk.now)?;
    Ok((placement, product))
}

fn note(
    desk: &mut Desk<'_>,
    account: AccountId,
    id: ProductOrderId,
    product: &Product,
    placement: &ProductPlacement,
) {
    let data = serde_json::json!({
        "product": product.id.0,
        "quantity": placement.picked.quantity,
        "delivered": placement.delivered,
        "charge": placement.charge.raw(),
        "captured": placement.captured.raw(),
        "state": placement.state.name(),
        "warranty_days": product.warranty_days,
    });
    let (kind, now) = ("product_order.placed", desk.now);
    desk.journal.note_product_order(account, id, kind, data.to_string(), now);
}

/// What the buyer was asked and typed: the product may ask for something else tomorrow.
fn seal_form(
    vault: &Vault,
    id: ProductOrderId,
    product: &Product,
    picked: &Picked,
    nonce: [u8; NONCE_BYTES],
) -> Result<Option<Form>, DbError> {
    if picked.answers.is_empty() {
        return Ok(None);
    }
    let typed = serde_json::json!(picked.answers).to_string();
    let answers = vault.seal(Row::Form(id), &typed, nonce);
    let answers = answers.map_err(|error| DbError::new("VAULT", error.to_string()))?;
    Ok(Some(Form { labels: product.form.clone(), answers }))
}

/// Random bytes as a version 4 UUID.
fn uuid(random: [u8; 16]) -> String {
    let mut bytes = random;
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
