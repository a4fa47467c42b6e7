//! What a send carries to its callbacks.

use std::fmt;
use std::ops::Deref;

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
    payload: Payload<P>,
    keys: Keys<K>,
    senders: Senders,
    signal: Arc<SignalInfo>,
}

/// A send that changes nothing shares the signal's defaults; they are never cloned.
pub(crate) enum Payload<P> {
    Defaults(Arc<P>),
    Own(P),
}

impl<P, K> Event<P, K> {
    pub(crate) fn new(
        payload: Payload<P>,
        keys: Keys<K>,
        senders: Senders,
        signal: Arc<SignalInfo>,
    ) -> Self {
        Self {
            payload,
            keys,
            senders,
            signal,
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
        &self.signal
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
        match &self.payload {
            Payload::Defaults(payload) => payload,
            Payload::Own(payload) => payload,
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
            .field("signal", &self.signal)
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
