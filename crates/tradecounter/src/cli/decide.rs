//! `order decide`: who has an order, as a person has seen it; for one order or for many.

use super::Desk;
use super::find::{find_executor, find_provider};
use super::lines::{Purpose, Source};
use crate::failure::Failure;
use crate::output;
use counter::fulfilment::Verdict;
use counter::{Failure as CounterFailure, Refusal};
use domain::OrderId;
use domain::orders::{Order, State};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Longest line of a file in bytes.
const LINE_BYTES_MAX: usize = 1_000;

/// What a line of a file may say.
const LINES: &str = "write one of: ORDER not-accepted, ORDER accepted-as ID [at PROVIDER], ORDER \
    accepted [at PROVIDER], ORDER held-by EXECUTOR";

/// Arguments of `order decide`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("verdict").required(true)))]
pub(super) struct DecideArgs {
    /// The orders; all of them get the verdict.
    #[arg(required_unless_present = "file")]
    orders: Vec<i64>,
    /// The provider has it under this id.
    #[arg(long, group = "verdict", value_name = "ID")]
    accepted_as: Option<String>,
    /// The provider has it; its id cannot be found.
    #[arg(long, group = "verdict")]
    accepted: bool,
    /// Nobody has it: it may be placed, or pulled, again. After a restore look at every provider that
    /// it may have gone to.
    #[arg(long, group = "verdict")]
    not_accepted: bool,
    /// This executor (id or name) has it, though our books do not say so.
    #[arg(long, group = "verdict", value_name = "EXECUTOR")]
    held_by: Option<String>,
    /// A file with a verdict for an order on each line: `55 not-accepted`, `56 accepted-as 98123 at
    /// north`, `57 accepted at north`, `58 held-by anna`. A dash is standard input.
    #[arg(long, group = "verdict", conflicts_with_all = ["orders", "at"], value_name = "FILE")]
    file: Option<String>,
    /// The provider (id or name) that has it, when our books do not say which.
    #[arg(long, value_name = "PROVIDER", conflicts_with_all = ["not_accepted", "held_by"])]
    at: Option<String>,
    /// What shows it.
    #[arg(long)]
    reason: String,
}

/// A verdict as people write it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    NotAccepted,
    Accepted { id: Option<String>, at: Option<String> },
    HeldBy(String),
}

impl DecideArgs {
    /// The verdict for every order of the command line.
    fn written(&self) -> Written {
        match (&self.held_by, self.not_accepted) {
            (Some(executor), _) => Written::HeldBy(executor.clone()),
            (None, true) => Written::NotAccepted,
            (None, false) => {
                Written::Accepted { id: self.accepted_as.clone(), at: self.at.clone() }
            }
        }
    }
}

pub(super) async fn run(args: DecideArgs, desk: &Desk) -> Result<(), Failure> {
    let decisions = match &args.file {
        Some(file) => read(file)?,
        None => args.orders.iter().map(|order| (OrderId(*order), args.written())).collect(),
    };
    if args.accepted_as.is_some() && decisions.len() > 1 {
        let text = "an id is that of one order: give one, or a file with --file";
        return Err(Failure::Usage(String::from(text)));
    }
    let mut names = Names { desk, verdicts: HashMap::new() };
    let mut verdicts = Vec::with_capacity(decisions.len());
    // Before any of them is carried out: a name that is wrong in one line decides nothing.
    for (order, written) in &decisions {
        verdicts.push((*order, names.verdict(written).await?));
    }
    if let ([(order, verdict)], None) = (&verdicts[..], &args.file) {
        let after = decide(desk, *order, verdict, &args.reason).await?;
        let sentence = format!("order {} is {}", after.id, after.state.name());
        desk.output.done(&output::order(&after), &sentence);
        return Ok(());
    }
    all(desk, &verdicts, &args.reason).await
}

async fn decide(
    desk: &Desk,
    order: OrderId,
    verdict: &Verdict,
    reason: &str,
) -> Result<Order, CounterFailure<Refusal>> {
    let decided =
        desk.counter.decide_attempt(order, verdict.clone(), &desk.actor, reason, desk.now);
    let after = decided.await?;
    if matches!(verdict, Verdict::NotAccepted { .. }) && after.state == State::Review {
        let text = format!(
            "order {order} was asked for again under its request id until now; it is yours from here: \
             look at the provider again, then say once more what became of it"
        );
        return Err(CounterFailure::Refused(Refusal::NotNow(text)));
    }
    Ok(after)
}

/// For how long the provider may take an order after its answer was lost, as the configuration says.
fn grace_us(desk: &Desk) -> i64 {
    i64::try_from(desk.reach.add.late.as_micros()).unwrap_or(i64::MAX)
}

