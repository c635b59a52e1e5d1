//! Where an upstream's API is.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hyper::header::HeaderValue;
use hyper::http::uri::PathAndQuery;

use crate::Policy;
use crate::address::is_allowed;

/// Bytes of a URL: what browsers and servers all carry.
const URL_BYTES: usize = 2_000;

/// Where an upstream's API is: a URL that was read strictly and is asked exactly as it was written,
/// slash at the end and all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    url: String,
    https: bool,
    host: Host,
    port: u16,
    authority: HeaderValue,
    target: PathAndQuery,
}

/// Whom to connect to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Host {
    /// A name, in small letters.
    Name(String),
    /// An address that stands in the URL itself.
    Address(IpAddr),
}

/// What is wrong with a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BadUrl {
    /// Longer than any server takes.
    #[error("the URL is longer than {URL_BYTES} bytes")]
    TooLong,
    /// Not only visible ASCII signs that a URL may have.
    #[error("the URL has signs that a URL cannot have; write names in other scripts as xn--")]
    Signs,
    /// Neither http nor https.
    #[error("the URL must begin with https:// or http://")]
    Scheme,
    /// A user name or password.
    #[error("the URL must not have a user name or a password")]
    UserInfo,
    /// A fragment, which is never sent.
    #[error("the URL must not have a fragment (#)")]
    Fragment,
    /// No name that could be resolved.
    #[error("the URL has no host name")]
    Host,
    /// A number that some programs take for an address.
    #[error("the host is a number; write an address as four decimal numbers, or in brackets")]
    OddAddress,
    /// An address or a name that is not on the public internet.
    #[error("the host is not on the public internet")]
    Private,
    /// Not a port.
    #[error("the port is no number from 1 to 65535")]
    Port,
    /// A port that the policy does not allow.
    #[error("the port must be 80 or 443")]
    OtherPort,
    /// A parameter that looks like a key: URLs are logged, so keys are sent in the body only.
    #[error("the URL must not have a key; keys are sent in the body")]
    Key,
}

impl Endpoint {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// What is wrong with it, also under the policy.
    pub fn parse(url: &str, policy: &Policy) -> Result<Self, BadUrl> {
        if url.len() > URL_BYTES {
            return Err(BadUrl::TooLong);
        }
        if url.contains('#') {
            return Err(BadUrl::Fragment);
        }
        let visible = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
        if !url.bytes().all(visible) {
            return Err(BadUrl::Signs);
        }
        let (scheme, rest) = url.split_once("://").ok_or(BadUrl::Scheme)?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(BadUrl::Scheme),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        if authority.contains('@') {
            return Err(BadUrl::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        let host = Host::parse(host)?;
        let port = match port {
            None => default_port(https),
            Some(port) => parse_port(port)?,
        };
        if !host.is_named_by(policy, port) {
            if !host.is_allowed(policy) {
                return Err(BadUrl::Private);
            }
            if !policy.any_port && !matches!(port, 80 | 443) {
                return Err(BadUrl::OtherPort);
            }
        }
        if target.split_once('?').is_some_and(|(_, query)| query.split('&').any(is_secret)) {
            return Err(BadUrl::Key);
        }
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        let target = target.parse().map_err(|_| BadUrl::Signs)?;
        let authority =
            if port == default_port(https) { host.to_string() } else { format!("{host}:{port}") };
        let authority = HeaderValue::try_from(authority).map_err(|_| BadUrl::Host)?;
        Ok(Self { url: url.to_owned(), https, host, port, authority, target })
    }

    /// The URL as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.https
    }

    pub(crate) const fn host(&self) -> &Host {
        &self.host
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// What the request line asks for.
    pub(crate) const fn target(&self) -> &PathAndQuery {
        &self.target
    }

    /// What the header `Host` says.
    pub(crate) const fn authority(&self) -> &HeaderValue {
        &self.authority
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, BadUrl> {
        Ok(if let Some(inner) = text.strip_prefix('[') {
            let inner = inner.strip_suffix(']').ok_or(BadUrl::Host)?;
            Self::Address(IpAddr::V6(inner.parse::<Ipv6Addr>().map_err(|_| BadUrl::Host)?))
        } else if is_number(text) {
            Self::Address(IpAddr::V4(text.parse::<Ipv4Addr>().map_err(|_| BadUrl::OddAddress)?))
        } else if is_name(text) {
            Self::Name(text.to_ascii_lowercase())
        } else {
            return Err(BadUrl::Host);
        })
    }

    fn is_allowed(&self, policy: &Policy) -> bool {
        match self {
            Self::Address(address) => is_allowed(*address, policy),
            // A name without a dot is known to this machine or its network only.
            Self::Name(name) => policy.allow_private || name.contains('.'),
        }
    }

    /// Whether it is the one address that a policy names.
    pub(crate) fn is_named_by(&self, policy: &Policy, port: u16) -> bool {
        match self {
            Self::Address(address) => policy.also == Some(SocketAddr::new(*address, port)),
            Self::Name(_) => false,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

const fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

/// The host, and the port if one is written.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), BadUrl> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            let bare = host.contains(':') && !host.starts_with('[');
            if bare { Err(BadUrl::Host) } else { Ok((host, Some(port))) }
        }
        _ => Ok((authority, None)),
    }
}

fn parse_port(text: &str) -> Result<u16, BadUrl> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0).ok_or(BadUrl::Port)
}

/// Whether the last part of a host makes it a number to programs that read addresses in their old
/// spellings: decimal, octal or hexadecimal, in one to four parts.
fn is_number(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or(host);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let prefixed = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    !last.is_empty() && (digits(last) || prefixed.is_some_and(hex))
}

/// Letters, digits, hyphens and underscores, in parts of 1 to 63.
fn is_name(host: &str) -> bool {
    let part = |part: &str| {
        let signs = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (1..=63).contains(&part.len()) && signs && !part.starts_with('-') && !part.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(part)
}

/// Whether a parameter of a query may be a secret. An encoded name has no other reason than to hide
/// what it is.
fn is_secret(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    ["%", "key", "token", "secret", "pass"].iter().any(|word| name.contains(word))
}
