//! Steps about products, carried out beside the model.

use super::goods::{self, BY_STAFF, Bought, Item, PRODUCTS, Terms, Wanted};
use super::goods_ops::{Trade, Which};
use super::model::Status;
use super::worker;
use super::world::{World, account_id, count};
use counter::Failure;
use counter::nodes::Job;
use counter::orders::RequestId;
use counter::products::{PlaceProductOrder, ProductChange, ProductReport, StaffReport, Viewer};
use counter::stock::ImportLine;
use domain::orders::Number;
use domain::products::{
    Pieces, ProductKind, ProductRefusal, ProductRequest, PublicProductStatus, WhenShort,
};
use domain::{CategoryId, Micros, ProductId, ProductOrderId, StockItemId};
use std::hash::{Hash, Hasher};
use store::tables::deliveries::Content;

fn product_id(product: usize) -> ProductId {
    ProductId(count(product) + 1)
}

fn viewer() -> Viewer {
    Viewer { actor: String::from("tester"), reason: String::from("test") }
}

impl World {
    /// Puts the products up.
    pub(crate) async fn put_up_products(&mut self, category: CategoryId) {
        for product in 0..PRODUCTS {
            let by_staff = product == BY_STAFF;
            let terms = Terms { price: 7, warranty_days: 1, waits: product == goods::WAITS };
            let change = ProductChange {
                category: Some(category),
                name: Some(format!("product {product}")),
                kind: Some(if by_staff { ProductKind::Service } else { ProductKind::Auto }),
                min: Some(goods::MIN),
                max: Some(goods::MAX),
                form: by_staff.then(|| vec![String::from("Name")]),
                ..change(terms)
            };
            let id = self.counter.add_product(change, self.now()).await.unwrap();
            assert_eq!(id, product_id(product));
            self.model.goods.terms.push(terms);
        }
    }

    pub(crate) async fn trade(&mut self, trade: &Trade) {
        let now = self.now();
        match *trade {
            Trade::Stock { product, lines, uses } => self.stock(product, lines, uses).await,
            Trade::Buy(ref wanted) => self.buy(wanted).await,
            Trade::Terms { product, terms } => {
                let id = product_id(product);
                self.counter.edit_product(id, change(terms), now).await.unwrap();
                self.model.goods.terms[product] = terms;
            }
            Trade::MarkBad { item } => {
                let items = self.model.goods.items.len();
                let Some(item) = item.checked_rem(items) else { return };
                let id = StockItemId(self.model.goods.items[item].id);
                let done = self.counter.mark_bad(id, viewer(), now).await;
                assert_eq!(done.is_ok(), self.model.mark_bad(item), "{done:?}");
            }
            Trade::Serve => {
                worker(&self.counter, Job::Orders).await.serve_waiting_orders(now).await.unwrap();
                (0..PRODUCTS).for_each(|product| self.model.serve(product));
            }
            Trade::Begin { order }
            | Trade::Deliver { order, .. }
            | Trade::End { order }
            | Trade::Replace { order, .. }
            | Trade::TakeBack { order, .. } => {
                if !self.model.goods.bought.is_empty() {
                    let order = self.model.goods.pick(order, |bought| fits(trade, bought));
                    self.staff(order, trade).await;
                }
            }
        }
    }

