//! A program of the chain: what it sells, it orders from the next one.

use super::link::Link;
use crate::crash::world;
use domain::orders::Order;
use domain::providers::{Attempt, AttemptState};
use domain::{AttemptId, OrderId};
use std::net::SocketAddr;
use std::path::Path;
use store::tables::{attempts, orders};
use testkit::{Demo, Program};

/// A program, and the link that leads to it.
pub(super) struct Node {
    pub(super) program: Program,
    pub(super) link: Link,
    /// Its customer's key: whoever is in front of it in the chain.
    pub(super) key: String,
    pub(super) running: Option<Demo>,
}

/// Whom a program orders from.
pub(super) struct Next {
    pub(super) url: String,
    /// Its key there.
    pub(super) key: String,
    /// What is charged for 1,000.
    pub(super) cost: &'static str,
}

const PAGE: i64 = 1_000;

impl Node {
    /// A program that orders from `next`, and is reached through `link`.
    pub(super) fn make(binary: &Path, link: Link, next: &Next) -> Self {
        let Next { url, key, cost } = next;
        let mut program = Program::new(binary.to_str().unwrap());
        for (name, value) in [
            ("LOG", "error"),
            ("DUPLICATE_WINDOW_SECONDS", "0"),
            ("LEASE_SECONDS", "2"),
            ("PRIVATE_PROVIDERS", "true"),
            ("PROVIDER_ANSWER_SECONDS", "5"),
            ("PROVIDER_GRACE_SECONDS", "5"),
        ] {
            program.set(&format!("TRADECOUNTER_{name}"), value);
        }
        program.json(&["migrate"]);
        program.json(&["category", "add", "all"]);
        let service = "service add --category 1 --name things --kind default --rate 2 --min 1 \
                       --max 100000 --fulfilment providers";
        program.json(&service.split_whitespace().collect::<Vec<_>>());
        program.json(&["account", "add", "ann"]);
        program.json(&["credit", "ann", "1000000", "--reason", "at first"]);
        let own = program.json(&["key", "add", "ann"])["key"].as_str().unwrap().to_owned();
        let words = ["--json", "provider", "add", "--name", "next", "--url", url];
        let more = "--currency USD --takes-request-id true --adds-at-once 16 --adds-per-second 100 \
                    --asks-per-second 20";
        let more: Vec<&str> = more.split_whitespace().collect();
        program.run_with_input(&[&words[..], &more].concat(), key).json();
        program.json(&["route", "add", "1", "next", "1", "--cost", cost]);
        Self { program, link, key: own, running: None }
    }

    /// Starts it.
    pub(super) fn start(&mut self) {
        let running = self.program.start(&["serve", "--listen", "127.0.0.1:0"]);
        let address: SocketAddr = running.client_with("").address.parse().unwrap();
        self.link.lead_to(Some(address));
        self.running = Some(running);
    }

    /// Kills it, and starts it again.
    pub(super) fn kill(&mut self) {
        self.link.lead_to(None);
        if let Some(running) = self.running.take() {
            running.kill();
        }
        self.start();
    }

    /// All its orders, and its attempts.
    pub(super) fn stored(&self) -> (Vec<Order>, Vec<Attempt>) {
        let store = world::open(&world::url(self.program.folder()));
        let all = |tx: &mut dyn store::Tx| {
            let (mut rows, mut tries): (Vec<Order>, Vec<Attempt>) = (Vec::new(), Vec::new());
            loop {
                let last = rows.last().map_or(OrderId(0), |order| order.id);
                let page = orders::after(tx, last, PAGE)?;
                if page.is_empty() {
                    break;
                }
                rows.extend(page);
            }
            loop {
                let last = tries.last().map_or(AttemptId(0), |attempt| attempt.id);
                let page = attempts::after(tx, last, PAGE)?;
                if page.is_empty() {
                    return Ok::<_, store::DbError>((rows, tries));
                }
                tries.extend(page);
            }
        };
        world::wait(store.read(all)).unwrap().unwrap()
    }

    /// What the next one calls the order of an attempt that it has accepted.
    pub(super) fn called_next(attempts: &[Attempt], order: OrderId) -> Option<i64> {
        let of_order = attempts.iter().filter(|attempt| attempt.order == order);
        let mut accepted = of_order.filter(|attempt| attempt.state == AttemptState::Accepted);
        accepted.next()?.upstream_id.as_ref()?.parse().ok()
    }
}
