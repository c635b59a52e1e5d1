//! Calls to an upstream.

use super::id::is_id;
use super::{Form, Unsendable};
use crate::{limits, text};

/// What is asked of an upstream.
///
/// Ids are texts, as the upstream gave them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call<'a> {
    /// The service list.
    Services,
    /// The balance.
    Balance,
    /// A new order.
    Add(NewOrder<'a>),
    /// The states of 1 to [`limits::IDS`] orders.
    Status(&'a [String]),
    /// Refills of 1 to [`limits::IDS`] orders.
    Refill(&'a [String]),
    /// The states of 1 to [`limits::IDS`] refills, by their own ids.
    RefillStatus(&'a [String]),
    /// Cancellation of 1 to [`limits::IDS`] orders.
    Cancel(&'a [String]),
    /// The latest orders of the account, at most so many. Few upstreams know this action.
    Orders(u32),
}

/// A new order at an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewOrder<'a> {
    /// The upstream's id of the service.
    pub service: &'a str,
    /// The dialect's parameters by their names on the wire, in the order in which they are sent.
    /// Lists are texts with a line for each entry.
    pub parameters: &'a [(&'a str, &'a str)],
    /// Our name for the order; upstreams that know it answer the same id when they see it again, all
    /// others ignore it.
    pub request_id: Option<&'a str>,
}

impl Call<'_> {
    /// The form to send: the key first, the action second.
    ///
    /// One id goes into the singular parameter, which every upstream knows; only `cancel` has no
    /// other than the plural.
    ///
    /// # Errors
    ///
    /// What cannot be sent, or not without another meaning; nothing of the key is in it.
    pub fn form(&self, key: &str) -> Result<Form, Unsendable> {
        let usable = !text::trim(key).is_empty() && !key.contains(char::is_control);
        if !usable || !text::fits(key, limits::KEY_CHARS) {
            return Err(Unsendable::Key);
        }
        let mut form = Form::new();
        form.put("key", key);
        match *self {
            Call::Services => form.put("action", "services"),
            Call::Balance => form.put("action", "balance"),
            Call::Add(order) => order.put(&mut form)?,
            Call::Status(ids) => put_ids(&mut form, "status", ["order", "orders"], ids)?,
            Call::Refill(ids) => put_ids(&mut form, "refill", ["order", "orders"], ids)?,
            Call::RefillStatus(ids) => {
                put_ids(&mut form, "refill_status", ["refill", "refills"], ids)?
            }
            Call::Cancel(ids) => put_ids(&mut form, "cancel", ["orders", "orders"], ids)?,
            Call::Orders(limit) => {
                form.put("action", "orders");
                form.put("limit", &limit.to_string());
            }
        }
        form.checked()
    }
}

impl NewOrder<'_> {
    fn put(&self, form: &mut Form) -> Result<(), Unsendable> {
        form.put("action", "add");
        if !is_id(self.service) {
            return Err(Unsendable::Service);
        }
        form.put("service", self.service);
        if self.parameters.len() > limits::PAIRS {
            return Err(Unsendable::TooLong);
        }
        for (place, (name, value)) in self.parameters.iter().enumerate() {
            if !is_name(name) {
                return Err(Unsendable::Name(text::cut(name, limits::NAME_BYTES)));
            }
            let before = self.parameters.iter().take(place);
            if OURS.contains(name) || before.into_iter().any(|(other, _)| other == name) {
                return Err(Unsendable::Twice((*name).to_owned()));
            }
            if !text::is_clean(value) {
                return Err(Unsendable::Value((*name).to_owned()));
            }
            form.put(name, value);
        }
        if let Some(request_id) = self.request_id {
            let usable = text::given(request_id) == Some(request_id)
                && !request_id.contains(char::is_control)
                && text::fits(request_id, limits::REQUEST_ID_CHARS);
            if !usable {
                return Err(Unsendable::RequestId);
            }
            form.put("request_id", request_id);
        }
        Ok(())
    }
}

/// Parameters that have a place of their own. A second `key` or `action` could make another call
/// of it.
const OURS: [&str; 4] = ["key", "action", "service", "request_id"];

/// Small letters, digits and underscores: PHP turns other signs into underscores, and brackets into
/// lists.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=limits::NAME_BYTES).contains(&name.len()) && name.bytes().all(plain)
}

fn put_ids(
    form: &mut Form,
    action: &str,
    [one, many]: [&str; 2],
    ids: &[String],
) -> Result<(), Unsendable> {
    form.put("action", action);
    if !(1..=limits::IDS).contains(&ids.len()) {
        return Err(Unsendable::Ids(ids.len()));
    }
    if let Some(odd) = ids.iter().find(|id| !is_id(id)) {
        return Err(Unsendable::Id(text::cut(odd, limits::ID_CHARS)));
    }
    match ids {
        [id] => form.put(one, id),
        ids => form.put(many, &ids.join(",")),
    }
    Ok(())
}