    async fn staff(&mut self, order: usize, trade: &Trade) {
        let model = &mut self.model;
        let (report, allowed) = match *trade {
            Trade::Begin { .. } => (ProductReport::Begin, model.begin(order)),
            Trade::End { .. } => (ProductReport::End, model.end_by_staff(order)),
            Trade::Deliver { lines, .. } => {
                let line = |n: i64| format!("written {n} at {}", model.now);
                let lines: Vec<String> = (0..lines).map(line).collect();
                let allowed = model.deliver(order, &lines);
                (ProductReport::Deliver(lines), allowed)
            }
            Trade::Replace { piece, .. } => {
                (ProductReport::Replace(piece), model.replace(order, piece))
            }
            Trade::TakeBack { which: Which::Numbered(ref numbers), .. } => {
                let allowed = model.take_back(order, numbers);
                (ProductReport::TakeBack(Pieces::Numbered(numbers.clone())), allowed)
            }
            Trade::TakeBack { which: Which::Last(last), .. } => {
                let numbers: Vec<i64> =
                    model.goods.bought[order - 1].pieces.iter().map(|p| p.number).collect();
                let wanted = usize::try_from(last).unwrap_or(0);
                let allowed = wanted <= numbers.len()
                    && model.take_back(order, &numbers[numbers.len() - wanted..]);
                (ProductReport::TakeBack(Pieces::Last(last)), allowed)
            }
            _ => return,
        };
        let report = StaffReport {
            order: ProductOrderId(count(order)),
            report,
            note: None,
            actor: String::from("tester"),
            seed: self.seed(),
        };
        let done = self.counter.report_product_order(report, self.now()).await;
        assert_eq!(done.is_ok(), allowed, "{trade:?} on order {order}: {done:?}");
    }

    async fn stock(&mut self, product: usize, lines: i64, uses: i64) {
        let now = self.now();
        let begun = self.counter.begin_import(product_id(product), "test", "tester", now).await;
        assert_eq!(begun.is_ok(), product != BY_STAFF);
        let Ok(mut importer) = begun else { return };
        let known = self.model.goods.items.iter().find(|item| item.product == product).cloned();
        let fresh = (0..lines).map(|n| format!("item {n} of {product} at {}", now.0));
        let secrets: Vec<String> = fresh.chain(known.clone().map(|item| item.secret)).collect();
        for (secret, number) in secrets.iter().zip(1..) {
            let line = ImportLine { secret: secret.clone(), expires: None, uses };
            importer.push(number, line, self.seed(), now).await.unwrap();
        }
        let report = importer.finish(self.seed(), now, &mut |_| {}).await.unwrap();
        let told = (report.added, report.duplicates);
        assert_eq!(told, (lines, i64::from(known.is_some())));
        for secret in secrets.into_iter().take(usize::try_from(lines).unwrap()) {
            let id = count(self.model.goods.items.len()) + 1;
            self.model.goods.items.push(Item { id, product, secret, uses, bad: false });
        }
        self.model.serve(product);
    }

    async fn buy(&mut self, wanted: &[Wanted]) {
        let mut expected = Vec::new();
        let mut calls = tokio::task::JoinSet::new();
        for (wanted, index) in wanted.iter().zip(0_usize..) {
            let mut hasher = std::hash::DefaultHasher::new();
            wanted.meaning().hash(&mut hasher);
            let mut hash = [0; 16];
            hash[..8].copy_from_slice(&hasher.finish().to_be_bytes());
            let request_id = wanted.request_id.map(|id| RequestId { id: format!("p{id}"), hash });
            let seed = self.seed();
            let require = (wanted.product == BY_STAFF).then(|| String::from("somebody"));
            let order = PlaceProductOrder {
                account: account_id(wanted.account),
                key: None,
                request: ProductRequest {
                    product: Some(Number::Int(product_id(wanted.product).0)),
                    quantity: Some(Number::Int(wanted.quantity)),
                    require,
                },
                request_id,
                token: seed[..16].try_into().unwrap(),
                nonce: seed[..24].try_into().unwrap(),
            };
            let (counter, now) = (self.counter.clone(), self.now());
            // One thread runs them in the order they were spawned: they join one batch in it.
            calls.spawn(async move { (index, counter.place_product_order(order, now).await) });
            expected.push(self.model.buy(wanted).map(count));
        }
        let mut answers = calls.join_all().await;
        answers.sort_by_key(|(index, _)| *index);
        for ((index, answer), expected) in answers.into_iter().zip(expected) {
            let answer = match answer {
                Ok(id) => Ok(id.0),
                Err(Failure::Refused(refusal)) => Err(word(refusal)),
                Err(Failure::Store(error)) => panic!("{error}"),
            };
            assert_eq!(answer, expected, "{:?}", wanted[index]);
        }
    }

