//! When what goes wrong.

use serde::{Deserialize, Serialize};

use crate::action::Action;
use crate::faults::Fault;

/// How often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Each time.
    #[default]
    Always,
    /// Each time with so many chances in a thousand.
    PerMille(u16),
    /// The n-th time, then the n-th time after that.
    Every(u64),
}

/// Lets something go wrong. The first rule that does decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What goes wrong.
    pub fault: Fault,
    /// How often.
    #[serde(default)]
    pub when: When,
    /// To requests for these; to the usual ones when it names none. Where the fault does not fit, it
    /// does not happen.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Only to an `add` whose link contains this.
    #[serde(default)]
    pub link: Option<String>,
    /// Only to an `add` that no earlier one had the request id of.
    #[serde(default)]
    pub fresh: bool,
    /// In this way, where there are several.
    #[serde(default)]
    pub variant: Option<String>,
    /// So much later, or with so old a balance, in microseconds.
    #[serde(default)]
    pub delay_us: Option<u64>,
    /// In these words, where it is a refusal.
    #[serde(default)]
    pub text: Option<String>,
    /// At most so often.
    #[serde(default)]
    pub times: Option<u64>,
}

impl Rule {
    /// It goes wrong each time, to the usual requests.
    pub const fn new(fault: Fault) -> Self {
        Self {
            fault,
            when: When::Always,
            actions: Vec::new(),
            link: None,
            fresh: false,
            variant: None,
            delay_us: None,
            text: None,
            times: None,
        }
    }

    /// The same with so many chances in a thousand.
    #[must_use]
    pub const fn per_mille(mut self, chances: u16) -> Self {
        self.when = When::PerMille(chances);
        self
    }

    /// The same each n-th time.
    #[must_use]
    pub const fn every(mut self, n: u64) -> Self {
        self.when = When::Every(n);
        self
    }

    /// The same for requests for these.
    #[must_use]
    pub fn on(mut self, actions: &[Action]) -> Self {
        self.actions = actions.to_vec();
        self
    }

    /// The same for orders whose link contains this.
    #[must_use]
    pub fn link(mut self, part: impl Into<String>) -> Self {
        self.link = Some(part.into());
        self
    }

    /// The same for orders that are not asked for again.
    #[must_use]
    pub const fn fresh(mut self) -> Self {
        self.fresh = true;
        self
    }

    /// The same in this way.
    #[must_use]
    pub fn variant(mut self, name: impl Into<String>) -> Self {
        self.variant = Some(name.into());
        self
    }

    /// The same so much later, in microseconds.
    #[must_use]
    pub const fn delay_us(mut self, delay: u64) -> Self {
        self.delay_us = Some(delay);
        self
    }

    /// The same in these words.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The same at most so often.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// What is wrong with it.
    pub(crate) fn complaint(&self) -> Option<String> {
        let name = self.fault.name();
        if self.when == When::Every(0) {
            return Some(format!("{name}: every 0th time is never; leave the rule out"));
        }
        if self.fault.is_of_connections() {
            let of_requests = !self.actions.is_empty() || self.link.is_some() || self.fresh;
            return of_requests.then(|| format!("{name} happens to connections, not to requests"));
        }
        let usual = || Action::ALL.into_iter().filter(|action| self.fault.is_usual(*action));
        let actions =
            if self.actions.is_empty() { usual().collect() } else { self.actions.clone() };
        let known = |variant: &str| {
            actions.iter().any(|action| self.fault.variants(*action).contains(&variant))
        };
        match &self.variant {
            Some(variant) if !known(variant) => Some(format!("{name} has no variant {variant:?}")),
            _ => None,
        }
    }

    /// Whether this request is one that it is for.
    fn is_for(&self, action: Action, asked: Asked<'_>) -> bool {
        let fits = if self.actions.is_empty() {
            self.fault.is_usual(action)
        } else {
            self.actions.contains(&action) && self.fault.fits(action)
        };
        let variants = self.fault.variants(action);
        fits && self.variant.as_deref().is_none_or(|variant| variants.contains(&variant))
            && (!self.fresh || (action == Action::Add && !asked.again))
            && self
                .link
                .as_deref()
                .is_none_or(|part| asked.link.is_some_and(|link| link.contains(part)))
    }
}

/// What an `add` asks for, as far as rules look at it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    pub(crate) link: Option<&'a str>,
    /// Whether an earlier one had its request id.
    pub(crate) again: bool,
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub(crate) struct Fired {
    pub(crate) fault: Fault,
    /// Empty where there is only one way.
    pub(crate) variant: &'static str,
    pub(crate) delay_us: Option<u64>,
    pub(crate) text: Option<String>,
}

/// The rules that hold, and how far each has counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<(Rule, Count)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    seen: u64,
    fired: u64,
}

impl Rules {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self { rules: rules.into_iter().map(|rule| (rule, Count::default())).collect() }
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// What happens to a connection.
    pub(crate) fn of_connection(&mut self, random: &mut fastrand::Rng) -> Option<Fault> {
        let mut rules = self.rules.iter_mut().filter(|(rule, _)| rule.fault.is_of_connections());
        rules.find_map(|(rule, count)| due(rule, count, random).then_some(rule.fault))
    }

    /// What happens to a request.
    pub(crate) fn of_request(
        &mut self,
        action: Action,
        asked: Asked<'_>,
        random: &mut fastrand::Rng,
    ) -> Option<Fired> {
        let mut rules = self.rules.iter_mut().filter(|(rule, _)| rule.is_for(action, asked));
        let (rule, _) =
            rules.find_map(|(rule, count)| due(rule, count, random).then_some((rule, ())))?;
        let variants = rule.fault.variants(action);
        let asked = variants.iter().find(|name| rule.variant.as_deref() == Some(**name));
        let variant = asked.copied().or_else(|| random.choice(variants.iter().copied()));
        Some(Fired {
            fault: rule.fault,
            variant: variant.unwrap_or_default(),
            delay_us: rule.delay_us,
            text: rule.text.clone(),
        })
    }
}

fn due(rule: &Rule, count: &mut Count, random: &mut fastrand::Rng) -> bool {
    if rule.times.is_some_and(|times| count.fired >= times) {
        return false;
    }
    count.seen = count.seen.saturating_add(1);
    let due = match rule.when {
        When::Always => true,
        When::PerMille(chances) => random.u16(0..1_000) < chances,
        When::Every(n) => count.seen.is_multiple_of(n),
    };
    if due {
        count.fired = count.fired.saturating_add(1);
    }
    due
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
