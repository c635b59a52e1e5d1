//! What can be looked at.

use std::borrow::Cow;

use crate::action::Action;
use crate::faults::Fault;
use crate::form::Form;
use crate::journal::{Happening, Moment, Request, Verdict};
use crate::json::Json;
use crate::panel::{Order, Panel};

/// Most entries of one answer; `from` asks for the next ones.
const MOST: usize = 1_000;

/// The parameters of a question.
pub(crate) struct Query(Form);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(Form::parse(text))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let number = self.get(name).map(str::parse).transpose();
        number.map_err(|_| format!("{name} is not a number"))
    }

    /// Where to begin, and how many there shall be.
    fn page(&self) -> Result<(usize, usize), String> {
        let number = |name| {
            let number = self.number(name)?.map(usize::try_from).transpose();
            number.map_err(|_| format!("{name} is too large"))
        };
        Ok((number("from")?.unwrap_or(0), number("limit")?.unwrap_or(MOST).min(MOST)))
    }
}

/// What is at a path, if anything is.
pub(crate) fn view(panel: &Panel, path: &str, query: &Query) -> Option<Result<Json, String>> {
    Some(match path {
        "/" => Ok(summary(panel)),
        "/faults" => Ok(faults(panel)),
        "/requests" => requests(panel, query),
        "/orders" => orders(panel, query),
        "/duplicates" => Ok(duplicates(panel, query)),
        "/balance" => balance(panel, query),
        "/check" => Ok(check(panel)),
        _ => {
            let id = path.strip_prefix("/orders/")?.parse().ok()?;
            life(panel, panel.order(id)?)
        }
    })
}

fn summary(panel: &Panel) -> Json {
    let journal = panel.journal();
    let requests = Action::ALL
        .map(|action| (Cow::Borrowed(action.name()), Json::number(journal.requests_for(action))));
    let happened = Fault::ALL.into_iter().filter(|fault| journal.times(*fault) > 0);
    let happened =
        happened.map(|fault| (Cow::Borrowed(fault.name()), Json::number(journal.times(fault))));
    let accounts = panel.settings().accounts.iter();
    let accounts = accounts.map(|account| {
        let balance = panel.balance(&account.name).unwrap_or_default();
        (Cow::Owned(account.name.clone()), Json::text(balance))
    });
    Json::object([
        ("now_us", Json::number(panel.now_us())),
        ("orders", Json::number(panel.orders().len())),
        ("open", Json::number(panel.orders().iter().filter(|o| o.state.is_open()).count())),
        ("waiting", Json::number(panel.waiting())),
        ("requests", Json::Object(requests.into())),
        ("faults", Json::Object(happened.collect())),
        ("balances", Json::Object(accounts.collect())),
        ("hash", Json::text(format!("{:016x}", journal.hash()))),
    ])
}

fn faults(panel: &Panel) -> Json {
    // What rules are read from is what they are written as.
    Json::Number(serde_json::to_string(&panel.faults()).unwrap_or_else(|_| "null".to_owned()))
}

fn requests(panel: &Panel, query: &Query) -> Result<Json, String> {
    let (from, limit) = query.page()?;
    let action = query.get("action");
    let wanted = |request: &&Request| {
        action.is_none_or(|name| request.action.is_some_and(|action| action.name() == name))
    };
    let reads = action.is_some_and(|name| {
        Action::ALL.into_iter().any(|action| action.name() == name && !action.writes())
    });
    let found: Vec<Json> = if reads {
        panel.journal().reads().filter(wanted).skip(from).take(limit).map(request).collect()
    } else {
        panel.journal().writes().iter().filter(wanted).skip(from).take(limit).map(request).collect()
    };
    Ok(Json::List(found))
}

