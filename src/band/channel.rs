//! One channel, as its users hold it.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::parent::Parent;
use crate::signal::{Channels, FailedCall, SenderId, Signal};
use crate::sync::Arc;

/// A named channel that receivers connect to and senders send on: unbound, or bound to an object, its parent.
///
/// `P` is the payload, which each send brings; `R` is what receivers reply. Handles are cheap to clone, and handles of one
/// identifier and parent in one band are one channel: they are equal. Made by [`Band::channel`](crate::Band::channel) and
/// [`ChannelDef`](crate::ChannelDef).
///
/// **Who hears what.** A send on a bound channel reaches its receivers, then those of the unbound one of the same name. A send on the
/// unbound channel reaches the receivers of every channel of that name, in the order in which they were connected. A
/// callback that is connected to several of them runs once a send, where its turn comes first.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::Band;
///
/// let band = Band::new();
/// let alert = band.channel::<String, String>("alert")?;
/// alert.connect_sync(|message| message.to_uppercase()).await;
/// let replies = alert.send("alert!!".to_owned()).join().await.into_replies();
/// assert_eq!(replies, ["ALERT!!"]);
/// # Ok::<(), fanfare::band::TypeConflict>(()) }).unwrap();
/// ```
pub struct Channel<P, R = ()> {
    pub(super) channels: Channels<P, R>,
    pub(super) parent: Option<SenderId>,
}

impl<P, R> Channel<P, R> {
    pub(super) fn unbound_of(channels: Channels<P, R>) -> Self {
        Self {
            channels,
            parent: None,
        }
    }

    /// The channel's name.
    #[must_use]
    pub fn identifier(&self) -> &str {
        self.channels.name().unwrap_or_default()
    }

    /// Whether it is bound to a parent.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.parent.is_some()
    }

    /// The parent, as senders are known.
    #[must_use]
    pub fn parent(&self) -> Option<&SenderId> {
        self.parent.as_ref()
    }

    /// The parent itself, if it is a `T` and still alive.
    #[must_use]
    pub fn parent_as<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.parent.as_ref()?.downcast()
    }

    /// The channel of the same name and band that is bound to this parent, which it holds weakly.
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    /// use fanfare::Band;
    ///
    /// let (motor, pump) = (Arc::new("motor"), Arc::new("pump"));
    /// let stopped = Band::new().channel::<u32, ()>("stopped")?;
    /// assert_eq!(stopped.bound(&motor), stopped.bound(&motor));
    /// assert_ne!(stopped.bound(&motor), stopped.bound(&pump));
    /// # Ok::<(), fanfare::band::TypeConflict>(())
    /// ```
    #[must_use]
    pub fn bound(&self, parent: impl Parent) -> Self {
        Self {
            channels: self.channels.clone(),
            parent: Some(parent.into_parent()),
        }
    }

    /// The unbound channel of the same name and band.
    #[must_use]
    pub fn unbound(&self) -> Self {
        Self::unbound_of(self.channels.clone())
    }

    /// How many calls of any channel of this name have failed so far.
    #[must_use]
    pub fn failure_count(&self) -> u64 {
        self.channels.failure_count()
    }
}

impl<P, R> Channel<P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    /// How many receivers this very channel has, those of others of its name not counted.
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.channels.count_on(self.parent.as_ref())
    }

    /// What fails on any channel of this name, as a signal. See [`Signal::failures`].
    #[must_use]
    pub fn failures(&self) -> Signal<FailedCall<P>> {
        self.channels.failures()
    }
}

impl<P, R> Clone for Channel<P, R> {
    fn clone(&self) -> Self {
        Self {
            channels: self.channels.clone(),
            parent: self.parent.clone(),
        }
    }
}

/// Equal handles are of one channel: the same name and parent, in the same band.
impl<P, R> PartialEq for Channel<P, R> {
    fn eq(&self, other: &Self) -> bool {
        self.channels.is_same(&other.channels) && self.parent == other.parent
    }
}

impl<P, R> Eq for Channel<P, R> {}

impl<P, R> fmt::Debug for Channel<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("identifier", &self.identifier())
            .field("parent", &self.parent)
            .finish_non_exhaustive()
    }
}

// User code runs with its panics caught and under no lock: a channel that one unwound through is as it was.
impl<P, R> UnwindSafe for Channel<P, R> {}
impl<P, R> RefUnwindSafe for Channel<P, R> {}
