//! A value of a request, whatever transport it came by.

use serde_json::value::RawValue;

use super::Wrong;
use crate::{limits, raw, text};

/// Deepest nesting: a list of objects is two.
const DEPTH: usize = 3;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A text, or the text of a number, flag or null; an empty text stands for nothing.
    Text(String),
    /// The elements of a list.
    List(Vec<Node>),
    /// The members of an object, in order.
    Object(Vec<(String, Node)>),
    /// Not text at all.
    Bad,
    /// Two values that are not the same.
    Twice,
}

/// How many values a request may still have.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(limits::ADMIN_VALUES)
    }

    pub(super) fn take(&mut self) -> Result<(), Wrong> {
        self.0 = self.0.checked_sub(1).ok_or(Wrong::new("request", "holds too many values"))?;
        Ok(())
    }
}

impl Node {
    /// What says nothing.
    pub(super) const NOTHING: Self = Self::Text(String::new());

    /// Whether it says nothing.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.text(), Ok(None))
    }

    /// Whether it is a text that holds nothing: said, and none.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Text(held) if text::trim(held).is_empty())
    }

    /// A text, if it is one that is taken; `None` is what could not be decoded.
    pub(super) fn of_text(decoded: Option<String>) -> Self {
        decoded.filter(|decoded| text::is_clean(decoded)).map_or(Self::Bad, Self::Text)
    }

    /// Reads JSON.
    pub(super) fn of_json(json: &str, budget: &mut Budget) -> Result<Self, Wrong> {
        Self::nested(json, DEPTH, budget)
    }

    fn nested(json: &str, depth: usize, budget: &mut Budget) -> Result<Self, Wrong> {
        budget.take()?;
        let Some(below) = depth.checked_sub(1) else { return Ok(Self::Bad) };
        let most = limits::ADMIN_VALUES;
        Ok(match json.as_bytes().first() {
            Some(b'{') => {
                // A name may be none, which is no fault of what stands beside it.
                let Some(members) = raw::members(json, most) else { return Ok(Self::Bad) };
                let member = |(name, value): (String, &RawValue)| {
                    Ok((name, Self::nested(value.get(), below, budget)?))
                };
                Self::Object(members.into_iter().map(member).collect::<Result<_, Wrong>>()?)
            }
            Some(b'[') => {
                let Some(elements) = raw::elements(json, most) else { return Ok(Self::Bad) };
                let element = |value: &RawValue| Self::nested(value.get(), below, budget);
                Self::List(elements.into_iter().map(element).collect::<Result<_, Wrong>>()?)
            }
            Some(b'"') => Self::of_text(serde_json::from_str(json).ok()),
            None => Self::NOTHING,
            Some(_) => Self::Text(json.to_owned()),
        })
    }

    /// The same, with a text that holds JSON read as that JSON.
    pub(super) fn unfolded(&self) -> Result<Self, Wrong> {
        match self {
            Self::Text(held) if text::trim(held).starts_with(['[', '{']) => {
                let held = text::trim(held);
                let json: &RawValue = serde_json::from_str(held).map_err(|_| Wrong::UNREADABLE)?;
                Self::of_json(json.get(), &mut Budget::new())
            }
            other => Ok(other.clone()),
        }
    }

    /// The trimmed text, unless it stands for nothing; an error when it is no text.
    pub(super) fn text(&self) -> Result<Option<&str>, ()> {
        match self {
            Self::Text(held) => Ok(text::given(held)),
            Self::List(_) | Self::Object(_) | Self::Bad | Self::Twice => Err(()),
        }
    }

    /// Puts a value at a place inside, as forms name it: `orders[0][id]`. What stands there already
    /// must be the same, or nothing.
    pub(super) fn put(&mut self, path: &[&str], value: Self) {
        let Some((first, rest)) = path.split_first() else { return self.say(value) };
        if self.is_nothing() {
            *self = Self::Object(Vec::new());
        }
        let Self::Object(members) = self else {
            *self = Self::Twice;
            return;
        };
        let known = members.iter_mut().find(|(name, _)| name == first && !first.is_empty());
        if let Some((_, inner)) = known {
            inner.put(rest, value);
        } else {
            let mut inner = Self::NOTHING;
            inner.put(rest, value);
            members.push(((*first).to_owned(), inner));
        }
    }

    fn say(&mut self, value: Self) {
        if self.is_nothing() {
            *self = value;
        } else if !value.is_nothing() && !self.says_as(&value) {
            *self = Self::Twice;
        }
    }

    /// Whether the other says the same, but for blanks around it.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        match (self.text(), other.text()) {
            (Ok(one), Ok(other)) => one == other,
            _ => self == other,
        }
    }
}
