//! Prices, keys and suspensions that change through one node's command line while two nodes take orders:
//! every order is answered as it was right at some moment between its asking and its answer. So what
//! is asked after a change was acknowledged is answered by what has changed.

use crate::Counter;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use testkit::{Client, until};

/// After these, a node may refuse `acme` for a moment longer: its looks at keys and accounts are a quarter
/// of a second apart. What is forbidden holds at once.
const ALLOWED_AGAIN: [&str; 2] = ["account resume acme", "key edit 1 --scopes all"];

/// What the operator does, one after the other: `acme` pays the list rate less its tier's discount,
/// `beta` a price of its own. Rates are in millionths; nothing where orders are refused.
const STEPS: &[(&str, Option<i64>, Option<i64>)] = &[
    ("service edit 1 --rate 6", Some(6_000_000), Some(3_000_000)),
    ("tier edit gold --discount 50", Some(3_000_000), Some(3_000_000)),
    ("service edit 1 --rate 8", Some(4_000_000), Some(3_000_000)),
    ("price set beta --service 1 7", Some(4_000_000), Some(7_000_000)),
    ("service edit 1 --on-sale false", None, None),
    ("tier edit gold --discount 25", None, None),
    ("service edit 1 --on-sale true", Some(6_000_000), Some(7_000_000)),
    ("account suspend acme", None, Some(7_000_000)),
    ("service edit 1 --rate 4", None, Some(7_000_000)),
    ("account resume acme", Some(3_000_000), Some(7_000_000)),
    ("price clear beta --service 1", Some(3_000_000), Some(4_000_000)),
    ("key edit 1 --scopes read", None, Some(4_000_000)),
    ("key edit 1 --scopes all", Some(3_000_000), Some(4_000_000)),
    ("key edit 2 --daily-cap 0.000001", Some(3_000_000), None),
    ("key edit 2 --daily-cap none", Some(3_000_000), Some(4_000_000)),
    ("account set beta --discount 50", Some(3_000_000), Some(2_000_000)),
    ("tier edit gold --discount 0", Some(4_000_000), Some(2_000_000)),
    ("key revoke 1", None, Some(2_000_000)),
    ("key revoke 2", None, None),
];

const ACCOUNTS: [&str; 2] = ["acme", "beta"];

/// What held from one change to the next.
#[derive(Clone, Copy, Debug)]
struct State {
    rates: [Option<i64>; 2],
    /// Whether `acme` may be refused all the same.
    late: bool,
    begun: u64,
    done: u64,
}

/// What was asked by an account and answered.
#[derive(Clone, Copy, Debug)]
struct Told {
    account: usize,
    /// The order; nothing when it was refused.
    order: Option<i64>,
    begun: u64,
    done: u64,
}

/// The states that explain an answer: begun before it was given, and not replaced before it was asked
/// for.
fn explained(states: &[State], told: Told, rate: Option<i64>) -> Vec<usize> {
    let fits = |index: &usize| {
        let replaced = states.get(index + 1).is_some_and(|next| next.done < told.begun);
        let state = &states[*index];
        let late = state.late && told.account == 0 && rate.is_none();
        state.begun <= told.done && !replaced && (late || state.rates[told.account] == rate)
    };
    (0..states.len()).filter(fits).collect()
}

/// Orders once; what it was told and when.
fn ask(client: &Client, account: usize, link: &str, tick: &AtomicU64) -> Told {
    let fields = [("action", "add"), ("service", "1"), ("link", link), ("quantity", "100")];
    let begun = tick.fetch_add(1, Ordering::SeqCst);
    let answer = client.call(&fields);
    let done = tick.fetch_add(1, Ordering::SeqCst);
    let order = answer["order"].as_i64();
    assert!(order.is_some() || answer["error"].is_string(), "{answer}");
    Told { account, order, begun, done }
}

