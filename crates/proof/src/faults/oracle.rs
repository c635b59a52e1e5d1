//! What the panels' journals say, against what the program says.

use domain::orders::{Order, State};
use fakepanel::State as End;
use std::collections::{BTreeMap, HashMap};

/// An order that a panel has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bought {
    /// At which of the panels.
    pub(crate) at: usize,
    pub(crate) quantity: i64,
    pub(crate) end: End,
}

/// An order that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) tag: String,
    pub(crate) service: i64,
    pub(crate) quantity: i64,
    /// What the program called it.
    pub(crate) order: i64,
}

/// What must not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Orders that panels have taken more than once. Where a panel had canceled an order before it was
    /// taken once more, nothing is bought twice.
    pub duplicated: Vec<String>,
    /// Orders that were given back, and a panel delivers them.
    pub refunded: Vec<String>,
    /// Orders that were charged for, and no panel has them.
    pub absent: Vec<String>,
    /// Anything else.
    pub wrong: Vec<String>,
}

impl Findings {
    /// Whether there is nothing.
    pub fn clean(&self) -> bool {
        self == &Self::default()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        let Self { duplicated, refunded, absent, wrong } = self;
        duplicated.len() + refunded.len() + absent.len() + wrong.len()
    }

    /// Each with its kind.
    pub fn told(&self) -> impl Iterator<Item = String> {
        let Self { duplicated, refunded, absent, wrong } = self;
        let kinds = [
            ("duplicated", duplicated),
            ("refunded", refunded),
            ("absent", absent),
            ("wrong", wrong),
        ];
        let each = |(kind, texts): (&str, &Vec<String>)| {
            texts.iter().map(|text| format!("{kind}: {text}")).collect::<Vec<_>>()
        };
        kinds.into_iter().flat_map(each).collect::<Vec<_>>().into_iter()
    }

    /// Takes in what was found elsewhere.
    pub(crate) fn join(&mut self, other: Self) {
        self.duplicated.extend(other.duplicated);
        self.refunded.extend(other.refunded);
        self.absent.extend(other.absent);
        self.wrong.extend(other.wrong);
    }
}

/// What precedes the tag in a link.
pub(crate) const MARKER: &str = "/o-";

/// The link of an order.
pub(crate) fn link(tag: &str) -> String {
    format!("https://example.com{MARKER}{tag}/")
}

/// Compares what was asked, what the program has, and what panels have, by tag.
pub(crate) fn judge(
    asked: &[Asked],
    rows: &[Order],
    bought: &BTreeMap<String, Vec<Bought>>,
) -> Findings {
    let mut found = Findings::default();
    let mut by_link: HashMap<&str, Vec<&Order>> = HashMap::new();
    for order in rows {
        by_link.entry(&order.link).or_default().push(order);
    }
    for Asked { tag, service, quantity, order } in asked {
        let there = by_link.remove(link(tag).as_str()).unwrap_or_default();
        let [row] = there[..] else {
            found.wrong.push(format!("{tag} is there {} times", there.len()));
            continue;
        };
        let told = (row.id.0, row.service.0, row.quantity);
        if told != (*order, *service, *quantity) {
            found.wrong.push(format!("{tag} was told as {order}, and is {told:?}"));
        }
        let none = Vec::new();
        one(row, tag, bought.get(tag).unwrap_or(&none), &mut found);
    }
    found.wrong.extend(by_link.into_keys().map(|link| format!("nobody asked for {link}")));
    let known: std::collections::HashSet<&str> = asked.iter().map(|a| a.tag.as_str()).collect();
    let strange = bought.keys().filter(|tag| !known.contains(tag.as_str()));
    found.wrong.extend(strange.map(|tag| format!("a panel has {tag}, which nobody asked for")));
    found
}

