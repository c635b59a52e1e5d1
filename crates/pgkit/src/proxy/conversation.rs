//! What client and server say to each other, and where it is changed. No sockets here.
//!
//! The server owes one `ReadyForQuery` for each simple query and for each Sync, in their order. A
//! statement is replaced in its place of that order, so that nothing gets out of step however many
//! the client sends ahead.

mod answers;

use std::collections::VecDeque;

use crate::proxy::faults::Fault;
use crate::proxy::shared::Shared;
use crate::wire::Message;

/// How a connection ends by our hand, after what is to be written has been written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides at once.
    Cut,
    /// The client's side at once, the server's when it has answered this, which it gets late.
    Late(Message),
}

/// Both directions of one connection, from the end of its greeting on.
#[derive(Debug)]
pub(crate) struct Conversation<'a> {
    shared: &'a Shared,
    random: fastrand::Rng,
    /// To be written.
    pub(crate) to_server: Vec<u8>,
    /// To be written.
    pub(crate) to_client: Vec<u8>,
    /// What the server owes, one entry for each `ReadyForQuery`.
    owed: VecDeque<Answer>,
    /// Of the last `ReadyForQuery`: idle, in a transaction, or in one that has failed.
    status: u8,
    transaction: Option<Transaction>,
    /// Statements of the connection's last whole transaction: where the next one's fault may be.
    usual_length: u32,
    /// A statement of the group that is being read was seen.
    in_statement: bool,
    /// What is kept from the server until the group ends, to be replaced by a failure then.
    withheld: Option<Withheld>,
    /// The cut comes when the group has ended.
    cut_at_sync: bool,
    /// A COMMIT that waits until all in front of it has been answered.
    held: Option<(Message, Fault)>,
    /// The client copies data in: what it says is no longer understood, and nothing is changed.
    blind: bool,
}

#[derive(Debug)]
struct Transaction {
    fault: Option<Fault>,
    /// Which of its statements, counted from one.
    at: u32,
    seen: u32,
}

#[derive(Debug)]
struct Withheld {
    fault: Fault,
    messages: Vec<Message>,
}

/// What is done with what the server says next.
#[derive(Debug)]
enum Answer {
    Pass,
    /// It fails with what we made it fail with.
    Failure(Fault),
    /// It rolls back, which the client is not told, and fails then.
    FailureOfCommit,
    /// All of it is kept from the client: if it says that it committed, the client never hears it.
    Commit(Vec<Message>),
}

impl<'a> Conversation<'a> {
    /// One whose greeting has been passed on, and not been answered yet.
    pub(crate) fn new(shared: &'a Shared, random: fastrand::Rng) -> Self {
        Self {
            shared,
            random,
            to_server: Vec::new(),
            to_client: Vec::new(),
            owed: VecDeque::from([Answer::Pass]),
            status: b'I',
            transaction: None,
            usual_length: 1,
            in_statement: false,
            withheld: None,
            cut_at_sync: false,
            held: None,
            blind: false,
        }
    }

    /// Whether the client is listened to just now.
    pub(crate) fn listens(&self) -> bool {
        self.held.is_none()
    }

    /// The client says something. Only while [`Conversation::listens`].
    pub(crate) fn client_says(&mut self, message: Message) -> Option<End> {
        if self.blind {
            message.write(&mut self.to_server);
            return None;
        }
        match message.kind {
            b'Q' => self.query(message),
            // Parse, Bind, Execute: the statements of the extended protocol.
            b'P' | b'B' | b'E' if !self.in_statement => {
                self.in_statement = true;
                let fault = self.due();
                self.statement(message, fault)
            }
            b'S' => self.sync(message),
            b'H' => self.flush(message),
            _ => self.pass(message),
        }
    }