#[test]
fn what_was_acknowledged_on_one_node_holds_for_every_order_on_all() {
    let counter = Counter::new();
    let keys = [counter.key.clone(), counter.account(ACCOUNTS[1])];
    counter.tell("tier add gold --discount 0");
    counter.tell("account set acme --tier gold");
    counter.tell("price set beta --service 1 3");
    let nodes = [counter.start("all"), counter.start("api")];
    let tick = AtomicU64::new(1);
    let end = AtomicBool::new(false);
    let mut states =
        vec![State { rates: [Some(5_000_000), Some(3_000_000)], late: false, begun: 0, done: 0 }];
    let mut told: Vec<Told> = Vec::new();
    std::thread::scope(|scope| {
        let mut callers = Vec::new();
        for (number, node) in nodes.iter().enumerate() {
            for (account, key) in keys.iter().enumerate() {
                let (client, tick, end) = (node.client_with(key), &tick, &end);
                let name = format!("{number}-{account}");
                callers.push(scope.spawn(move || {
                    let mut all = Vec::new();
                    while !end.load(Ordering::SeqCst) {
                        let link = format!("https://example.com/{name}/{}", all.len());
                        all.push(ask(&client, account, &link, tick));
                    }
                    all
                }));
            }
        }
        until("some to be asked", || (tick.load(Ordering::SeqCst) > 60).then_some(()));
        for (command, first, second) in STEPS {
            let begun = tick.fetch_add(1, Ordering::SeqCst);
            counter.tell(command);
            let done = tick.fetch_add(1, Ordering::SeqCst);
            let late = ALLOWED_AGAIN.contains(command);
            states.push(State { rates: [*first, *second], late, begun, done });
            for (number, node) in nodes.iter().enumerate().filter(|_| late) {
                let client = node.client_with(&keys[0]);
                until("the node to allow it", || {
                    let link = format!("https://example.com/again/{number}/{}", told.len());
                    told.push(ask(&client, 0, &link, &tick));
                    told.last()?.order
                });
            }
            // Some are asked that can only be answered by what holds now.
            until("more to be asked", || (tick.load(Ordering::SeqCst) > done + 60).then_some(()));
        }
        end.store(true, Ordering::SeqCst);
        told.extend(callers.into_iter().flat_map(|caller| caller.join().unwrap()));
    });
    let rates: HashMap<i64, i64> = counter
        .database
        .rows("select id, rate, charge from orders")
        .iter()
        .map(|row| {
            let columns: Vec<i64> = row.split('|').map(|text| text.parse().unwrap()).collect();
            assert_eq!(columns[1], columns[2] * 10, "100 units: {row}");
            (columns[0], columns[1])
        })
        .collect();
    let mut used = vec![0; states.len()];
    let mut placed = 0;
    for told in told {
        let rate = told.order.map(|order| rates[&order]);
        placed += usize::from(rate.is_some());
        let fitting = explained(&states, told, rate);
        assert!(!fitting.is_empty(), "{told:?} at {rate:?}: {states:#?}");
        fitting.iter().for_each(|index| used[*index] += 1);
    }
    assert_eq!(placed, rates.len(), "every order was answered");
    assert!(used.iter().all(|count| *count > 4), "each state was met: {used:?}");
    // What was asked after the first change and charged as before it would have been found.
    let first = states[1];
    let (begun, done) = (first.done + 1, first.done + 2);
    let late = Told { account: 0, order: Some(1), begun, done };
    assert!(!explained(&states, late, first.rates[0]).is_empty());
    assert!(explained(&states, late, states[0].rates[0]).is_empty());
    assert!(explained(&states, late, None).is_empty());
    assert_eq!(counter.tell("verify")["clean"], true);
}

#[test]
fn what_one_node_changes_the_others_show() {
    let counter = Counter::new();
    let node = counter.start("api");
    let client = node.client_with(&counter.key);
    let shown = |field: &str| client.call(&[("action", "services")])[0][field].clone();
    assert_eq!(shown("rate"), "5");
    assert_eq!(client.call(&[("action", "balance")])["balance"], "100000");
    counter.tell("service edit 1 --rate 6 --name Proofs");
    until("the new rate", || (shown("rate") == "6" && shown("name") == "Proofs").then_some(()));
    counter.tell("price set acme --service 1 2");
    until("the price of its own", || (shown("rate") == "2").then_some(()));
    counter.tell("credit acme 5 --reason more");
    let balance = || client.call(&[("action", "balance")])["balance"].clone();
    until("the new balance", || (balance() == "100005").then_some(()));
    counter.tell("key revoke 1");
    until("the end of the key", || balance().is_null().then_some(()));
}
