//! The web as its clients meet it. One program for all of it: each further one would be linked on
//! its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test, also in a helper"
)]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod add_refused;
mod executors;
mod faults;
mod forms;
mod fuzz;
mod ids;
mod keys;
mod kinds;
mod logs;
mod orders_refused;
mod pages;
mod parts;
mod products;
mod replies;
mod request_ids;
mod requests_refused;
mod services;
mod sockets;
mod turns;
mod ways;
