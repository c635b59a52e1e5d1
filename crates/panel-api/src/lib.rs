#![doc = include_str!("../README.md")]

pub mod admin;
pub mod client;
mod fault;
pub mod limits;
mod raw;
pub mod reply;
pub mod request;
mod text;
pub mod words;

pub use fault::Fault;
