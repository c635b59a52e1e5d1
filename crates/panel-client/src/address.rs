//! Which addresses are on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Policy;

/// Whether a policy lets us connect to an address that a name has led to.
pub(crate) fn is_allowed(address: IpAddr, policy: &Policy) -> bool {
    if is_public(address) {
        return true;
    }
    let somebody = match address {
        IpAddr::V4(address) => !address.is_broadcast(),
        IpAddr::V6(_) => true,
    };
    policy.allow_private && somebody && !address.is_unspecified() && !address.is_multicast()
}

/// Whether an address is one of the public internet, by the registries of special addresses (IANA,
/// IPv4 and IPv6 Special-Purpose Address Registry).
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // "This network", private use, loopback; multicast and all above it.
        [0 | 10 | 127 | 224..=255, ..] => true,
        // Shared by customers of one carrier.
        [100, second, ..] => (64..=127).contains(&second),
        // Link-local: clouds answer with credentials there.
        [169, 254, ..] => true,
        [172, second, ..] => (16..=31).contains(&second),
        // Assignments of protocols, documentation, relays from IPv6, private use.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [192, 168, ..] => true,
        // Benchmarks, documentation.
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => false,
    };
    !special
}

/// Only 2000::/3 is given out at all. Addresses that carry another one within them are refused, whatever
/// that is: mapped ones and those of NAT64 lie outside of it, 6to4 and Teredo are taken out.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Assignments of protocols, Teredo and benchmarks among them; documentation; 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] => false,
        // Documentation.
        [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}
