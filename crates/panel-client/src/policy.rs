//! Where connections may go.

use std::net::SocketAddr;

/// Where connections may go. The default is what everybody should have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// Also to addresses within private networks and on this machine: for an upstream next door, and
    /// for tests. An address that a customer or an upstream can choose must never be asked under
    /// such a policy.
    pub allow_private: bool,
    /// Also to ports other than 80 and 443.
    pub any_port: bool,
    /// Also to this one address and port, wherever it is: for an upstream that whoever asks has started
    /// there. It must stand in the URL as a number; a name that leads there is refused like any other.
    pub also: Option<SocketAddr>,
}
