//! A sender of a client.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::core::Core;
use super::handle::{ClientRouter, Handle};
use super::send::RemoteSend;
use crate::net::flag::Flag;
use crate::net::link::Link;
use crate::net::promise::Promise;
use crate::router::{RegisterError, Sender, SenderInfo};
use crate::sync::{Arc, AtomicBool, Lock, OnceLock, Ordering};

/// A sender of this client's: it sends the events that it has declared to the server, which passes them on to all who listen, and replies
/// to requests, whoever asks. Clones are one sender; with the last of them it goes, its name is free, and its `#disconnect` is told.
///
/// It keeps its client. When the connection is lost and made again, the server is told of it again: it stays the same sender. If the server
/// does not take it, or takes its right back, it ends: the [status](ClientRouter::status) tells why.
///
/// # Examples
/// ```
/// # #[derive(Debug)] struct Failed; impl<E: std::error::Error> From<E> for Failed { fn from(e: E) -> Self { panic!("{e}") } }
/// # smol::block_on(async {
/// use fanfare::net::{ClientRouter, ServerRouter, local};
/// use fanfare::router::{Router, SendProblem};
///
/// let (listener, dialer) = local::listen();
/// let server = ServerRouter::builder(Router::<f64>::new()).listen(listener).start().await?;
/// let client = ClientRouter::builder().connect(dialer).start().await?;
///
/// let thermometer = client.sender("thermometer").events(["temperature", "#alarm"]).register().await?;
/// thermometer.send("temperature", 21.5).await?; // is on its way
/// thermometer.send("temperature", 22.0).join().await?; // was passed on by the server
///
/// let error = thermometer.send("humidity", 0.5).await.unwrap_err();
/// assert_eq!(error.problem(), SendProblem::Undeclared);
/// assert_eq!(error.into_payload(), Some(0.5));
/// # drop(server);
/// # Ok::<(), Failed>(()) }).unwrap();
/// ```
pub struct RemoteSender<V> {
    pub(super) own: Arc<Own<V>>,
}

/// Is there as long as one of its handles: with it the sender goes.
pub(super) struct Own<V> {
    pub(super) live: Arc<Live<V>>,
    pub(super) handle: Arc<Handle<V>>,
}

impl<V> Drop for Own<V> {
    fn drop(&mut self) {
        (self.handle.leave)(&self.handle.core, &self.live);
    }
}

/// What the client's task knows of a sender, and may still know when that has gone.
pub(super) struct Live<V> {
    pub(super) number: u64,
    /// Has its name here, and its handlers.
    sender: Sender<V>,
    /// Where the server has it. By the client's task.
    link: Lock<Option<Link<V>>>,
    /// What the server says of it, for the first time.
    pub(super) registered: Promise<Result<(), RegisterError>>,
    /// Whether somebody waits for that.
    pub(super) is_awaited: AtomicBool,
    is_ended: Flag,
    /// Why, if the server has ended it. Written once, before the flag.
    reason: OnceLock<Box<str>>,
}

impl<V> Live<V> {
    pub(super) fn new(number: u64, sender: Sender<V>) -> Self {
        Self {
            number,
            sender,
            link: Lock::new(None),
            registered: Promise::new(),
            is_awaited: AtomicBool::new(false),
            is_ended: Flag::default(),
            reason: OnceLock::new(),
        }
    }

    pub(super) fn name(&self) -> &str {
        self.sender.name()
    }

    pub(super) fn info(&self) -> &SenderInfo {
        self.sender.info()
    }

    pub(super) fn sender(&self) -> &Sender<V> {
        &self.sender
    }

    /// Where the server has it, if it does.
    pub(super) fn link(&self) -> Option<Link<V>> {
        self.link.hold().as_ref().map(Link::borrowed)
    }

    pub(super) fn take_link(&self, link: &Link<V>) {
        if !self.is_ended() {
            *self.link.hold() = Some(link.borrowed());
        }
    }

    pub(super) fn lose_link(&self) {
        let link = self.link.hold().take();
        drop(link);
    }

    pub(super) fn is_ended(&self) -> bool {
        self.is_ended.is_set()
    }

    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.get().map(|reason| &**reason)
    }

    /// The server has not taken it; tells whether somebody is told of that who waits for it.
    pub(super) fn refuse(&self, error: RegisterError) -> bool {
        let is_first = self.registered.get().is_none();
        self.registered.keep(Err(error));
        is_first && self.is_awaited.load(Ordering::Relaxed)
    }
}

impl<V: Send + Sync + 'static> Live<V> {
    /// It does not send any more.
    pub(super) fn end(&self, reason: &str) {
        let _ = self.reason.set(reason.into());
        self.is_ended.set();
        self.lose_link();
        self.sender.disconnect();
    }

    /// On this side, for whatever reason; tells whether it was there until now.
    pub(super) fn leave(&self, core: &Core<V>) -> bool {
        let here = {
            let mut state = core.state.hold();
            state.names.leave(self.name(), self.number)
        };
        self.is_ended.set();
        self.lose_link();
        self.sender.disconnect();
        if here.is_some() {
            core.ring();
        }
        here.is_some()
    }
}

impl<V: Send + Sync + 'static> RemoteSender<V> {
    /// Has it go now, with all its handles; tells whether it was there until now. The server is told.
    pub fn disconnect(&self) -> bool {
        self.own.live.leave(&self.own.handle.core)
    }
}

impl<V> RemoteSender<V> {
    /// Begins to send an event that it has declared.
    pub fn send(&self, event: impl AsRef<str>, payload: V) -> RemoteSend<'_, V> {
        RemoteSend::new(&self.own, event.as_ref(), payload)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.own.live.name()
    }

    /// What it has declared.
    #[must_use]
    pub fn info(&self) -> &SenderInfo {
        self.own.live.info()
    }

    /// Whether the server has it at this moment, so that it can send.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.own.live.link.hold().is_some()
    }

    /// Whether it has ended: it was disconnected, on this side or by the server.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.own.live.is_ended()
    }

    /// The client that it is registered with.
    #[must_use]
    pub fn client(&self) -> ClientRouter<V> {
        ClientRouter {
            shared: Arc::clone(&self.own.handle),
        }
    }
}

impl<V> Clone for RemoteSender<V> {
    fn clone(&self) -> Self {
        Self {
            own: Arc::clone(&self.own),
        }
    }
}

impl<V> fmt::Debug for RemoteSender<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSender")
            .field("name", &self.name())
            .field("is_connected", &self.is_connected())
            .finish_non_exhaustive()
    }
}

// As the router.
impl<V> UnwindSafe for RemoteSender<V> {}
impl<V> RefUnwindSafe for RemoteSender<V> {}
