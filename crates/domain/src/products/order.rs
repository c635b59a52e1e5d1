//! An order for products, as the rules see it.

use crate::names::named;
use crate::{AccountId, Micros, ProductId, ProductOrderId, Timestamp};

/// Where an order for products stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProductState {
    /// Taken and paid for; staff have not begun.
    Pending,
    /// Staff have begun.
    InProgress,
    /// Delivered in part; the rest is waited for.
    Waiting,
    /// Delivered.
    Completed,
    /// Delivered in part; the rest was given back.
    Partial,
    /// Not delivered; all was given back.
    Canceled,
}

named!(ProductState {
    Pending => "pending",
    InProgress => "in_progress",
    Waiting => "waiting",
    Completed => "completed",
    Partial => "partial",
    Canceled => "canceled",
});

impl ProductState {
    /// Whether nothing more is delivered and the order holds no money.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Partial | Self::Canceled)
    }
}

/// The dialect's words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PublicProductStatus {
    /// Staff have not begun.
    Pending,
    /// Being delivered.
    InProgress,
    /// Delivered.
    Completed,
    /// Delivered in part.
    Partial,
    /// Not delivered.
    Canceled,
}

impl From<ProductState> for PublicProductStatus {
    fn from(state: ProductState) -> Self {
        match state {
            ProductState::Pending => Self::Pending,
            ProductState::InProgress | ProductState::Waiting => Self::InProgress,
            ProductState::Completed => Self::Completed,
            ProductState::Partial => Self::Partial,
            ProductState::Canceled => Self::Canceled,
        }
    }
}

/// An order for products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductOrder {
    /// Its public id.
    pub id: ProductOrderId,
    /// Who ordered.
    pub account: AccountId,
    /// What.
    pub product: ProductId,
    /// Where it stands.
    pub state: ProductState,
    /// Pieces ordered.
    pub quantity: i64,
    /// Pieces delivered.
    pub delivered: i64,
    /// Price of a piece, as ordered.
    pub rate: Micros,
    /// Days after its delivery in which a bad piece is replaced, as ordered; 0 for never.
    pub warranty_days: i64,
    /// What it was charged at first; never changes.
    pub charge: Micros,
    /// Of the charge, what was earned.
    pub captured: Micros,
    /// Of the charge, what was given back.
    pub released: Micros,
    /// What the customer is told beside the status.
    pub note: Option<String>,
    /// Until when the rest is waited for.
    pub wait_until: Option<Timestamp>,
    /// When it was placed.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

impl ProductOrder {
    /// What it holds of the customer's money.
    pub const fn held(&self) -> Micros {
        let charge = self.charge.raw();
        Micros::new(charge.saturating_sub(self.captured.raw()).saturating_sub(self.released.raw()))
    }

    /// Pieces not delivered.
    pub const fn remains(&self) -> i64 {
        self.quantity.saturating_sub(self.delivered)
    }

    /// The charge net of what was given back.
    pub const fn net_charge(&self) -> Micros {
        Micros::new(self.charge.raw().saturating_sub(self.released.raw()))
    }

    /// Until when a piece that was first delivered at `delivered` is replaced when it turns out
    /// bad; nothing without a warranty. What takes its place has no longer a warranty than it.
    pub fn warranty_until(&self, delivered: Timestamp) -> Option<Timestamp> {
        (self.warranty_days > 0).then(|| delivered.plus_days(self.warranty_days))
    }
}
