//! What a dispatcher is told of a send.

use std::any::{Any, type_name};
use std::fmt;

use crate::signal::event::{Event, SignalInfo};
use crate::signal::sender::SenderId;
use crate::sync::{Arc, AtomicU64, next_number};

/// A send, as a [`Dispatcher`](super::Dispatcher) sees it. Clones are cheap, and are of the same send.
#[derive(Clone)]
pub struct Context {
    sent: Arc<dyn Sent>,
    receivers: usize,
    number: u64,
    /// Whether it is for one connection that was chosen before, whatever that listens to.
    is_to_one: bool,
}

/// An event, its types forgotten.
trait Sent: Send + Sync {
    fn signal(&self) -> &SignalInfo;
    fn senders(&self) -> &[SenderId];
    fn payload(&self) -> &(dyn Any + Send + Sync);
    fn payload_type(&self) -> &'static str;
}

impl<P, K> Sent for Event<P, K>
where
    P: Send + Sync + 'static,
    K: Send + Sync,
{
    fn signal(&self) -> &SignalInfo {
        Self::signal(self)
    }

    fn senders(&self) -> &[SenderId] {
        Self::senders(self)
    }

    fn payload(&self) -> &(dyn Any + Send + Sync) {
        Self::payload(self)
    }

    fn payload_type(&self) -> &'static str {
        type_name::<P>()
    }
}

impl Context {
    pub(super) fn new<P, K>(event: &Arc<Event<P, K>>, is_to_one: bool, receivers: usize) -> Self
    where
        P: Send + Sync + 'static,
        K: Send + Sync + 'static,
    {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let event: Arc<Event<P, K>> = Arc::clone(event);
        Self {
            sent: event,
            receivers,
            number: next_number(&LAST),
            is_to_one,
        }
    }

    /// Whether it hands something to one connection that was chosen before, and is no send to who listens.
    pub(crate) fn is_to_one(&self) -> bool {
        self.is_to_one
    }

    /// The name of the signal, empty if it has none. A channel's is its identifier.
    #[must_use]
    pub fn identifier(&self) -> &str {
        self.signal().name().unwrap_or_default()
    }

    /// The signal.
    #[must_use]
    pub fn signal(&self) -> &SignalInfo {
        self.sent.signal()
    }

    /// The number of the send, which no other send of this process has: of any signal with dispatchers, and any two rounds of
    /// it. For who keeps something from `before` to `after`, as sends overlap.
    #[must_use]
    pub fn send_number(&self) -> u64 {
        self.number
    }

    /// How many callbacks the send reaches, as it stood when it began: those that a predicate or a throttle holds back, that are
    /// blocked or debounced, and streams are not among them.
    #[must_use]
    pub fn receivers(&self) -> usize {
        self.receivers
    }

    /// The first sender that the send named. Where a bound channel sent, it is the channel's parent.
    #[must_use]
    pub fn parent(&self) -> Option<&SenderId> {
        self.senders().first()
    }

    /// The same, if it came as an `Arc<T>` and is still alive.
    #[must_use]
    pub fn parent_as<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.parent()?.downcast()
    }

    /// The senders that the send named.
    #[must_use]
    pub fn senders(&self) -> &[SenderId] {
        self.sent.senders()
    }

    /// What was sent, whatever its type is.
    #[must_use]
    pub fn payload(&self) -> &(dyn Any + Send + Sync) {
        self.sent.payload()
    }

    /// What was sent, if it is a `P`.
    #[must_use]
    pub fn payload_as<P: 'static>(&self) -> Option<&P> {
        self.payload().downcast_ref()
    }

    /// The name of the payload's type, for messages: [`type_name`].
    #[must_use]
    pub fn payload_type(&self) -> &'static str {
        self.sent.payload_type()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("signal", self.signal())
            .field("send_number", &self.number)
            .field("receivers", &self.receivers)
            .field("senders", &self.senders())
            .field("payload_type", &self.payload_type())
            .finish_non_exhaustive()
    }
}