fn one(row: &Order, tag: &str, bought: &[Bought], found: &mut Findings) {
    let id = row.id;
    if bought.iter().filter(|bought| bought.end != End::Canceled).count() > 1 {
        found.duplicated.push(format!("order {id} ({tag}): {bought:?}"));
    }
    if !row.state.is_terminal() || row.ended.is_none() {
        found.wrong.push(format!("order {id} ({tag}) is {} for ever", row.state.name()));
        return;
    }
    if row.held().raw() != 0 {
        found.wrong.push(format!("order {id} ({tag}) has ended and holds {}", row.held()));
    }
    if let Some(other) = bought.iter().find(|bought| bought.quantity != row.quantity) {
        found.wrong.push(format!("order {id} ({tag}) is for {}: {other:?}", row.quantity));
    }
    let delivered = bought.iter().find(|bought| bought.end != End::Canceled);
    match (row.state, delivered) {
        (State::Canceled, None) => {}
        (State::Canceled, Some(there)) => {
            found.refunded.push(format!("order {id} ({tag}): {there:?}"));
        }
        (_, None) => {
            let text = format!("order {id} ({tag}) is {}: {bought:?}", row.state.name());
            found.absent.push(text);
        }
        (state, Some(there)) => {
            let right = match there.end {
                End::Completed { .. } => state == State::Completed,
                End::Partial { remains } => state == State::Partial && row.remains == remains,
                _ => false,
            };
            if !right {
                let text = format!("order {id} ({tag}) is {} with {}", state.name(), row.remains);
                found.wrong.push(format!("{text}: {there:?}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::orders::OrderShape;
    use domain::{AccountId, Micros, OrderId, ServiceId, Timestamp};

    fn row(id: i64, state: State, remains: i64) -> Order {
        Order {
            id: OrderId(id),
            account: AccountId(1),
            service: ServiceId(1),
            parent: None,
            shape: OrderShape::Single,
            state,
            fence: 1,
            link: link(&id.to_string()),
            quantity: 100,
            rate: Micros::new(0),
            charge: Micros::new(10),
            captured: Micros::new(4),
            released: Micros::new(6),
            start_count: None,
            remains,
            cancel_requested: false,
            created: Timestamp(0),
            changed: Timestamp(0),
            ended: state.is_terminal().then_some(Timestamp(1)),
        }
    }

    fn there(end: End) -> Bought {
        Bought { at: 0, quantity: 100, end }
    }

    /// What is found of one order, as kinds.
    fn kinds(state: State, remains: i64, bought: &[Bought]) -> Vec<&'static str> {
        let asked = [Asked { tag: String::from("7"), service: 1, quantity: 100, order: 7 }];
        let bought: BTreeMap<_, _> = [(String::from("7"), bought.to_vec())].into();
        let found = judge(&asked, &[row(7, state, remains)], &bought);
        let all = [
            ("duplicated", found.duplicated),
            ("refunded", found.refunded),
            ("absent", found.absent),
            ("wrong", found.wrong),
        ];
        all.into_iter().filter(|(_, texts)| !texts.is_empty()).map(|(kind, _)| kind).collect()
    }

    #[test]
    fn whatever_contradicts_a_journal_is_found() {
        let done = there(End::Completed { remains: 0 });
        let part = there(End::Partial { remains: 30 });
        let canceled = there(End::Canceled);
        let over = there(End::Completed { remains: -5 });
        for (state, remains, bought, expected) in [
            (State::Completed, 0, vec![done.clone()], vec![]),
            (State::Completed, -5, vec![over], vec![]),
            (State::Partial, 30, vec![part.clone()], vec![]),
            (State::Canceled, 100, vec![], vec![]),
            (State::Canceled, 100, vec![canceled.clone()], vec![]),
            (State::Completed, 0, vec![done.clone(), done.clone()], vec!["duplicated"]),
            (State::Completed, 0, vec![canceled.clone(), done.clone()], vec![]),
            (State::Partial, 30, vec![part.clone(), done.clone()], vec!["duplicated"]),
            (State::Canceled, 100, vec![done.clone()], vec!["refunded"]),
            (State::Canceled, 100, vec![part.clone()], vec!["refunded"]),
            (State::Completed, 0, vec![], vec!["absent"]),
            (State::Partial, 30, vec![canceled], vec!["absent"]),
            (State::Partial, 31, vec![part.clone()], vec!["wrong"]),
            (State::Completed, 0, vec![part], vec!["wrong"]),
            (State::Completed, 0, vec![there(End::InProgress)], vec!["wrong"]),
            (State::Unknown, 0, vec![done], vec!["wrong"]),
            (State::Pending, 0, vec![], vec!["wrong"]),
        ] {
            assert_eq!(kinds(state, remains, &bought), expected, "{state:?} {bought:?}");
        }
    }

    #[test]
    fn lost_doubled_and_strange_orders_are_found() {
        let asked =
            |tag: &str, order| Asked { tag: tag.to_owned(), service: 1, quantity: 100, order };
        let rows = [row(1, State::Canceled, 0), row(2, State::Canceled, 0)];
        let wrong = |asked: &[Asked], rows: &[Order], bought: &BTreeMap<_, _>| {
            judge(asked, rows, bought).wrong.len()
        };
        let none = BTreeMap::new();
        let both = [asked("1", 1), asked("2", 2)];
        assert_eq!(wrong(&both, &rows, &none), 0);
        assert_eq!(wrong(&both, &rows[..1], &none), 1, "one is lost");
        assert_eq!(wrong(&both[..1], &rows, &none), 1, "nobody asked for one");
        assert_eq!(wrong(&[asked("1", 1), asked("2", 3)], &rows, &none), 1, "told otherwise");
        let twice = [rows[0].clone(), rows[1].clone(), rows[1].clone()];
        assert_eq!(wrong(&both, &twice, &none), 1, "one is there twice");
        let strange = [(String::from("9"), vec![there(End::Pending)])].into();
        assert_eq!(wrong(&both, &rows, &strange), 1, "a panel has what nobody asked for");
    }
}
