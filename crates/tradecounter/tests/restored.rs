//! An older copy of the database is put in its place, and the provider has what was sent since: the
//! program, killed under orders, against a panel over HTTP whose journal is the oracle.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be done is a failed test")]

use fakepanel::settings::Span;
use fakepanel::{Action, Panel, Server};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;
use testkit::{Client, Demo, Program, until};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const DATABASE: &str = "tradecounter.db";

/// Orders that are placed before the copy is made, and after it.
const BEFORE: usize = 30;
const AFTER: usize = 4;

/// What stands in front of a link's number.
const MARKER: &str = "/o-";

struct Site {
    program: Program,
    panel: Server,
    key: String,
}

fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}

impl Site {
    fn make() -> Self {
        let latency_us = Span { from: 0, to: 2_000 };
        let mut settings = fakepanel::Settings { latency_us, ..Default::default() };
        settings.delivery.start_us = Span { from: 10_000, to: 50_000 };
        settings.delivery.run_us = Span { from: 10_000, to: 50_000 };
        let panel = Panel::new(settings, 7).unwrap();
        let panel = Server::start(panel, "127.0.0.1:0".parse().unwrap()).unwrap();
        let mut program = Program::new(BINARY);
        program.set("TRADECOUNTER_PRIVATE_PROVIDERS", "true");
        program.set("TRADECOUNTER_LEASE_SECONDS", "2");
        program.set("TRADECOUNTER_DUPLICATE_WINDOW_SECONDS", "0");
        program.set("TRADECOUNTER_LOG", "error");
        for text in ["migrate", "category add all", "account add ann"] {
            program.json(&words(text));
        }
        program.json(&words("credit ann 1000 --reason bank"));
        let key = program.json(&words("key add ann"))["key"].as_str().unwrap().to_owned();
        let service = "service add --category 1 --name things --kind default --rate 2 --min 1 \
                       --max 9999 --fulfilment providers --cancel true";
        program.json(&service.split_whitespace().collect::<Vec<_>>());
        let provider = format!(
            "--json provider add --name north --currency USD --adds-per-second 8 --balance-decimals 5 \
             --url {}",
            panel.url()
        );
        let words: Vec<&str> = provider.split_whitespace().collect();
        assert_eq!(program.run_with_input(&words, "fake-key\n").json()["provider"], 1);
        program.json(&["route", "add", "1", "north", "1", "--cost", "0.9"]);
        Self { program, panel, key }
    }

    fn serve(&self) -> (Demo, Client) {
        let served = self.program.start(&["serve", "--listen", "127.0.0.1:0"]);
        let client = served.client_with(&self.key);
        (served, client)
    }

    /// How often the panel has taken each link.
    fn taken(&self) -> BTreeMap<String, usize> {
        self.panel.look(|panel| {
            let tags = panel.orders_by_tag(MARKER);
            tags.into_iter().map(|(tag, orders)| (tag.to_owned(), orders.len())).collect()
        })
    }

    fn adds(&self) -> u64 {
        self.panel.look(|panel| panel.journal().requests_for(Action::Add))
    }

    /// What the panel calls the order of a link.
    fn id_of(&self, link: &str) -> Option<u64> {
        self.panel.look(|panel| panel.orders().iter().find(|o| &*o.link == link).map(|o| o.id))
    }

    fn listed(&self, state: &str) -> Vec<serde_json::Value> {
        let words = ["order", "list", "--state", state, "--limit", "1000"];
        self.program.json(&words).as_array().unwrap().clone()
    }

    /// Kills the program while it places orders, and puts a copy in place that was made a while
    /// before. The panel has most of what the copy calls pending, and some that the copy does not know.
    fn restore(&self) {
        let (served, client) = self.serve();
        for number in 0..BEFORE {
            add(&client, number);
        }
        until("some orders are placed", || (self.taken().len() >= 8).then_some(()));
        let copy = self.program.folder().join("copy.db");
        let live = Connection::open(self.program.folder().join(DATABASE)).unwrap();
        live.execute("vacuum into ?1", [copy.to_str().unwrap()]).unwrap();
        drop(live);
        let copied = self.taken().len();
        for number in BEFORE..BEFORE + AFTER {
            add(&client, number);
        }
        until("more are placed", || (self.taken().len() > BEFORE).then_some(()));
        served.kill();
        assert!(copied < BEFORE, "everything was placed before the copy was made");
        put_in_place(&copy, self.program.folder());
    }
}

