//! The model's products, beside its services: what a careful person would write down of them. The
//! money is that of the same accounts.

use super::model::{Model, RequestIds, Status, up};

/// Product 0: from stock, the rest is given back. 1: from stock, the rest is waited for. 2: staff
/// deliver it, and ask for a name.
pub(crate) const PRODUCTS: usize = 3;
pub(crate) const BY_STAFF: usize = 2;
pub(crate) const WAITS: usize = 1;
pub(crate) const MIN: i64 = 1;
pub(crate) const MAX: i64 = 6;
pub(crate) const WAIT_HOURS: i64 = 2;
const HOUR: i64 = 3_600_000_000;

/// What an operator may change of a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) price: i64,
    pub(crate) warranty_days: i64,
    /// Whether what is short is waited for.
    pub(crate) waits: bool,
}

/// An item of stock.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: i64,
    pub(crate) product: usize,
    pub(crate) secret: String,
    pub(crate) uses: i64,
    pub(crate) bad: bool,
}

/// What the customer has under the number of a piece.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) number: i64,
    pub(crate) secret: String,
    /// Its item of stock; none for what staff wrote.
    pub(crate) item: Option<usize>,
    first: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Bought {
    pub(crate) account: usize,
    pub(crate) product: usize,
    price: i128,
    quantity: i64,
    pub(crate) status: Status,
    /// Until when the rest is waited for.
    waits_until: Option<i64>,
    warranty_days: i64,
    pub(crate) pieces: Vec<Piece>,
    ever: i64,
    holds: i128,
    earned: i128,
}

impl Bought {
    pub(crate) fn charge(&self) -> i128 {
        self.holds + self.earned
    }

    /// What the customer is told is missing.
    pub(crate) fn remains(&self) -> Option<i64> {
        let have = i64::try_from(self.pieces.len()).unwrap();
        (have > 0 && have < self.quantity).then_some(self.quantity - have)
    }

    /// Pieces that were never delivered.
    fn missing(&self) -> i64 {
        self.quantity - self.ever
    }
}

#[derive(Debug, Default)]
pub(crate) struct Goods {
    pub(crate) terms: Vec<Terms>,
    pub(crate) items: Vec<Item>,
    /// Orders by number, from 1.
    pub(crate) bought: Vec<Bought>,
    pub(crate) request_ids: RequestIds<usize>,
}

impl Goods {
    /// The number of an order: mostly one that fits; the others are refused anyhow.
    pub(crate) fn pick(&self, index: usize, fits: impl Fn(&Bought) -> bool) -> usize {
        let mut candidates: Vec<usize> =
            (1..=self.bought.len()).filter(|order| fits(&self.bought[order - 1])).collect();
        candidates.push(index % self.bought.len() + 1);
        candidates[index % candidates.len()]
    }
}

/// A request as the model reads it.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) account: usize,
    pub(crate) product: usize,
    pub(crate) quantity: i64,
    pub(crate) request_id: Option<u8>,
}

impl Wanted {
    pub(crate) fn meaning(&self) -> String {
        format!("{} {}", self.product, self.quantity)
    }
}

impl Model {
    fn piece_price(&self, account: usize, product: usize) -> i128 {
        let account = &self.accounts[account];
        let points = account.discount.or(account.tier.map(|tier| self.tiers[tier])).unwrap_or(0);
        up(i128::from(self.goods.terms[product].price) * i128::from(10_000 - points), 10_000)
    }

    /// Pieces for sale of a product.
    pub(crate) fn for_sale(&self, product: usize) -> i64 {
        let items = self.goods.items.iter();
        items.filter(|item| item.product == product && !item.bad).map(|item| item.uses).sum()
    }

