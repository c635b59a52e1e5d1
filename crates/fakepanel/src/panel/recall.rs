//! What a panel did before its process began, done again.

use crate::action::Action;
use crate::faults::{Fault, Fired};
use crate::form::Form;
use crate::journal::Request;
use crate::panel::Panel;
use crate::reaction::{How, Reply};

/// A request that was carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recalled<'a> {
    pub(crate) at_us: u64,
    pub(crate) account: u16,
    /// Its body, with something in place of the key.
    pub(crate) form: &'a str,
    /// What went wrong with it.
    pub(crate) fault: Option<Fault>,
}

impl Panel {
    /// Carries out a request again. With the id of the order that it placed.
    pub(crate) fn recall(&mut self, recalled: Recalled<'_>) -> Option<u64> {
        let Recalled { at_us, account, form, fault } = recalled;
        self.advance(at_us);
        let number = self.requests;
        self.requests = number.saturating_add(1);
        let key = self.settings.accounts.get(usize::from(account))?.key.clone();
        let form = Form::with_key(form, &key);
        let before = self.orders.len();
        let fired = fault.map(|fault| Fired { fault, variant: "", delay_us: None, text: None });
        let (verdict, json) = self.process(number, &form, fired.as_ref());
        let request = Request {
            number,
            at_us: self.now_us,
            account: Some(account),
            action: Action::of(&form).ok(),
            form: form.without_key().into(),
            fault,
            variant: "",
            verdict,
            answer: None,
        };
        let reply = Reply::json(json.to_text());
        self.journal.received(request, How::Answer { after_us: 0 }, &reply);
        self.orders.get(before).map(|order| order.id)
    }
}
