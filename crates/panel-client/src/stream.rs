//! Streams that count.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::meter::Meter;

/// The lower place: a TCP connection, and what the operating system takes for it.
#[derive(Debug)]
pub(crate) struct Socket {
    inner: TcpStream,
    meter: Arc<Meter>,
}

/// The upper place: what the request is written to.
#[derive(Debug)]
pub(crate) struct Stream {
    inner: Inner,
    meter: Arc<Meter>,
}

#[derive(Debug)]
enum Inner {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
}

impl Socket {
    pub(crate) fn new(inner: TcpStream) -> Self {
        Self { inner, meter: Arc::default() }
    }
}

impl Stream {
    pub(crate) fn plain(socket: Socket) -> Self {
        Self { meter: Arc::clone(&socket.meter), inner: Inner::Plain(socket) }
    }

    pub(crate) fn tls(stream: TlsStream<Socket>) -> Self {
        let meter = Arc::clone(&stream.get_ref().0.meter);
        Self { meter, inner: Inner::Tls(Box::new(stream)) }
    }

    pub(crate) fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.inner).poll_write(cx, buf))?;
        self.meter.take(taken);
        Poll::Ready(Ok(taken))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, bufs))?;
        self.meter.take(taken);
        Poll::Ready(Ok(taken))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(match &mut self.inner {
            Inner::Plain(inner) => Pin::new(inner).poll_read(cx, buf),
            Inner::Tls(inner) => Pin::new(inner).poll_read(cx, buf),
        })?;
        if buf.filled().len() > before {
            self.meter.hear();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.meter.offer(buf.len());
        let accepted = ready!(match &mut self.inner {
            Inner::Plain(inner) => Pin::new(inner).poll_write(cx, buf),
            Inner::Tls(inner) => Pin::new(inner).poll_write(cx, buf),
        })?;
        self.meter.accept(accepted);
        Poll::Ready(Ok(accepted))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.meter.offer(bufs.iter().fold(0, |sum, buf| buf.len().saturating_add(sum)));
        let accepted = ready!(match &mut self.inner {
            Inner::Plain(inner) => Pin::new(inner).poll_write_vectored(cx, bufs),
            Inner::Tls(inner) => Pin::new(inner).poll_write_vectored(cx, bufs),
        })?;
        self.meter.accept(accepted);
        Poll::Ready(Ok(accepted))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.inner {
            Inner::Plain(inner) => inner.is_write_vectored(),
            Inner::Tls(inner) => inner.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(match &mut self.inner {
            Inner::Plain(inner) => Pin::new(inner).poll_flush(cx),
            Inner::Tls(inner) => Pin::new(inner).poll_flush(cx),
        })?;
        self.meter.flush();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(inner) => Pin::new(inner).poll_shutdown(cx),
            Inner::Tls(inner) => Pin::new(inner).poll_shutdown(cx),
        }
    }
}
