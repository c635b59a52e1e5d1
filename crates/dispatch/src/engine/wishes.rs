//! What providers answer to wishes that were sent on: cancels and refills.

use super::Answer;
use super::whole::{Settled, Wish};
use counter::fulfilment::{ForwardKind, Forwarded};
use domain::providers::{Outcome, is_passing};
use domain::requests::RefillState;
use domain::{CancelId, RefillId};
use panel_api::client::{Answers, Found, RefillWord, read_cancel, read_refill, read_refill_status};

/// What a call that sent wishes on came to.
pub(super) struct Said {
    pub(super) came: Outcome,
    /// What was said of each. What is not in the answer, and what is no answer, is asked again.
    pub(super) told: Vec<Forwarded>,
    /// In which words the call was refused as a whole, when a wish may be the reason: nobody knows yet which,
    /// and nothing is told.
    pub(super) refused: Option<String>,
}

impl Said {
    /// Nothing was said of any.
    pub(super) const fn nothing(came: Outcome) -> Self {
        Self { came, told: Vec::new(), refused: None }
    }
}

/// What a provider has answered to `asked`.
pub(super) fn read(kind: ForwardKind, status: u16, body: &[u8], asked: &[Wish]) -> Said {
    let ids: Vec<String> = asked.iter().map(|(_, name)| name.clone()).collect();
    let asked = Asked { asked, passes: is_trouble(status) };
    match kind {
        ForwardKind::Cancel => asked.each(read_cancel(body, &ids), cancel),
        ForwardKind::Refill => asked
            .each(read_refill(body, &ids), |id, found| refill(id, found.map(|taken| taken.refill))),
        ForwardKind::RefillStatus => asked.each(read_refill_status(body, &ids), |id, found| {
            stands(id, found.map(|refill| refill.word))
        }),
    }
}

/// Whether a server that answers with this status speaks of itself, of whom it lets in, or of how often it
/// is asked (RFC 9110, 15.5.2, 15.5.4, 15.6; RFC 6585, 4).
const fn is_trouble(status: u16) -> bool {
    matches!(status, 401 | 403 | 408 | 429 | 500..=599)
}

/// Whether an answer is a server's that speaks of itself.
pub(super) const fn is_from_trouble(answer: &Answer) -> bool {
    matches!(answer, Answer::Complete { status, .. } if is_trouble(*status))
}

/// What was asked in one call.
struct Asked<'a> {
    asked: &'a [Wish],
    /// Whether a refusal passes, whatever it says.
    passes: bool,
}

impl Asked<'_> {
    /// What was said of each; a call that was refused as a whole may be refused for each of them.
    fn each<T>(
        &self,
        answers: Answers<T>,
        read: impl Fn(i64, Told<T>) -> Option<Forwarded>,
    ) -> Said {
        let came = Outcome::Answered;
        if let Some(text) = refusal(&answers).filter(|text| self.is_last_word(text)) {
            return Said { came, told: Vec::new(), refused: Some(text.to_owned()) };
        }
        match answers {
            Answers::Each(found) => {
                let pairs = self.asked.iter().zip(found);
                let told = pairs.filter_map(|((id, _), (_, found))| read(*id, self.told(found)));
                Said { came, told: told.collect(), refused: None }
            }
            Answers::Refused(text) => {
                let now = |(id, _): &Wish| read(*id, Told::NotNow(text.clone()));
                Said { came, told: self.asked.iter().filter_map(now).collect(), refused: None }
            }
            Answers::Unclear(_) => Said::nothing(Outcome::Unclear),
        }
    }

    /// Whether a refusal is about what was asked, and not about us or how often we ask.
    fn is_last_word(&self, text: &str) -> bool {
        !self.passes && !is_passing(text)
    }

    fn told<T>(&self, found: Found<T>) -> Told<T> {
        match found {
            Found::Known(value) => Told::Yes(value),
            Found::Error(text) if self.is_last_word(&text) => Told::No(text),
            Found::Error(text) => Told::NotNow(text),
            Found::Absent | Found::Unclear(_) => Told::Nothing,
        }
    }
}

