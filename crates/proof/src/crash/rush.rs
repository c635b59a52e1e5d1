//! A rush: many buyers for few items, each with money for one, while the program is killed again and
//! again. Every buyer asks until it has an answer.

use super::answer::{NO_STOCK, Reply, ask, fate};
use super::book::{Book, Buy, Entry, Fate};
use super::check::compare;
use super::findings::Findings;
use super::life::{program_like, show_all, start, verify};
use super::load::{Common, Moment, Work, until_done, until_killed};
use super::world::{Purse, Stock, World, url};
use super::{Report, stored};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use testkit::{Kept, Program};

/// Micros of a piece, and of each buyer.
const PRICE: i64 = 1_250_000;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Rush {
    /// Items for sale.
    pub items: usize,
    /// Buyers, more than there are items.
    pub buyers: usize,
    /// How often the program is killed.
    pub kills: u32,
    /// Clients that ask at the same time, for one buyer after the other.
    pub clients: usize,
    /// The same choices come from the same seed.
    pub seed: u64,
}

/// Sells the items to the buyers.
pub fn rush(binary: &Path, rush: Rush) -> Report {
    let mut random = fastrand::Rng::with_seed(rush.seed);
    let template = Program::new(binary.to_str().unwrap());
    let purse = Purse { money: PRICE, cap: None };
    let stock = [Stock { rate: PRICE, items: rush.items, uses: 1 }];
    let place = url(template.folder());
    let world = World::make(&template, &place, &vec![purse; rush.buyers], &stock);
    let program = program_like(&template);
    let mut report = Report::default();
    let mut buys: Vec<Buy> = (0..rush.buyers).map(|buyer| first(&world, buyer)).collect();
    let mut server = start(&program, &world, &mut report);
    for kill in 1..=rush.kills + 1 {
        let mut waiting: Vec<usize> =
            (0..buys.len()).filter(|buyer| is_open(buys[*buyer].fate)).collect();
        random.shuffle(&mut waiting);
        // Three of four kills come while there is something left, the others once it is gone.
        let selling = kill <= rush.kills * 3 / 4;
        let sold = buys.iter().filter(|buy| buy.fate.id().is_some()).count();
        let (left, last) = match selling {
            true => (rush.items.saturating_sub(sold), rush.kills * 3 / 4),
            false => (waiting.len(), rush.kills),
        };
        let moment = moment(&mut random, left, (last + 1).saturating_sub(kill));
        let queue = Mutex::new(waiting);
        let work = (0..rush.clients).map(|number| -> Work<'_> {
            let queue = &queue;
            Box::new(move |common| buy_all(common, number, queue, selling))
        });
        let entries = if kill > rush.kills {
            until_done(&world, std::slice::from_ref(&server), work.collect())
        } else {
            let entries = until_killed(&world, vec![server], moment, work.collect());
            report.kills += 1;
            server = start(&program, &world, &mut report);
            entries
        };
        for entry in entries {
            note(entry, &mut buys, &mut report);
        }
        let mut book = Book { buys, ..Book::default() };
        let found = compare(&world, &mut book, &stored::read(&url(program.folder())));
        report.findings.join(found);
        report.unanswered_and_stored += book.unanswered_and_stored;
        buys = book.buys;
    }
    let mut book = Book { buys, ..Book::default() };
    show_all(&world, &mut book, &server);
    let stored = stored::read(&url(program.folder()));
    report.findings.join(compare(&world, &mut book, &stored));
    sold_out(rush, &book, &mut report.findings);
    verify(&program, &mut report);
    if !server.terminate().success() {
        report.findings.wrong.push(String::from("the program did not end in order"));
    }
    report
}

/// Whether the buyer still waits for an answer.
const fn is_open(fate: Fate) -> bool {
    matches!(fate, Fate::Unknown | Fate::Found(_) | Fate::NotFound)
}

fn first(world: &World, buyer: usize) -> Buy {
    Buy {
        customer: buyer,
        product: world.shelves[0].product,
        quantity: 1,
        request_id: Some(format!("buyer {buyer}")),
        fate: Fate::NotFound,
    }
}

fn note(entry: Entry, buys: &mut [Buy], report: &mut Report) {
    match entry {
        Entry::Buy(buy) => {
            report.acknowledged += u64::from(buy.fate.id().is_some());
            report.unanswered += u64::from(buy.fate == Fate::Unknown);
            let known = &mut buys[buy.customer];
            // What was found to be stored is what a buyer is told that asks again.
            if known.fate.id().is_some() && ![known.fate.id(), None].contains(&buy.fate.id()) {
                report.findings.wrong.push(format!("{known:?} asked again: {:?}", buy.fate));
            }
            // No answer takes nothing from what is known.
            if buy.fate != Fate::Unknown || known.fate.id().is_none() {
                *known = buy;
            }
        }
        Entry::Wrong(text) => report.findings.wrong.push(text),
        _ => {}
    }
}

/// Spreads the kills that are to come over the answers that are still to come.
fn moment(random: &mut fastrand::Rng, left: usize, kills: u32) -> Moment {
    let share = u64::try_from(left).unwrap_or(0) / (u64::from(kills) + 1);
    let acknowledged = random.u64(share / 2..=share * 3 / 2 + 1).max(1);
    Moment { acknowledged, at_latest: Duration::from_secs(20) }
}

/// Asks for one buyer after the other. What counts for the next kill is what was sold, or every answer.
fn buy_all(
    common: &Common<'_>,
    number: usize,
    queue: &Mutex<Vec<usize>>,
    selling: bool,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    let Ok(mut kept) = Kept::connect(&common.client(number, "")) else { return entries };
    while !common.ending() {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(buyer) = next else {
            common.finished();
            break;
        };
        kept.set_key(&common.world.customers[buyer].key);
        let mut buy = first(common.world, buyer);
        let reply = ask(&mut kept, &buy.fields(&buy.texts()));
        match fate(&reply, "order", &[NO_STOCK]) {
            Ok(fate) => buy.fate = fate,
            Err(text) => entries.push(Entry::Wrong(text)),
        }
        let counts = if selling { buy.fate.id().is_some() } else { buy.fate != Fate::Unknown };
        if counts {
            common.acknowledged();
        }
        entries.push(Entry::Buy(buy));
        if matches!(reply, Reply::None(_)) {
            break;
        }
    }
    entries
}

/// As many buyers have an item as there were, and all others were told that there is none left.
fn sold_out(rush: Rush, book: &Book, found: &mut Findings) {
    let sold = book.buys.iter().filter(|buy| buy.fate.id().is_some()).count();
    found.same(|| String::from("buyers that have an item"), sold, rush.items);
    let refused = book.buys.iter().filter(|buy| buy.fate == Fate::Refused).count();
    found.same(
        || String::from("buyers that were told there is none left"),
        refused,
        rush.buyers - rush.items,
    );
}
