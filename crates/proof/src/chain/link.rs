//! A link between two programs that is cut at random: while it is made, in the middle of a request,
//! when the request has arrived and is not answered yet, and in the middle of an answer.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What is read in one go.
const SOME: usize = 4_096;

/// Bytes of a request, or of an answer, after which at most it is cut.
const CUT_WITHIN: usize = 600;

/// What a form's field is called that makes a repetition harmless, and what hides it.
const REQUEST_ID: &[u8] = b"request_id";
const HIDDEN: &[u8] = b"request_no";

/// Which way a connection is cut, and after how many bytes.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Never,
    AtOnce,
    Request(usize),
    Answer(usize),
}

/// What all connections have in common.
#[derive(Debug)]
struct Common {
    target: Mutex<Option<SocketAddr>>,
    random: Mutex<fastrand::Rng>,
    per_mille: u16,
    hides: bool,
    over: AtomicBool,
    cuts: AtomicU64,
}

/// The link. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct Link {
    address: SocketAddr,
    common: Arc<Common>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// A link that leads nowhere yet, and cuts so many connections of a thousand. One that `hides`
    /// takes the request ids out of what it carries.
    pub(super) fn new(per_mille: u16, hides: bool, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let common = Arc::new(Common {
            target: Mutex::new(None),
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            per_mille,
            hides,
            over: AtomicBool::new(false),
            cuts: AtomicU64::new(0),
        });
        let all = Arc::clone(&common);
        let serve = move || serve(&listener, &all);
        let thread = std::thread::Builder::new().name(String::from("link")).spawn(serve).unwrap();
        Self { address, common, thread: Some(thread) }
    }

    /// Where it begins.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it leads there; nowhere when there is nothing.
    pub(super) fn lead_to(&self, target: Option<SocketAddr>) {
        *self.common.target.lock().unwrap() = target;
    }

    /// How often it was cut.
    pub(super) fn cuts(&self) -> u64 {
        self.common.cuts.load(Ordering::Relaxed)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.common.over.store(true, Ordering::SeqCst);
        // Wakes it, so that it sees that all is over.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn serve(listener: &TcpListener, common: &Arc<Common>) {
    for client in listener.incoming() {
        if common.over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = client else { continue };
        let cut = draw(common);
        let target = *common.target.lock().unwrap();
        let server = target.and_then(|target| TcpStream::connect(target).ok());
        // Closed at once where nobody is behind it.
        let (Some(server), Cut::Never | Cut::Request(_) | Cut::Answer(_)) = (server, cut) else {
            continue;
        };
        let (up, down) = match cut {
            Cut::Request(bytes) => (bytes, usize::MAX),
            Cut::Answer(bytes) => (usize::MAX, bytes),
            Cut::Never | Cut::AtOnce => (usize::MAX, usize::MAX),
        };
        let ends = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let hides = common.hides;
        let (from, to) = (client, server);
        carry(from, to, up, hides);
        carry(ends.1, ends.0, down, false);
    }
}

fn draw(common: &Common) -> Cut {
    let mut random = common.random.lock().unwrap();
    if random.u16(0..1_000) >= common.per_mille {
        return Cut::Never;
    }
    common.cuts.fetch_add(1, Ordering::Relaxed);
    match random.u8(0..4) {
        0 => Cut::AtOnce,
        1 => Cut::Request(random.usize(0..CUT_WITHIN)),
        // The worst moment: all has arrived, and nothing comes back.
        2 => Cut::Answer(0),
        _ => Cut::Answer(random.usize(0..CUT_WITHIN)),
    }
}

/// Carries bytes one way, on a thread that ends with the connection, at the latest after so many.
fn carry(mut from: TcpStream, mut to: TcpStream, most: usize, hides: bool) {
    let carry = move || {
        let (mut left, mut some) = (most, [0; SOME]);
        // A connection that breaks is what this is about.
        while let Ok(count @ 1..) = from.read(&mut some) {
            let bytes = &mut some[..count.min(left)];
            if hides {
                hide(bytes);
            }
            if to.write_all(bytes).is_err() || count >= left {
                break;
            }
            left -= count;
        }
        drop(from.shutdown(Shutdown::Both));
        drop(to.shutdown(Shutdown::Both));
    };
    drop(std::thread::Builder::new().name(String::from("carry")).spawn(carry).unwrap());
}

fn hide(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(REQUEST_ID.len()).position(|w| w == REQUEST_ID) {
        let begin = at + found;
        at = begin + REQUEST_ID.len();
        bytes[begin..at].copy_from_slice(HIDDEN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_repetitions_harmless_is_hidden() {
        let mut bytes = *b"key=1&request_id=7&request_id=8";
        hide(&mut bytes);
        assert_eq!(&bytes, b"key=1&request_no=7&request_no=8");
    }

    #[test]
    fn a_link_carries_until_it_is_cut() {
        let echo = TcpListener::bind("127.0.0.1:0").unwrap();
        let link = Link::new(0, false, 1);
        link.lead_to(Some(echo.local_addr().unwrap()));
        let mut client = TcpStream::connect(link.address()).unwrap();
        client.write_all(b"word").unwrap();
        let (mut server, _) = echo.accept().unwrap();
        let mut read = [0; 4];
        server.read_exact(&mut read).unwrap();
        server.write_all(&read).unwrap();
        client.read_exact(&mut read).unwrap();
        assert_eq!((&read, link.cuts()), (b"word", 0));

        let link = Link::new(1_000, false, 1);
        link.lead_to(Some(echo.local_addr().unwrap()));
        for _ in 0..20 {
            let mut client = TcpStream::connect(link.address()).unwrap();
            drop(client.write_all(&[7; 2 * CUT_WITHIN]));
            drop(client.shutdown(Shutdown::Write));
            let mut all = Vec::new();
            // Nobody answers: it ends, one way or another.
            drop(client.read_to_end(&mut all));
        }
        assert_eq!(link.cuts(), 20);
    }
}
