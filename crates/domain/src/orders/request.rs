//! What a customer asks for, before and after it was checked.

use crate::catalogue::{ListField, NumberField, TextField};

/// A whole number as it was asked for. What it means depends on the service, so a broken one is
/// carried along and refused only when it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// A number in range.
    Int(i64),
    /// A positive whole number beyond 64 bits.
    TooBig,
    /// A negative whole number beyond 64 bits.
    TooSmall,
    /// Not a whole number.
    Malformed,
}

/// An order as asked for. Absent and empty parameters are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderRequest {
    /// The service's id.
    pub service: Option<Number>,
    /// The link.
    pub link: Option<String>,
    numbers: [Option<Number>; NumberField::ALL.len()],
    texts: [Option<String>; TextField::ALL.len()],
    lists: [Vec<String>; ListField::ALL.len()],
}

impl OrderRequest {
    /// The number asked for under `field`.
    pub fn number(&self, field: NumberField) -> Option<Number> {
        self.numbers.get(field as usize).copied().flatten()
    }

    /// Sets the number of `field`.
    pub fn set_number(&mut self, field: NumberField, value: Option<Number>) {
        if let Some(slot) = self.numbers.get_mut(field as usize) {
            *slot = value;
        }
    }

    /// The text asked for under `field`.
    pub fn text(&self, field: TextField) -> Option<&str> {
        self.texts.get(field as usize).and_then(|text| text.as_deref())
    }

    /// Sets the text of `field`.
    pub fn set_text(&mut self, field: TextField, value: Option<String>) {
        if let Some(slot) = self.texts.get_mut(field as usize) {
            *slot = value;
        }
    }

    /// The lines asked for under `field`; empty when there are none.
    pub fn list(&self, field: ListField) -> &[String] {
        self.lists.get(field as usize).map_or(&[], Vec::as_slice)
    }

    /// Sets the lines of `field`.
    pub fn set_list(&mut self, field: ListField, value: Vec<String>) {
        if let Some(slot) = self.lists.get_mut(field as usize) {
            *slot = value;
        }
    }
}

/// The checked parameters of an order beside its link and quantity: what whoever fulfils it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderParams {
    /// Numbers, in field order.
    pub numbers: Vec<(NumberField, i64)>,
    /// Texts, in field order.
    pub texts: Vec<(TextField, String)>,
    /// Lists, in field order.
    pub lists: Vec<(ListField, Vec<String>)>,
}

impl OrderParams {
    /// Whether there is nothing to keep.
    pub const fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.texts.is_empty() && self.lists.is_empty()
    }
}
