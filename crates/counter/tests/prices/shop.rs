//! A counter with a service, a product, and three accounts that pay differently for them.

use counter::accounts::{AccountChange, Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::orders::PlaceOrder;
use counter::prices::Priced;
use counter::products::{PlaceProductOrder, ProductChange};
use counter::stock::ImportLine;
use counter::{Counter, Settings};
use domain::catalogue::{NumberField, ServiceKind};
use domain::orders::{Number, OrderRequest};
use domain::pricing::Discount;
use domain::products::{ProductKind, ProductRequest};
use domain::{AccountId, CategoryId, Micros, ProductId, ServiceId, Timestamp};
use store::{Access, Store};
use testkit::Database;

pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
pub(crate) const SERVICE: ServiceId = ServiceId(1);
pub(crate) const PRODUCT: ProductId = ProductId(1);
pub(crate) const ACCOUNTS: usize = 3;

pub(crate) fn account_id(account: usize) -> AccountId {
    AccountId(i64::try_from(account).unwrap() + 1)
}

pub(crate) async fn open() -> (Counter, Database) {
    let database = Database::fresh();
    let store =
        Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 30,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault: counter::stock::Vault::from_random([7; 64]),
    };
    let counter = Counter::new(store, settings);
    let name = |text: &str| Some(String::from(text));
    let category = CategoryChange { name: name("things"), position: None };
    let category = Some(counter.add_category(category, NOW).await.unwrap());
    let change = ServiceChange {
        category,
        name: name("a service"),
        kind: Some(ServiceKind::Default),
        rate: Some(Micros::new(1_000_003)),
        min: Some(1),
        max: Some(1_000_000),
        ..ServiceChange::default()
    };
    assert_eq!(counter.add_service(change, NOW).await.unwrap(), SERVICE);
    let tier = counter.add_tier("gold", Discount::new(100).unwrap(), NOW).await.unwrap();
    for account in 0..ACCOUNTS {
        let id = counter.open_account(&format!("a{account}"), NOW).await.unwrap();
        let (amount, reason) = (Micros::new(1_000_000_000_000), String::from("test"));
        let adjustment = Adjustment { account: id, amount, reason };
        counter.credit(adjustment, "tester", NOW).await.unwrap();
    }
    let tier = Some(Some(tier.id));
    let change = AccountChange { tier, ..AccountChange::default() };
    counter.change_account(account_id(1), change, NOW).await.unwrap();
    put_up_product(&counter, category).await;
    for of in [Priced::Service(SERVICE), Priced::Product(PRODUCT)] {
        set_own(&counter, of, 500_009).await;
    }
    (counter, database)
}

/// A product at the price of the service, with a single item that is sold as often as one likes.
async fn put_up_product(counter: &Counter, category: Option<CategoryId>) {
    let change = ProductChange {
        category,
        name: Some(String::from("a product")),
        kind: Some(ProductKind::Auto),
        rate: Some(Micros::new(1_000_003)),
        min: Some(1),
        max: Some(1_000),
        ..ProductChange::default()
    };
    assert_eq!(counter.add_product(change, NOW).await.unwrap(), PRODUCT);
    let mut importer = counter.begin_import(PRODUCT, "test", "tester", NOW).await.unwrap();
    let line = ImportLine { secret: String::from("key"), expires: None, uses: 1_000_000 };
    importer.push(1, line, [1; 32], NOW).await.unwrap();
    importer.finish([2; 32], NOW, &mut |_| {}).await.unwrap();
}

pub(crate) async fn set_own(counter: &Counter, of: Priced, own: i64) {
    counter.set_price(account_id(2), of, Micros::new(own), "tester", NOW).await.unwrap();
}

pub(crate) fn order(account: usize, quantity: i64, number: usize) -> PlaceOrder {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(SERVICE.0));
    request.link = Some(String::from("https://example.com"));
    request.set_number(NumberField::Quantity, Some(Number::Int(quantity)));
    PlaceOrder {
        account: account_id(account),
        key: None,
        request,
        request_id: None,
        fingerprint: i64::try_from(number).unwrap(),
    }
}

pub(crate) fn product_order(account: usize, quantity: i64, number: usize) -> PlaceProductOrder {
    let mut token = [0; 16];
    token[..8].copy_from_slice(&number.to_be_bytes());
    PlaceProductOrder {
        account: account_id(account),
        key: None,
        request: ProductRequest {
            product: Some(Number::Int(PRODUCT.0)),
            quantity: Some(Number::Int(quantity)),
            require: None,
        },
        request_id: None,
        token,
        nonce: [0; counter::stock::NONCE_BYTES],
    }
}
