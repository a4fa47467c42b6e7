//! A carrier over any stream of bytes.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_lock::Mutex;
use futures_util::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use futures_util::task::AtomicWaker;

use super::{Carrier, CarrierError, PeerInfo, Progress};
use crate::net::frame::{FrameDecoder, Framing};
use crate::spawn::BoxFuture;
use crate::sync::{AtomicBool, AtomicU64, AtomicUsize, OnceLock, Ordering};

/// How many bytes are kept until they are written all the same.
const KEPT: usize = 64 * 1024;

/// Frames over any [`AsyncRead`] and [`AsyncWrite`]: sockets, pipes, serial lines.
///
/// What is sent is kept until it is flushed, or until it is 64 KiB: writing many small messages at once is what makes them fast.
///
/// # Examples
/// A stream of tokio's, with the `compat` of `tokio-util`:
/// ```
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// use fanfare::net::{Carrier, Framing, StreamCarrier};
/// use tokio_util::compat::TokioAsyncReadCompatExt;
///
/// let (here, there) = tokio::io::duplex(1024);
/// let here = StreamCarrier::new(here.compat(), Framing::objects(), "there");
/// let there = StreamCarrier::new(there.compat(), Framing::objects(), "here");
/// here.send(br#"{"method":"ping"}"#.to_vec()).await?;
/// here.flush().await?;
/// assert_eq!(there.recv().await?, br#"{"method":"ping"}"#);
/// # Ok::<(), fanfare::net::CarrierError>(()) }).unwrap();
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct StreamCarrier {
    reading: Mutex<Reading>,
    writing: Mutex<Writing>,
    framing: Framing,
    /// Written once, by who receives, where the framing is found out from what comes; who writes goes by it from then on.
    settled: OnceLock<Framing>,
    info: PeerInfo,
    closed: Closed,
    /// By who receives, and who writes. Relaxed: they are figures to compare with earlier ones, and order nothing.
    read: AtomicU64,
    partial: AtomicUsize,
    written: AtomicU64,
}

struct Reading {
    from: Box<dyn AsyncRead + Send + Unpin>,
    decoder: FrameDecoder,
}

struct Writing {
    to: Box<dyn AsyncWrite + Send + Unpin>,
    /// What is kept is `bytes[done..]`.
    bytes: Vec<u8>,
    done: usize,
}

/// That it was closed, for one who reads and one who writes.
///
/// The flag is set before the wakers are woken, and looked at after one was registered: either is seen by the other.
#[derive(Default)]
struct Closed {
    is_set: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl StreamCarrier {
    /// Over a stream, to somebody who is called this in logs and errors.
    pub fn new<S>(stream: S, framing: Framing, peer: impl Into<String>) -> Self
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        Self::to(stream, framing, PeerInfo::new(peer))
    }

