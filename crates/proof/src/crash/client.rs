//! A client: asks one thing after the other, and writes down what it asked before it looks at the
//! answer.

use super::answer::{LATER, NO_MONEY, NO_STOCK, REPEATED, Reply, UNKNOWN, ask, fate, lines_of};
use super::book::{Add, Buy, Claim, Entry, Fate};
use super::load::Common;
use std::time::Duration;
use testkit::Kept;

/// A client, through all lives of its connection.
#[derive(Debug)]
pub(crate) struct Caller {
    number: usize,
    customer: usize,
    random: fastrand::Rng,
    /// What it asked for so far: links and request ids are numbered.
    asked: u64,
    /// Servers that it has seen.
    loads: u32,
    /// Request ids that were acknowledged, to ask again.
    known: Vec<Add>,
    /// Its orders for products.
    pieces: Vec<i64>,
}

impl Caller {
    pub(crate) fn new(number: usize, customer: usize, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        let (known, pieces) = (Vec::new(), Vec::new());
        Self { number, customer, random, asked: 0, loads: 0, known, pieces }
    }

    fn next(&mut self) -> String {
        self.asked += 1;
        format!("{}-{}", self.number, self.asked)
    }

    /// An order that nobody else asks for, or one that all clients of the customer ask for.
    fn some_add(&mut self, offers: usize) -> Add {
        let (customer, fate) = (self.customer, Fate::Unknown);
        if self.random.u8(..16) == 0 {
            let number = self.random.u8(..4);
            let name = format!("shared-{}-{number}", self.loads);
            let link = format!("https://example.com/{customer}/{name}");
            // Half of them without one: then all but one client are told that it was placed.
            let request_id = number.is_multiple_of(2).then_some(name);
            return Add { customer, offer: 0, link, quantity: 7, runs: 1, request_id, fate };
        }
        let link = format!("https://example.com/{}", self.next());
        let runs = if self.random.u8(..16) == 0 { 2 } else { 1 };
        Add {
            customer,
            offer: self.random.usize(..offers),
            link,
            quantity: self.random.i64(1..=2_000),
            runs,
            request_id: self.request_id(60),
            fate,
        }
    }

    fn request_id(&mut self, share: u8) -> Option<String> {
        (self.random.u8(..100) < share).then(|| format!("id-{}-{}", self.number, self.asked))
    }
}

/// How long an answer may take while the database is away: longer than the program looks for what
/// became of a COMMIT.
const LONGER: Duration = Duration::from_secs(120);

impl Common<'_> {
    /// As [`fate`]; while the database may be away, the program may also say that it is.
    fn fate(&self, reply: &Reply, name: &str, refusals: &[&str]) -> Result<Fate, String> {
        match fate(reply, name, &[LATER]) {
            Ok(Fate::Refused) if self.outages() => Ok(Fate::Refused),
            _ => fate(reply, name, refusals),
        }
    }
}

/// Asks until the program is gone; returns all of it.
pub(crate) fn call(common: &Common<'_>, caller: &mut Caller) -> Vec<Entry> {
    let mut entries = Vec::new();
    caller.loads += 1;
    let client = common.client(caller.number, &common.world.customers[caller.customer].key);
    let mut kept = match Kept::connect(&client) {
        Ok(kept) => kept,
        Err(error) => {
            if !common.ending() {
                entries.push(Entry::Wrong(format!("no connection: {error}")));
            }
            return entries;
        }
    };
    if common.outages() {
        kept.wait_for(LONGER).unwrap();
    }
    while !common.ending() {
        let gone = match caller.random.u8(..100) {
            0..55 => add(common, caller, &mut kept, &mut entries),
            55..75 => buy(common, caller, &mut kept, &mut entries),
            75..81 => cancel(common, caller, &mut kept, &mut entries),
            81..86 => refill(common, caller, &mut kept, &mut entries),
            86..91 => repeat(common, caller, &mut kept, &mut entries),
            91..95 => show(common, caller, &mut kept, &mut entries),
            _ => look(common, caller, &mut kept, &mut entries),
        };
        if let Some(reason) = gone {
            // What became of the request is not known; the connection stays.
            if common.outages() && reason == UNKNOWN {
                continue;
            }
            if !common.ending() || common.outages() {
                entries.push(Entry::Wrong(format!("the connection broke: {reason}")));
            }
            break;
        }
    }
    entries
}

/// Why there was no answer, when there was none.
type Gone = Option<String>;

fn gone(reply: Reply) -> Gone {
    if let Reply::None(reason) = reply { Some(reason) } else { None }
}

/// Notes a fate; an answer that cannot be told leaves it unknown and is wrong by itself.
fn settle(
    common: &Common<'_>,
    entries: &mut Vec<Entry>,
    what: &str,
    told: Result<Fate, String>,
) -> Fate {
    match told {
        Ok(fate) => {
            if matches!(fate, Fate::Acknowledged(_)) {
                common.acknowledged();
            }
            fate
        }
        Err(text) => {
            entries.push(Entry::Wrong(format!("{what}: {text}")));
            Fate::Unknown
        }
    }
}

