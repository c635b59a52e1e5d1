//! One life of a database: started, killed, started again, and ended in peace.

use super::answer::{Reply, ask, lines_of};
use super::book::{Book, Entry, Fate};
use super::check::compare;
use super::client::{Caller, call};
use super::findings::Findings;
use super::load::{Moment, Work, until_killed};
use super::operator::{Operator, work};
use super::world::{World, copy, url};
use super::{Report, replay, stored, watch};
use std::time::Duration;
use testkit::{Demo, Kept, Program};

/// How the program is told to serve.
pub(crate) const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// A database and its program, and what is known of it.
pub(crate) struct Life {
    pub(crate) program: Program,
    pub(crate) world: World,
    pub(crate) book: Book,
    pub(crate) random: fastrand::Rng,
    callers: Vec<Caller>,
    loads: u32,
}

/// The program of a folder like the template's.
pub(crate) fn program_like(template: &Program) -> Program {
    let mut program = template.another();
    copy(template.folder(), program.folder());
    prepare(&mut program);
    program
}

/// How the program is told to work.
pub(crate) fn prepare(program: &mut Program) {
    program.set("TRADECOUNTER_LOG", "warn");
    // An hour: whoever asks again after a kill is never too late to be told.
    program.set("TRADECOUNTER_DUPLICATE_WINDOW_SECONDS", "3600");
}

/// Starts the program, and notes how long it took until it answered.
pub(crate) fn start(program: &Program, world: &World, report: &mut Report) -> Demo {
    let start = watch::now();
    let server = program.start(&SERVE);
    let client = server.client_with(&world.customers[0].key);
    let balance = client.call(&[("action", "balance")]);
    assert!(balance["balance"].is_string(), "{balance}");
    report.restarts.push(start.elapsed());
    server
}

/// Kills the program before or while it opens its database.
pub(crate) fn kill_while_starting(program: &Program, random: &mut fastrand::Rng) {
    let running = program.spawn(&SERVE);
    watch::pass(Duration::from_micros(random.u64(..20_000)));
    running.kill();
}

/// Runs `verify` beside the program.
pub(crate) fn verify(program: &Program, report: &mut Report) {
    let done = program.run(&["--json", "verify"]);
    report.verified += 1;
    let told: serde_json::Value = serde_json::from_str(&done.stdout).unwrap_or_default();
    for check in told["checks"].as_array().into_iter().flatten() {
        let findings = check["findings"].as_array().into_iter().flatten();
        let texts = findings.map(|text| format!("{}: {text}", check["rule"]));
        report.broken_rules.extend(texts);
    }
    if done.code != Some(0) && report.broken_rules.is_empty() {
        report.broken_rules.push(format!("verify: {done:?}"));
    }
}

impl Life {
    pub(crate) fn begin(
        template: &Program,
        world: &World,
        clients: usize,
        mut random: fastrand::Rng,
    ) -> Self {
        let customers = world.customers.len();
        let caller = |number| Caller::new(number, number % customers, random.u64(..));
        Self {
            program: program_like(template),
            world: world.clone(),
            book: Book::default(),
            callers: (0..clients).map(caller).collect(),
            random,
            loads: 0,
        }
    }

    /// Puts load on the server and kills it at the moment. Now and then there are two: an operator
    /// who started another one by mistake must not pay for it.
    pub(crate) fn load(&mut self, server: Demo, moment: Moment) {
        self.loads += 1;
        let mut servers = vec![server];
        if self.loads.is_multiple_of(5) {
            servers.push(self.program.start(&SERVE));
        }
        let mut all: Vec<Work<'_>> = Vec::new();
        for caller in &mut self.callers {
            all.push(Box::new(|common| call(common, caller)));
        }
        // Not always: the last one that closes a database tidies it up.
        if self.random.u8(..3) == 0 {
            let operator = Operator { number: self.loads, random: self.random.fork() };
            let program = &self.program;
            all.push(Box::new(move |common| work(common, program, operator)));
        }
        for entry in until_killed(&self.world, servers, moment, all) {
            self.book.note(entry);
        }
    }

    /// Compares what is stored with the record; then asks again what was not answered, and some of
    /// what was.
    pub(crate) fn compare_and_ask_again(&mut self, server: &Demo) -> Findings {
        let open = replay::unanswered(&self.book);
        let mut found = self.compare();
        replay::ask_again(&self.world, &mut self.book, server, open, &mut self.random);
        found.wrong.append(&mut self.book.wrong);
        found
    }

    fn compare(&mut self) -> Findings {
        let stored = stored::read(&url(self.program.folder()));
        compare(&self.world, &mut self.book, &stored)
    }

    pub(crate) fn verify(&self, report: &mut Report) {
        verify(&self.program, report);
    }

    /// Looks at all that was delivered, compares once more, and lets the program end by itself.
    pub(crate) fn end(&mut self, server: Demo, report: &mut Report) {
        show_all(&self.world, &mut self.book, &server);
        let found = self.compare();
        report.findings.join(found);
        self.book.report(report);
        verify(&self.program, report);
        if !server.terminate().success() {
            report.findings.wrong.push(String::from("the program did not end in order"));
        }
    }
}

/// Looks at what was delivered in every order for products.
pub(crate) fn show_all(world: &World, book: &mut Book, server: &Demo) {
    let mut kept = Kept::connect(&server.client_with("")).unwrap();
    let mut entries = Vec::new();
    for buy in &book.buys {
        let Some(order) = buy.fate.id() else { continue };
        kept.set_key(&world.customers[buy.customer].key);
        let text = order.to_string();
        let reply = ask(&mut kept, &[("action", "result_product"), ("order", &text)]);
        let lines = match &reply {
            Reply::Json(_, value) => lines_of(value).ok_or_else(|| value.to_string()),
            Reply::None(reason) => Err(reason.clone()),
        };
        entries.push(match lines {
            Ok(lines) => Entry::Shown { order, lines },
            Err(text) => Entry::Wrong(format!("product order {order} shows {text}")),
        });
    }
    entries.into_iter().for_each(|entry| book.note(entry));
    debug_assert!(book.buys.iter().all(|buy| buy.fate != Fate::Unknown));
}
