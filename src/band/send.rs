//! A send on a channel.

use std::fmt;
use std::future::IntoFuture;
use std::ops::ControlFlow;
use std::time::Duration;

use super::channel::Channel;
use crate::signal::{
    Delivery, First, Fold, FoldFuture, JoinFuture, Key, SendBuilder, SendFuture, TryFold, Unsent,
    drop_quietly,
};

impl<P, R> Channel<P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    /// Begins a send, to be ended by `.join()` for what the receivers reply, by `.await` in async code to hand async
    /// receivers to an executor, or by `.now()` in any other. See [`ChannelSend`] for more ends.
    ///
    /// On a bound channel it reaches that channel's receivers, then those of the unbound one; on the unbound channel it
    /// reaches those of every channel of its name. The event tells the parent: it is among its
    /// [`senders`](crate::Event::senders).
    #[inline]
    pub fn send(&self, payload: P) -> ChannelSend<'_, P, R> {
        ChannelSend {
            channel: self,
            payload,
            timeout: None,
        }
    }

    /// Sends, and waits for nothing and nobody: sync receivers run now, async ones go to the executor, and what fails is told
    /// by [`failures`](Self::failures) alone.
    ///
    /// Where a limit has the send wait, it waits on the executor and others may overtake it. Once the band is closed, this
    /// does nothing.
    pub fn send_detached(&self, payload: P) {
        let unsent = match self.send(payload).now() {
            Ok(delivery) => return drop_quietly(delivery),
            Err(unsent) => unsent,
        };
        if !unsent.is_full() {
            return drop_quietly(unsent);
        }
        if let Some(payload) = unsent.into_payload() {
            let channel = self.clone();
            self.channels.hand_over(Box::pin(async move {
                drop_quietly(channel.send(payload).await);
            }));
        }
    }
}

/// A send on a channel in the making. End it in `.await`, [`now`](Self::now), [`join`](Self::join), [`first`](Self::first) or
/// [`fold`](Self::fold): without one of them nothing is sent. Made by [`Channel::send`].
///
/// Receivers come by priority; of one priority, those of a bound channel before those of the unbound one, and otherwise
/// in the order in which they were connected.
#[must_use = "nothing is sent until the builder is ended by `.await`, `.now()`, `.join()`, `.first()` or `.fold()`"]
pub struct ChannelSend<'a, P, R = ()> {
    channel: &'a Channel<P, R>,
    payload: P,
    timeout: Option<Duration>,
}

impl<'a, P, R> ChannelSend<'a, P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    /// Stops what has not finished after this time. As [`SendBuilder::timeout`](crate::SendBuilder::timeout) does.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Made last: it is larger than all that was said until now.
    #[inline]
    fn build(self) -> SendBuilder<'a, P, R, Key> {
        let Channel { channels, parent } = self.channel;
        let send = channels.send_on(parent.as_ref(), self.payload);
        match self.timeout {
            None => send,
            Some(time) => send.timeout(time),
        }
    }

    /// Sends now: runs the sync receivers and hands the async ones to the spawner. What `.await` does, from sync code.
    ///
    /// # Errors
    /// Where the send would have to wait because of a receiver's limit, and where the band is closed: nothing is delivered, and
    /// [`Unsent`] gives the payload back.
    #[inline]
    pub fn now(self) -> Result<Delivery<R>, Unsent<P>> {
        if self.timeout.is_some() {
            return self.build().now();
        }
        // Made where it stays.
        let Channel { channels, parent } = self.channel;
        channels.send_on(parent.as_ref(), self.payload).now()
    }

    /// Runs all receivers inside the task that awaits this, the async ones concurrently, and gives the report with their
    /// replies. No executor is needed. As [`SendBuilder::join`](crate::SendBuilder::join) does.
    pub fn join(self) -> JoinFuture<'a, P, R> {
        self.build().join()
    }

    /// Runs receivers inside the task that awaits this until one replies. As
    /// [`SendBuilder::first`](crate::SendBuilder::first) does.
    pub fn first(self) -> FoldFuture<'a, P, R, Key, First> {
        self.build().first()
    }

    /// Folds the replies as they come, storing none. As [`SendBuilder::fold`](crate::SendBuilder::fold) does.
    pub fn fold<A, F>(self, init: A, fold: F) -> FoldFuture<'a, P, R, Key, Fold<A, F>>
    where
        F: FnMut(A, R) -> A,
    {
        self.build().fold(init, fold)
    }

    /// As [`fold`](Self::fold), until `fold` breaks off.
    pub fn try_fold<A, B, F>(self, init: A, fold: F) -> FoldFuture<'a, P, R, Key, TryFold<A, F>>
    where
        F: FnMut(A, R) -> ControlFlow<B, A>,
    {
        self.build().try_fold(init, fold)
    }
}

/// Sends, and gives the [`Delivery`]: sync receivers have run by then, async ones are with the spawner. It waits only where a
/// receiver's limit says so.
impl<'a, P, R> IntoFuture for ChannelSend<'a, P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    type Output = Delivery<R>;
    type IntoFuture = SendFuture<'a, P, R>;

    fn into_future(self) -> Self::IntoFuture {
        self.build().into_future()
    }
}

impl<P: fmt::Debug, R> fmt::Debug for ChannelSend<'_, P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelSend")
            .field("channel", self.channel)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