/// In which words a call was refused: an error of the only wish in it is the call's.
fn refusal<T>(answers: &Answers<T>) -> Option<&str> {
    match answers {
        Answers::Refused(text) => Some(text),
        Answers::Each(found) => match found.as_slice() {
            [(_, Found::Error(text))] => Some(text),
            _ => None,
        },
        Answers::Unclear(_) => None,
    }
}

/// What was said of one.
enum Told<T> {
    Yes(T),
    No(String),
    /// It may be another answer later.
    NotNow(String),
    Nothing,
}

impl<T> Told<T> {
    fn map<U>(self, to: impl FnOnce(T) -> U) -> Told<U> {
        match self {
            Self::Yes(value) => Told::Yes(to(value)),
            Self::No(text) => Told::No(text),
            Self::NotNow(text) => Told::NotNow(text),
            Self::Nothing => Told::Nothing,
        }
    }

    fn refused(text: String, is_last_word: bool) -> Self {
        if is_last_word { Self::No(text) } else { Self::NotNow(text) }
    }

    /// Whether the provider refuses with one of these words.
    fn refuses_with(&self, words: &[&str]) -> bool {
        match self {
            Self::No(text) | Self::NotNow(text) => {
                let text = text.to_lowercase();
                words.iter().any(|words| text.contains(words))
            }
            Self::Yes(_) | Self::Nothing => false,
        }
    }
}

/// Words by which providers say that a wish is under way already.
const KNOWN: [&str; 2] = ["already requested", "was requested"];

/// Words by which they refuse a refill that comes too soon after another, or after the order's end: "The order
/// was completed or refill was requested less than 24 hours ago".
const TOO_SOON: [&str; 1] = ["less than"];

/// Whether a call is refused in words that are said of single wishes only.
pub(super) fn is_about_each(words: &str) -> bool {
    Told::<()>::No(words.to_owned()).refuses_with(&KNOWN)
}

/// Whether something was said of a wish that is its provider's word, and not put off.
pub(super) const fn is_word(told: &Forwarded) -> bool {
    !matches!(told, Forwarded::CancelPutOff(..) | Forwarded::RefillPutOff(..))
}

/// What is said of a wish that was refused. Where refills stand is asked again anyway.
pub(super) fn settled(kind: ForwardKind, settled: &Settled) -> Option<Forwarded> {
    let Settled { wish: (id, _), words, is_rejected } = settled;
    let words = words.clone();
    match kind {
        ForwardKind::Cancel => cancel::<()>(*id, Told::refused(words, *is_rejected)),
        ForwardKind::Refill => refill(*id, Told::refused(words, *is_rejected)),
        ForwardKind::RefillStatus => None,
    }
}

fn cancel<T>(id: i64, told: Told<T>) -> Option<Forwarded> {
    let id = CancelId(id);
    if told.refuses_with(&KNOWN) {
        return Some(Forwarded::CancelTaken(id));
    }
    match told {
        Told::Yes(_) => Some(Forwarded::CancelTaken(id)),
        Told::No(text) => Some(Forwarded::CancelRefused(id, text)),
        Told::NotNow(text) => Some(Forwarded::CancelPutOff(id, text)),
        Told::Nothing => None,
    }
}

fn refill(id: i64, told: Told<Option<String>>) -> Option<Forwarded> {
    let id = RefillId(id);
    if told.refuses_with(&KNOWN) && !told.refuses_with(&TOO_SOON) {
        return Some(Forwarded::RefillKnown(id));
    }
    match told {
        Told::Yes(name) => Some(Forwarded::RefillTaken(id, name)),
        Told::No(text) => Some(Forwarded::RefillRefused(id, text)),
        Told::NotNow(text) => Some(Forwarded::RefillPutOff(id, text)),
        Told::Nothing => None,
    }
}

fn stands(id: i64, told: Told<RefillWord>) -> Option<Forwarded> {
    let state = match told {
        Told::Yes(RefillWord::InProgress) => RefillState::InProgress,
        Told::Yes(RefillWord::Completed) => RefillState::Completed,
        Told::Yes(RefillWord::Rejected | RefillWord::Canceled | RefillWord::Failed) => {
            RefillState::Rejected
        }
        Told::Yes(RefillWord::Pending | RefillWord::Unknown)
        | Told::No(_)
        | Told::NotNow(_)
        | Told::Nothing => return None,
    };
    Some(Forwarded::RefillStands(RefillId(id), state))
}
