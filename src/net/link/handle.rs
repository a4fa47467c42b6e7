//! A link as its users hold it.

use std::fmt;
use std::time::Duration;

use super::builder::LinkBuilder;
use super::core::Core;
use super::error::{RequestError, SendError, Unsendable};
use super::handler::Handler;
use super::reason::CloseReason;
use super::request::{LinkRequest, ask};
use super::stats::LinkStats;
use super::waiting::{Class, Entry};
use crate::net::carrier::PeerInfo;
use crate::net::wire::{Call, CallOf, Id, RequestOf, Response, Said, SignalOf};
use crate::sync::{Arc, Ordering};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the other side is told of an end in order, where nobody says more.
const CLOSED: &str = "closed";

/// What two sides have that speak the protocol over a [`Carrier`](crate::net::Carrier). `V` is what signals and requests carry.
///
/// It reads, writes and looks after the time in three tasks of an executor. Clones are one link; with the last of them it ends, and so
/// does [`close`](Self::close), in order.
///
/// # Examples
/// ```
/// # use fanfare::net::RequestError;
/// # smol::block_on(async {
/// use fanfare::net::wire::{Call, Response};
/// use fanfare::net::{Answer, Handler, Link, local};
///
/// /// Doubles what it is asked.
/// struct Doubles;
///
/// impl Handler<f64> for Doubles {
///     fn call(&self, _: &Link<f64>, call: Call<f64>) -> Answer<f64> {
///         match call {
///             Call::Request { params, .. } => Answer::Now(Ok(Response::Value(params * 2.0))),
///             _ => Answer::unknown(),
///         }
///     }
/// }
///
/// let (here, there) = local::pair();
/// let server = Link::builder(Doubles).accept(there);
/// let client = Link::builder(Doubles).connect(here).await.unwrap();
///
/// let call = Call::Request { sender: "numbers".into(), method: "double".into(), params: 10.5 };
/// assert_eq!(client.request(call).await?, Response::Value(21.0));
/// client.close().await;
/// assert!(server.closed().await.is_orderly());
/// # Ok::<(), RequestError>(()) }).unwrap();
/// ```
pub struct Link<V> {
    core: Arc<Core<V>>,
    /// Whether it keeps the link.
    counts: bool,
}

impl<V> Link<V> {
    /// One that keeps the link, and for which it was made.
    pub(super) fn first(core: Arc<Core<V>>) -> Self {
        Self { core, counts: true }
    }

    /// One that does not keep the link: for tasks of the link itself, and what they call.
    pub(super) fn uncounted(core: &Arc<Core<V>>) -> Self {
        Self {
            core: Arc::clone(core),
            counts: false,
        }
    }

    /// The same link, which is not kept by it: for who goes when it has ended.
    pub(in crate::net) fn borrowed(&self) -> Self {
        Self::uncounted(&self.core)
    }

    pub(super) fn requests_taken(&self) -> u32 {
        self.core.requests_taken()
    }

    /// A number that no other link of this process has.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.core.id
    }

    /// Who is at the other end.
    #[must_use]
    pub fn info(&self) -> &PeerInfo {
        &self.core.info
    }

    /// Whether the other side has not said hello, or does not know what that is: it is sent nothing but what the original knows.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.core.is_plain()
    }

    /// How much it has done, and what waits.
    #[must_use]
    pub fn stats(&self) -> LinkStats {
        let (queued, queued_bytes, dropped) = self.core.queue.figures();
        LinkStats {
            queued,
            queued_bytes,
            dropped,
            unconfirmed: self.core.queue.unconfirmed(),
            sent: self.core.sent.load(Ordering::Relaxed),
            received: self.core.received.load(Ordering::Relaxed),
            requests: self.core.replies.count(),
            serving: self.core.serving.count(),
        }
    }

    /// Why it has ended, if it has.
    #[must_use]
    pub fn close_reason(&self) -> Option<&CloseReason> {
        self.core.end.reason()
    }

    /// Waits until it has ended, and tells why.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn closed(&self) -> CloseReason {
        self.core.end.wait().await
    }

    /// Waits until it has ended and its handler knows.
    pub(in crate::net) async fn over(&self) {
        self.core.end.wait_over().await;
    }

    pub(in crate::net) fn is_over(&self) -> bool {
        self.core.end.is_over()
    }

    /// Ends it at once: what waits is not written, and the other side is told nothing.
    pub fn abort(&self) {
        self.core.end_with(CloseReason::Closed);
    }
}

impl<V: Serialize + DeserializeOwned + Send + Sync + 'static> Link<V> {
    /// Begins one, in which this does what the other side asks for.
    pub fn builder(handler: impl Handler<V>) -> LinkBuilder<V> {
        LinkBuilder::new(Arc::new(handler))
    }
}

