//! What a caller gets to see.

/// What is answered to a request, and how the transport behaves while it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// Number of the request in the journal.
    pub number: u64,
    /// How the transport behaves.
    pub how: How,
    /// What is answered, where something is.
    pub reply: Reply,
}

/// How the transport behaves. Times are microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The reply comes after so long.
    Answer {
        /// From now.
        after_us: u64,
    },
    /// The head of the reply comes after so long, then its body byte by byte.
    Drip {
        /// From now.
        after_us: u64,
        /// From each byte to the next.
        every_us: u64,
    },
    /// The head of the whole reply comes after so long, then a part of its body, then the connection
    /// is closed.
    Truncate {
        /// From now.
        after_us: u64,
        /// Bytes of the body that come, fewer than it has.
        keep: usize,
    },
    /// Nothing comes. The connection stays open until the caller gives up.
    Silence,
    /// The connection is reset after so long.
    Reset {
        /// From now.
        after_us: u64,
    },
    /// The request is processed at that moment, whoever is still there. The reply is to be collected
    /// then, see [`crate::Panel::collect`].
    Later {
        /// The moment.
        at_us: u64,
    },
}

/// An HTTP reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Its media type.
    pub content_type: &'static str,
    /// Seconds of a `Retry-After` header.
    pub retry_after: Option<u32>,
    /// Its body.
    pub body: String,
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// It is accepted, and its requests are read.
    Serve,
    /// It is refused: nobody listens.
    Refuse,
    /// It is accepted, and closed before anything is read.
    CloseUnread,
}

pub(crate) const JSON: &str = "application/json";
pub(crate) const HTML: &str = "text/html; charset=UTF-8";

impl Reply {
    pub(crate) fn json(body: String) -> Self {
        Self { status: 200, content_type: JSON, retry_after: None, body }
    }

    pub(crate) fn page(status: u16, title: &str) -> Self {
        let body = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1>\
             </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self { status, content_type: HTML, retry_after: None, body }
    }
}
