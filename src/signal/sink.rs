//! A signal as a sink: what a stream is forwarded into.

use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::sink::Sink;

use super::event::Event;
use super::filter::{Filters, filter_methods};
use super::handle::Signal;
use super::key::{IntoKey, Key};
use super::panic::drop_quietly;
use super::passage::{Barred, Waiting};
use super::send::SendBuilder;
use super::sender::IntoSender;
use super::unsent::{Unsent, Why};

impl<P, R, K> Signal<P, R, K> {
    /// A sink that sends each item as a payload, for streams to be forwarded into. See [`SignalSink`].
    pub fn sink(&self) -> SignalSink<P, R, K> {
        SignalSink {
            signal: self.clone(),
            filters: Filters::new(),
            item: None,
            waiting: None,
        }
    }
}

/// Sends each item by a signal, under the keys and senders it was given. Made by [`Signal::sink`].
///
/// It is a `futures::Sink`. An item that may be sent at once is, within `start_send`: sync callbacks have then run, and async
/// ones are with the spawner. Where a limit says that it has to wait (`max_in_flight`, a full queue or stream with
/// [`Overflow::Wait`](crate::Overflow::Wait)), the sink keeps that one item, and `poll_ready`, `poll_flush` and `poll_close`
/// wait until it has been sent. How the callbacks get on with it is told by [`Signal::failures`].
///
/// Closing the sink flushes it. It does not close the signal, which may have other senders. A sink keeps its signal alive.
///
/// # Errors
/// Once the signal is closed, an [`Unsent`] that gives the item back: in `start_send` the one that it was given, elsewhere the
/// one that waited, if there was one. `start_send` without `poll_ready` before it gives back an item for which there is no
/// room, and [`Unsent::is_full`] then.
///
/// # Cancel safety
/// Polling loses nothing: an item that waits is kept in the sink, and goes only with it. Flush a sink before you drop it.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::{Overflow, Signal};
/// use futures_util::{StreamExt, future, stream};
///
/// let signal = Signal::new(0u32);
/// let numbers = signal.subscribe().key("even").capacity(2).overflow(Overflow::Wait).await;
///
/// let even = stream::iter([2, 4, 6, 8]).map(Ok);
/// let send = even.forward(signal.sink().key("even")); // two at a time, as they are received
/// let receive = numbers.take(4).map(|ev| **ev).collect::<Vec<u32>>();
/// let (sent, received) = future::join(send, receive).await;
/// assert!(sent.is_ok());
/// assert_eq!(received, [2, 4, 6, 8]);
/// # });
/// ```
#[must_use = "a sink sends nothing by itself"]
pub struct SignalSink<P, R = (), K = Key> {
    signal: Signal<P, R, K>,
    filters: Filters<K>,
    /// What has to wait.
    item: Option<Event<P, K>>,
    /// Made if an item has to wait.
    waiting: Option<Box<Waiting>>,
}

/// Nothing in it is ever pinned.
impl<P, R, K> Unpin for SignalSink<P, R, K> {}

impl<P, R, K> SignalSink<P, R, K> {
    filter_methods!(
        filters,
        "Names a sender, for each item: connections to it are reached, as are unfiltered ones.",
        "Names a key, for each item: connections to it are reached, as are unfiltered ones."
    );
}

impl<P, R, K> SignalSink<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Ready once no item waits.
    fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Unsent<P>>> {
        // Taken out first: one that has begun must not be sent again.
        let Some(event) = self.item.take() else {
            return Poll::Ready(Ok(()));
        };
        let mut send = SendBuilder::of(&self.signal, event);
        let Poll::Ready(sent) = send.poll_deliver(&mut self.waiting, cx) else {
            self.item = Some(send.into_event());
            return Poll::Pending;
        };
        Poll::Ready(match sent {
            Ok(delivery) => {
                drop_quietly(delivery);
                Ok(())
            }
            // It has no deadline, and nothing was changed in it: there is no other reason.
            Err(_) => Err(Unsent::new(send.into_event().take(), Why::Closed)),
        })
    }
}

impl<P, R, K> Sink<P> for SignalSink<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Clone + Send + Sync + 'static,
{
    type Error = Unsent<P>;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Unsent<P>>> {
        ready!(self.poll_sent(cx))?;
        Poll::Ready(if self.signal.is_closed() {
            Err(Unsent::new(None, Why::Closed))
        } else {
            Ok(())
        })
    }

    fn start_send(mut self: Pin<&mut Self>, item: P) -> Result<(), Unsent<P>> {
        let this = &mut *self;
        if this.item.is_some() {
            return Err(Unsent::new(Some(item), Why::Full));
        }
        let mut event = Event::<P, K>::new(this.signal.id());
        event.filters = this.filters.clone();
        event.set(item);
        let mut send = SendBuilder::of(&this.signal, event);
        match send.try_deliver() {
            Ok(delivery) => drop_quietly(delivery),
            // Listens anew when it is polled.
            Err(Barred::Full(_)) => this.item = Some(send.into_event()),
            Err(Barred::Closed) => {
                return Err(Unsent::new(send.into_event().take(), Why::Closed));
            }
        }
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Unsent<P>>> {
        self.poll_sent(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Unsent<P>>> {
        self.poll_sent(cx)
    }
}

impl<P, R, K: fmt::Debug> fmt::Debug for SignalSink<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalSink")
            .field("signal", &self.signal.id().0)
            .field("keys", &self.filters.keys())
            .field("senders", &self.filters.senders())
            .field("waits", &self.item.is_some())
            .finish()
    }
}
