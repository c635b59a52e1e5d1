//! The panel's own JSON: a number is the text it has on the wire, and members keep their order.

use std::borrow::Cow;
use std::fmt::Write;

/// A value that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// Written as it is.
    Number(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(Cow<'static, str>, Self)>),
}

impl Json {
    pub(crate) fn object<const N: usize>(members: [(&'static str, Self); N]) -> Self {
        Self::Object(members.map(|(name, value)| (Cow::Borrowed(name), value)).into())
    }

    pub(crate) fn number(number: impl ToString) -> Self {
        Self::Number(number.to_string())
    }

    pub(crate) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// `{"error":…}`
    pub(crate) fn error(text: &str) -> Self {
        Self::object([("error", Self::text(text))])
    }

    /// A member of an object.
    pub(crate) fn member(&mut self, name: &str) -> Option<&mut Self> {
        match self {
            Self::Object(members) => {
                members.iter_mut().find(|(found, _)| found == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => quoted(text, out),
            Self::List(values) => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    quoted(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Writing to a string does not fail.
            c if c < ' ' => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_by_others() {
        let odd = "a\"b\\c\n\r\t\u{1}é😀/";
        let json = Json::Object(vec![
            (Cow::Borrowed("text"), Json::text(odd)),
            (Cow::Borrowed("number"), Json::number("100.84292")),
            (Cow::Owned(odd.to_owned()), Json::List(vec![Json::Null, Json::Bool(true)])),
        ]);
        let read: serde_json::Value = serde_json::from_str(&json.to_text()).unwrap();
        assert_eq!(read["text"], odd);
        assert_eq!(read["number"].to_string(), "100.84292");
        assert_eq!(read[odd], serde_json::json!([null, true]));
        assert!(json.to_text().starts_with(r#"{"text":"#));
    }
}
