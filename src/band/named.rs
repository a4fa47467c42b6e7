//! Sends by name.

use std::fmt;
use std::future::IntoFuture;

use compact_str::CompactString;

use super::error::{NotSent, TypeConflict, Why};
use super::handle::Band;
use super::nameless::{AnyReply, NamedDelivery, Nameless};
use super::parent::Parent;
use crate::signal::{Report, SenderId, Unsent};
use crate::spawn::BoxFuture;

/// A send by name in the making, to a channel whose payload alone is known. End it in `.await`, [`now`](Self::now),
/// [`join`](Self::join) or [`replies`](Self::replies). Made by [`Band::send`] and [`band::send`](crate::band::send).
///
/// A name that nobody has declared reaches nobody. A channel of another payload is an error, which gives the payload back.
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
    /// Where the channel has another payload, and where the band is closed.
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
    /// Where the channel has another payload or another reply.
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
            let found = self.band.with_entry(&self.identifier, |entry| {
                entry.typed::<P, R>(&self.identifier).cloned()
            });
            match found.transpose() {
                Err(conflict) => Err(NotSent::new(Some(self.payload), Why::Types(conflict))),
                Ok(None) => Ok(Vec::new()),
                Ok(Some(channels)) => {
                    let send = channels.send_on(self.parent.as_ref(), self.payload);
                    Ok(send.join().await.into_replies())
                }
            }
        })
    }

    fn look_up(self) -> Result<Found<P>, NotSent<P>> {
        let channels = self
            .band
            .with_entry(&self.identifier, |entry| entry.nameless(&self.identifier));
        match channels.transpose() {
            Ok(channels) => Ok(Found {
                channels,
                parent: self.parent,
                payload: self.payload,
            }),
            Err(conflict) => Err(conflicting(self.payload, conflict)),
        }
    }
}

/// What is sent, and where.
struct Found<P> {
    channels: Option<Box<dyn Nameless<P>>>,
    parent: Option<SenderId>,
    payload: P,
}

fn conflicting<P>(payload: P, conflict: TypeConflict) -> NotSent<P> {
    NotSent::new(Some(payload), Why::Types(conflict))
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
/// receiver's limit says so. `Err` where the channel has another payload.
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
