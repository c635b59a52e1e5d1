//! Lists of ids.

use crate::form::Form;

/// Most ids of one request.
const MOST: usize = 100;

/// What a request is about.
pub(crate) enum Ids<'a> {
    One(&'a str),
    /// In the order of the request, each once.
    Many(Vec<&'a str>),
}

/// The id of `one`, or those of `many`, separated by commas.
///
/// # Errors
/// The words for too many of them.
pub(crate) fn ids<'a>(form: &'a Form, one: &str, many: &str) -> Result<Ids<'a>, String> {
    let Some(list) = form.get(many) else {
        return Ok(Ids::One(form.get(one).unwrap_or_default()));
    };
    let mut found = Vec::new();
    for id in list.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    if found.len() > MOST {
        return Err(format!("Maximum {MOST} orders"));
    }
    Ok(Ids::Many(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let form = Form::of(&[("orders", " 1, 2,,1,x,"), ("order", "7")]);
        assert!(matches!(ids(&form, "order", "orders"), Ok(Ids::Many(m)) if m == ["1", "2", "x"]));
        let form = Form::of(&[("order", " 7 ")]);
        assert!(matches!(ids(&form, "order", "orders"), Ok(Ids::One("7"))));
        let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
        let form = Form::of(&[("orders", &many.join(","))]);
        assert!(ids(&form, "order", "orders").is_err());
    }
}