impl<V: Send + Sync + 'static> Link<V> {
    /// Sends a call that wants no reply: an event, usually. Done means that it is on its way, and nothing more.
    ///
    /// Where there is no room for an event, what becomes of it is as [`Limits::when_full`](crate::net::Limits::when_full) says; other
    /// calls wait for room.
    ///
    /// # Errors
    /// It was not sent, and is given back.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has sent nothing.
    pub async fn send(&self, call: Call<V>) -> Result<(), SendError<V>> {
        match self.push(Said::Call(&call)) {
            Ok(None) => Ok(()),
            Ok(Some(entry)) => {
                let pushed = self.core.push_waiting(entry).await;
                pushed.map_err(|why| SendError::new(call, why))
            }
            Err(why) => Err(SendError::new(call, why)),
        }
    }

    /// As [`send`](Self::send), but does not wait for room.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Unsendable::Full`] where it would have to wait.
    pub fn try_send(&self, call: Call<V>) -> Result<(), SendError<V>> {
        match self.push(Said::Call(&call)) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(SendError::new(call, Unsendable::Full)),
            Err(why) => Err(SendError::new(call, why)),
        }
    }

    /// As [`send`](Self::send), of an event whose payload stays where it is.
    pub(in crate::net) async fn send_event(
        &self,
        event: impl Into<Said<'_, V>>,
    ) -> Result<(), Unsendable> {
        match self.push(event.into())? {
            None => Ok(()),
            Some(entry) => self.core.push_waiting(entry).await,
        }
    }

    /// As [`try_send`](Self::try_send), of an event whose payload stays where it is.
    pub(in crate::net) fn try_send_event<'a>(
        &self,
        event: impl Into<Said<'a, V>>,
    ) -> Result<(), Unsendable>
    where
        V: 'a,
    {
        match self.push(event.into())? {
            None => Ok(()),
            Some(_) => Err(Unsendable::Full),
        }
    }

    /// Gives the message where there is no room for it.
    fn push(&self, call: Said<'_, V>) -> Result<Option<Entry>, Unsendable> {
        let core = &self.core;
        let mut id = None;
        if core.is_plain() {
            if !call.is_original() {
                return Err(Unsendable::NotUnderstood(call.method()));
            }
            // It replies to everything, and is not sent the next one before.
            id = Some(core.replies.number());
        }
        let wire_id = id.map(Id::Number);
        let frame = core.frame_of(&CallOf {
            id: wire_id.as_ref(),
            call,
            deadline: None,
        })?;
        let class = if call.is_event() {
            Class::Event
        } else {
            Class::Call
        };
        core.push(Entry { frame, class, id })
    }

    /// Tells the other side something that it is owed, if it understands it: there is always room for that.
    pub(in crate::net) fn tell(&self, call: &Call<V>) {
        self.core.tell(call);
    }

    /// As [`request`](Self::request), of a request whose payload stays where it is.
    pub(in crate::net) async fn ask(
        &self,
        request: RequestOf<'_, V>,
        timeout: Option<Duration>,
    ) -> Result<V, RequestError> {
        let timeout = timeout.unwrap_or(self.core.limits.request_timeout);
        match ask(&self.core, Said::Request(request), timeout).await? {
            Response::Value(value) => Ok(value),
            _ => unreachable!("a request is answered with a value"),
        }
    }

    /// The same of an event, which is replied to when the other side has passed it on.
    pub(in crate::net) async fn ask_event(
        &self,
        signal: SignalOf<'_, V>,
        timeout: Option<Duration>,
    ) -> Result<(), RequestError> {
        let timeout = timeout.unwrap_or(self.core.limits.request_timeout);
        ask(&self.core, Said::Signal(signal), timeout)
            .await
            .map(drop)
    }

    /// Asks the other side, and waits for its reply: 10 seconds, unless the limits or the builder say otherwise. Several may be
    /// under way, and be replied to in any order.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the call is taken back if it was not sent yet; if it was, the other side is told that nobody waits
    /// for it, and drops what it does for it.
    pub fn request(&self, call: Call<V>) -> LinkRequest<V> {
        LinkRequest::new(Arc::clone(&self.core), call)
    }

    /// Ends it in order: what waits is written, the other side is told, and its handler and this side's know when it returns. It takes
    /// no longer than [`Limits::handshake`](crate::net::Limits::handshake) says, twice.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the link ends all the same.
    pub async fn close(&self) {
        self.close_telling(CLOSED).await;
    }

    /// As [`close`](Self::close), and tells the other side why, in words.
    pub(in crate::net) async fn close_telling(&self, why: &str) {
        let reason = why.to_owned();
        self.core.tell(&Call::Close { reason });
        self.core.announce(CloseReason::Closed);
        self.core.end.wait_over().await;
    }
}

impl<V> Clone for Link<V> {
    fn clone(&self) -> Self {
        // Relaxed: whoever clones has one, so it cannot be the last.
        self.core.handles.fetch_add(1, Ordering::Relaxed);
        Self {
            core: Arc::clone(&self.core),
            counts: true,
        }
    }
}

impl<V> Drop for Link<V> {
    fn drop(&mut self) {
        // It orders nothing: that a link ends twice is no matter.
        if self.counts && self.core.handles.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.core.tell(&Call::Close {
                reason: CLOSED.to_owned(),
            });
            self.core.announce(CloseReason::Dropped);
        }
    }
}

impl<V> fmt::Debug for Link<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("info", &self.core.info)
            .field("is_plain", &self.core.is_plain())
            .field("stats", &self.stats())
            .field("close_reason", &self.close_reason())
            .finish()
    }
}
