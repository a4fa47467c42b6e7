//! A channel, said once.

use std::any::type_name;
use std::fmt;

use super::active;
use super::channel::Channel;
use super::error::TypeConflict;
use super::handle::Band;
use super::parent::Parent;
use crate::signal::Channels;
use crate::sync::OnceLock;

/// What a channel is called and carries, said once, in a static: what a class attribute is in `bands`.
///
/// It finds its channel in the band that is [active](Band::active) where it is asked.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::Arc;
/// use fanfare::ChannelDef;
///
/// static MOVED: ChannelDef<(i32, i32)> = ChannelDef::new("moved");
///
/// let window = Arc::new("window");
/// MOVED.of(&window).connect_sync(|to| println!("to {:?}", **to)).await;
/// assert_eq!(MOVED.of(&window).send((3, 4)).join().await.count(), 1);
/// # });
/// ```
pub struct ChannelDef<P, R = ()> {
    identifier: &'static str,
    /// In the global band, from when it was first asked for there. A handle like any other.
    in_global: OnceLock<Channels<P, R>>,
}

impl<P, R> ChannelDef<P, R> {
    /// A channel of this name, with this payload and reply.
    #[must_use]
    pub const fn new(identifier: &'static str) -> Self {
        Self {
            identifier,
            in_global: OnceLock::new(),
        }
    }

    /// The channel's name.
    #[must_use]
    pub fn identifier(&self) -> &'static str {
        self.identifier
    }
}

impl<P, R> ChannelDef<P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    /// The channel of this parent in the active band. The parent is held weakly.
    ///
    /// # Panics
    /// Where the active band has a channel of this name with other types. [`in_band`](Self::in_band) gives an error instead.
    #[must_use]
    pub fn of(&self, parent: impl Parent) -> Channel<P, R> {
        Channel {
            channels: self.channels(),
            parent: Some(parent.into_parent()),
        }
    }

    /// The unbound channel in the active band.
    ///
    /// # Panics
    /// Where the active band has a channel of this name with other types. [`in_band`](Self::in_band) gives an error instead.
    #[must_use]
    pub fn unbound(&self) -> Channel<P, R> {
        Channel::unbound_of(self.channels())
    }

    /// The unbound channel in this band, whichever is active.
    ///
    /// # Errors
    /// Where the band has a channel of this name with other types.
    pub fn in_band(&self, band: &Band) -> Result<Channel<P, R>, TypeConflict> {
        band.channel(self.identifier)
    }

    fn channels(&self) -> Channels<P, R> {
        let found = if active::is_plainly_global() {
            if let Some(channels) = self.in_global.get() {
                return channels.clone();
            }
            let found = active::global().channels(self.identifier);
            found.map(|channels| self.in_global.get_or_init(|| channels).clone())
        } else {
            active::with(|band| band.channels(self.identifier))
        };
        match found {
            Ok(channels) => channels,
            Err(conflict) => panic!("{conflict}"),
        }
    }
}

impl<P, R> fmt::Debug for ChannelDef<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelDef")
            .field("identifier", &self.identifier)
            .field("payload", &type_name::<P>())
            .field("reply", &type_name::<R>())
            .finish()
    }
}
