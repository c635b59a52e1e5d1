//! The names of actions, and what a request without one may mean.

use super::params::Params;

/// What a client can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Services,
    Balance,
    Add,
    Status,
    /// `status` under a name that promises the keyed reply.
    MultiStatus,
    /// With ids the same as `MultiStatus`, without them a list of recent orders.
    Orders,
    Refill,
    RefillStatus,
    Cancel,
    Products,
    AddProductOrder,
    ProductOrderStatus,
    ResultProduct,
}

/// Reads the name of an action, in lower case.
pub(crate) fn parse(text: &str) -> Option<Action> {
    Some(match text {
        "services" => Action::Services,
        "balance" => Action::Balance,
        "add" => Action::Add,
        "status" => Action::Status,
        "multi-status" | "multi_status" | "multistatus" => Action::MultiStatus,
        "orders" => Action::Orders,
        "refill" => Action::Refill,
        "refill_status" => Action::RefillStatus,
        "cancel" => Action::Cancel,
        "products" => Action::Products,
        "add_product_order" => Action::AddProductOrder,
        "product_order_status" => Action::ProductOrderStatus,
        "result_product" => Action::ResultProduct,
        _ => return None,
    })
}

/// The action that an old client forgot to name, when nothing but its one parameter is there.
pub(crate) fn infer(params: &Params) -> Option<Action> {
    match params.only_name()? {
        "refill" | "refills" => Some(Action::RefillStatus),
        "order" | "orders" => Some(Action::Refill),
        _ => None,
    }
}
