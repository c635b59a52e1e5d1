//! Load: many clients at once, and an operator beside them, until the program is killed.

use super::book::Entry;
use super::world::World;
use crate::watch;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use testkit::{Client, Demo};

/// When the program is killed: after so many acknowledgements, or when so long has passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) acknowledged: u64,
    pub(crate) at_latest: Duration,
}

/// What clients and operator have in common while they are at it.
pub(crate) struct Common<'a> {
    pub(crate) world: &'a World,
    /// Where it is served: by one process, or by several on one database.
    addresses: Vec<String>,
    /// Set just before the program is killed: from then on no answer is no surprise.
    ending: AtomicBool,
    /// Whether the database goes away at times, while the program stays.
    outages: bool,
    rhythm: Mutex<Rhythm>,
    to_go: AtomicU64,
    reached: Sender<()>,
    /// Orders that were acknowledged, by customer; an operator completes some.
    placed: Mutex<HashMap<usize, Vec<i64>>>,
    /// Orders that the operator completed, by customer.
    completed: Mutex<HashMap<usize, Vec<i64>>>,
}

/// When orders were acknowledged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rhythm {
    /// The last time.
    pub(crate) last: Instant,
    /// The longest time between two.
    pub(crate) gap: Duration,
}

type Orders = Mutex<HashMap<usize, Vec<i64>>>;

fn put(orders: &Orders, customer: usize, order: i64) {
    let mut orders = orders.lock().unwrap_or_else(PoisonError::into_inner);
    orders.entry(customer).or_default().push(order);
}

fn pick(orders: &Orders, customer: usize, random: &mut fastrand::Rng) -> Option<i64> {
    let orders = orders.lock().unwrap_or_else(PoisonError::into_inner);
    random.choice(orders.get(&customer)?.iter()).copied()
}

impl<'a> Common<'a> {
    fn new(world: &'a World, servers: &[Demo], to_go: u64) -> (Self, Receiver<()>) {
        let (reached, at_moment) = channel();
        let common = Self {
            world,
            addresses: servers.iter().map(|server| server.client_with("").address).collect(),
            ending: AtomicBool::new(false),
            outages: false,
            rhythm: Mutex::new(Rhythm { last: watch::now(), gap: Duration::ZERO }),
            to_go: AtomicU64::new(to_go),
            reached,
            placed: Mutex::default(),
            completed: Mutex::default(),
        };
        (common, at_moment)
    }

    /// A client of that number, with a key.
    pub(crate) fn client(&self, number: usize, key: &str) -> Client {
        let address = self.addresses[number % self.addresses.len()].clone();
        Client { address, key: key.to_owned() }
    }

    /// Whether the program is being killed.
    pub(crate) fn ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    /// Whether the database goes away at times: then some requests are told to come again later.
    pub(crate) const fn outages(&self) -> bool {
        self.outages
    }

    /// Notes that an order was acknowledged just now.
    pub(crate) fn ordered(&self) {
        let now = watch::now();
        let mut rhythm = self.rhythm.lock().unwrap_or_else(PoisonError::into_inner);
        rhythm.gap = rhythm.gap.max(now.saturating_duration_since(rhythm.last));
        rhythm.last = now;
    }

    /// When orders were acknowledged until now.
    pub(crate) fn rhythm(&self) -> Rhythm {
        *self.rhythm.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an acknowledgement; the last one that was waited for calls the killer.
    pub(crate) fn acknowledged(&self) {
        if self.to_go.fetch_sub(1, Ordering::SeqCst) == 1 {
            // Nobody listens any more when time was up before.
            let _ = self.reached.send(());
        }
    }

    /// There is nothing more to ask: no reason to wait any longer. Nobody may listen any more.
    pub(crate) fn finished(&self) {
        let _ = self.reached.send(());
    }

    pub(crate) fn placed(&self, customer: usize, order: i64) {
        put(&self.placed, customer, order);
    }

    pub(crate) fn completed(&self, customer: usize, order: i64) {
        put(&self.completed, customer, order);
    }

    pub(crate) fn some_placed(&self, customer: usize, random: &mut fastrand::Rng) -> Option<i64> {
        pick(&self.placed, customer, random)
    }

    pub(crate) fn some_completed(
        &self,
        customer: usize,
        random: &mut fastrand::Rng,
    ) -> Option<i64> {
        pick(&self.completed, customer, random)
    }
}

/// Something that goes on beside others until the program is gone.
pub(crate) type Work<'w> = Box<dyn FnOnce(&Common<'_>) -> Vec<Entry> + Send + 'w>;

/// Lets all of them at the servers, kills these at the moment, and returns what was asked and
/// answered.
pub(crate) fn until_killed(
    world: &World,
    servers: Vec<Demo>,
    moment: Moment,
    work: Vec<Work<'_>>,
) -> Vec<Entry> {
    let (common, at_moment) = Common::new(world, &servers, moment.acknowledged);
    std::thread::scope(|scope| {
        let common = &common;
        let threads: Vec<_> =
            work.into_iter().map(|work| scope.spawn(move || work(common))).collect();
        // Either way: the moment has come.
        let _ = at_moment.recv_timeout(moment.at_latest);
        common.ending.store(true, Ordering::SeqCst);
        servers.into_iter().for_each(Demo::kill);
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// Ends the clients, also when something that cannot be done panics: they would go on for ever.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Lets all of them at the servers, whose database `during` takes away, and ends them when that has
/// come to its end; each gets the answer that it waits for.
pub(crate) fn while_it_breaks<T>(
    world: &World,
    servers: &[Demo],
    moment: Moment,
    work: Vec<Work<'_>>,
    during: impl FnOnce(&Common<'_>) -> T,
) -> (Vec<Entry>, T) {
    let (mut common, at_moment) = Common::new(world, servers, moment.acknowledged);
    common.outages = true;
    std::thread::scope(|scope| {
        let common = &common;
        let threads: Vec<_> =
            work.into_iter().map(|work| scope.spawn(move || work(common))).collect();
        // Either way: the moment has come.
        let _ = at_moment.recv_timeout(moment.at_latest);
        let ending = Ending(&common.ending);
        let done = during(common);
        drop(ending);
        (threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect(), done)
    })
}

/// Lets all of them at the servers until they have nothing more to ask.
pub(crate) fn until_done(world: &World, servers: &[Demo], work: Vec<Work<'_>>) -> Vec<Entry> {
    let (common, _) = Common::new(world, servers, u64::MAX);
    std::thread::scope(|scope| {
        let common = &common;
        let threads: Vec<_> =
            work.into_iter().map(|work| scope.spawn(move || work(common))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}
