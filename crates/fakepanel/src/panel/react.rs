//! From a request to what its sender gets to see.

use crate::action::Action;
use crate::faults::{DRIP_US, Fault, Fired, LATE_US, refusal_words};
use crate::form::Form;
use crate::journal::Verdict;
use crate::json::Json;
use crate::panel::life::What;
use crate::panel::{Panel, bend, place, refused};
use crate::reaction::{How, Reply};

impl Panel {
    pub(super) fn react(
        &mut self,
        number: u64,
        form: &Form,
        fired: Option<&Fired>,
        after_us: u64,
        random: &mut fastrand::Rng,
    ) -> (Verdict, How, Reply) {
        let Some(fired) = fired else { return self.ordinary(number, form, None, after_us) };
        let answer = How::Answer { after_us };
        let lost = |how, reply| (Verdict::Lost, how, reply);
        let words = || fired.text.clone().unwrap_or_else(|| refusal_words(fired).to_owned());
        match fired.fault {
            Fault::HangBefore => lost(How::Silence, Reply::default()),
            Fault::ResetBefore => lost(How::Reset { after_us }, Reply::default()),
            Fault::BadGateway => lost(answer, Reply::page(502, "502 Bad Gateway")),
            Fault::RateLimit => lost(answer, too_many(fired)),
            Fault::LinkGuard => {
                let words = fired.text.as_deref().unwrap_or(place::ACTIVE_ORDER);
                (refused(words), answer, Reply::json(Json::error(words).to_text()))
            }
            Fault::Refusal => {
                let words = words();
                (refused(&words), answer, Reply::json(Json::error(&words).to_text()))
            }
            Fault::RejectHang => (refused(&words()), How::Silence, Reply::default()),
            Fault::AcceptLate => {
                let at_us = self.now_us.saturating_add(fired.delay_us.unwrap_or(LATE_US));
                self.waiting.insert(number, form.clone());
                self.plan(at_us, What::Process { request: number });
                (Verdict::Waiting { until_us: at_us }, How::Later { at_us }, Reply::default())
            }
            _ => {
                let (verdict, how, reply) = self.ordinary(number, form, Some(fired), after_us);
                let (how, reply) = spoilt(fired, how, reply, after_us, random);
                (verdict, how, reply)
            }
        }
    }

    fn ordinary(
        &mut self,
        number: u64,
        form: &Form,
        fired: Option<&Fired>,
        after_us: u64,
    ) -> (Verdict, How, Reply) {
        let (verdict, mut json) = self.process(number, form, fired);
        if let (Some(fired), Ok(action)) = (fired, Action::of(form))
            && fired.fault == Fault::WrongTypes
        {
            json = bend::types(action, fired.variant, json);
        }
        (verdict, How::Answer { after_us }, Reply::json(json.to_text()))
    }

    /// Does what a request asks for.
    pub(super) fn process(
        &mut self,
        number: u64,
        form: &Form,
        fired: Option<&Fired>,
    ) -> (Verdict, Json) {
        let Some(account) = self.account_of(form) else {
            return (refused("Invalid API key"), Json::error("Invalid API key"));
        };
        let told = match Action::of(form) {
            Err(words) => Err(words.to_owned()),
            Ok(Action::Add) => {
                return self.add(number, account, form, fired.map(|fired| fired.fault));
            }
            Ok(Action::Services) => Ok(self.services()),
            Ok(Action::Balance) => Ok(self.balance_told(account, fired, number)),
            Ok(Action::Status) => self.status(account, form, fired),
            Ok(Action::Refill) => self.refill(account, form),
            Ok(Action::RefillStatus) => self.refill_status(account, form),
            Ok(Action::Cancel) => self.cancel(account, form),
        };
        match told {
            Ok(json) => (Verdict::Done, json),
            Err(words) => (refused(&words), Json::error(&words)),
        }
    }
}

fn too_many(fired: &Fired) -> Reply {
    let words = fired.text.as_deref().unwrap_or("Rate limit exceeded");
    let text = Json::error(words).to_text();
    match fired.variant {
        "text" => Reply::json(text),
        "429-empty" => Reply { status: 429, retry_after: Some(2), ..Reply::json(String::new()) },
        _ => Reply { status: 429, retry_after: Some(2), ..Reply::json(text) },
    }
}

/// What becomes of the answer to a request that was processed.
fn spoilt(
    fired: &Fired,
    how: How,
    reply: Reply,
    after_us: u64,
    random: &mut fastrand::Rng,
) -> (How, Reply) {
    match fired.fault {
        Fault::HangAfter => (How::Silence, Reply::default()),
        Fault::ResetAfter => (How::Reset { after_us }, Reply::default()),
        Fault::ErrorAfter => (how, Reply::page(500, "500 Internal Server Error")),
        Fault::AnswerLate => (How::Answer { after_us: fired.delay_us.unwrap_or(LATE_US) }, reply),
        Fault::Drip => (How::Drip { after_us, every_us: fired.delay_us.unwrap_or(DRIP_US) }, reply),
        Fault::Truncate if fired.variant == "short-json" => {
            let end = random.usize(1..reply.body.len().max(2));
            let end = reply.body.floor_char_boundary(end);
            let body = reply.body.get(..end).unwrap_or_default().to_owned();
            (how, Reply { body, ..reply })
        }
        Fault::Truncate => {
            let keep = random.usize(0..reply.body.len().max(1));
            (How::Truncate { after_us, keep }, reply)
        }
        Fault::NotJson => match fired.variant {
            "empty" => (how, Reply::json(String::new())),
            "text" => (how, Reply::json("OK".to_owned())),
            _ => (how, Reply::page(200, "We will be back soon")),
        },
        _ => (how, reply),
    }
}
