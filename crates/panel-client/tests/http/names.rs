//! Names that lead where a test wants them to, and a resolver that changes its mind.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use panel_client::{Authorities, Client, NotSent, Policy, Resolve, Resolving};

use crate::server::{Server, answer, read_request};
use crate::{LOCALHOST, NEAR, PATIENT, answered, certificates, endpoint, not_sent, place};

/// Says one thing after the other, the last one for ever.
#[derive(Debug)]
pub(crate) struct Names {
    says: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Names {
    pub(crate) fn new(says: Vec<Vec<IpAddr>>) -> Self {
        Self { says, asked: AtomicUsize::new(0) }
    }

    pub(crate) fn always(address: IpAddr) -> Self {
        Self::new(vec![vec![address]])
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let said = self.says.get(asked).or(self.says.last()).cloned();
        Box::pin(async move { said.ok_or_else(|| io::Error::other("no such name")) })
    }
}

fn client(policy: Policy, names: &Arc<Names>) -> Client {
    let authorities = Authorities::Pem(certificates::ours().authority.pem());
    let names: Arc<dyn Resolve> = Arc::<Names>::clone(names);
    Client::new(policy, &authorities).unwrap().with_resolver(names)
}

async fn polite() -> Server {
    Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
    })
    .await
}

/// A name is resolved once for a connection, and the connection goes where the check was made. The
/// second answer, which a rebinding name server would give to whoever asks again, leads elsewhere.
#[tokio::test]
async fn a_name_that_changes_its_mind_changes_nothing() {
    let server = polite().await;
    let elsewhere = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    let names = Arc::new(Names::new(vec![vec![LOCALHOST], vec![elsewhere]]));
    let client = client(NEAR, &names);
    answered(place(&client, &endpoint(server.port), &PATIENT).await);
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    assert_eq!(server.connections(), 1);
    // The control: asked again, the name does lead elsewhere, where nobody is.
    assert!(matches!(
        not_sent(place(&client, &endpoint(server.port), &PATIENT).await),
        NotSent::Connect(_)
    ));
}

#[tokio::test]
async fn a_name_that_leads_home_is_refused() {
    let server = polite().await;
    let names = Arc::new(Names::always(LOCALHOST));
    let strict = Policy { any_port: true, ..Policy::default() };
    let refused = not_sent(place(&client(strict, &names), &endpoint(server.port), &PATIENT).await);
    assert_eq!(refused, NotSent::Private(LOCALHOST));
    assert_eq!(server.connections(), 0);
    // The control: nothing but the policy kept it away.
    answered(place(&client(NEAR, &names), &endpoint(server.port), &PATIENT).await);
    assert_eq!(server.connections(), 1);
}

/// Also where it stands in the URL, and the URL was read under a laxer policy.
#[tokio::test]
async fn an_address_that_leads_home_is_refused() {
    let server = polite().await;
    let url = format!("http://127.0.0.1:{}/", server.port);
    let endpoint = panel_client::Endpoint::parse(&url, &NEAR).unwrap();
    let names = Arc::new(Names::new(Vec::new()));
    let refused = not_sent(place(&client(Policy::default(), &names), &endpoint, &PATIENT).await);
    assert_eq!(refused, NotSent::Private(LOCALHOST));
    answered(place(&client(NEAR, &names), &endpoint, &PATIENT).await);
    assert_eq!(server.connections(), 1);
}

/// One address may be named, with its port; nothing else comes with it.
#[tokio::test]
async fn an_address_that_is_named_may_be_asked() {
    let (server, other) = (polite().await, polite().await);
    let named = Policy { also: Some((LOCALHOST, server.port).into()), ..Policy::default() };
    let parse = |host: &str, port: u16| {
        panel_client::Endpoint::parse(&format!("http://{host}:{port}/"), &named)
    };
    let names = Arc::new(Names::always(LOCALHOST));
    let client = client(named, &names);
    answered(place(&client, &parse("127.0.0.1", server.port).unwrap(), &PATIENT).await);
    assert_eq!(parse("127.0.0.1", other.port).err(), Some(panel_client::BadUrl::Private));
    assert_eq!(parse("127.0.0.2", server.port).err(), Some(panel_client::BadUrl::Private));
    assert_eq!(parse("panel.example", server.port).err(), Some(panel_client::BadUrl::OtherPort));
    // Where the URL was read under a laxer policy, and by a name that leads there.
    let lax = |url: String| panel_client::Endpoint::parse(&url, &NEAR).unwrap();
    for url in [
        format!("http://127.0.0.1:{}/", other.port),
        format!("http://panel.example:{}/", server.port),
    ] {
        let refused = not_sent(place(&client, &lax(url), &PATIENT).await);
        assert_eq!(refused, NotSent::Private(LOCALHOST));
    }
    assert_eq!((server.connections(), other.connections()), (1, 0));
}

#[tokio::test]
async fn names_without_addresses() {
    for says in [Vec::new(), vec![Vec::new()]] {
        let client = client(NEAR, &Arc::new(Names::new(says)));
        assert!(matches!(
            not_sent(place(&client, &endpoint(80), &PATIENT).await),
            NotSent::Name(_)
        ));
    }
}

/// The second address is tried when nobody answers at the first.
#[tokio::test]
async fn every_address_has_its_turn() {
    let server = polite().await;
    let elsewhere = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    let client = client(NEAR, &Arc::new(Names::new(vec![vec![elsewhere, LOCALHOST]])));
    answered(place(&client, &endpoint(server.port), &PATIENT).await);
}
