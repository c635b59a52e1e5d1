//! An operator at the command line, beside the server: it is another process on the same database,
//! and is killed now and then as well.

use super::book::{Claim, Credit, Entry};
use super::load::Common;
use crate::watch;
use std::time::Duration;
use testkit::Program;

/// An operator; no two have the same number.
#[derive(Clone, Debug)]
pub(super) struct Operator {
    pub(super) number: u32,
    pub(super) random: fastrand::Rng,
}

/// What came of a command.
enum Done {
    Yes,
    No,
    Killed,
    Else(String),
}

/// Works until the server is gone; returns all that was done.
pub(super) fn work(common: &Common<'_>, program: &Program, mut operator: Operator) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut task = 0;
    while !common.ending() {
        task += 1;
        let name = format!("{}-{task}", operator.number);
        let customer = operator.random.usize(..common.world.customers.len());
        match operator.random.u8(..10) {
            0..6 => {
                let order = common.some_placed(customer, &mut operator.random);
                if let Some(order) = order {
                    complete(common, program, &mut operator, (customer, order), &mut entries);
                }
            }
            6..9 => credit(common, program, &mut operator, (customer, &name), &mut entries),
            _ => import(common, program, &name, &mut entries),
        }
    }
    entries
}

/// Runs a command; every fifth is killed in the midst of it.
fn run(program: &Program, operator: &mut Operator, arguments: &[&str]) -> Done {
    if operator.random.u8(..5) == 0 {
        let running = program.spawn(arguments);
        watch::pass(Duration::from_micros(operator.random.u64(..20_000)));
        running.kill();
        return Done::Killed;
    }
    let done = program.run(arguments);
    match done.code {
        Some(0) => Done::Yes,
        Some(3) => Done::No,
        _ => Done::Else(format!("{arguments:?}: {done:?}")),
    }
}

/// What is known after a command; nothing was done when there is nothing.
fn claim(common: &Common<'_>, entries: &mut Vec<Entry>, done: Done) -> Option<Claim> {
    match done {
        Done::Yes => {
            common.acknowledged();
            Some(Claim { sure: true, possible: false })
        }
        Done::No => None,
        Done::Killed => Some(Claim { sure: false, possible: true }),
        Done::Else(text) => {
            entries.push(Entry::Wrong(text));
            Some(Claim { sure: false, possible: true })
        }
    }
}

fn complete(
    common: &Common<'_>,
    program: &Program,
    operator: &mut Operator,
    (customer, order): (usize, i64),
    entries: &mut Vec<Entry>,
) {
    let done = run(program, operator, &["order", "complete", &order.to_string()]);
    if let Some(claim) = claim(common, entries, done) {
        if claim.sure {
            common.completed(customer, order);
        }
        entries.push(Entry::Complete { order, claim });
    }
}

fn credit(
    common: &Common<'_>,
    program: &Program,
    operator: &mut Operator,
    (customer, name): (usize, &str),
    entries: &mut Vec<Entry>,
) {
    let account = common.world.customers[customer].account.to_string();
    let whole = operator.random.i64(1..=5);
    let reason = format!("payment {name}");
    let arguments = ["credit", &account, &whole.to_string(), "--reason", &reason];
    let done = run(program, operator, &arguments);
    if let Some(claim) = claim(common, entries, done) {
        let credit = Credit { customer, amount: whole * 1_000_000, claim };
        entries.push(Entry::Credit { reason, credit });
    }
}

/// Never killed: an import that is left half done waits for somebody to clear it away.
fn import(common: &Common<'_>, program: &Program, name: &str, entries: &mut Vec<Entry>) {
    let Some(shelf) = common.world.shelves.iter().find(|shelf| shelf.uses == 1) else { return };
    let lines: Vec<String> = (0..5).map(|line| format!("late item {name}-{line}")).collect();
    let product = shelf.product;
    let done =
        program.run_with_input(&["stock", "import", &product.to_string(), "-"], &lines.join("\n"));
    if done.code == Some(0) {
        common.acknowledged();
        entries.push(Entry::Imported { product, lines });
    } else {
        entries.push(Entry::Wrong(format!("an import: {done:?}")));
    }
}
