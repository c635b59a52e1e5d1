//! Identifiers. Public ids stay below 2^31, because clients of the dialect read them into 32-bit
//! integers.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A customer's account at the counter.
    AccountId
);
id!(
    /// An API key of an account.
    KeyId
);
id!(
    /// A heading of the catalogue.
    CategoryId
);
id!(
    /// A service: a thing sold per 1,000 units.
    ServiceId
);
id!(
    /// An order for a service.
    OrderId
);
id!(
    /// A refill asked for an order.
    RefillId
);
id!(
    /// A cancel asked for an order.
    CancelId
);
id!(
    /// An entry of the event stream.
    EventId
);
id!(
    /// A product: a digital good sold by the piece.
    ProductId
);
id!(
    /// An order for products; a sequence of its own.
    ProductOrderId
);
id!(
    /// A deliverable secret line of a product.
    StockItemId
);
id!(
    /// An import of stock.
    StockBatchId
);
id!(
    /// A movement of money in the books.
    TransferId
);
id!(
    /// A tier: accounts with the same discount.
    TierId
);
id!(
    /// An account of ours at an upstream panel.
    ProviderId
);
id!(
    /// A service's way to a provider.
    RouteId
);
id!(
    /// A try to place an order at a provider.
    AttemptId
);
id!(
    /// A private supplier that pulls orders.
    ExecutorId
);
id!(
    /// All that a provider's list came to.
    ChangeSetId
);
id!(
    /// One difference between a provider's list and what we have.
    ChangeItemId
);
