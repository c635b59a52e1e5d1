#![doc = include_str!("../README.md")]

mod fault;
pub mod limits;
pub mod reply;
pub mod request;
pub mod words;

pub use fault::Fault;
