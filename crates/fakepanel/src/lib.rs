#![doc = include_str!("../README.md")]

mod action;
mod amount;
mod error;
mod faults;
mod form;
mod journal;
mod json;
mod kind;
mod panel;
mod random;
mod reaction;
mod script;
mod server;
pub mod settings;

pub use action::Action;
pub use amount::{Amount, Rounding};
pub use error::Error;
pub use faults::{DRIP_US, Fate, Fault, LATE_US, Rule, STALE_US, When};
pub use form::Form;
pub use journal::{Answer, Happening, Journal, Moment, Request, Verdict};
pub use panel::{Cause, Movement, Order, Outcome, Panel, Purse, State};
pub use reaction::{Greeting, How, Reaction, Reply};
pub use script::{Script, Step};
pub use server::{Command, Mode, Server};
pub use settings::Settings;
