//! The end of a band, and what it shows.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use super::entry::AnyChannels;
use super::handle::Band;
use crate::signal::{Inspection, Unfinished};
use crate::spawn::BoxFuture;

impl Band {
    /// Lets nothing more be sent on any channel, and nobody connect; tells whether it was open until now. As
    /// [`Signal::close`](crate::Signal::close) does, for channels that are there and those that come.
    pub fn close(&self) -> bool {
        let is_news = self.set_closed();
        for channels in self.all() {
            channels.close();
        }
        is_news
    }

    /// Waits until no receiver of a send that has begun before is running or has yet to run, channel by channel. As
    /// [`Signal::idle`](crate::Signal::idle) does: a receiver must not wait for it.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn idle(&self) {
        for channels in self.all() {
            channels.idle().await;
        }
    }

    /// Closes the band at once, and waits until nothing is under way any more. With a [`timeout`](BandDrain::timeout), no
    /// longer than that.
    pub fn drain(&self) -> BandDrain {
        self.close();
        BandDrain {
            all: self.all(),
            timeout: None,
        }
    }

    /// Shows the channels and their receivers, as they are now: an [`Inspection`] for each name, sorted. A receiver of a bound
    /// channel is shown with one sender, one of the unbound channel as unfiltered.
    #[must_use]
    pub fn inspect(&self) -> Vec<Inspection> {
        self.all()
            .iter()
            .map(|channels| channels.inspect())
            .collect()
    }
}

/// The end of a band that is waited for. Made by [`Band::drain`].
#[must_use = "the band is closed, but nothing is waited for until this is awaited"]
pub struct BandDrain {
    all: Vec<Box<dyn AnyChannels>>,
    timeout: Option<Duration>,
}

impl BandDrain {
    /// Waits no longer than this.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

/// Waits. `Err` with what is still under way when the time is up, of one channel after the other.
impl IntoFuture for BandDrain {
    type Output = Result<(), Unfinished>;
    type IntoFuture = BoxFuture<'static, Result<(), Unfinished>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let drains = self.all.iter().map(|channels| channels.drain(self.timeout));
            let drained = futures_util::future::join_all(drains).await;
            Unfinished::of_all(drained.into_iter().filter_map(Result::err))
        })
    }
}

impl fmt::Debug for BandDrain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BandDrain")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
