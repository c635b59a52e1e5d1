//! Showing what was delivered. It changes nothing but the log of who saw what.

use crate::stock::vault::{Place, Vault};
use crate::{Counter, Failure, Refusal};
use domain::products::ProductOrder;
use domain::{AccountId, ProductOrderId, Timestamp};
use store::tables::deliveries::{self, Content, Delivery};
use store::tables::reveals::{self, Reveal};
use store::tables::stock;
use store::tables::{product_forms, product_orders};
use store::{DbError, StoreError, Tx};

/// Who looks, and why; it stands in the log for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// What was delivered.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The order.
    pub order: ProductOrderId,
    /// What the customer has of it, by number. What is taken back is not here, and the others keep
    /// their numbers.
    pub pieces: Vec<Piece>,
}

/// A delivered piece.
#[derive(Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its number in the order, from 1.
    pub number: i64,
    /// The secret.
    pub line: String,
}

impl Delivered {
    /// The secrets alone, in order.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(|piece| piece.line.as_str())
    }
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piece").field("number", &self.number).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pieces = self.pieces.len();
        f.debug_struct("Delivered").field("order", &self.order).field("pieces", &pieces).finish()
    }
}

/// A field of the form of an order.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the buyer was asked.
    pub label: String,
    /// What the buyer typed: it may well be a password.
    pub text: String,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("label", &self.label).finish_non_exhaustive()
    }
}

/// Days that a delivery can be downloaded by its token alone. The API shows it for ever.
const DOWNLOAD_DAYS: i64 = 7;

/// Opens the pieces of an order and notes who saw them.
pub(crate) fn reveal(
    tx: &mut dyn Tx,
    vault: &Vault,
    order: &ProductOrder,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Delivered, DbError> {
    let mut opened = Vec::new();
    for delivery in deliveries::of_order(tx, order.id)? {
        if delivery.gone.is_none() {
            opened.push(Piece { number: delivery.piece, line: open(tx, vault, &delivery)? });
        }
    }
    let pieces = i64::try_from(opened.len()).unwrap_or(i64::MAX);
    if pieces > 0 {
        let seen = Reveal {
            order: Some(order.id),
            item: None,
            account: order.account,
            actor: viewer.actor.clone(),
            reason: viewer.reason.clone(),
            pieces,
            at: now,
        };
        reveals::insert(tx, &seen)?;
    }
    Ok(Delivered { order: order.id, pieces: opened })
}

fn open(tx: &mut dyn Tx, vault: &Vault, delivery: &Delivery) -> Result<String, DbError> {
    let opened = match &delivery.content {
        Content::Line(sealed) => vault.open(Place::Line(delivery.order, delivery.piece), sealed),
        Content::Item(id) => {
            let item = stock::by_id(tx, *id)?;
            let item = item.ok_or_else(|| DbError::new("RESULT", format!("no item {id}")))?;
            vault.open(Place::Item(item.id), &item.sealed)
        }
    };
    opened.map_err(|error| tx.poison(DbError::new("VAULT", error.to_string())))
}

impl Counter {
    /// What was delivered in the account's order; nothing when the order is not the account's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn result_product(
        &self,
        account: AccountId,
        id: ProductOrderId,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Option<Delivered>, StoreError> {
        let vault = self.settings.vault.clone();
        let unit = move |tx: &mut dyn Tx| {
            let own = product_orders::of_account(tx, account, &[id])?.into_iter().next();
            own.map(|order| reveal(tx, &vault, &order, &viewer, now)).transpose()
        };
        Ok(self.store.write(unit).await??)
    }

    /// What was delivered under a token, for a week after the last delivery; nothing for a token
    /// that is not known or no longer good.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn download(
        &self,
        token: &str,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Option<Delivered>, StoreError> {
        // Who guesses tokens must not keep the units waiting that write.
        let found = self.store.read(|tx| product_orders::by_token(tx, token)).await??;
        let Some(ProductOrder { id, .. }) = found else { return Ok(None) };
        let vault = self.settings.vault.clone();
        let unit = move |tx: &mut dyn Tx| {
            let found = product_orders::by_id(tx, id)?.filter(|order| order.delivered > 0);
            let Some(order) = found else { return Ok(None) };
            let last = deliveries::of_order(tx, id)?.iter().map(|delivery| delivery.at).max();
            if last.is_none_or(|last| now >= last.plus_days(DOWNLOAD_DAYS)) {
                return Ok(None);
            }
            reveal(tx, &vault, &order, &viewer, now).map(Some)
        };
        Ok(self.store.write(unit).await??)
    }

    /// What was delivered in an order, for staff with a reason.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order or no reason.
    pub async fn reveal_product_order(
        &self,
        id: ProductOrderId,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Delivered, Failure<Refusal>> {
        let vault = self.settings.vault.clone();
        let unit = move |tx: &mut dyn Tx| {
            crate::accounts::check_reason(&viewer.reason)?;
            let missing = || Refusal::missing("product order", id);
            let order = product_orders::by_id(tx, id)?.ok_or_else(missing)?;
            Ok(reveal(tx, &vault, &order, &viewer, now)?)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// What the buyer was asked when ordering, and typed, for staff with a reason.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order or no reason.
    pub async fn reveal_form(
        &self,
        id: ProductOrderId,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Vec<Answer>, Failure<Refusal>> {
        let vault = self.settings.vault.clone();
        let unit = move |tx: &mut dyn Tx| {
            crate::accounts::check_reason(&viewer.reason)?;
            let missing = || Refusal::missing("product order", id);
            let order = product_orders::by_id(tx, id)?.ok_or_else(missing)?;
            let Some(form) = product_forms::of_order(tx, id)? else { return Ok(Vec::new()) };
            let opened = vault.open(Place::Form(id), &form.answers);
            let opened =
                opened.map_err(|error| tx.poison(DbError::new("VAULT", error.to_string())))?;
            let typed: Vec<String> = serde_json::from_str(&opened).unwrap_or_default();
            let asked = form.labels.into_iter().zip(typed);
            let answers = asked.map(|(label, text)| Answer { label, text }).collect();
            let seen = Reveal {
                order: Some(id),
                item: None,
                account: order.account,
                actor: viewer.actor.clone(),
                reason: viewer.reason.clone(),
                pieces: 0,
                at: now,
            };
            reveals::insert(tx, &seen)?;
            Ok(answers)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// The last `limit` times that somebody saw secrets, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reveals(&self, limit: i64) -> Result<Vec<Reveal>, StoreError> {
        Ok(self.store.read(|tx| reveals::before(tx, i64::MAX, limit)).await??)
    }
}
