//! Several nodes on one PostgreSQL: the real program, several times, and what becomes of it when one of
//! them is killed, stopped, or behind the times.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "what cannot be done is a failed test, also in a helper, and the numbers are small"
)]

mod leases;
mod prices;
mod roles;
mod stopped;

use testkit::{Client, Database, Demo, Program};

/// A counter on PostgreSQL, whose nodes are started in one folder and so have the same secrets.
struct Counter {
    program: Program,
    database: Database,
    /// The key of the account `acme`.
    key: String,
}

impl Counter {
    /// With an account that has money, and a service that is sold in runs.
    fn new() -> Self {
        let database = Database::postgres();
        let mut program = Program::new(env!("CARGO_BIN_EXE_tradecounter"));
        program.set("TRADECOUNTER_DATABASE_URL", database.url());
        program.set("TRADECOUNTER_LEASE_SECONDS", "2");
        program.json(&["migrate"]);
        let mut counter = Self { program, database, key: String::new() };
        counter.tell("category add Words");
        counter.tell(
            "service add --category 1 --name Proof --kind default --rate 5 --min 1 --max 900 \
             --drip-feed true",
        );
        counter.key = counter.account("acme");
        counter
    }

    /// Opens an account with money; returns its key.
    fn account(&self, name: &str) -> String {
        self.tell(&format!("account add {name}"));
        self.tell(&format!("credit {name} 100000 --reason test"));
        let made = self.tell(&format!("key add {name} shop"));
        made["key"].as_str().unwrap().to_owned()
    }

    /// Runs a command of the operator, which must succeed.
    fn tell(&self, command: &str) -> serde_json::Value {
        self.program.json(&command.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>())
    }

    /// Starts a node.
    fn start(&self, role: &str) -> Demo {
        self.program.start(&["serve", "--listen", "127.0.0.1:0", "--role", role])
    }

    /// Starts a node on another URL of the same database, or with other settings.
    fn start_with(&self, role: &str, settings: &[&str]) -> Demo {
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0", "--role", role];
        arguments.extend(settings);
        self.program.start(&arguments)
    }

    /// The program of nodes in another folder, with the same secrets, whose leases last for longer than
    /// anybody waits.
    fn patient(&self) -> Program {
        let mut program = self.program.another();
        for name in ["tradecounter.secret", "tradecounter.stock-keys"] {
            let (from, to) = (self.program.folder().join(name), program.folder().join(name));
            std::fs::copy(from, to).unwrap();
        }
        program.set("TRADECOUNTER_LEASE_SECONDS", "600");
        program
    }

    /// Waits until a node does the work of every lease.
    fn wait_until_it_works(&self, node: &Demo) {
        testkit::until("the node to have every lease", || {
            let log = node.logged();
            let jobs = ["orders", "retention", "sealing", "stock"];
            jobs.iter().all(|job| log.contains(&format!("job=\"{job}\""))).then_some(())
        });
    }

    /// Places orders of two runs each, of which the first is due at once and the second in an hour.
    fn drip_feeds(&self, client: &Client, count: usize) {
        for number in 0..count {
            let link = format!("https://example.com/{}-{number}", self.orders());
            let fields = [
                ("action", "add"),
                ("service", "1"),
                ("link", &*link),
                ("quantity", "10"),
                ("runs", "2"),
                ("interval", "60"),
            ];
            assert!(client.call(&fields)["order"].is_i64());
        }
    }

    fn orders(&self) -> i64 {
        self.database.number("select count(*) from orders where parent_id is null")
    }

    /// How many runs have started.
    fn parts(&self) -> i64 {
        self.database.number("select count(*) from orders where parent_id is not null")
    }

    /// Waits until the first run of every order has started; none may have started twice.
    fn wait_for_the_runs(&self) {
        testkit::until("every run to start", || (self.parts() >= self.orders()).then_some(()));
        self.assert_once();
    }

    fn assert_once(&self) {
        let twice = "select parent_id from orders where parent_id is not null \
            group by parent_id having count(*) > 1";
        assert_eq!(self.database.rows(twice), Vec::<String>::new(), "runs started twice");
        assert_eq!(self.tell("verify")["clean"], true);
    }
}
