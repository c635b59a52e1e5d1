//! A counter with an account, products and stock.

use counter::accounts::{Adjustment, KeySecret};
use counter::catalogue::CategoryChange;
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::RequestId;
use counter::products::{PlaceProductOrder, ProductChange, ProductReport, StaffReport, Viewer};
use counter::stock::{ImportLine, ImportReport, Vault};
use counter::{Counter, Failure, Settings};
use domain::orders::Number;
use domain::products::{ProductKind, ProductOrder, ProductRefusal, ProductRequest};
use domain::{AccountId, CategoryId, Micros, ProductId, ProductOrderId, Timestamp};
use store::{Access, Store};
use testkit::Database;

pub(crate) struct Shop {
    pub(crate) counter: Counter,
    pub(crate) account: AccountId,
    pub(crate) category: CategoryId,
    pub(crate) now: Timestamp,
    calls: u64,
    // Behind the counter, because fields are dropped in this order.
    pub(crate) database: Database,
}

pub(crate) fn settings(vault: Vault) -> Settings {
    Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 30,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault,
    }
}

pub(crate) fn open(database: &Database, vault: Vault) -> Counter {
    let store =
        Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    Counter::new(store, settings(vault))
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

impl Shop {
    pub(crate) async fn new() -> Self {
        let database = Database::fresh();
        let counter = open(&database, Vault::from_random([7; 64]));
        let now = Timestamp(1_700_000_000_000_000);
        let account = counter.open_account("Buyer", now).await.unwrap();
        let amount = Micros::parse("100000").unwrap();
        let reason = String::from("test");
        counter.credit(Adjustment { account, amount, reason }, "tester", now).await.unwrap();
        let category = CategoryChange { name: Some(String::from("Licences")), position: None };
        let category = counter.add_category(category, now).await.unwrap();
        Self { counter, account, category, now, calls: 0, database }
    }

    /// A product of pieces at 2.5, 1 to 100.
    pub(crate) async fn product(&self, change: ProductChange) -> ProductId {
        let kind = change.kind.unwrap_or(ProductKind::Auto);
        let change = ProductChange {
            category: Some(self.category),
            name: Some(String::from("Licence")),
            kind: Some(kind),
            rate: change.rate.or(Micros::parse("2.5").ok()),
            min: change.min.or(Some(1)),
            max: change.max.or(Some(100)),
            ..change
        };
        self.counter.add_product(change, self.now).await.unwrap()
    }

    /// Imports lines, each sold once.
    pub(crate) async fn stock(&mut self, product: ProductId, lines: &[&str]) -> ImportReport {
        let line =
            |secret: &&str| ImportLine { secret: (*secret).to_owned(), expires: None, uses: 1 };
        let lines: Vec<ImportLine> = lines.iter().map(line).collect();
        self.import(product, &lines).await.unwrap()
    }

    pub(crate) async fn import(
        &mut self,
        product: ProductId,
        lines: &[ImportLine],
    ) -> Result<ImportReport, Failure<counter::Refusal>> {
        let mut importer = self.counter.begin_import(product, "test", "tester", self.now).await?;
        for (line, number) in lines.iter().zip(1..) {
            importer.push(number, line.clone(), self.seed(), self.now).await?;
        }
        importer.finish(self.seed(), self.now, &mut |_| {}).await
    }

    /// Random enough, and never the same twice.
    pub(crate) fn seed(&mut self) -> [u8; 32] {
        self.calls += 1;
        let mut seed = [0; 32];
        for part in seed.chunks_mut(8) {
            part.copy_from_slice(&self.calls.to_be_bytes());
        }
        seed
    }

    pub(crate) fn order(&mut self, product: ProductId, quantity: i64) -> PlaceProductOrder {
        let seed = self.seed();
        PlaceProductOrder {
            account: self.account,
            key: None,
            request: ProductRequest {
                product: Some(Number::Int(product.0)),
                quantity: Some(Number::Int(quantity)),
                require: None,
            },
            request_id: None,
            token: seed[..16].try_into().unwrap(),
            nonce: seed[..24].try_into().unwrap(),
        }
    }

    pub(crate) async fn place(
        &self,
        order: PlaceProductOrder,
    ) -> Result<ProductOrderId, ProductRefusal> {
        match self.counter.place_product_order(order, self.now).await {
            Ok(id) => Ok(id),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(Failure::Store(error)) => panic!("{error}"),
        }
    }

    pub(crate) async fn buy(&mut self, product: ProductId, quantity: i64) -> ProductOrderId {
        let order = self.order(product, quantity);
        self.place(order).await.unwrap()
    }

    pub(crate) async fn report(
        &mut self,
        order: ProductOrderId,
        report: ProductReport,
        note: Option<&str>,
    ) -> Result<ProductOrder, String> {
        let report = StaffReport {
            order,
            report,
            note: note.map(str::to_owned),
            actor: String::from("tester"),
            seed: self.seed(),
        };
        let done = self.counter.report_product_order(report, self.now).await;
        done.map_err(|failure| failure.to_string())
    }

    pub(crate) async fn edit(&self, product: ProductId, change: ProductChange) {
        self.counter.edit_product(product, change, self.now).await.unwrap();
    }

    /// What was delivered, in order.
    pub(crate) async fn lines(&self, order: ProductOrderId) -> Vec<String> {
        let found = self.counter.result_product(self.account, order, viewer(), self.now).await;
        found.unwrap().unwrap().lines().map(str::to_owned).collect()
    }

    /// Status word, charge, remains and whether there is a result.
    pub(crate) async fn status(
        &self,
        order: ProductOrderId,
    ) -> (String, String, Option<i64>, bool) {
        let found = self.counter.product_order_statuses(self.account, &[order]).await.unwrap();
        let status = found.first().unwrap();
        let word = format!("{:?}", status.status);
        (word, status.charge.to_string(), status.remains, status.result.is_some())
    }

    pub(crate) async fn available(&self) -> (String, String) {
        let wallet = self.counter.wallet(self.account).await.unwrap().unwrap();
        (wallet.available.to_string(), wallet.held.to_string())
    }

    pub(crate) async fn pieces(&self, product: ProductId) -> i64 {
        let products = self.counter.all_products().await.unwrap();
        products.iter().find(|(known, _)| known.id == product).unwrap().1
    }

    pub(crate) async fn clean(&self) {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        let findings: Vec<String> =
            report.checks.into_iter().flat_map(|check| check.findings).collect();
        assert_eq!(findings, Vec::<String>::new());
    }

    /// Ends the counter and hands its database over.
    pub(crate) fn close(self) -> Database {
        let Self { counter, database, .. } = self;
        drop(counter);
        database
    }
}

/// Pieces that staff deliver.
pub(crate) fn lines(lines: &[&str]) -> ProductReport {
    ProductReport::Deliver(lines.iter().map(|line| (*line).to_owned()).collect())
}

pub(crate) fn viewer() -> Viewer {
    Viewer { actor: String::from("tester"), reason: String::from("test") }
}

pub(crate) fn request_id(id: &str, byte: u8) -> Option<RequestId> {
    Some(RequestId { id: id.to_owned(), hash: [byte; 16] })
}

/// The counter in the hands of the one node there is.
pub(crate) async fn worker(counter: &Counter, job: Job) -> Worker {
    let node = Node::new("test", Role::Worker, 60_000_000);
    counter.worker(counter.take_lease(&node, job).await.unwrap())
}
