//! Breaks a long reply into lines, at places where JSON allows any blanks.

/// What fits beside each other on the page.
pub(crate) const WIDTH: usize = 88;

/// The reply in lines. Objects within have lines of their own; other values fill the line.
pub(crate) fn broken(reply: &str) -> String {
    let mut out = String::new();
    write(&mut out, reply, 0);
    assert_eq!(joined(&out), reply, "a layout changes nothing else");
    out
}

/// The reply in one line, as it was sent.
pub(crate) fn joined(lines: &str) -> String {
    lines.lines().map(str::trim_start).collect()
}

fn write(out: &mut String, text: &str, indent: usize) {
    let (name, value) = named(text);
    out.push_str(name);
    let fits = indent.saturating_add(text.chars().count()) <= WIDTH;
    let elements = if fits { Vec::new() } else { elements(value) };
    let (Some(open), Some(close), false) =
        (value.get(..1), value.chars().next_back(), elements.is_empty())
    else {
        out.push_str(value);
        return;
    };
    out.push_str(open);
    if elements.iter().any(|element| element.ends_with('}')) {
        let inner = indent.saturating_add(2);
        for (place, element) in elements.iter().enumerate() {
            out.push_str(if place == 0 { "\n" } else { ",\n" });
            out.push_str(&" ".repeat(inner));
            write(out, element, inner);
        }
        out.push('\n');
        out.push_str(&" ".repeat(indent));
    } else {
        fill(out, &elements, indent.saturating_add(1));
    }
    out.push(close);
}

fn fill(out: &mut String, elements: &[&str], indent: usize) {
    let mut column = indent;
    for (place, element) in elements.iter().enumerate() {
        let width = element.chars().count().saturating_add(1);
        if place > 0 {
            out.push(',');
            if column.saturating_add(width) > WIDTH {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            }
        }
        out.push_str(element);
        column = column.saturating_add(width);
    }
}

/// A member's name with its colon, and its value. An element of an array has no name.
fn named(text: &str) -> (&str, &str) {
    let colon = outside_strings(text).find(|(_, c)| matches!(c, ':' | '{' | '['));
    match colon {
        Some((place, ':')) => text.split_at(place.saturating_add(1)),
        _ => ("", text),
    }
}

/// The elements or members of a container; nothing when it is none, or empty.
fn elements(container: &str) -> Vec<&str> {
    let inner = [('[', ']'), ('{', '}')]
        .iter()
        .find_map(|(open, close)| container.strip_prefix(*open)?.strip_suffix(*close));
    let inner = inner.unwrap_or_default();
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (place, c) in outside_strings(inner) {
        match c {
            '{' | '[' => depth = depth.saturating_add(1),
            '}' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.extend(inner.get(start..place));
                start = place.saturating_add(1);
            }
            _ => {}
        }
    }
    found.extend(inner.get(start..).filter(|last| !last.is_empty()));
    found
}

/// The characters that are not within strings, with their places.
fn outside_strings(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let (mut within, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, c)| {
        let was_within = within;
        match c {
            _ if escaped => escaped = false,
            '\\' if within => escaped = true,
            '"' => within = !within,
            _ => {}
        }
        !was_within && *c != '"'
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays() {
        for reply in ["[]", "{}", r#"{"order":1}"#, r#"{"a":"{[,"}"#] {
            assert_eq!(broken(reply), reply);
        }
    }

    #[test]
    fn rows_have_their_own_lines() {
        let text = "x,{".repeat(19);
        let reply = format!(r#"{{"1":{{"a":"{text}"}},"2":{{"b":[1,"\"{text}"],"c":true}}}}"#);
        let wanted = format!(
            "{{\n  \"1\":{{\"a\":\"{text}\"}},\n  \"2\":{{\"b\":[1,\"\\\"{text}\"],\"c\":true}}\n}}"
        );
        assert_eq!(broken(&reply), wanted);
    }

    #[test]
    fn values_fill_lines() {
        let numbers: Vec<String> = (100..130).map(|n| n.to_string()).collect();
        let reply = format!("[{}]", numbers.join(","));
        let lines = broken(&reply);
        assert_eq!(lines.lines().count(), 2);
        assert!(lines.lines().all(|line| line.len() <= WIDTH), "{lines}");
        assert_eq!(joined(&lines), reply);
    }
}
