//! What a parameter holds, whatever transport it came by.

use super::text;

/// The value of a known parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text, a number's own text, or what stands for nothing: the empty text.
    Text(String),
    /// A JSON array, or the elements of a name with brackets.
    List(Vec<Item>),
    /// Not text at all, or nested, or with control characters.
    Bad,
}

/// One element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its place, when the client named one: the same place again replaces it.
    pub(crate) index: Option<String>,
    pub(crate) text: String,
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
    /// to send.
    pub(crate) fn put_item(&mut self, index: &str, value: Self) {
        let new = match value {
            Self::Text(text) => vec![Item { index: None, text }],
            Self::List(items) => items,
            Self::Bad => return *self = Self::Bad,
        };
        match self {
            // A nested name (`a[b][c]`) has no meaning in the dialect.
            _ if index.contains(['[', ']']) => *self = Self::Bad,
            Self::Bad => {}
            Self::List(items) => place(items, index, new),
            Self::Text(_) => {
                let mut items = Vec::new();
                place(&mut items, index, new);
                *self = Self::List(items);
            }
        }
    }
}

fn place(items: &mut Vec<Item>, index: &str, new: Vec<Item>) {
    if index.is_empty() {
        items.extend(new);
        return;
    }
    for Item { text, .. } in new {
        match items.iter_mut().find(|item| item.index.as_deref() == Some(index)) {
            Some(item) => item.text = text,
            None => items.push(Item { index: Some(index.to_owned()), text }),
        }
    }
}
