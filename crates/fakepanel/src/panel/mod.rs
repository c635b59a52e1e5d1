//! The panel itself: pure, and the same again for the same seed and the same calls.

mod bend;
mod cancel;
mod check;
#[cfg(test)]
mod check_tests;
mod ids;
mod life;
mod oracle;
mod order;
mod outcome;
mod place;
mod purse;
mod react;
mod read;
mod recall;
mod refill;
mod steer;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use crate::action::Action;
use crate::error::Error;
use crate::faults::{Asked, Fault, Rules};
use crate::form::Form;
use crate::journal::{Journal, Request, Verdict};
use crate::random::{self, Purpose};
use crate::reaction::{Greeting, Reaction, Reply};
use crate::settings::{Service, Settings};

use life::Due;
pub use order::{Order, State};
pub use outcome::Outcome;
pub use purse::{Cause, Movement, Purse};
pub(crate) use recall::Recalled;
use refill::Refill;

/// An upstream panel: its customers' money, their orders, and a journal of everything.
///
/// It has no clock: each call says what time it is, in microseconds since whenever. A time before an
/// earlier one counts as that.
#[derive(Debug)]
pub struct Panel {
    settings: Settings,
    seed: u64,
    now_us: u64,
    begun: bool,
    purses: Vec<Purse>,
    orders: Vec<Order>,
    /// The latest order of each id.
    by_id: HashMap<u64, usize>,
    /// The id of the next order.
    next_id: u64,
    services: HashMap<u64, usize>,
    refills: Vec<Refill>,
    /// Orders by account and request id, where request ids are taken.
    request_ids: HashMap<(u16, Box<str>), usize>,
    /// Open orders of an account by service and link, where links are guarded.
    open_links: HashMap<(u16, u64, Box<str>), usize>,
    /// What is to happen, the next first.
    due: BinaryHeap<Reverse<Due>>,
    /// Tells apart what is due at the same moment.
    dues: u64,
    /// Requests that are processed later.
    waiting: BTreeMap<u64, Form>,
    requests: u64,
    connections: u64,
    rules: Rules,
    /// How many sets of rules there were.
    pub(crate) rules_set: u64,
    journal: Journal,
}

impl Panel {
    /// A panel as the settings say, where nothing goes wrong yet. The seed decides whatever the
    /// settings leave open.
    ///
    /// # Errors
    /// The settings contradict themselves.
    pub fn new(settings: Settings, seed: u64) -> Result<Self, Error> {
        if let Some(complaint) = check::complaint(&settings) {
            return Err(Error::Settings(complaint));
        }
        let purses = settings.accounts.iter().map(|account| Purse::new(account.balance)).collect();
        let services = settings.services.iter().enumerate();
        Ok(Self {
            seed,
            now_us: 0,
            begun: false,
            purses,
            orders: Vec::new(),
            by_id: HashMap::new(),
            next_id: settings.first_order,
            services: services.map(|(at, service)| (service.id, at)).collect(),
            refills: Vec::new(),
            request_ids: HashMap::new(),
            open_links: HashMap::new(),
            due: BinaryHeap::new(),
            dues: 0,
            waiting: BTreeMap::new(),
            requests: 0,
            connections: 0,
            rules: Rules::default(),
            rules_set: 0,
            journal: Journal::new(settings.reads_kept),
            settings,
        })
    }

    /// A connection is opened: what happens to it.
    pub fn connect(&mut self, now_us: u64) -> Greeting {
        self.advance(now_us);
        let mut random = random::source(self.seed, Purpose::Connection, self.connections);
        self.connections = self.connections.saturating_add(1);
        let fault = self.rules.of_connection(&mut random);
        if let Some(fault) = fault {
            self.journal.count_fault(fault);
        }
        match fault {
            Some(Fault::Refuse) => Greeting::Refuse,
            Some(_) => Greeting::CloseUnread,
            None => Greeting::Serve,
        }
    }

    /// A request has been read. What had to happen until now happens first.
    pub fn handle(&mut self, now_us: u64, form: &Form) -> Reaction {
        self.advance(now_us);
        let number = self.requests;
        self.requests = number.saturating_add(1);
        let mut random = random::source(self.seed, Purpose::Request, number);
        let after_us = self.settings.latency_us.draw(&mut random);
        let action = Action::of(form).ok();
        let asked = self.asked_for(action, form);
        let fired = action.and_then(|action| self.rules.of_request(action, asked, &mut random));
        let (verdict, how, reply) = self.react(number, form, fired.as_ref(), after_us, &mut random);
        let request = Request {
            number,
            at_us: self.now_us,
            account: self.account_of(form),
            action,
            form: form.without_key().into(),
            fault: fired.as_ref().map(|fired| fired.fault),
            variant: fired.map_or("", |fired| fired.variant),
            verdict,
            answer: None,
        };
        self.journal.received(request, how, &reply);
        Reaction { number, how, reply }
    }

    /// What rules look at in a request.
    fn asked_for<'a>(&self, action: Option<Action>, form: &'a Form) -> Asked<'a> {
        if action != Some(Action::Add) {
            return Asked::default();
        }
        let account = self.account_of(form);
        let again = account.is_some_and(|account| self.repeated(account, form).is_some());
        Asked { link: form.get("link"), again }
    }

    /// The reply to a request that was to be processed later ([`crate::How::Later`]), by its number.
    /// Nothing when that is still to come.
    pub fn collect(&mut self, now_us: u64, number: u64) -> Option<Reply> {
        self.advance(now_us);
        let answer = self.journal.write(number)?.answer.as_ref()?;
        Some(Reply {
            status: answer.status,
            content_type: answer.content_type,
            retry_after: answer.retry_after,
            body: answer.body.as_ref().to_owned(),
        })
    }

    fn account_of(&self, form: &Form) -> Option<u16> {
        let key = form.get("key")?;
        let at = self.settings.accounts.iter().position(|account| account.key == key)?;
        u16::try_from(at).ok()
    }

    fn service(&self, id: u64) -> Option<&Service> {
        self.services.get(&id).and_then(|at| self.settings.services.get(*at))
    }

    /// The latest order of an id, by its number.
    fn order_of_id(&self, id: u64) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The order that a customer names, where it is the customer's.
    fn own_order(&self, account: u16, id: &str) -> Option<usize> {
        let number = self.order_of_id(id.trim().parse().ok()?)?;
        self.orders.get(number).filter(|order| order.account == account).map(|_| number)
    }
}

/// A refusal, as verdict and as answer.
type Words = String;

fn refused(words: &str) -> Verdict {
    Verdict::Refused(words.into())
}
