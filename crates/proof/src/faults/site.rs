//! The program, its providers, and what it sells by them.

use super::modes::{ANSWER_SECONDS, GRACE_SECONDS, Kind};
use crate::crash::world;
use domain::orders::Order;
use domain::providers::Attempt;
use domain::{AttemptId, OrderId};
use fakepanel::{Panel, Rule, Server};
use std::path::Path;
use store::tables::{attempts, orders};
use store::{Sql, TxExt, Val};
use testkit::{Demo, Program};

/// The panel's account, and its key there.
const ACCOUNT: &str = "main";
const KEY: &str = "fake-key";

/// An upstream panel, and what it is to the program.
pub(super) struct Upstream {
    pub(super) kind: Kind,
    pub(super) provider: i64,
    pub(super) server: Server,
    /// The services that it fulfils.
    pub(super) services: Vec<i64>,
}

/// The program with everything around it.
pub(super) struct Site {
    pub(super) program: Program,
    pub(super) url: String,
    pub(super) upstreams: Vec<Upstream>,
    pub(super) key: String,
    _database: Option<pgkit::Database>,
}

/// What is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pub(super) orders: Vec<Order>,
    pub(super) attempts: Vec<Attempt>,
}

impl Stored {
    /// The attempts of an order, the first one first.
    pub(super) fn attempts_of(&self, order: OrderId) -> Vec<&Attempt> {
        let mut found: Vec<&Attempt> =
            self.attempts.iter().filter(|attempt| attempt.order == order).collect();
        found.sort_by_key(|attempt| attempt.number);
        found
    }
}

const PAGE: i64 = 1_000;

const EVENTS: Sql = Sql {
    name: "PROOF_EVENTS",
    text: "select cast(count(*) as bigint) from event where kind = ?1",
};

impl Site {
    /// Makes the program's database, the panels, and all that leads from one to the other.
    pub(super) fn make(binary: &Path, kinds: &[Kind], postgres: bool) -> Self {
        let mut program = Program::new(binary.to_str().unwrap());
        program.set("TRADECOUNTER_LOG", "error");
        program.set("TRADECOUNTER_DUPLICATE_WINDOW_SECONDS", "0");
        program.set("TRADECOUNTER_LEASE_SECONDS", "2");
        program.set("TRADECOUNTER_PRIVATE_PROVIDERS", "true");
        program.set("TRADECOUNTER_PROVIDER_ANSWER_SECONDS", &ANSWER_SECONDS.to_string());
        program.set("TRADECOUNTER_PROVIDER_GRACE_SECONDS", &GRACE_SECONDS.to_string());
        let database = postgres.then(|| pgkit::Server::shared().database());
        let url = match &database {
            Some(database) => {
                program.set("TRADECOUNTER_DATABASE_URL", &database.url());
                database.url()
            }
            None => world::url(program.folder()),
        };
        program.json(&["migrate"]);
        program.json(&["category", "add", "all"]);
        program.json(&["account", "add", "ann"]);
        program.json(&["credit", "ann", "1000000", "--reason", "at first"]);
        let key = program.json(&["key", "add", "ann"])["key"].as_str().unwrap().to_owned();
        let mut site = Self { program, url, upstreams: Vec::new(), key, _database: database };
        for (kind, seed) in kinds.iter().zip(1..) {
            site.add(*kind, seed);
        }
        site.route();
        site
    }

    fn add(&mut self, kind: Kind, seed: u64) {
        let panel = Panel::new(kind.settings(), seed).unwrap();
        let server = Server::start(panel, "127.0.0.1:0".parse().unwrap()).unwrap();
        let (at_once, per_second) = kind.caps();
        let (at_once, per_second) = (at_once.to_string(), per_second.to_string());
        let url = server.url();
        let mut words = vec!["--json", "provider", "add", "--name", kind.name(), "--url", &url];
        words.extend(["--currency", "USD", "--asks-per-second", "20"]);
        words.extend(["--adds-at-once", &at_once, "--adds-per-second", &per_second]);
        words.extend(kind.told());
        let provider = self.program.run_with_input(&words, KEY).json()["provider"].as_i64();
        let opening = server.look(|panel| panel.purse(ACCOUNT).unwrap().opening).to_string();
        self.program.json(&["provider", "deposit", kind.name(), &opening, "--reason", "at first"]);
        let provider = provider.expect("the id of a provider");
        self.upstreams.push(Upstream { kind, provider, server, services: Vec::new() });
    }

    /// Two services for each that misbehaves: one that has another way, and one that has not.
    fn route(&mut self) {
        let backup = self.upstreams.iter().position(|up| up.kind == Kind::Backup);
        for at in 0..self.upstreams.len() {
            let Upstream { kind, provider, .. } = self.upstreams[at];
            if kind == Kind::Backup {
                continue;
            }
            let alone = self.service();
            self.way(alone, provider, "0");
            let mut services = vec![alone];
            if let Some(backup) = backup.filter(|_| kind.misbehaves()) {
                let spared = self.service();
                self.way(spared, provider, "0");
                self.way(spared, self.upstreams[backup].provider, "1");
                services.push(spared);
            }
            self.upstreams[at].services = services;
        }
    }

    fn service(&self) -> i64 {
        let words = "service add --category 1 --name things --kind default --rate 2 --min 1 \
                     --max 100000 --fulfilment providers";
        let words: Vec<&str> = words.split_whitespace().collect();
        self.program.json(&words)["service"].as_i64().expect("the id of a service")
    }

    fn way(&self, service: i64, provider: i64, priority: &str) {
        let (service, provider) = (service.to_string(), provider.to_string());
        let mut words = vec!["route", "add", &service, &provider, "1"];
        words.extend(["--cost", "0.9", "--priority", priority]);
        self.program.json(&words);
    }

    /// Starts the program.
    pub(super) fn serve(&self) -> Demo {
        self.program.start(&["serve", "--listen", "127.0.0.1:0"])
    }

    /// From now on these rules hold wherever something goes wrong.
    pub(super) fn set_faults(&self, rules: &[Rule]) {
        for upstream in self.upstreams.iter().filter(|upstream| upstream.kind.misbehaves()) {
            upstream.server.set_faults(rules.to_vec()).unwrap();
        }
    }

    /// All orders and attempts, on one snapshot.
    pub(super) fn stored(&self) -> Stored {
        let store = world::open(&self.url);
        let all = |tx: &mut dyn store::Tx| {
            let mut stored = Stored::default();
            loop {
                let last = stored.orders.last().map_or(OrderId(0), |order| order.id);
                let page = orders::after(tx, last, PAGE)?;
                if page.is_empty() {
                    break;
                }
                stored.orders.extend(page);
            }
            loop {
                let last = stored.attempts.last().map_or(AttemptId(0), |attempt| attempt.id);
                let page = attempts::after(tx, last, PAGE)?;
                if page.is_empty() {
                    return Ok::<_, store::DbError>(stored);
                }
                stored.attempts.extend(page);
            }
        };
        world::wait(store.read(all)).unwrap().unwrap()
    }

    /// How often something has happened to an order.
    pub(super) fn count_events(&self, kind: &'static str) -> i64 {
        let store = world::open(&self.url);
        let count =
            move |tx: &mut dyn store::Tx| tx.row(&EVENTS, &[Val::Text(kind)], |row| row.int(0));
        world::wait(store.read(count)).unwrap().unwrap().unwrap_or(0)
    }

    /// What the panel has of our money.
    pub(super) fn purse(&self, upstream: &Upstream) -> i64 {
        upstream.server.look(|panel| panel.balance(ACCOUNT).unwrap().raw())
    }
}