    /// Over a stream, to this peer. The largest frame is that of the framing.
    pub fn to<S>(stream: S, framing: Framing, info: PeerInfo) -> Self
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        // It may be one that has to stay where it is.
        let (from, to) = AsyncReadExt::split(Box::pin(stream));
        Self::of_halves(from, to, framing, info)
    }

    /// Over two streams, one to read from and one to write to.
    pub fn of_halves<R, W>(from: R, to: W, framing: Framing, info: PeerInfo) -> Self
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        Self {
            reading: Mutex::new(Reading {
                from: Box::new(from),
                decoder: FrameDecoder::new(framing),
            }),
            writing: Mutex::new(Writing {
                to: Box::new(to),
                bytes: Vec::new(),
                done: 0,
            }),
            framing,
            settled: OnceLock::new(),
            info: info.with_max_frame(framing.max_frame()),
            closed: Closed::default(),
            read: AtomicU64::new(0),
            partial: AtomicUsize::new(0),
            written: AtomicU64::new(0),
        }
    }

    /// More bytes into the decoder. What is cancelled has read nothing: a poll that reads is one that is ready.
    fn poll_read(
        &self,
        reading: &mut Reading,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), CarrierError>> {
        self.closed.reader.register(cx.waker());
        if self.closed.is_set() {
            return Poll::Ready(Err(CarrierError::closed()));
        }
        let space = reading.decoder.space();
        let count = match ready!(Pin::new(&mut reading.from).poll_read(cx, space)) {
            Ok(0) => {
                reading.decoder.finish()?;
                return Poll::Ready(Err(CarrierError::ended()));
            }
            Ok(count) => count,
            Err(error) => return Poll::Ready(Err(self.failed("reading", error))),
        };
        reading.decoder.filled(count);
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }

    /// Writes until no more than this is kept.
    fn poll_write_down_to(
        &self,
        kept: usize,
        writing: &mut Writing,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), CarrierError>> {
        while writing.bytes.len() - writing.done > kept {
            self.closed.writer.register(cx.waker());
            if self.closed.is_set() {
                return Poll::Ready(Err(CarrierError::closed()));
            }
            ready!(self.poll_write_some(writing, cx))?;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_some(
        &self,
        writing: &mut Writing,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), CarrierError>> {
        let rest = &writing.bytes[writing.done..];
        let count = match ready!(Pin::new(&mut writing.to).poll_write(cx, rest)) {
            Ok(0) => {
                return Poll::Ready(Err(self.failed("writing", io::ErrorKind::WriteZero.into())));
            }
            Ok(count) => count,
            Err(error) => return Poll::Ready(Err(self.failed("writing", error))),
        };
        writing.done += count;
        self.written.fetch_add(count as u64, Ordering::Relaxed);
        if writing.done == writing.bytes.len() {
            writing.done = 0;
            writing.bytes.clear();
            // One large message should not take its room for ever.
            writing.bytes.shrink_to(2 * KEPT);
        }
        Poll::Ready(Ok(()))
    }

    fn failed(&self, what: &str, error: io::Error) -> CarrierError {
        CarrierError::io(format_args!("{what}, {}", self.info.peer()), error)
    }
}

impl Carrier for StreamCarrier {
    fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        Box::pin(async move {
            let (size, max) = (frame.len() as u64, self.framing.max_frame());
            if frame.len() > max {
                return Err(crate::net::frame::FrameError::TooLarge { size, max }.into());
            }
            let mut writing = self.writing.lock().await;
            if self.closed.is_set() {
                return Err(CarrierError::closed());
            }
            poll_fn(|cx| self.poll_write_down_to(KEPT, &mut writing, cx)).await?;
            let framing = self.settled.get().unwrap_or(&self.framing);
            framing.append(&frame, &mut writing.bytes);
            Ok(())
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), CarrierError>> {
        Box::pin(async move {
            let mut writing = self.writing.lock().await;
            poll_fn(|cx| self.poll_write_down_to(0, &mut writing, cx)).await?;
            let flushed = poll_fn(|cx| Pin::new(&mut writing.to).poll_flush(cx)).await;
            flushed.map_err(|error| self.failed("writing", error))
        })
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        Box::pin(async move {
            let mut reading = self.reading.lock().await;
            loop {
                if self.closed.is_set() {
                    return Err(CarrierError::closed());
                }
                let frame = reading.decoder.next_frame()?;
                let partial = reading.decoder.partial();
                self.partial.store(partial, Ordering::Relaxed);
                if self.framing.is_detecting() && !reading.decoder.framing().is_detecting() {
                    // Only the first time; it stays as it is.
                    let _ = self.settled.set(reading.decoder.framing());
                }
                if let Some(frame) = frame {
                    return Ok(frame);
                }
                poll_fn(|cx| self.poll_read(&mut reading, cx)).await?;
            }
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.closed.set();
            let mut writing = self.writing.lock().await;
            // Whether it succeeds nobody can do anything about.
            let _ = poll_fn(|cx| {
                while writing.done < writing.bytes.len() {
                    ready!(self.poll_write_some(&mut writing, cx))?;
                }
                let closed = ready!(Pin::new(&mut writing.to).poll_close(cx));
                Poll::Ready(closed.map_err(|error| self.failed("closing", error)))
            })
            .await;
        })
    }

    fn info(&self) -> PeerInfo {
        self.info.clone()
    }

    fn progress(&self) -> Progress {
        Progress {
            read: self.read.load(Ordering::Relaxed),
            written: self.written.load(Ordering::Relaxed),
            partial: self.partial.load(Ordering::Relaxed),
        }
    }
}

impl Closed {
    fn is_set(&self) -> bool {
        self.is_set.load(Ordering::SeqCst)
    }

    fn set(&self) {
        self.is_set.store(true, Ordering::SeqCst);
        self.reader.wake();
        self.writer.wake();
    }
}

impl fmt::Debug for StreamCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCarrier")
            .field("info", &self.info)
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}
