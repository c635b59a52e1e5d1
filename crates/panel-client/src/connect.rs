//! From an endpoint to a stream.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::address::is_allowed;
use crate::endpoint::Host;
use crate::stream::{Socket, Stream};
use crate::{Endpoint, NotSent, Policy, Resolve};

/// Addresses of one name that are tried.
const TRIED: usize = 4;

/// What is needed to connect.
#[derive(Clone, Copy)]
pub(crate) struct Connector<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) resolver: &'a dyn Resolve,
    pub(crate) tls: &'a TlsConnector,
}

impl Connector<'_> {
    /// Connects, within the time: resolves once, checks the addresses, and connects to exactly those
    /// that were checked, so that a name that changes its mind in between changes nothing.
    pub(crate) async fn connect(
        self,
        endpoint: &Endpoint,
        time: Duration,
    ) -> Result<Stream, NotSent> {
        match timeout(time, self.in_time(endpoint, time)).await {
            Ok(result) => result,
            Err(_) => Err(NotSent::TimedOut),
        }
    }

    async fn in_time(self, endpoint: &Endpoint, time: Duration) -> Result<Stream, NotSent> {
        let addresses = self.addresses(endpoint).await?;
        let socket = open(&addresses, endpoint.port(), time).await?;
        if !endpoint.is_https() {
            return Ok(Stream::plain(socket));
        }
        let name = match endpoint.host() {
            Host::Address(address) => ServerName::from(*address),
            Host::Name(name) => ServerName::try_from(name.clone())
                .map_err(|_| NotSent::Tls(format!("{name} cannot be the name of a certificate")))?,
        };
        let tls = self.tls.connect(name, socket).await;
        Ok(Stream::tls(tls.map_err(|error| NotSent::Tls(error.to_string()))?))
    }

    /// The addresses that may be connected to.
    async fn addresses(self, endpoint: &Endpoint) -> Result<Vec<IpAddr>, NotSent> {
        let named = endpoint.host().is_named_by(self.policy, endpoint.port());
        let found = match endpoint.host() {
            Host::Address(address) => vec![*address],
            Host::Name(name) => self
                .resolver
                .resolve(name)
                .await
                .map_err(|error| NotSent::Name(error.to_string()))?,
        };
        let (allowed, refused): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|address| named || is_allowed(*address, self.policy));
        match refused.first() {
            Some(refused) if allowed.is_empty() => Err(NotSent::Private(*refused)),
            None if allowed.is_empty() => Err(NotSent::Name("it has no address".to_owned())),
            _ => Ok(allowed),
        }
    }
}

/// Connects to the first address that takes the connection. Each gets its share of the time, so that
/// one that never answers leaves some to the others.
async fn open(addresses: &[IpAddr], port: u16, time: Duration) -> Result<Socket, NotSent> {
    let count = u32::try_from(addresses.len().min(TRIED)).unwrap_or(1);
    let share = time.checked_div(count).unwrap_or(time);
    let mut failed = NotSent::TimedOut;
    for address in addresses.iter().take(TRIED) {
        match timeout(share, TcpStream::connect(SocketAddr::new(*address, port))).await {
            Ok(Ok(stream)) => {
                // The request goes out at once, not when more of it might follow.
                stream.set_nodelay(true).map_err(|error| NotSent::Connect(error.to_string()))?;
                return Ok(Socket::new(stream));
            }
            Ok(Err(error)) => failed = NotSent::Connect(error.to_string()),
            Err(_) => {}
        }
    }
    Err(failed)
}