/// Each in a unit of its own: one that is refused holds up no other.
async fn all(desk: &Desk, verdicts: &[(OrderId, Verdict)], reason: &str) -> Result<(), Failure> {
    let mut rows: Vec<Value> = Vec::with_capacity(verdicts.len());
    let mut refused: usize = 0;
    for (order, verdict) in verdicts {
        let (state, error) = match decide(desk, *order, verdict, reason).await {
            Ok(after) => (Some(after.state.name()), None),
            Err(CounterFailure::Refused(why)) => (None, Some(why.to_string())),
            Err(CounterFailure::Store(error)) => return Err(error.into()),
        };
        refused = refused.saturating_add(usize::from(error.is_some()));
        rows.push(json!({ "order": order.0, "state": state, "error": error }));
    }
    desk.output.list(&rows, &["order", "state", "error"]);
    if refused == 0 {
        return Ok(());
    }
    let (of, text) = (verdicts.len(), "were not decided, see above; the others were");
    Err(Failure::Refused(Refusal::NotNow(format!("{refused} of {of} orders {text}"))))
}

/// Providers and executors by the names that people write.
struct Names<'a> {
    desk: &'a Desk,
    verdicts: HashMap<String, i64>,
}

impl Names<'_> {
    async fn verdict(&mut self, written: &Written) -> Result<Verdict, Failure> {
        Ok(match written {
            Written::NotAccepted => Verdict::NotAccepted { grace_us: grace_us(self.desk) },
            Written::Accepted { id: Some(id), at: None } => Verdict::AcceptedAs(id.clone()),
            Written::Accepted { id: None, at: None } => Verdict::AcceptedNoId,
            Written::Accepted { id, at: Some(at) } => {
                Verdict::PlacedAt(domain::ProviderId(self.id(at, true).await?), id.clone())
            }
            Written::HeldBy(name) => {
                Verdict::Pulled(domain::ExecutorId(self.id(name, false).await?))
            }
        })
    }

    async fn id(&mut self, name: &str, provider: bool) -> Result<i64, Failure> {
        let key = format!("{provider} {name}");
        if let Some(id) = self.verdicts.get(&key) {
            return Ok(*id);
        }
        let id = if provider {
            find_provider(self.desk, name).await?.0
        } else {
            find_executor(self.desk, name).await?.0
        };
        self.verdicts.insert(key, id);
        Ok(id)
    }
}

/// All lines of a file; nothing is decided when one of them cannot be read.
fn read(file: &str) -> Result<Vec<(OrderId, Written)>, Failure> {
    let purpose = Purpose::Decision;
    let source = Source::open(file, purpose)?;
    let mut decisions = Vec::new();
    for line in source.numbered(LINE_BYTES_MAX) {
        let (number, line) = line?;
        let decision = parse(&line);
        decisions
            .push(decision.ok_or_else(|| {
                purpose.broken(number, format!("cannot be understood ({LINES})"))
            })?);
    }
    Ok(decisions)
}

fn parse(line: &str) -> Option<(OrderId, Written)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (order, verdict) = words.split_first()?;
    // Names may have blanks in them.
    let name = |words: &[&str]| Some(words.join(" ")).filter(|name| !name.is_empty());
    let written = match verdict {
        ["not-accepted"] => Written::NotAccepted,
        ["accepted"] => Written::Accepted { id: None, at: None },
        ["accepted", "at", at @ ..] => Written::Accepted { id: None, at: Some(name(at)?) },
        ["accepted-as", id] => Written::Accepted { id: Some((*id).to_owned()), at: None },
        ["accepted-as", id, "at", at @ ..] => {
            Written::Accepted { id: Some((*id).to_owned()), at: Some(name(at)?) }
        }
        ["held-by", executor @ ..] => Written::HeldBy(name(executor)?),
        _ => return None,
    };
    Some((OrderId(order.parse().ok()?), written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_one_thing_each() {
        let accepted = |id: Option<&str>, at: Option<&str>| Written::Accepted {
            id: id.map(str::to_owned),
            at: at.map(str::to_owned),
        };
        for (line, order, written) in [
            ("55 not-accepted", 55, Written::NotAccepted),
            (" 56\taccepted-as  A-9 ", 56, accepted(Some("A-9"), None)),
            ("57 accepted-as 9 at North Panel", 57, accepted(Some("9"), Some("North Panel"))),
            ("58 accepted", 58, accepted(None, None)),
            ("59 accepted at 2", 59, accepted(None, Some("2"))),
            ("60 held-by anna", 60, Written::HeldBy(String::from("anna"))),
        ] {
            assert_eq!(parse(line), Some((OrderId(order), written)), "{line}");
        }
        for line in [
            "55",
            "x accepted",
            "55 accepted at",
            "55 accepted-as",
            "55 not-accepted at north",
            "55 no",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
