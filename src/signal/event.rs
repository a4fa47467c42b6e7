//! What a send carries to its callbacks.

use std::ops::Deref;
use std::{fmt, mem};

use arc_swap::{ArcSwap, Guard};
use smallvec::SmallVec;

use super::filter::Filters;
use super::key::Key;
use super::sender::{IntoSender, SenderId};
use crate::sync::Arc;

/// One send, as its callbacks see it: the payload, and who sent what under which keys.
///
/// It derefs to the payload. Sync callbacks borrow it; async ones share it in an `Arc`, which is made once a send and
/// only if an async callback matched.
pub struct Event<P, K = Key> {
    /// What was sent, if not the defaults.
    own: Option<P>,
    /// What the signal's events have in common; missing as long as nobody is called, and where it is not needed.
    origin: Option<Lent<P>>,
    /// All there is to know of a signal without a name, for which nothing has to be borrowed; and which way the event has
    /// come, if it was forwarded.
    info: SignalInfo,
    pub(crate) filters: Filters<K>,
}

/// What every event of a signal has in common. Sends borrow it, without touching its reference count.
#[derive(Debug)]
pub(crate) struct Origin<P> {
    /// None where every send brings its payload.
    pub(crate) defaults: Option<P>,
    pub(crate) info: SignalInfo,
}

type Lent<P> = Guard<Arc<Origin<P>>>;

impl<P, K> Event<P, K> {
    /// One that is in the making.
    #[inline]
    pub(crate) fn new(id: SignalId) -> Self {
        Self {
            own: None,
            origin: None,
            info: SignalInfo::new(id, None),
            filters: Filters::new(),
        }
    }

    /// Sends this and not the defaults.
    #[inline]
    pub(crate) fn set(&mut self, payload: P) {
        self.own = Some(payload);
    }

    /// Goes on for an event that is forwarded: with its keys and its senders, and after the way that it has come.
    pub(crate) fn follow<Q>(&mut self, earlier: &Event<Q, K>)
    where
        K: Clone,
    {
        self.filters = earlier.filters.clone();
        self.info.follow(&earlier.info);
    }

    /// Whether it was sent by this signal, or forwarded by it.
    pub(crate) fn has_passed(&self, signal: SignalId) -> bool {
        self.info.id == signal || self.info.way().contains(&signal)
    }

    /// The payload it was given.
    pub(crate) fn own(&self) -> Option<&P> {
        self.own.as_ref()
    }

    /// As `own`, taken out.
    pub(crate) fn take(&mut self) -> Option<P> {
        self.own.take()
    }

    /// Borrows what it needs of its signal, before anybody sees it.
    #[inline]
    pub(crate) fn complete(&mut self, origin: &ArcSwap<Origin<P>>, is_named: bool) {
        if is_named || self.own.is_none() {
            self.origin = Some(origin.load());
        }
    }

    /// Gives back what it borrowed. For an event that nobody sees yet.
    pub(crate) fn part(&mut self) {
        self.origin = None;
    }

    /// The same event, made to last: what it borrows is counted now, since a thread can borrow only a few at a time.
    /// Leaves nothing behind that could be shown.
    pub(crate) fn keep(&mut self) -> Self {
        let empty = Self::new(self.info.id);
        let mut event = mem::replace(self, empty);
        let lent = event.origin.take();
        event.origin = lent.map(|lent| Guard::from_inner(Guard::into_inner(lent)));
        event
    }

    /// The same event once more, made to last.
    pub(crate) fn copy(&self) -> Self
    where
        P: Clone,
        K: Clone,
    {
        let kept = |lent: &Lent<P>| Guard::from_inner(Arc::clone(lent));
        Self {
            own: self.own.clone(),
            origin: self.origin.as_ref().map(kept),
            info: self.info.clone(),
            filters: self.filters.clone(),
        }
    }

    /// What was sent; an event also derefs to it.
    #[must_use]
    pub fn payload(&self) -> &P {
        self
    }

    /// The signal that was sent.
    #[must_use]
    pub fn signal(&self) -> &SignalInfo {
        self.origin
            .as_ref()
            .map_or(&self.info, |origin| &origin.info)
    }

    /// The keys the send named, as it named them.
    #[must_use]
    pub fn keys(&self) -> &[K] {
        self.filters.keys()
    }

    /// The senders the send named, as it named them.
    #[must_use]
    pub fn senders(&self) -> &[SenderId] {
        self.filters.senders()
    }

    /// Whether the send named this object among its senders.
    #[must_use]
    pub fn is_from(&self, sender: impl IntoSender) -> bool {
        self.senders().contains(&sender.into_sender())
    }

    /// The sender itself: the first one that came as an `Arc<T>` and is still alive.
    ///
    /// An event does not keep its senders alive. For all of several senders: [`senders`](Self::senders) and
    /// [`SenderId::downcast`].
    #[must_use]
    pub fn sender_as<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.senders().iter().find_map(SenderId::downcast)
    }
}

impl<P, K> Deref for Event<P, K> {
    type Target = P;

    #[inline]
    fn deref(&self) -> &P {
        let defaults = || self.origin.as_ref()?.defaults.as_ref();
        match self.own.as_ref().or_else(defaults) {
            Some(payload) => payload,
            None => unreachable!("an event is complete before anybody sees it"),
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
            .field("keys", &self.keys())
            .field("senders", &self.senders())
            .finish()
    }
}

/// Which signal: its number and its name.
#[derive(Clone)]
pub struct SignalInfo {
    id: SignalId,
    /// What there is to be said beside the number: events without it are made by the million.
    more: Option<Arc<More>>,
}

struct More {
    name: Option<Box<str>>,
    /// Of an event's own: the signals that it was forwarded by, first to last.
    way: SmallVec<[SignalId; 4]>,
}

impl SignalInfo {
    #[inline]
    pub(crate) fn new(id: SignalId, name: Option<Box<str>>) -> Self {
        let more = name.map(|name| More {
            name: Some(name),
            way: SmallVec::new(),
        });
        Self {
            id,
            more: more.map(Arc::new),
        }
    }

    /// Comes after another event's, on its way.
    fn follow(&mut self, earlier: &Self) {
        let mut way: SmallVec<_> = earlier.way().into();
        way.push(earlier.id);
        let name = self.name().map(Box::from);
        self.more = Some(Arc::new(More { name, way }));
    }

    fn way(&self) -> &[SignalId] {
        self.more.as_ref().map_or(&[], |more| &more.way)
    }

    /// The signal's number.
    #[must_use]
    pub fn id(&self) -> SignalId {
        self.id
    }

    /// The name it was built with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.more.as_ref()?.name.as_deref()
    }
}

impl PartialEq for SignalInfo {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.name()) == (other.id, other.name())
    }
}

impl Eq for SignalInfo {}

impl fmt::Debug for SignalInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalInfo")
            .field("id", &self.id)
            .field("name", &self.name())
            .finish()
    }
}

/// The number of a signal, unique in the process; clones of a signal share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SignalId(pub(crate) u64);

impl fmt::Display for SignalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
