//! What callers and staff ask the counter for, and what it answers.

use counter::accounts::Adjustment;
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::{OrderReport, PlaceOrder, Report, RequestId};
use counter::products::{PlaceProductOrder, Viewer};
use counter::stock::ImportLine;
use counter::{Counter, Failure, Refusal};
use domain::catalogue::NumberField;
use domain::orders::{Number, Order, OrderRequest};
use domain::products::ProductRequest;
use domain::{
    AccountId, Micros, OrderId, ProductId, ProductOrderId, ServiceId, StockBatchId, Timestamp,
};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use store::StoreError;

/// An order for a service. Its link is like no other's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceAsk {
    pub(crate) account: AccountId,
    pub(crate) service: ServiceId,
    pub(crate) quantity: i64,
    pub(crate) link: String,
    pub(crate) request_id: Option<String>,
}

/// An order for a product, always with a request id of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProductAsk {
    pub(crate) account: AccountId,
    pub(crate) product: ProductId,
    pub(crate) quantity: i64,
    pub(crate) request_id: String,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    OpenAccount {
        name: String,
    },
    Credit {
        account: AccountId,
        amount: Micros,
        reason: String,
    },
    Order(ServiceAsk),
    Product(ProductAsk),
    Report {
        order: OrderId,
        report: Report,
    },
    Cancel {
        account: AccountId,
        order: OrderId,
    },
    Result {
        account: AccountId,
        order: ProductOrderId,
    },
    Import {
        product: ProductId,
        source: String,
        lines: Vec<String>,
    },
    /// Clear an import away that was left unfinished.
    Discard(StockBatchId),
    /// Put imports on sale that were being put there when the process ended.
    Resume,
    Seal,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Account(AccountId),
    Order(OrderId),
    Product(ProductOrderId),
    Report(Box<Order>),
    Lines(Vec<String>),
    Done,
    /// A rule says no.
    Refused,
    /// The store says that nothing was written.
    Nothing,
    /// The store does not know.
    Unknown,
}

impl From<StoreError> for Answer {
    fn from(error: StoreError) -> Self {
        if error.surely_nothing_written() { Self::Nothing } else { Self::Unknown }
    }
}

impl<R: std::error::Error> From<Failure<R>> for Answer {
    fn from(failure: Failure<R>) -> Self {
        match failure {
            Failure::Refused(_) => Self::Refused,
            Failure::Store(error) => error.into(),
        }
    }
}

/// An answer that is waited for.
pub(crate) type Waiting = Pin<Box<dyn Future<Output = Answer>>>;

fn hash(of: impl Hash) -> i64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    i64::from_be_bytes(hasher.finish().to_be_bytes())
}

fn bytes<const N: usize>(of: impl Hash) -> [u8; N] {
    let mut bytes = [0; N];
    for (index, part) in bytes.chunks_mut(8).enumerate() {
        let word = hash((index, hash(&of))).to_be_bytes();
        part.copy_from_slice(word.get(..part.len()).unwrap_or_default());
    }
    bytes
}

impl ServiceAsk {
    fn place(&self) -> PlaceOrder {
        let mut request = OrderRequest::default();
        request.service = Some(Number::Int(self.service.0));
        request.link = Some(self.link.clone());
        request.set_number(NumberField::Quantity, Some(Number::Int(self.quantity)));
        let meaning = (self.account.0, self.service.0, self.quantity, &self.link);
        let request_id = self.request_id.clone();
        PlaceOrder {
            account: self.account,
            key: None,
            request,
            request_id: request_id.map(|id| RequestId { id, hash: bytes(meaning) }),
            fingerprint: hash(meaning),
        }
    }
}

impl ProductAsk {
    fn place(&self) -> PlaceProductOrder {
        let meaning = (self.account.0, self.product.0, self.quantity);
        PlaceProductOrder {
            account: self.account,
            key: None,
            request: ProductRequest {
                product: Some(Number::Int(self.product.0)),
                quantity: Some(Number::Int(self.quantity)),
                require: None,
            },
            request_id: Some(RequestId { id: self.request_id.clone(), hash: bytes(meaning) }),
            token: bytes(&self.request_id),
            nonce: bytes((&self.request_id, "nonce")),
        }
    }
}

const ACTOR: &str = "staff";

/// Microseconds that a lease lasts: longer than any run.
const TERM_US: i64 = 3_600_000_000;

impl Ask {
    /// Begins to carry it out: nothing is done before the answer is polled for.
    pub(crate) fn begin(&self, counter: &Counter, now: Timestamp) -> Waiting {
        let counter = counter.clone();
        let ask = self.clone();
        Box::pin(async move { ask.carry_out(&counter, now).await.unwrap_or_else(|answer| answer) })
    }

    async fn carry_out(self, counter: &Counter, now: Timestamp) -> Result<Answer, Answer> {
        Ok(match self {
            Self::OpenAccount { name } => Answer::Account(counter.open_account(&name, now).await?),
            Self::Credit { account, amount, reason } => {
                let adjustment = Adjustment { account, amount, reason };
                counter.credit(adjustment, ACTOR, now).await?;
                Answer::Done
            }
            Self::Order(ask) => Answer::Order(counter.place_order(ask.place(), now).await?),
            Self::Product(ask) => {
                Answer::Product(counter.place_product_order(ask.place(), now).await?)
            }
            Self::Report { order, report } => {
                let report = OrderReport { order, report, reason: None };
                Answer::Report(Box::new(counter.report_order(report, ACTOR, now).await?))
            }
            Self::Cancel { account, order } => {
                let answers = counter.ask_cancels(account, vec![order], now).await?;
                match answers.into_iter().next().flatten() {
                    Some(Ok(())) => Answer::Done,
                    Some(Err(_)) | None => Answer::Refused,
                }
            }
            Self::Result { account, order } => {
                let found = counter.result_product(account, order, viewer(), now).await?;
                match found {
                    Some(delivered) => {
                        Answer::Lines(delivered.lines().map(str::to_owned).collect())
                    }
                    None => Answer::Refused,
                }
            }
            Self::Import { product, source, lines } => {
                let seed = bytes((&source, "seed"));
                let mut importer = counter.begin_import(product, &source, ACTOR, now).await?;
                for (line, number) in lines.into_iter().zip(1..) {
                    let line = ImportLine { secret: line, expires: None, uses: 1 };
                    importer.push(number, line, seed, now).await?;
                }
                importer.finish(seed, now, &mut |_| {}).await?;
                Answer::Done
            }
            Self::Discard(batch) => {
                counter.discard_import(batch, ACTOR, now).await?;
                Answer::Done
            }
            Self::Resume => {
                let worker = worker(counter, Job::Stock).await?;
                worker.clear_discarded().await?;
                worker.resume_imports(now).await?;
                Answer::Done
            }
            Self::Seal => {
                worker(counter, Job::Sealing).await?.seal_events(now).await?;
                Answer::Done
            }
        })
    }
}

/// The counter in the hands of the one node there is.
async fn worker(counter: &Counter, job: Job) -> Result<Worker, Failure<Refusal>> {
    let node = Node::new("powercut", Role::Worker, TERM_US);
    Ok(counter.worker(counter.take_lease(&node, job).await?))
}

/// Who looks at what was delivered.
pub(crate) fn viewer() -> Viewer {
    Viewer { actor: String::from("buyer"), reason: String::from("bought it") }
}
