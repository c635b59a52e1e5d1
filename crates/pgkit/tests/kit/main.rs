//! The servers and the proxy, as tests meet them.
//!
//! One program for all of it: each further one would be linked on its own.

mod server;
