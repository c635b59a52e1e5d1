//! What the server says, and what of it the client hears.

use super::{Answer, Conversation, End};
use crate::proxy::faults::Fault;
use crate::wire::Message;

impl Conversation<'_> {
    /// The server says something.
    pub(crate) fn server_says(&mut self, message: Message) -> Option<End> {
        let kind = message.kind;
        let ready = kind == b'Z';
        if ready {
            self.status = message.body.first().copied().unwrap_or_default();
        }
        // The client copies into the server, or replicates: another language.
        self.blind |= matches!(kind, b'G' | b'W');
        match self.owed.front_mut() {
            Some(Answer::Commit(said)) => {
                said.push(message);
                if ready && self.committed() {
                    self.shared.note(Fault::CutAfterCommit);
                    return Some(End::Cut);
                }
            }
            Some(Answer::FailureOfCommit) if kind == b'C' => {}
            Some(answer) => {
                let fault = match answer {
                    Answer::Failure(fault) => Some(*fault),
                    Answer::FailureOfCommit => Some(Fault::SerializationAtCommit),
                    Answer::Pass | Answer::Commit(_) => None,
                };
                let failed = |fault: &Fault| {
                    kind == b'E' && message.field(b'C').as_deref() == Some(fault.code())
                };
                if let Some(fault) = fault.filter(failed) {
                    self.shared.note(fault);
                }
                message.write(&mut self.to_client);
            }
            None => message.write(&mut self.to_client),
        }
        if !ready {
            return None;
        }
        self.owed.pop_front();
        self.commit()
    }

    /// Whether the server has committed; what it said instead goes to the client.
    fn committed(&mut self) -> bool {
        let Some(Answer::Commit(said)) = self.owed.front() else { return false };
        if said.iter().any(|message| message.kind == b'C' && message.body == b"COMMIT\0") {
            return true;
        }
        for message in said {
            message.write(&mut self.to_client);
        }
        false
    }
}
