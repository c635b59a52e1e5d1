//! What must be known of a request before it is carried out.

use domain::access::Scope;
use panel_api::request::Request;

/// What must be known of a request before it is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nature {
    /// The action's name, for the log.
    pub(crate) action: &'static str,
    /// Whether it changes something: then an account may forbid it by GET, and a failure must not
    /// be told before it is certain.
    pub(crate) changes: bool,
    /// Whether a suspended account may ask it.
    ///
    /// It may ask what became of its orders: an error beside an order is final for the panels
    /// downstream. They would mark every order that is still being delivered as failed, refund
    /// their own customers and never ask again, though the suspension may be lifted tomorrow.
    pub(crate) open_to_suspended: bool,
    /// What a key must be good for to ask it.
    pub(crate) scope: Scope,
}

impl Nature {
    /// Of what could not be read.
    pub(crate) const UNREADABLE: Self = Self::reading("unreadable", Scope::Read);

    const fn reading(action: &'static str, scope: Scope) -> Self {
        Self { action, changes: false, open_to_suspended: false, scope }
    }

    const fn changing(action: &'static str, scope: Scope) -> Self {
        Self { action, changes: true, open_to_suspended: false, scope }
    }

    const fn following(action: &'static str, scope: Scope) -> Self {
        Self { action, changes: false, open_to_suspended: true, scope }
    }

    /// Of a request.
    pub(crate) const fn of(request: &Request) -> Self {
        match request {
            Request::Services => Self::reading("services", Scope::Read),
            Request::Balance => Self::reading("balance", Scope::Read),
            Request::Add(_) => Self::changing("add", Scope::Order),
            Request::Status(_) => Self::following("status", Scope::Read),
            Request::Refill(_) => Self::changing("refill", Scope::RefillCancel),
            Request::RefillStatus(_) => Self::following("refill_status", Scope::Read),
            Request::Cancel(_) => Self::changing("cancel", Scope::RefillCancel),
            Request::Orders { .. } => Self::following("orders", Scope::Read),
            Request::Products => Self::reading("products", Scope::Products),
            Request::AddProductOrder(_) => Self::changing("add_product_order", Scope::Products),
            Request::ProductOrderStatus(_) => {
                Self::following("product_order_status", Scope::Products)
            }
            Request::ResultProduct(_) => Self::reading("result_product", Scope::Products),
        }
    }
}
