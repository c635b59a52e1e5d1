//! The engine alone: what it wants done, and what it makes of what it is told.

mod books;
mod decisions;
mod first;
mod forwards;
mod late;
mod provider;
mod refused_whole;
mod sending;
mod strange;
mod tried;
mod turns;
mod unsendable;
