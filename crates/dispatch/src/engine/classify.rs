//! What the answer to `add` says, and what is done about it.

use super::Answer;
use counter::fulfilment::REFUSED;
use domain::providers::{Found, Refusal, refusal};
use panel_api::client::{AddAnswer, Unsendable, excerpt, read_add};

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The provider has the order.
    Accepted(String),
    /// It surely has not taken it, and why.
    Refused(Refusal),
    /// Nothing was sent.
    NotSent,
    /// It cannot be sent there; what is done about it is what is done about this refusal.
    Unsendable(Refusal),
    /// Nobody knows.
    Unclear,
}

/// The status with which a server says that it has not looked at a request, because there were too
/// many (RFC 6585, 4).
const TOO_MANY: u16 = 429;

/// Reads an answer; with the words that show it.
pub(super) fn classify(answer: &Answer, own: &[String]) -> (Verdict, String) {
    match answer {
        Answer::NotSent(why) => (Verdict::NotSent, why.clone()),
        Answer::Unsendable(why) => {
            (Verdict::Unsendable(would_be(why)), format!("it cannot be sent: {why}"))
        }
        Answer::Lost { why, .. } => (Verdict::Unclear, why.clone()),
        Answer::Complete { status, body, .. } => match read_add(body) {
            AddAnswer::Accepted(accepted) => {
                let evidence = format!("accepted as {}", accepted.id);
                (Verdict::Accepted(accepted.id), evidence)
            }
            AddAnswer::Refused(text) => match refusal(&text, own) {
                Some(refusal) => (Verdict::Refused(refusal), format!("{REFUSED}{text}")),
                None if *status == TOO_MANY => {
                    (Verdict::Refused(Refusal::RateLimit), format!("{REFUSED}{text}"))
                }
                None => (Verdict::Unclear, format!("an error that is not known: {text}")),
            },
            AddAnswer::Unclear(_) if *status == TOO_MANY => {
                (Verdict::Refused(Refusal::RateLimit), format!("{REFUSED}too many requests"))
            }
            AddAnswer::Unclear(why) => {
                let shown = excerpt(body, "");
                (Verdict::Unclear, format!("status {status}, {why}: {shown}"))
            }
        },
    }
}

/// What a provider would have to answer to something that cannot be sent: what is wrong with our key or
/// our route is for a person to mend, what is wrong with the order stays so.
const fn would_be(why: &Unsendable) -> Refusal {
    match why {
        Unsendable::Key => Refusal::KeyInvalid,
        Unsendable::Service => Refusal::ServiceGone,
        _ => Refusal::Parameters,
    }
}

/// What is recorded of a verdict. `another_way`: whether the order may be placed elsewhere, or
/// later, when it was refused.
pub(super) fn found(verdict: &Verdict, another_way: bool) -> Found {
    match verdict {
        Verdict::Accepted(id) => Found::Accepted { upstream_id: id.clone(), cost: None },
        Verdict::Refused(_) => Found::Refused { another_way },
        Verdict::NotSent => Found::NotSent,
        Verdict::Unsendable(_) => Found::Unsendable { another_way },
        Verdict::Unclear => Found::Lost,
    }
}
