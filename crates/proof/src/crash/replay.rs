//! Asking again after a kill, as clients do.

use super::answer::{NO_MONEY, NO_STOCK, REPEATED, ask, fate};
use super::book::{Add, Book, Buy, Fate};
use super::world::World;
use testkit::{Demo, Kept};

/// Acknowledged orders that are asked for again after each kill.
const SAMPLE: usize = 20;

/// Requests that had no answer.
pub(crate) struct Unanswered {
    adds: Vec<String>,
    buys: Vec<usize>,
}

/// What has no answer yet; comparing settles it.
pub(crate) fn unanswered(book: &Book) -> Unanswered {
    let adds = book.adds.values().filter(|add| add.fate == Fate::Unknown);
    let buys = book.buys.iter().enumerate().filter(|(_, buy)| {
        // Without a request id, it would just be another order.
        buy.fate == Fate::Unknown && buy.request_id.is_some()
    });
    Unanswered {
        adds: adds.map(|add| add.link.clone()).collect(),
        buys: buys.map(|(index, _)| index).collect(),
    }
}

/// Asks again what was not answered, and some of what was.
pub(crate) fn ask_again(
    world: &World,
    book: &mut Book,
    server: &Demo,
    open: Unanswered,
    random: &mut fastrand::Rng,
) {
    let mut kept = Kept::connect(&server.client_with("")).unwrap();
    let known = book.adds.values().filter(|add| matches!(add.fate, Fate::Acknowledged(_)));
    let known = random.choose_multiple(known.map(|add| add.link.clone()), SAMPLE);
    let mut wrong = Vec::new();
    let mut news = 0;
    for link in open.adds.into_iter().chain(known) {
        let Some(add) = book.adds.get_mut(&link) else { continue };
        let told = add_again(world, add, &mut kept);
        let news_or = settle(add.fate, told, add.request_id.is_some());
        match news_or {
            Ok(fate) => {
                news += u64::from(add.fate == Fate::NotFound && fate.id().is_some());
                add.fate = fate;
            }
            Err(text) => wrong.push(format!("{add:?} asked again: {text}")),
        }
    }
    for index in open.buys {
        let buy = &mut book.buys[index];
        match settle(buy.fate, buy_again(world, buy, &mut kept), true) {
            Ok(fate) => {
                news += u64::from(buy.fate == Fate::NotFound && fate.id().is_some());
                buy.fate = fate;
            }
            Err(text) => wrong.push(format!("{buy:?} asked again: {text}")),
        }
    }
    book.acknowledged += news;
    book.wrong.extend(wrong);
}

fn add_again(world: &World, add: &Add, kept: &mut Kept) -> Result<Fate, String> {
    kept.set_key(&world.customers[add.customer].key);
    let reply = ask(kept, &add.fields(&add.texts(&world.offers)));
    fate(&reply, "order", &[NO_MONEY, REPEATED])
}

fn buy_again(world: &World, buy: &Buy, kept: &mut Kept) -> Result<Fate, String> {
    kept.set_key(&world.customers[buy.customer].key);
    let reply = ask(kept, &buy.fields(&buy.texts()));
    fate(&reply, "order", &[NO_MONEY, NO_STOCK])
}

/// What is known after a request was sent again.
fn settle(before: Fate, told: Result<Fate, String>, has_request_id: bool) -> Result<Fate, String> {
    let told = told?;
    let id = before.id();
    match told {
        // The same id as before, or the first one of what had not been stored.
        Fate::Acknowledged(_) if has_request_id && id.is_some() && told.id() == id => Ok(told),
        Fate::Acknowledged(_) if id.is_none() => Ok(told),
        // Without a request id, the repetition of what is stored is refused.
        Fate::Refused if id.is_some() && !has_request_id => Ok(before),
        Fate::Refused if id.is_none() => Ok(Fate::Refused),
        _ => Err(format!("{told:?}")),
    }
}
