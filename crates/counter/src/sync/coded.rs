//! Edits as they are stored: one on a line, what it is of, the value before it and the one after.

use domain::Micros;
use domain::providers::offers::{Edit, Limits, Moved};
use store::DbError;

/// The text of edits; empty for none.
pub(super) fn written(edits: &[Edit]) -> String {
    let lines: Vec<String> = edits.iter().map(line).collect();
    lines.join("\n")
}

fn line(edit: &Edit) -> String {
    let amount = |name, moved: &Moved<Micros>| {
        format!("{name} {} {}", moved.before.raw(), moved.after.raw())
    };
    let limits = |name, moved: &Moved<Limits>| {
        let (before, after) = (moved.before, moved.after);
        format!("{name} {} {} {} {}", before.min, before.max, after.min, after.max)
    };
    let switch = |name, moved: &Moved<bool>| {
        format!("{name} {} {}", i64::from(moved.before), i64::from(moved.after))
    };
    match edit {
        Edit::Cost(moved) => amount("cost", moved),
        Edit::RouteLimits(moved) => limits("route_limits", moved),
        Edit::RouteOn(moved) => switch("route_on", moved),
        Edit::Rate(moved) => amount("rate", moved),
        Edit::ServiceLimits(moved) => limits("service_limits", moved),
        Edit::OnSale(moved) => switch("on_sale", moved),
    }
}

/// Reads edits.
///
/// # Errors
/// [`DbError`] when the text is none that was written here.
pub(super) fn read(text: &str) -> Result<Vec<Edit>, DbError> {
    let wrong = |line: &str| DbError::new("EDITS", format!("`{line}` is no edit"));
    text.lines().map(|line| edit(line).ok_or_else(|| wrong(line))).collect()
}

fn edit(line: &str) -> Option<Edit> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let numbers: Vec<i64> = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
    let amount = |before, after| Moved { before: Micros::new(before), after: Micros::new(after) };
    let switch = |before, after| Moved { before: before != 0, after: after != 0 };
    Some(match (name, numbers.as_slice()) {
        ("cost", [before, after]) => Edit::Cost(amount(*before, *after)),
        ("rate", [before, after]) => Edit::Rate(amount(*before, *after)),
        ("route_on", [before, after]) => Edit::RouteOn(switch(*before, *after)),
        ("on_sale", [before, after]) => Edit::OnSale(switch(*before, *after)),
        ("route_limits", limits) => Edit::RouteLimits(moved_limits(limits)?),
        ("service_limits", limits) => Edit::ServiceLimits(moved_limits(limits)?),
        _ => return None,
    })
}

fn moved_limits(numbers: &[i64]) -> Option<Moved<Limits>> {
    let [min, max, min_after, max_after] = *numbers else { return None };
    let (before, after) = (Limits { min, max }, Limits { min: min_after, max: max_after });
    Some(Moved { before, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let amount = Moved { before: Micros::new(-5), after: Micros::new(i64::MAX) };
        let switch = Moved { before: true, after: false };
        let limits =
            Moved { before: Limits { min: 1, max: 20 }, after: Limits { min: 300, max: 4_000 } };
        let edits = [
            Edit::Cost(amount),
            Edit::Rate(amount),
            Edit::RouteOn(switch),
            Edit::OnSale(switch),
            Edit::RouteLimits(limits),
            Edit::ServiceLimits(limits),
        ];
        assert_eq!(read(&written(&edits)).unwrap(), edits);
        assert_eq!(read("").unwrap(), []);
        for wrong in ["cost 1", "cost 1 2 3", "price 1 2", "cost 1 x", "route_limits 1 2 3"] {
            read(wrong).unwrap_err();
        }
    }
}
