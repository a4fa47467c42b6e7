//! Floor 3: channels, bound to objects and not, in bands.
//!
//! A [`Channel`] is known by its name, its *identifier*. The unbound one stands for all of that name; one that is bound to an
//! object, its *parent*, stands for that object's own. A send on a bound channel reaches its receivers, and then those of
//! the unbound one; a send on the unbound channel reaches the receivers of every channel of that name. A [`Band`] is a set of
//! channels: nothing crosses from one band to another.
//!
//! A [`ChannelDef`] in a static says once what a channel is called and carries; it finds the channel in the band that is
//! [active](Band::active). So do the functions of this module, by name.
//!
//! # Examples
//! ```
//! # futures_lite::future::block_on(async {
//! use std::sync::Arc;
//! use fanfare::{ChannelDef, Event};
//!
//! #[derive(Debug)]
//! struct Started;
//! static STARTED: ChannelDef<Started, String> = ChannelDef::new("started"); // payload, reply
//!
//! struct Component { name: String }
//!
//! impl Component {
//!     fn new(name: &str) -> Arc<Self> {
//!         let this = Arc::new(Component { name: name.into() });
//!         STARTED.of(&this).connect_method(&this, Component::on_started).now();
//!         this
//!     }
//!
//!     async fn on_started(self: Arc<Self>, _: Arc<Event<Started>>) -> String {
//!         format!("{}.on_started", self.name)
//!     }
//! }
//!
//! let (one, two) = (Component::new("one"), Component::new("two"));
//! let replies = STARTED.of(&one).send(Started).join().await.into_replies();
//! assert_eq!(replies, ["one.on_started"]);
//! let replies = STARTED.unbound().send(Started).join().await.into_replies();
//! assert_eq!(replies, ["one.on_started", "two.on_started"]);
//!
//! fanfare::band::send("started", Started).await?; // by name, in the active band
//! # drop(two);
//! # Ok::<(), fanfare::band::NotSent<Started>>(()) }).unwrap();
//! ```
//!
//! # How long a channel lives
//! It lives while it has a handle, a receiver or one in the making, or a call under way. A bound one, its receivers too, goes when
//! its parent dies: the parent is held weakly, and nobody is told of its death, so what its receivers hold is let go of by the
//! next sends and connects of that name. A name that nothing is left of can be taken for other types, and a send by name
//! reaches nobody.
//!
//! In `bands`, the original, a channel that nobody holds loses its receivers, and receivers are held weakly unless told
//! otherwise. Here functions and closures stay connected until somebody disconnects them; methods hold their object weakly.

mod active;
mod builder;
mod channel;
mod def;
mod entry;
mod error;
mod handle;
mod life;
mod listen;
mod named;
mod nameless;
mod parent;
mod send;

pub use active::{EnteredBand, Scoped};
pub use builder::BandBuilder;
pub use channel::Channel;
pub use def::ChannelDef;
pub use error::{NotSent, TypeConflict};
pub use handle::Band;
pub use life::BandDrain;
pub use named::NamedSend;
pub use nameless::NamedDelivery;
pub use parent::Parent;
pub use send::ChannelSend;

pub use crate::signal::AnyReply;

/// A channel of the [active](Band::active) band, unbound. See [`Band::channel`].
///
/// # Errors
/// Where the channel of this name carries other types, which [`TypeConflict`] names.
pub fn channel<P, R>(identifier: impl AsRef<str>) -> Result<Channel<P, R>, TypeConflict>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    active::with(|band| band.channel(identifier))
}

/// Sends by name in the [active](Band::active) band. See [`Band::send`].
pub fn send<P>(identifier: impl AsRef<str>, payload: P) -> NamedSend<P>
where
    P: Send + Sync + 'static,
{
    active::with(|band| band.send(identifier, payload))
}