    /// What the counter must answer: the number of a new or an old order, or a refusal.
    pub(crate) fn buy(&mut self, wanted: &Wanted) -> Result<usize, &'static str> {
        let Wanted { account, product, quantity, request_id } = *wanted;
        if let Some((meaning, order, _)) =
            request_id.and_then(|id| self.goods.request_ids.get(&(account, id)))
        {
            return if *meaning == wanted.meaning() { Ok(*order) } else { Err("request id") };
        }
        if self.accounts.get(account).is_none_or(|account| account.suspended) {
            return Err("suspended");
        }
        if !(MIN..=MAX).contains(&quantity) {
            return Err("quantity");
        }
        let price = self.piece_price(account, product);
        let there = self.for_sale(product);
        if product != BY_STAFF && there == 0 {
            return Err("stock");
        }
        let charge = price * i128::from(quantity);
        if self.accounts[account].available + self.accounts[account].limit < charge {
            return Err("funds");
        }
        let Terms { warranty_days, waits, .. } = self.goods.terms[product];
        self.accounts[account].available -= charge;
        self.accounts[account].held += charge;
        let waits = product != BY_STAFF && waits && there < quantity;
        self.goods.bought.push(Bought {
            account,
            product,
            price,
            quantity,
            status: Status::Pending,
            waits_until: waits.then_some(self.now + WAIT_HOURS * HOUR),
            warranty_days,
            pieces: Vec::new(),
            ever: 0,
            holds: charge,
            earned: 0,
        });
        let order = self.goods.bought.len();
        if let Some(id) = request_id {
            let used = (wanted.meaning(), order, self.now);
            self.goods.request_ids.insert((account, id), used);
        }
        if product != BY_STAFF {
            self.deliver_from_stock(order);
            if !waits && !self.goods.bought[order - 1].status.ended() {
                self.end_order(order);
            }
        }
        Ok(order)
    }

    /// Takes one use of the oldest item for sale.
    fn take_item(&mut self, product: usize) -> Option<usize> {
        let good = |item: &Item| item.product == product && !item.bad && item.uses > 0;
        let index = self.goods.items.iter().position(good)?;
        self.goods.items[index].uses -= 1;
        Some(index)
    }

    fn deliver_from_stock(&mut self, order: usize) {
        let product = self.goods.bought[order - 1].product;
        while self.goods.bought[order - 1].missing() > 0 {
            let Some(item) = self.take_item(product) else { return };
            let secret = self.goods.items[item].secret.clone();
            self.hand_over(order, secret, Some(item));
        }
    }

    fn hand_over(&mut self, order: usize, secret: String, item: Option<usize>) {
        let first = self.now;
        let order = &mut self.goods.bought[order - 1];
        order.ever += 1;
        order.pieces.push(Piece { number: order.ever, secret, item, first });
        order.holds -= order.price;
        order.earned += order.price;
        order.status = if order.missing() == 0 { Status::Completed } else { Status::InProgress };
        self.accounts[order.account].held -= order.price;
    }

    fn end_order(&mut self, order: usize) {
        let order = &mut self.goods.bought[order - 1];
        let rest = std::mem::take(&mut order.holds);
        order.status = if order.ever > 0 { Status::Partial } else { Status::Canceled };
        self.accounts[order.account].held -= rest;
        self.accounts[order.account].available += rest;
    }

    /// Gives new stock to who waits first, and ends what waits no longer.
    pub(crate) fn serve(&mut self, product: usize) {
        for order in 1..=self.goods.bought.len() {
            let Bought { product: of, status, waits_until, .. } = self.goods.bought[order - 1];
            let Some(until) = waits_until.filter(|_| of == product && !status.ended()) else {
                continue;
            };
            if until <= self.now { self.end_order(order) } else { self.deliver_from_stock(order) }
        }
    }

    /// Staff begin an order; false when that must be refused.
    pub(crate) fn begin(&mut self, order: usize) -> bool {
        let order = &mut self.goods.bought[order - 1];
        let allowed = order.status == Status::Pending;
        if allowed {
            order.status = Status::InProgress;
        }
        allowed
    }

    /// Staff deliver lines; false when that must be refused.
    pub(crate) fn deliver(&mut self, order: usize, secrets: &[String]) -> bool {
        let bought = &self.goods.bought[order - 1];
        let count = i64::try_from(secrets.len()).unwrap();
        let open = bought.product == BY_STAFF && !bought.status.ended();
        if !open || count == 0 || count > bought.missing() {
            return false;
        }
        for secret in secrets {
            self.hand_over(order, secret.clone(), None);
        }
        true
    }

    /// Staff end an order; false when that must be refused.
    pub(crate) fn end_by_staff(&mut self, order: usize) -> bool {
        let open = !self.goods.bought[order - 1].status.ended();
        if open {
            self.end_order(order);
        }
        open
    }

    /// A piece is replaced; false when that must be refused.
    pub(crate) fn replace(&mut self, order: usize, number: i64) -> bool {
        let Bought { product, warranty_days, ref pieces, .. } = self.goods.bought[order - 1];
        let Some(at) = pieces.iter().position(|piece| piece.number == number) else { return false };
        let over = pieces[at].first + warranty_days * 24 * HOUR;
        let Some(item) = pieces[at].item.filter(|_| warranty_days > 0 && self.now <= over) else {
            return false;
        };
        let was_bad = std::mem::replace(&mut self.goods.items[item].bad, true);
        let Some(fresh) = self.take_item(product) else {
            self.goods.items[item].bad = was_bad;
            return false;
        };
        let secret = self.goods.items[fresh].secret.clone();
        let piece = &mut self.goods.bought[order - 1].pieces[at];
        piece.secret = secret;
        piece.item = Some(fresh);
        true
    }

    /// Pieces are taken back; false when that must be refused.
    pub(crate) fn take_back(&mut self, order: usize, numbers: &[i64]) -> bool {
        let order = &mut self.goods.bought[order - 1];
        let mut left = order.pieces.clone();
        for number in numbers {
            let Some(at) = left.iter().position(|p| p.number == *number) else { return false };
            left.remove(at);
        }
        let can = matches!(order.status, Status::Completed | Status::Partial);
        if numbers.is_empty() || !can {
            return false;
        }
        let back = order.price * i128::try_from(numbers.len()).unwrap();
        order.earned -= back;
        order.status = if left.is_empty() { Status::Canceled } else { Status::Partial };
        order.pieces = left;
        self.accounts[order.account].available += back;
        true
    }

    /// An item is taken off sale; false when that must be refused.
    pub(crate) fn mark_bad(&mut self, item: usize) -> bool {
        let item = &mut self.goods.items[item];
        let allowed = !item.bad && item.uses > 0;
        item.bad |= allowed;
        allowed
    }
}
