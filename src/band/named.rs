//! Sends by name.

use std::fmt;
use std::future::IntoFuture;

use compact_str::CompactString;

use super::entry::Entry;
use super::error::{NotSent, TypeConflict, Why};
use super::handle::Band;
use super::nameless::{NamedDelivery, Nameless};
use super::parent::Parent;
use crate::signal::{AnyReply, Cause, Failure, Report, SenderId, Unsent};
use crate::spawn::BoxFuture;

/// A send by name in the making, to a channel whose payload alone is known. End it in `.await`, [`now`](Self::now),
/// [`join`](Self::join) or [`replies`](Self::replies). Made by [`Band::send`] and [`band::send`](crate::band::send).
///
/// A name that nobody has declared reaches nobody; the band's dispatchers see it all the same. A channel of another payload is an error, which gives the payload back.
#[must_use = "nothing is sent until the builder is ended by `.await`, `.now()`, `.join()` or `.replies()`"]
pub struct NamedSend<P> {
    band: Band,
    identifier: CompactString,
    parent: Option<SenderId>,
    payload: P,
}

impl<P> NamedSend<P> {
    pub(super) fn new(band: Band, identifier: &str, payload: P) -> Self {
        Self {
            band,
            identifier: identifier.into(),
            parent: None,
            payload,
        }
    }

    /// Sends on the channel that is bound to this parent, and not on the unbound one.
    pub fn parent(mut self, parent: impl Parent) -> Self {
        self.parent = Some(parent.into_parent());
        self
    }
}

impl<P> NamedSend<P>
where
    P: Send + Sync + 'static,
{
    /// Sends now: runs the sync receivers and hands the async ones to the spawner. What `.await` does, from sync code.
    ///
    /// # Errors
    /// Where the channel has another payload, where the send would have to wait because of a receiver's limit, and where the
    /// band is closed: nothing is delivered, and [`NotSent`] gives the payload back.
    pub fn now(self) -> Result<NamedDelivery, NotSent<P>> {
        let found = self.look_up()?;
        match found.channels {
            None => Ok(NamedDelivery::of_nobody()),
            Some(channels) => channels
                .send_now(found.payload, found.parent)
                .map_err(not_sent),
        }
    }

    /// Runs all receivers inside the task that awaits this, and gives the report. Nothing is known of their replies, so they
    /// come as [`AnyReply`].
    ///
    /// # Errors
    /// Where the channel has another payload, and where the band is closed. One that is closed while the send waits for a
    /// receiver's limit is told of by the report.
    pub fn join(self) -> BoxFuture<'static, Result<Report<AnyReply>, NotSent<P>>> {
        Box::pin(async move {
            let found = self.look_up()?;
            match found.channels {
                None => Ok(Report::new()),
                Some(channels) => Ok(channels.join(found.payload, found.parent).await),
            }
        })
    }

    /// Runs all receivers inside the task that awaits this, and gives what they reply; those that fail are left out.
    ///
    /// # Errors
    /// Where the channel has another payload or another reply, and where the band is closed; if that happens while the send
    /// waits for a receiver's limit, without the payload.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Band;
    ///
    /// let band = Band::new();
    /// band.channel::<String, String>("alert")?.connect_sync(|message| message.to_uppercase()).await;
    /// assert_eq!(band.send("alert", "alert!!".to_owned()).replies::<String>().await?, ["ALERT!!"]);
    ///
    /// let refused = band.send("alert", "alert!!".to_owned()).replies::<u32>().await.unwrap_err();
    /// assert!(refused.to_string().contains("reply `u32`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn replies<R>(self) -> BoxFuture<'static, Result<Vec<R>, NotSent<P>>>
    where
        R: Send + 'static,
    {
        Box::pin(async move {
            let identifier = self.identifier.clone();
            let look = |entry: &Entry| entry.typed::<P, R>(&identifier).cloned();
            let found = self.look(look, Band::make_channels)?;
            let Some(channels) = found.channels else {
                return Ok(Vec::new());
            };
            let send = channels.send_on(found.parent.as_ref(), found.payload);
            let report = send.join().await;
            if report.failures().any(is_of_closed) {
                return Err(NotSent::new(None, Why::Closed));
            }
            Ok(report.into_replies())
        })
    }

    fn look_up(self) -> Result<Found<P>, NotSent<P>> {
        let identifier = self.identifier.clone();
        let look = |entry: &Entry| entry.nameless(&identifier);
        self.look(look, |band, name| {
            Box::new(band.make_channels::<P, ()>(name))
        })
    }

    /// Finds the channels, or makes some for this send, where nobody has declared the name but dispatchers are to see it.
    fn look<C>(
        self,
        look: impl Fn(&Entry) -> Result<C, TypeConflict>,
        make: impl FnOnce(&Band, &str) -> C,
    ) -> Result<Found<P, C>, NotSent<P>> {
        let found = match self.band.find(&self.identifier, look) {
            _ if self.band.is_closed() => Err(Why::Closed),
            Ok(None) if self.band.has_dispatchers() => Ok(Some(make(&self.band, &self.identifier))),
            found => found.map_err(Why::Types),
        };
        match found {
            Ok(channels) => Ok(Found {
                channels,
                parent: self.parent,
                payload: self.payload,
            }),
            Err(why) => Err(NotSent::new(Some(self.payload), why)),
        }
    }
}

/// What is sent, and where.
struct Found<P, C = Box<dyn Nameless<P>>> {
    channels: Option<C>,
    parent: Option<SenderId>,
    payload: P,
}

/// Whether a send failed as a whole, because the band was closed meanwhile.
fn is_of_closed(failure: &Failure) -> bool {
    failure.connection().is_none() && matches!(failure.cause(), Cause::Closed)
}

fn not_sent<P>(unsent: Unsent<P>) -> NotSent<P> {
    let why = if unsent.is_full() {
        Why::Full
    } else {
        Why::Closed
    };
    NotSent::new(unsent.into_payload(), why)
}

/// Sends, and gives the delivery: sync receivers have run by then, async ones are with the spawner. It waits only where a
/// receiver's limit says so. `Err` where the channel has another payload, and where the band is closed; one that is closed
/// while the send waits is told of by the delivery's report.
impl<P> IntoFuture for NamedSend<P>
where
    P: Send + Sync + 'static,
{
    type Output = Result<NamedDelivery, NotSent<P>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let found = self.look_up()?;
            match found.channels {
                None => Ok(NamedDelivery::of_nobody()),
                Some(channels) => Ok(channels.send(found.payload, found.parent).await),
            }
        })
    }
}

impl<P: fmt::Debug> fmt::Debug for NamedSend<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedSend")
            .field("identifier", &self.identifier)
            .field("parent", &self.parent)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
