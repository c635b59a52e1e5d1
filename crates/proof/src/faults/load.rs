//! Orders that come in one after the other, while the program goes away now and then.

use super::oracle::{Asked, link};
use super::site::Site;
use crate::watch;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use testkit::{Client, Kept};

/// Clients at the same time.
const CLIENTS: usize = 4;

/// From one lot of orders to the next, in nanoseconds.
const BURST_NANOS: u32 = 500_000_000;

/// How long a client waits until it asks again.
const PAUSE: Duration = Duration::from_millis(20);

/// An order that is to be placed.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) tag: String,
    pub(crate) service: i64,
    pub(crate) quantity: i64,
    /// When, after the beginning.
    pub(crate) after: Duration,
}

/// Where the program serves; nothing while it does not.
pub(crate) type Address = Mutex<Option<Client>>;

/// The orders of a run: those of the service beside the others at once, the others over `span`.
pub(super) fn wishes(site: &Site, count: usize, span: Duration) -> Vec<Wish> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut wishes: Vec<Wish> = Vec::with_capacity(count);
    let with_services: Vec<_> =
        site.upstreams.iter().filter(|upstream| !upstream.services.is_empty()).collect();
    for number in 0..count {
        let upstream = with_services[number % with_services.len()];
        let turn = number / with_services.len();
        let share = u32::try_from(number).unwrap();
        let whole = u32::try_from(count).unwrap();
        let after = if upstream.kind.misbehaves() { span * share / whole } else { Duration::ZERO };
        // Some at a time, so that a kill finds several under way.
        let after = after - Duration::from_nanos(u64::from(after.subsec_nanos() % BURST_NANOS));
        wishes.push(Wish {
            tag: number.to_string(),
            service: upstream.services[turn % upstream.services.len()],
            quantity: random.i64(100..=999),
            after,
        });
    }
    wishes.sort_by_key(|wish| wish.after);
    wishes
}

/// Places all of them, each until it is acknowledged.
pub(crate) fn place(address: &Address, wishes: &[Wish]) -> Vec<Asked> {
    let (begin, next) = (watch::now(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let client = || {
            let (mut kept, mut asked) = (None, Vec::new());
            while let Some(wish) = wishes.get(next.fetch_add(1, Ordering::SeqCst)) {
                watch::pass(wish.after.saturating_sub(begin.elapsed()));
                asked.push(insist(address, &mut kept, wish));
            }
            asked
        };
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

fn insist(address: &Address, kept: &mut Option<Kept>, wish: &Wish) -> Asked {
    let Wish { tag, service, quantity, .. } = wish.clone();
    let (service_text, quantity_text, link) =
        (service.to_string(), quantity.to_string(), link(&tag));
    let fields = [
        ("action", "add"),
        ("service", &*service_text),
        ("quantity", &*quantity_text),
        ("link", &*link),
        ("request_id", &*tag),
    ];
    loop {
        if kept.is_none() {
            let client = address.lock().unwrap().clone();
            *kept = client.and_then(|client| Kept::connect(&client).ok());
        }
        match kept.as_mut().map(|kept| kept.form(&fields)) {
            Some(Ok(answer)) if answer.status == 200 => {
                let order = answer.json()["order"].as_i64();
                let order = order.unwrap_or_else(|| panic!("{}", answer.body));
                return Asked { tag, service, quantity, order };
            }
            _ => *kept = None,
        }
        watch::pass(PAUSE);
    }
}
