//! What a send carries to its callbacks.

use std::fmt;
use std::ops::Deref;

use arc_swap::Guard;
use smallvec::SmallVec;

use super::key::Key;
use super::sender::{IntoSender, SenderId};
use crate::sync::Arc;

pub(crate) type Keys<K> = SmallVec<[K; 2]>;
pub(crate) type Senders = SmallVec<[SenderId; 1]>;

/// One send, as its callbacks see it: the payload, and who sent what under which keys.
///
/// It derefs to the payload. Sync callbacks borrow it; async ones share it in an `Arc`, which is made once a send and
/// only if an async callback matched.
pub struct Event<P, K = Key> {
    content: Content<P>,
    keys: Keys<K>,
    senders: Senders,
}

/// What every event of a signal has in common. Sends borrow it, without touching its reference count.
#[derive(Debug)]
pub(crate) struct Origin<P> {
    pub(crate) defaults: P,
    pub(crate) info: SignalInfo,
}

type Lent<P> = Guard<Arc<Origin<P>>>;

enum Content<P> {
    /// The signal's defaults, which are shared and never cloned.
    Defaults(Lent<P>),
    Own(P, Lent<P>),
    /// All there is to know of a signal without a name is its number: nothing has to be borrowed.
    Nameless(P, SignalInfo),
}

impl<P, K> Event<P, K> {
    pub(crate) fn new(
        own: Option<P>,
        keys: Keys<K>,
        senders: Senders,
        id: SignalId,
        origin: Option<Lent<P>>,
    ) -> Self {
        let content = match (own, origin) {
            (Some(own), None) => Content::Nameless(own, SignalInfo::new(id, None)),
            (Some(own), Some(origin)) => Content::Own(own, origin),
            (None, Some(origin)) => Content::Defaults(origin),
            (None, None) => unreachable!("a send without a payload borrows the defaults"),
        };
        Self {
            content,
            keys,
            senders,
        }
    }

    /// The same event, made to last: what it borrows is counted now, since a thread can borrow only a few at a time.
    pub(crate) fn kept(self) -> Self {
        let keep = |lent| Guard::from_inner(Guard::into_inner(lent));
        let content = match self.content {
            Content::Defaults(lent) => Content::Defaults(keep(lent)),
            Content::Own(own, lent) => Content::Own(own, keep(lent)),
            nameless @ Content::Nameless(..) => nameless,
        };
        Self { content, ..self }
    }

    /// What was sent; an event also derefs to it.
    #[must_use]
    pub fn payload(&self) -> &P {
        self
    }

    /// The signal that was sent.
    #[must_use]
    pub fn signal(&self) -> &SignalInfo {
        match &self.content {
            Content::Defaults(origin) | Content::Own(_, origin) => &origin.info,
            Content::Nameless(_, info) => info,
        }
    }

    /// The keys the send named, as it named them.
    #[must_use]
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// The senders the send named, as it named them.
    #[must_use]
    pub fn senders(&self) -> &[SenderId] {
        &self.senders
    }

    /// Whether the send named this object among its senders.
    #[must_use]
    pub fn is_from(&self, sender: impl IntoSender) -> bool {
        self.senders.contains(&sender.into_sender())
    }

    /// The sender itself: the first one that came as an `Arc<T>` and is still alive.
    ///
    /// An event does not keep its senders alive. For all of several senders: [`senders`](Self::senders) and
    /// [`SenderId::downcast`].
    #[must_use]
    pub fn sender_as<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.senders.iter().find_map(SenderId::downcast)
    }
}

impl<P, K> Deref for Event<P, K> {
    type Target = P;

    fn deref(&self) -> &P {
        match &self.content {
            Content::Defaults(origin) => &origin.defaults,
            Content::Own(own, _) | Content::Nameless(own, _) => own,
        }
    }
}

/// Shows the payload.
impl<P: fmt::Display, K> fmt::Display for Event<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<P: fmt::Debug, K: fmt::Debug> fmt::Debug for Event<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("signal", self.signal())
            .field("payload", &**self)
            .field("keys", &self.keys)
            .field("senders", &self.senders)
            .finish()
    }
}

/// Which signal: its number and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalInfo {
    id: SignalId,
    name: Option<Box<str>>,
}

impl SignalInfo {
    pub(crate) fn new(id: SignalId, name: Option<Box<str>>) -> Self {
        Self { id, name }
    }

    /// The signal's number.
    #[must_use]
    pub fn id(&self) -> SignalId {
        self.id
    }

    /// The name it was built with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// The number of a signal, unique in the process; clones of a signal share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SignalId(pub(crate) u64);

impl fmt::Display for SignalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
