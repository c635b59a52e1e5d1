//! Where connections may go.

/// Where connections may go. The default is what everybody should have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// Also to addresses within private networks and on this machine: for an upstream next door, and
    /// for tests. An address that a customer or an upstream can choose must never be asked under
    /// such a policy.
    pub allow_private: bool,
    /// Also to ports other than 80 and 443.
    pub any_port: bool,
}