    fn query(&mut self, message: Message) -> Option<End> {
        let text = message.text();
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == ';').to_ascii_lowercase();
        if text.starts_with("begin") {
            self.begin();
        } else if text == "commit" || text == "rollback" {
            let transaction = self.transaction.take();
            if let Some(transaction) = transaction.filter(|_| text == "commit") {
                self.usual_length = transaction.seen.max(1);
                if let Some(fault) = transaction.fault.filter(|fault| fault.is_at_commit()) {
                    self.held = Some((message, fault));
                    return self.commit();
                }
            }
        } else if let Some(fault) = self.due() {
            if fault == Fault::CutInTransaction {
                return Some(self.cut(&message));
            }
            self.fail(fault);
            return None;
        }
        self.forward(&message, Answer::Pass);
        None
    }

    fn begin(&mut self) {
        let fault = self.shared.begins(&mut self.random);
        let at = self.random.u32(1..=self.usual_length);
        self.transaction = Some(Transaction { fault, at, seen: 0 });
    }

    /// Counts a statement, and tells what is due at it.
    fn due(&mut self) -> Option<Fault> {
        let transaction = self.transaction.as_mut()?;
        transaction.seen = transaction.seen.saturating_add(1);
        if transaction.seen != transaction.at {
            return None;
        }
        transaction.fault.take_if(|fault| !fault.is_at_commit())
    }

    /// The first message of a statement of the extended protocol.
    fn statement(&mut self, message: Message, fault: Option<Fault>) -> Option<End> {
        match fault {
            Some(Fault::CutInTransaction) => {
                if self.random.bool() {
                    return Some(self.cut(&message));
                }
                self.cut_at_sync = true;
            }
            Some(fault) => self.withheld = Some(Withheld { fault, messages: Vec::new() }),
            None => {}
        }
        self.pass(message)
    }

    fn sync(&mut self, message: Message) -> Option<End> {
        self.in_statement = false;
        if let Some(withheld) = self.withheld.take() {
            self.fail(withheld.fault);
            return None;
        }
        self.forward(&message, Answer::Pass);
        if self.cut_at_sync {
            self.shared.note(Fault::CutInTransaction);
            return Some(End::Cut);
        }
        None
    }

    /// The client wants to see answers before it ends the group. So this statement goes on, and the
    /// next one fails.
    fn flush(&mut self, message: Message) -> Option<End> {
        if let Some(withheld) = self.withheld.take() {
            for message in withheld.messages {
                message.write(&mut self.to_server);
            }
            if let Some(transaction) = &mut self.transaction {
                transaction.fault = Some(withheld.fault);
                transaction.at = transaction.seen.saturating_add(1);
            }
        }
        self.pass(message)
    }

    /// Cuts in front of a message, or behind it.
    fn cut(&mut self, message: &Message) -> End {
        if self.random.bool() {
            message.write(&mut self.to_server);
        }
        self.shared.note(Fault::CutInTransaction);
        End::Cut
    }

    /// In place of a statement, one that fails.
    fn fail(&mut self, fault: Fault) {
        self.forward(&Message::query(&failure(fault)), Answer::Failure(fault));
    }

    /// To the server, or to what is kept from it.
    fn pass(&mut self, message: Message) -> Option<End> {
        match &mut self.withheld {
            Some(withheld) => withheld.messages.push(message),
            None => message.write(&mut self.to_server),
        }
        None
    }

    /// To the server, which will be ready again when it has answered.
    fn forward(&mut self, message: &Message, answer: Answer) {
        message.write(&mut self.to_server);
        self.owed.push_back(answer);
    }

    /// What becomes of a COMMIT, as soon as all in front of it has been answered: until then nobody
    /// knows whether there is something to commit.
    fn commit(&mut self) -> Option<End> {
        let (message, fault) = self.held.take_if(|_| self.owed.is_empty())?;
        if self.status != b'T' {
            self.forward(&message, Answer::Pass);
            return None;
        }
        match fault {
            Fault::CutAfterCommit => {
                // Counted when it has been committed.
                self.forward(&message, Answer::Commit(Vec::new()));
                return None;
            }
            Fault::SerializationAtCommit => {
                let sql = format!("rollback; {}", failure(fault));
                self.forward(&Message::query(&sql), Answer::FailureOfCommit);
                return None;
            }
            _ => self.shared.note(fault),
        }
        if fault == Fault::LateCommit {
            return Some(End::Late(message));
        }
        if fault == Fault::CutAtCommit {
            message.write(&mut self.to_server);
            if self.random.bool() {
                // Without its last byte it has not arrived.
                self.to_server.pop();
            }
        }
        Some(End::Cut)
    }
}

/// A statement that fails so.
fn failure(fault: Fault) -> String {
    let code = fault.code();
    format!("do $$ begin raise exception 'injected by the proxy' using errcode = '{code}'; end $$")
}
