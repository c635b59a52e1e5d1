//! Writes JSON, keys in the order of the calls.

use std::fmt::Display;

use serde::Serializer as _;
use serde_json::Serializer;

use crate::request::Id;

// Writing to a Vec cannot fail, nor can a text or a whole number fail to be JSON; so the results
// below are dropped.

pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    let _ = Serializer::new(out).serialize_str(text);
}

pub(crate) fn int(out: &mut Vec<u8>, number: i64) {
    let _ = Serializer::new(out).serialize_i64(number);
}

/// One object.
#[derive(Debug)]
pub(crate) struct Object<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

impl<'o> Object<'o> {
    pub(crate) fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    /// Writes a name of ours, which needs no escaping, and gives the place of its value.
    pub(crate) fn name(&mut self, name: &'static str) -> &mut Vec<u8> {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    /// Writes a name that came from a client, and gives the place of its value.
    pub(crate) fn foreign_name(&mut self, name: &str) -> &mut Vec<u8> {
        self.comma();
        string(self.out, name);
        self.out.push(b':');
        self.out
    }

    pub(crate) fn string(&mut self, name: &'static str, text: &str) -> &mut Self {
        string(self.name(name), text);
        self
    }

    /// A value as the string of what it displays.
    pub(crate) fn display(&mut self, name: &'static str, value: impl Display) -> &mut Self {
        let _ = Serializer::new(self.name(name)).collect_str(&value);
        self
    }

    /// A value as the number that it displays, which must be plain decimal text.
    pub(crate) fn number(&mut self, name: &'static str, value: impl Display) -> &mut Self {
        self.name(name).extend_from_slice(value.to_string().as_bytes());
        self
    }

    pub(crate) fn strings<'a>(
        &mut self,
        name: &'static str,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> &mut Self {
        array(self.name(name), texts, string);
        self
    }

    pub(crate) fn int(&mut self, name: &'static str, number: i64) -> &mut Self {
        int(self.name(name), number);
        self
    }

    pub(crate) fn bool(&mut self, name: &'static str, value: bool) -> &mut Self {
        let _ = Serializer::new(self.name(name)).serialize_bool(value);
        self
    }

    pub(crate) fn ints(&mut self, name: &'static str, numbers: &[i64]) -> &mut Self {
        array(self.name(name), numbers, |out, number| int(out, *number));
        self
    }

    /// An id: a number where it is one, else the text as asked.
    pub(crate) fn id(&mut self, name: &'static str, id: &Id) -> &mut Self {
        match id.number {
            Some(number) => self.int(name, number),
            None => self.string(name, &id.asked),
        }
    }

    /// The nested `{"error":".."}` of lists.
    pub(crate) fn error(&mut self, name: &'static str, text: &str) -> &mut Self {
        super::error(self.name(name), text);
        self
    }

    pub(crate) fn close(&mut self) {
        self.out.push(b'}');
    }

    fn comma(&mut self) {
        if !std::mem::take(&mut self.empty) {
            self.out.push(b',');
        }
    }
}

/// Writes an array, each element by `write`.
pub(crate) fn array<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}