    /// Every order for products and every shelf, as stored and as the model has them.
    pub(crate) async fn compare_goods(&self, step: &str) {
        for (product, pieces) in self.counter.all_products().await.unwrap() {
            let index = usize::try_from(product.id.0).unwrap() - 1;
            let expected = if index == BY_STAFF { 0 } else { self.model.for_sale(index) };
            assert_eq!(pieces, expected, "{step}: product {index}");
        }
        for (bought, number) in self.model.goods.bought.iter().zip(1..) {
            let (id, owner) = (ProductOrderId(number), account_id(bought.account));
            let told = self.counter.product_order_statuses(owner, &[id]).await.unwrap();
            let told = told.first().unwrap();
            assert_eq!(told.status, public(bought), "{step}: {bought:?}");
            assert_eq!(i128::from(told.charge.raw()), bought.charge(), "{step}: {bought:?}");
            assert_eq!(told.remains, bought.remains(), "{step}: {bought:?}");
            let view = self.counter.show_product_order(id).await.unwrap();
            let kept = view.deliveries.iter().filter(|delivery| delivery.gone.is_none());
            let kept: Vec<(i64, Option<i64>)> = kept
                .map(|delivery| match delivery.content {
                    Content::Item(item) => (delivery.piece, Some(item.0)),
                    Content::Line(_) => (delivery.piece, None),
                })
                .collect();
            let item = |item: usize| self.model.goods.items[item].id;
            let pieces = bought.pieces.iter().map(|piece| (piece.number, piece.item.map(item)));
            assert_eq!(kept, pieces.collect::<Vec<_>>(), "{step}: {bought:?}");
        }
    }

    /// What every customer has, opened.
    pub(crate) async fn compare_secrets(&self) {
        for (bought, number) in self.model.goods.bought.iter().zip(1..) {
            let (id, owner) = (ProductOrderId(number), account_id(bought.account));
            let found = self.counter.result_product(owner, id, viewer(), self.now()).await;
            let pieces = found.unwrap().unwrap().pieces;
            let opened: Vec<_> =
                pieces.into_iter().map(|piece| (piece.number, piece.line)).collect();
            let pieces = bought.pieces.iter().map(|piece| (piece.number, piece.secret.clone()));
            assert_eq!(opened, pieces.collect::<Vec<_>>(), "order {number}");
        }
    }
}

/// Whether a step might be allowed for an order.
fn fits(trade: &Trade, bought: &Bought) -> bool {
    match trade {
        Trade::Begin { .. } => bought.status == Status::Pending,
        Trade::Deliver { .. } => bought.product == BY_STAFF && !bought.status.ended(),
        Trade::End { .. } => !bought.status.ended(),
        Trade::Replace { .. } => bought.pieces.iter().any(|piece| piece.item.is_some()),
        _ => bought.status.ended() && !bought.pieces.is_empty(),
    }
}

fn change(terms: Terms) -> ProductChange {
    ProductChange {
        rate: Some(Micros::new(terms.price)),
        warranty_days: Some(terms.warranty_days),
        when_short: Some(if terms.waits { WhenShort::Wait } else { WhenShort::GiveBack }),
        wait_hours: Some(goods::WAIT_HOURS),
        ..ProductChange::default()
    }
}

fn public(bought: &Bought) -> PublicProductStatus {
    match bought.status {
        Status::Pending => PublicProductStatus::Pending,
        Status::Processing | Status::InProgress => PublicProductStatus::InProgress,
        Status::Completed => PublicProductStatus::Completed,
        Status::Partial => PublicProductStatus::Partial,
        Status::Canceled => PublicProductStatus::Canceled,
        Status::Review => panic!("no order for products waits for a person"),
    }
}

const fn word(refusal: ProductRefusal) -> &'static str {
    match refusal {
        ProductRefusal::Suspended => "suspended",
        ProductRefusal::Product => "product",
        ProductRefusal::Quantity
        | ProductRefusal::QuantityLow { .. }
        | ProductRefusal::QuantityHigh { .. } => "quantity",
        ProductRefusal::Require { .. } => "require",
        ProductRefusal::NotEnoughFunds => "funds",
        ProductRefusal::Key => "key",
        ProductRefusal::KeyCap => "cap",
        ProductRefusal::OutOfStock => "stock",
        ProductRefusal::RequestIdReused => "request id",
    }
}
