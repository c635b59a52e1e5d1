//! All that happens by itself with providers: placing orders there, following them, finding out what
//! is not known.
//!
//! [`engine`] decides and does nothing else; [`driver`] carries out what it decides, and decides
//! nothing. Each unit of the counter is opened by a use case there (docs/adr/0024).

pub mod driver;
pub mod engine;