fn request(request: &Request) -> Json {
    let (verdict, detail) = match &request.verdict {
        Verdict::Lost => ("lost", Json::Null),
        Verdict::Waiting { until_us } => ("waiting", Json::number(until_us)),
        Verdict::Accepted(order) => ("accepted", Json::number(order)),
        Verdict::Repeated(order) => ("repeated", Json::number(order)),
        Verdict::Refused(words) => ("refused", Json::text(words)),
        Verdict::Done => ("done", Json::Null),
    };
    let optional = |text: Option<&str>| text.map_or(Json::Null, Json::text);
    let answer = request.answer.as_ref();
    Json::object([
        ("number", Json::number(request.number)),
        ("at_us", Json::number(request.at_us)),
        ("account", request.account.map_or(Json::Null, Json::number)),
        ("action", optional(request.action.map(Action::name))),
        ("form", Json::text(&request.form)),
        ("fault", optional(request.fault.map(Fault::name))),
        ("variant", Json::text(request.variant)),
        ("verdict", Json::text(verdict)),
        ("detail", detail),
        ("status", answer.map_or(Json::Null, |answer| Json::number(answer.status))),
        ("body", optional(answer.map(|answer| answer.body.as_ref()))),
    ])
}

fn orders(panel: &Panel, query: &Query) -> Result<Json, String> {
    let (from, limit) = query.page()?;
    let found: Vec<&Order> = if let Some(link) = query.get("link") {
        panel.orders_of_link(link)
    } else if let Some(id) = query.get("request_id") {
        panel.orders_of_request_id(id)
    } else if let Some(marker) = query.get("marker") {
        let mut tagged = panel.orders_by_tag(marker);
        let tag = query.get("tag").ok_or("a marker needs a tag")?;
        tagged.remove(tag).unwrap_or_default()
    } else {
        panel.orders().iter().skip(from).take(limit).collect()
    };
    Ok(Json::List(found.into_iter().take(limit).map(|found| order(panel, found)).collect()))
}

fn order(panel: &Panel, order: &Order) -> Json {
    Json::object([
        ("number", Json::number(order.number)),
        ("id", Json::number(order.id)),
        ("account", Json::number(order.account)),
        ("service", Json::number(order.service)),
        ("link", Json::text(&order.link)),
        ("request_id", order.request_id.as_ref().map_or(Json::Null, Json::text)),
        ("request", Json::number(order.request)),
        ("accepted_us", Json::number(order.accepted_us)),
        ("quantity", Json::number(order.quantity)),
        ("charge", Json::text(order.charge)),
        ("net", Json::text(order.net)),
        ("status", Json::text(order.state.word())),
        ("remains", Json::number(order.remains(panel.now_us()))),
    ])
}

fn life(panel: &Panel, of: &Order) -> Result<Json, String> {
    let moment = |moment: &Moment| {
        let (what, state) = match moment.what {
            Happening::Accepted => ("accepted", None),
            Happening::Started => ("started", None),
            Happening::Ended(state) => ("ended", Some(state)),
            Happening::Corrected(state) => ("corrected", Some(state)),
            Happening::CancelAsked => ("cancel asked", None),
            Happening::RefillAsked(_) => ("refill asked", None),
        };
        Json::object([
            ("at_us", Json::number(moment.at_us)),
            ("what", Json::text(what)),
            ("status", state.map_or(Json::Null, |state| Json::text(state.word()))),
        ])
    };
    let life = panel.journal().life_of(of.number).map(moment).collect();
    let request = panel.journal().write(of.request).map_or(Json::Null, request);
    Ok(Json::object([
        ("order", order(panel, of)),
        ("life", Json::List(life)),
        ("request", request),
    ]))
}

fn duplicates(panel: &Panel, query: &Query) -> Json {
    let found = panel.duplicates(query.get("marker").unwrap_or_default());
    let entry = |(tag, orders): (&str, Vec<&Order>)| {
        let orders = orders.into_iter().map(|found| order(panel, found)).collect();
        (Cow::Owned(tag.to_owned()), Json::List(orders))
    };
    Json::Object(found.into_iter().map(entry).collect())
}

fn balance(panel: &Panel, query: &Query) -> Result<Json, String> {
    let name = query.get("account").unwrap_or("main");
    let purse = panel.purse(name).ok_or_else(|| format!("there is no account {name:?}"))?;
    let at_us = query.number("at_us")?.unwrap_or(panel.now_us());
    Ok(Json::object([
        ("at_us", Json::number(at_us)),
        ("balance", Json::text(purse.balance_at(at_us))),
        ("opening", Json::text(purse.opening)),
        ("movements", Json::number(purse.movements.len())),
    ]))
}

fn check(panel: &Panel) -> Json {
    let found = panel.violations().into_iter().map(Json::text).collect();
    Json::object([("violations", Json::List(found))])
}