fn put_in_place(copy: &Path, folder: &Path) {
    for name in ["", "-wal", "-shm"] {
        drop(std::fs::remove_file(folder.join(format!("{DATABASE}{name}"))));
    }
    std::fs::copy(copy, folder.join(DATABASE)).unwrap();
}

fn add(client: &Client, number: usize) -> i64 {
    let link = format!("https://example.com{MARKER}{number}/");
    let order = [("action", "add"), ("service", "1"), ("link", &link), ("quantity", "1000")];
    let placed = client.call(&order);
    placed["order"].as_i64().unwrap_or_else(|| panic!("{placed}"))
}

#[test]
fn nothing_is_bought_twice_after_an_older_copy_was_put_in_place() {
    let site = Site::make();
    site.restore();
    // The server that was killed counts as running for a moment, in the copy too.
    let restored = until("the server counts as gone", || {
        let ran = site.program.run(&["--json", "restored"]);
        if ran.code == Some(3) {
            assert!(ran.stderr.contains("lease_seconds"), "{ran:?}");
            return None;
        }
        Some(ran.json())
    });
    assert_eq!(restored["held_providers"], serde_json::json!(["north"]));
    // Whoever is not sure whether it was done says it again.
    let again = site.program.run(&words("restored"));
    assert_eq!(again.code, Some(3), "{again:?}");
    assert!(again.stderr.contains("--another-copy") && again.stderr.contains("north"), "{again:?}");
    assert_eq!(site.program.json(&["restored", "--show"]), restored);
    let review = site.listed("review");
    assert!(review.len() >= 5, "the copy knows all of it: {restored}");
    assert_eq!(restored["to_decide"], review.len());
    let (adds, taken) = (site.adds(), site.taken());

    // Customers order on; the panel is asked, and gets nothing.
    let (served, client) = site.serve();
    let new: Vec<i64> = (100..103).map(|number| add(&client, number)).collect();
    assert!(new[0] >= restored["first_order"].as_i64().unwrap());
    let reads = || site.panel.look(|panel| panel.journal().requests_for(Action::Balance));
    let before = reads();
    until("the balance is read again", || (reads() >= before + 2).then_some(()));
    assert_eq!(site.adds(), adds, "something was placed");
    let early = site.program.run(&words("provider release north --reason looked"));
    assert_eq!(early.code, Some(3), "{early:?}");
    assert!(early.stderr.contains("order list --state review"), "{early:?}");
    assert!(served.logged().contains("north"), "{}", served.logged());

    // A person looks every order up.
    let mut lines = String::new();
    let mut nowhere = 0;
    for order in &review {
        match site.id_of(order["link"].as_str().unwrap()) {
            Some(id) => lines.push_str(&format!("{} accepted-as {id} at north\n", order["order"])),
            None => {
                nowhere += 1;
                lines.push_str(&format!("{} not-accepted\n", order["order"]));
            }
        }
    }
    let decide = words("--json order decide --file - --reason seen");
    let decided = site.program.run_with_input(&decide, &lines).json();
    assert_eq!(decided.as_array().unwrap().len(), review.len());
    assert!(site.listed("review").is_empty());
    let again = site.program.run_with_input(&decide, lines.lines().next().unwrap());
    assert_eq!(again.code, Some(3), "{again:?}");
    assert_eq!(site.adds(), adds, "the provider is not released");

    // What the copy does not know at all was bought too: staff accept the balance as it is.
    site.program.json(&words("provider release north --accept-balance --reason looked"));
    let open = ["pending", "dispatching", "submitted", "in_progress"];
    until("everything is delivered", || {
        open.iter().all(|state| site.listed(state).is_empty()).then_some(())
    });
    let after = site.taken();
    assert_eq!(after.len(), taken.len() + nowhere + new.len());
    assert!(after.values().all(|count| *count == 1), "{after:?}");
    assert_eq!(site.listed("completed").len(), BEFORE + new.len());
    let shown = site.program.json(&["restored", "--show"]);
    assert_eq!(shown["held_providers"], serde_json::json!([]));
    assert_eq!(shown["to_decide"], 0);
    served.terminate();
    assert_eq!(site.program.json(&["verify"])["clean"], true);
}

/// The control: without it, what the copy calls pending is bought once more.
#[test]
fn a_copy_that_nobody_tells_of_buys_twice() {
    let site = Site::make();
    site.restore();
    let (served, _) = site.serve();
    until("something is bought twice", || {
        site.taken().values().any(|count| *count > 1).then_some(())
    });
    served.kill();
}
