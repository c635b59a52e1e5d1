//! The text of a statement for PostgreSQL: for one row of parameters, and for many at once.
//!
//! Many rows come as one array for each parameter, which `unnest` turns into a table `u` with the
//! columns `p1`, `p2`, …: an insert selects from it, an update or delete joins it, and a query is run
//! for each of its rows, in their order.

use tokio_postgres::types::Type;

/// The statement with `$1` for `?1`, and with the lock that a mark stands for.
pub(super) fn single(text: &str) -> String {
    placeholders(text, "$")
}

/// The statement for many rows; nothing when it has a shape that is not known.
pub(super) fn many(text: &str, types: &[Type]) -> Option<String> {
    let rows = rows(types);
    if text.starts_with("select") || text.starts_with("with") {
        let text = placeholders(text, "u.p");
        // Each row of parameters on its own, so an `order by` inside stays what it is.
        return Some(format!(
            "select r.*, u.row_number from {rows} with ordinality as u({}, row_number), \
             lateral ({text}) r",
            columns(types.len())
        ));
    }
    let text = placeholders(text, "u.p");
    let table = format!("{rows} as u({})", columns(types.len()));
    if text.starts_with("insert") {
        let (head, rest) = text.split_once(" values (")?;
        let end = closing(rest)?;
        let (values, tail) = (rest.get(..end)?, rest.get(end.checked_add(1)?..)?);
        return Some(format!("{head} select {values} from {table}{tail}"));
    }
    let (head, condition) = text.split_once(" where ")?;
    if text.starts_with("update") {
        Some(format!("{head} from {table} where {condition}"))
    } else if text.starts_with("delete") {
        Some(format!("{head} using {table} where {condition}"))
    } else {
        None
    }
}

/// Whether a statement for many rows does the same as one after the other. An update that meets a row
/// twice does not: the row is changed once. Rows are told apart by the first parameter, where it
/// stands for a column.
pub(super) fn names_rows(text: &str) -> bool {
    text.starts_with("insert")
        || text.split_once(" where ").is_some_and(|(_, condition)| {
            condition.split(" and ").any(|part| part.trim_end().ends_with("= ?1"))
        })
}

fn placeholders(text: &str, prefix: &str) -> String {
    text.replace('?', prefix)
        .replace("/*lock*/", "for update")
        .replace("/*lock free*/", "for update skip locked")
        .replace("/*keep*/", "for key share")
}

fn rows(types: &[Type]) -> String {
    let arrays: Vec<String> =
        (1..).zip(types).map(|(at, kind)| format!("${at}::{}[]", kind.name())).collect();
    format!("unnest({})", arrays.join(", "))
}

fn columns(count: usize) -> String {
    let names: Vec<String> = (1..=count).map(|at| format!("p{at}")).collect();
    names.join(", ")
}

/// Where the parenthesis closes that was opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut open: usize = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => open = open.checked_add(1)?,
            b')' => open = open.checked_sub(1)?,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const INT_TEXT: [Type; 2] = [Type::INT8, Type::TEXT];

    #[test]
    fn inserts_select_from_the_rows() {
        let text = "insert into t (a, b, c) values (?1, lower(?2), 0) on conflict (a) do nothing";
        let expected = "insert into t (a, b, c) select u.p1, lower(u.p2), 0 \
            from unnest($1::int8[], $2::text[]) as u(p1, p2) on conflict (a) do nothing";
        assert_eq!(many(text, &INT_TEXT).unwrap(), expected);
        assert!(names_rows(text));
    }

    #[test]
    fn updates_and_deletes_join_the_rows() {
        let text = "update t set b = ?2 where id = ?1 and n > 3";
        let expected = "update t set b = u.p2 from unnest($1::int8[], $2::text[]) as u(p1, p2) \
            where id = u.p1 and n > 3";
        assert_eq!(many(text, &INT_TEXT).unwrap(), expected);
        assert!(names_rows(text));
        let text = "delete from t where id = ?1";
        let expected = "delete from t using unnest($1::int8[]) as u(p1) where id = u.p1";
        assert_eq!(many(text, &INT_TEXT[..1]).unwrap(), expected);
        assert!(!names_rows("update t set b = ?1 where id = ?2"));
    }

    #[test]
    fn queries_run_for_each_row() {
        let text = "select a from t where id = ?1 and b = ?2 order by a /*lock*/";
        let expected = "select r.*, u.row_number from unnest($1::int8[], $2::text[]) \
            with ordinality as u(p1, p2, row_number), \
            lateral (select a from t where id = u.p1 and b = u.p2 order by a for update) r";
        assert_eq!(many(text, &INT_TEXT).unwrap(), expected);
        assert_eq!(single(text), "select a from t where id = $1 and b = $2 order by a for update");
    }
}
