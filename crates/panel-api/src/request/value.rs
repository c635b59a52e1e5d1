//! What a parameter holds, whatever transport it came by.

use std::collections::HashMap;

use crate::{limits, text};

/// The value of a known parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text, a number's own text, or what stands for nothing: the empty text.
    Text(String),
    /// A JSON array, or the elements of a name with brackets.
    List(List),
    /// Not text at all, or nested, or with control characters.
    Bad,
}

/// The elements of a list, in order; at most one more than [`limits::LIST_LINES`], which is enough
/// to see that there are too many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct List {
    texts: Vec<String>,
    /// Where the elements are whose place the client named: the same place again replaces one. A
    /// map, lest many elements that are looked up in many others become a way to keep us busy.
    places: HashMap<String, usize>,
}

impl List {
    /// The elements.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Whether there are more elements than any list may have.
    pub(crate) fn is_too_long(&self) -> bool {
        self.texts.len() > limits::LIST_LINES
    }

    /// Takes an element without a place.
    pub(crate) fn push(&mut self, text: String) {
        if !self.is_too_long() {
            self.texts.push(text);
        }
    }

    /// Takes an element at a place.
    fn place(&mut self, index: &str, text: String) {
        let known = self.places.get(index).and_then(|place| self.texts.get_mut(*place));
        if let Some(old) = known {
            *old = text;
        } else {
            self.places.insert(index.to_owned(), self.texts.len());
            self.texts.push(text);
        }
    }
}

impl Value {
    /// A text, if it is one that we take; `None` is what could not be decoded.
    pub(crate) fn from_text(text: Option<String>) -> Self {
        match text {
            Some(text) if text::is_clean(&text) => Self::Text(text),
            Some(_) | None => Self::Bad,
        }
    }

    /// Whether it counts as not given.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Text(text) if text::given(text).is_none())
    }

    /// Takes an element (`name[index]=value`). A single value that was there before gives way, as
    /// in PHP; a bad element spoils the list, because the rest of it is not what the client meant
    /// to send. Nothing that follows is looked at then, nor what follows on too many.
    pub(crate) fn put_item(&mut self, index: &str, value: impl FnOnce() -> Self) {
        // A nested name (`a[b][c]`) has no meaning in the dialect.
        if matches!(self, Self::Bad) || index.contains(['[', ']']) {
            return *self = Self::Bad;
        }
        if !matches!(self, Self::List(_)) {
            *self = Self::List(List::default());
        }
        let Self::List(list) = self else { return };
        // Whoever asks for it will be refused, whatever else it holds.
        if list.is_too_long() {
            return;
        }
        match value() {
            Self::Text(text) if index.is_empty() => list.push(text),
            Self::Text(text) => list.place(index, text),
            // `name[]` with a JSON array is the array that `name` would be.
            Self::List(new) if index.is_empty() => new.texts.into_iter().for_each(|t| list.push(t)),
            // A list in one place of a list is nested too.
            Self::List(_) | Self::Bad => *self = Self::Bad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn list(texts: &[&str]) -> Value {
        let mut list = List::default();
        texts.iter().for_each(|text| list.push((*text).to_owned()));
        Value::List(list)
    }

    fn texts(value: &Value) -> &[String] {
        match value {
            Value::List(list) => list.texts(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_same_place_again_replaces() {
        let mut value = text("gives way");
        for (index, new) in [("a", "1"), ("", "2"), ("b", "3"), ("a", "4"), ("", "5"), ("b", "6")] {
            value.put_item(index, || text(new));
        }
        assert_eq!(texts(&value), ["4", "2", "6", "5"]);
    }

    #[test]
    fn an_array_stands_for_elements_only_without_a_place() {
        let mut value = text("");
        value.put_item("", || list(&["1", "2"]));
        value.put_item("", || list(&["3"]));
        assert_eq!(texts(&value), ["1", "2", "3"]);
        value.put_item("0", || list(&["4"]));
        assert_eq!(value, Value::Bad);
    }

    /// What is not looked at costs nothing.
    #[test]
    fn nothing_is_looked_at_after_a_bad_element() {
        for (index, bad) in [("0", list(&["1"])), ("0", Value::Bad), ("a][b", text("1"))] {
            let mut value = list(&["0"]);
            value.put_item(index, || bad);
            for index in ["", "0", "1", "a][b"] {
                value.put_item(index, || panic!("looked at {index:?}"));
            }
            assert_eq!(value, Value::Bad);
        }
    }

    /// However many elements come, as many are kept as show that there are too many.
    #[test]
    fn a_list_ends_one_past_the_limit() {
        let ones = vec!["1"; limits::LIST_LINES];
        let mut value = text("");
        value.put_item("", || list(&ones));
        assert!(matches!(&value, Value::List(list) if !list.is_too_long()));
        value.put_item("", || list(&["1", "1"]));
        assert_eq!(texts(&value).len(), limits::LIST_LINES + 1);
        assert!(matches!(&value, Value::List(list) if list.is_too_long()));
        for index in ["", "a"] {
            value.put_item(index, || panic!("looked at {index:?}"));
        }
        assert_eq!(texts(&value).len(), limits::LIST_LINES + 1);
    }
}
