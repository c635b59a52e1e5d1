//! Networks, and which address a request comes from.

use super::AccessError;
use std::fmt;
use std::net::IpAddr;

/// Most networks in a list: every request looks through all of them.
pub const NETWORKS_MAX: usize = 100;

/// A network, or one address. IPv4 written as IPv6 (`::ffff:192.0.2.1`) is IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Bits of the prefix that IPv4 addresses have when they are written as IPv6.
const MAPPED_PREFIX: u8 = 96;

impl Network {
    /// Reads an address, or an address and the length of a prefix.
    ///
    /// # Errors
    /// [`AccessError`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, AccessError> {
        let wrong = || AccessError::Address(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().map_err(|_| wrong())?;
        let prefix = match prefix {
            None => width(written),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| wrong())?
            }
            Some(_) => return Err(wrong()),
        };
        if prefix > width(written) {
            return Err(wrong());
        }
        let address = written.to_canonical();
        let prefix = if width(address) == width(written) {
            prefix
        } else {
            prefix.checked_sub(MAPPED_PREFIX).ok_or_else(wrong)?
        };
        let network = Self { address: masked(address, prefix), prefix };
        if network.address == address {
            Ok(network)
        } else {
            Err(AccessError::HostBits { given: text.to_owned(), network })
        }
    }

    /// Whether `address` lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        width(address) == width(self.address) && masked(address, self.prefix) == self.address
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == width(self.address) {
            self.address.fmt(f)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The address with every bit beyond the prefix cleared.
fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let cleared = u32::from(width(address).saturating_sub(prefix));
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(cleared).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(cleared).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

/// A list of networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

impl Networks {
    /// Reads networks separated by commas; an empty text is an empty list.
    ///
    /// # Errors
    /// [`AccessError`] names the first one that is none.
    pub fn parse(text: &str) -> Result<Self, AccessError> {
        let each = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let networks: Vec<Network> = each.map(Network::parse).collect::<Result<_, _>>()?;
        if networks.len() > NETWORKS_MAX { Err(AccessError::TooMany) } else { Ok(Self(networks)) }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them contains `address`.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl fmt::Display for Networks {
    /// Networks separated by commas, as [`Networks::parse`] reads them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(Network::to_string).collect();
        f.write_str(&texts.join(","))
    }
}

/// Where a request comes from: the other end of the connection, or, when that is a proxy of ours,
/// the last hop of `forwarded` (the values of `X-Forwarded-For`, in order) that is not. Every hop
/// before that one was written by somebody we do not know, and counts for nothing. Nothing when
/// the hop cannot be read.
pub fn client_address<'a>(
    peer: IpAddr,
    proxies: &Networks,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
) -> Option<IpAddr> {
    let mut client = peer.to_canonical();
    for hop in forwarded.rev().flat_map(|value| value.rsplit(',')) {
        if !proxies.contain(client) {
            break;
        }
        client = hop_address(hop.trim())?.to_canonical();
    }
    Some(client)
}

/// A hop's address, which some proxies write with a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn networks_contain_their_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.8/29", "192.0.2.15", "192.0.2.16"),
            ("192.0.2.7/32", "::ffff:192.0.2.7", "::ffff:192.0.2.8"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
            ("::/0", "2001:db8::1", "192.0.2.7"),
            ("::ffff:192.0.2.0/120", "192.0.2.200", "192.0.3.0"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.contains(ip(inside)), "{network} {inside}");
            assert!(!network.contains(ip(outside)), "{network} {outside}");
            assert_eq!(Network::parse(&network.to_string()), Ok(network));
        }
        for text in ["", "x", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/+8", "::/129"] {
            let wrong = AccessError::Address(text.to_owned());
            assert_eq!(Network::parse(text), Err(wrong), "{text}");
        }
        // A prefix that reaches out of the IPv4 part of IPv6 means neither.
        assert!(Network::parse("::ffff:192.0.2.0/95").is_err());
        let error = Network::parse("192.0.2.7/24").unwrap_err();
        assert!(error.to_string().ends_with("the network is 192.0.2.0/24"), "{error}");
    }

    #[test]
    fn lists_of_networks() {
        let text = "192.0.2.0/24, 2001:db8::/32";
        let list = Networks::parse(text).unwrap();
        assert_eq!(list.to_string(), "192.0.2.0/24,2001:db8::/32");
        assert!(list.contain(ip("192.0.2.1")) && list.contain(ip("2001:db8::9")));
        assert!(!list.contain(ip("203.0.113.1")));
        assert!(Networks::parse(" ").unwrap().is_empty());
        let many = vec!["192.0.2.1"; NETWORKS_MAX + 1].join(",");
        assert_eq!(Networks::parse(&many), Err(AccessError::TooMany));
    }

    #[test]
    fn only_hops_that_our_proxies_wrote_count() {
        let proxies = Networks::parse("10.0.0.0/8,2001:db8::/32").unwrap();
        let from = |peer: &str, forwarded: &[&str]| {
            client_address(ip(peer), &proxies, forwarded.iter().copied())
        };
        let known = |text: &str| Some(ip(text));
        assert_eq!(from("203.0.113.9", &["192.0.2.1"]), known("203.0.113.9"), "not our proxy");
        assert_eq!(from("10.0.0.1", &[]), known("10.0.0.1"));
        assert_eq!(from("10.0.0.1", &["192.0.2.1"]), known("192.0.2.1"));
        assert_eq!(from("::ffff:10.0.0.1", &["192.0.2.1"]), known("192.0.2.1"));
        assert_eq!(from("10.0.0.1", &["198.51.100.1, 192.0.2.1"]), known("192.0.2.1"), "forged");
        assert_eq!(from("10.0.0.1", &["198.51.100.1", "192.0.2.1"]), known("192.0.2.1"));
        assert_eq!(from("10.0.0.1", &["192.0.2.1, 10.0.0.2"]), known("192.0.2.1"), "two proxies");
        assert_eq!(from("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), known("10.0.0.3"), "from inside");
        assert_eq!(from("10.0.0.1", &["192.0.2.1:4711"]), known("192.0.2.1"));
        assert_eq!(from("10.0.0.1", &["[2001:db9::1]:4711"]), known("2001:db9::1"));
        assert_eq!(from("10.0.0.1", &["[2001:db9::1]"]), known("2001:db9::1"));
        assert_eq!(from("10.0.0.1", &["192.0.2.1, unknown"]), None);
        assert_eq!(from("10.0.0.1", &["unknown, 192.0.2.1"]), known("192.0.2.1"));
        assert_eq!(from("10.0.0.1", &[""]), None);
    }
}