fn add(
    common: &Common<'_>,
    caller: &mut Caller,
    kept: &mut Kept,
    entries: &mut Vec<Entry>,
) -> Gone {
    let mut add = caller.some_add(common.world.offers.len());
    let texts = add.texts(&common.world.offers);
    let reply = ask(kept, &add.fields(&texts));
    let refusals: &[&str] =
        if add.request_id.is_some() { &[NO_MONEY] } else { &[NO_MONEY, REPEATED] };
    add.fate = settle(common, entries, "add", common.fate(&reply, "order", refusals));
    if let Fate::Acknowledged(order) = add.fate {
        common.ordered();
        // Those in parts are left alone: they change by themselves.
        if add.runs == 1 {
            common.placed(caller.customer, order);
        }
        if add.request_id.is_some() && caller.known.len() < 100 {
            caller.known.push(add.clone());
        }
    }
    entries.push(Entry::Add(add));
    gone(reply)
}

fn buy(
    common: &Common<'_>,
    caller: &mut Caller,
    kept: &mut Kept,
    entries: &mut Vec<Entry>,
) -> Gone {
    caller.next();
    let shelf = caller.random.usize(..common.world.shelves.len());
    let mut buy = Buy {
        customer: caller.customer,
        product: common.world.shelves[shelf].product,
        quantity: caller.random.i64(1..=3),
        request_id: caller.request_id(60),
        fate: Fate::Unknown,
    };
    let reply = ask(kept, &buy.fields(&buy.texts()));
    buy.fate =
        settle(common, entries, "product", common.fate(&reply, "order", &[NO_MONEY, NO_STOCK]));
    caller.pieces.extend(buy.fate.id());
    entries.push(Entry::Buy(buy));
    gone(reply)
}

fn cancel(
    common: &Common<'_>,
    caller: &mut Caller,
    kept: &mut Kept,
    entries: &mut Vec<Entry>,
) -> Gone {
    let order = common.some_placed(caller.customer, &mut caller.random)?;
    let text = order.to_string();
    let reply = ask(kept, &[("action", "cancel"), ("order", &text)]);
    let told = common.fate(&reply, "cancel", &["Order cannot be cancelled"]);
    let fate = settle(common, entries, "cancel", told);
    let claim = Claim { sure: fate.id().is_some(), possible: fate == Fate::Unknown };
    entries.push(Entry::Cancel { order, claim });
    gone(reply)
}

fn refill(
    common: &Common<'_>,
    caller: &mut Caller,
    kept: &mut Kept,
    entries: &mut Vec<Entry>,
) -> Gone {
    let order = common.some_completed(caller.customer, &mut caller.random)?;
    let text = order.to_string();
    let reply = ask(kept, &[("action", "refill"), ("order", &text)]);
    let open = "The order was completed or refill was requested before and is not done yet";
    let fate = settle(common, entries, "refill", common.fate(&reply, "refill", &[open]));
    entries.push(Entry::Refill { order, fate });
    gone(reply)
}

/// The same request again has the same answer.
fn repeat(
    common: &Common<'_>,
    caller: &mut Caller,
    kept: &mut Kept,
    entries: &mut Vec<Entry>,
) -> Gone {
    let add = caller.random.choice(caller.known.iter())?;
    let texts = add.texts(&common.world.offers);
    let reply = ask(kept, &add.fields(&texts));
    match common.fate(&reply, "order", &[]) {
        Ok(told) if told == add.fate || told == Fate::Unknown => {}
        // Only that it has to come again later.
        Ok(Fate::Refused) => {}
        told => {
            let text = format!("{:?} again: {told:?}, it was {:?}", add.request_id, add.fate);
            entries.push(Entry::Wrong(text));
        }
    }
    gone(reply)
}

/// What was delivered stays what was delivered.
fn show(_: &Common<'_>, caller: &mut Caller, kept: &mut Kept, entries: &mut Vec<Entry>) -> Gone {
    let order = *caller.random.choice(caller.pieces.iter())?;
    let text = order.to_string();
    let reply = ask(kept, &[("action", "result_product"), ("order", &text)]);
    if let Reply::Json(_, value) = &reply {
        entries.push(match lines_of(value) {
            Some(lines) => Entry::Shown { order, lines },
            None => Entry::Wrong(format!("product order {order} shows {value}")),
        });
    }
    gone(reply)
}

/// An order that was acknowledged is there.
fn look(
    common: &Common<'_>,
    caller: &mut Caller,
    kept: &mut Kept,
    entries: &mut Vec<Entry>,
) -> Gone {
    let order = common.some_placed(caller.customer, &mut caller.random)?.to_string();
    let reply = ask(kept, &[("action", "status"), ("order", &order)]);
    if let Reply::Json(_, value) = &reply
        && value["status"].as_str().is_none()
    {
        entries
            .push(Entry::Wrong(format!("order {order} was acknowledged, its status is {value}")));
    }
    gone(reply)
}
