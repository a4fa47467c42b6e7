//! One name in a band, the types of its channels forgotten.

use std::any::Any;
use std::future::IntoFuture;
use std::time::Duration;

use super::error::{TypeConflict, Types};
use super::nameless::Nameless;
use crate::signal::{Channels, Inspection, Unfinished};
use crate::spawn::BoxFuture;

/// The channels of one name.
pub(super) struct Entry {
    /// Which of its name it is, one after the other.
    pub(super) number: u64,
    types: Types,
    channels: Box<dyn AnyChannels>,
}

impl Entry {
    pub(super) fn new<P, R>(number: u64, channels: Channels<P, R>) -> Self
    where
        P: Send + Sync + 'static,
        R: Send + 'static,
    {
        Self {
            number,
            types: Types::of::<P, R>(),
            channels: Box::new(channels),
        }
    }

    /// The channels, by their own types.
    pub(super) fn typed<P: 'static, R: 'static>(
        &self,
        identifier: &str,
    ) -> Result<&Channels<P, R>, TypeConflict> {
        let channels = self.channels.as_any().downcast_ref();
        channels.ok_or_else(|| TypeConflict::new(identifier, self.types, Types::of::<P, R>()))
    }

    /// The channels, by their payload alone.
    pub(super) fn nameless<P: 'static>(
        &self,
        identifier: &str,
    ) -> Result<Box<dyn Nameless<P>>, TypeConflict> {
        let nameless = self.channels.nameless().downcast();
        nameless
            .map(|nameless| *nameless)
            .map_err(|_| TypeConflict::of_payload::<P>(identifier, self.types))
    }

    /// What tells whether there is a receiver that can still be called; for where no lock is held.
    pub(super) fn look_for_receivers(&self) -> LookForReceivers {
        self.channels.look_for_receivers()
    }

    /// Whether nobody holds a channel of it, or listens to one, and nothing is under way, as far as that is known.
    pub(super) fn is_unused(&self) -> bool {
        self.channels.are_unused()
    }

    pub(super) fn keep(&self) -> Box<dyn AnyChannels> {
        self.channels.keep()
    }
}

/// Tells whether there is a receiver that can still be called. Ends those that cannot, as far as it looks.
type LookForReceivers = Box<dyn FnOnce() -> bool>;

/// Channels, whatever they carry.
pub(super) trait AnyChannels: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    /// A `Box<dyn Nameless<P>>`, for who knows the payload.
    fn nameless(&self) -> Box<dyn Any>;
    fn look_for_receivers(&self) -> LookForReceivers;
    /// Whether this is their only handle, and they have no receivers, and no calls. Runs no code of the user's.
    fn are_unused(&self) -> bool;
    fn close(&self);
    fn idle(&self) -> BoxFuture<'_, ()>;
    fn drain(&self, timeout: Option<Duration>) -> BoxFuture<'_, Result<(), Unfinished>>;
    fn inspect(&self) -> Inspection;
    /// One more handle.
    fn keep(&self) -> Box<dyn AnyChannels>;
}

impl<P, R> AnyChannels for Channels<P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn nameless(&self) -> Box<dyn Any> {
        let nameless: Box<dyn Nameless<P>> = Box::new(self.clone());
        Box::new(nameless)
    }

    fn look_for_receivers(&self) -> LookForReceivers {
        Box::new(Channels::look_for_receivers(self))
    }

    fn are_unused(&self) -> bool {
        self.is_held_once() && self.is_deserted()
    }

    fn close(&self) {
        Channels::close(self);
    }

    fn idle(&self) -> BoxFuture<'_, ()> {
        Box::pin(Channels::idle(self))
    }

    fn drain(&self, timeout: Option<Duration>) -> BoxFuture<'_, Result<(), Unfinished>> {
        let mut drain = Channels::drain(self);
        if let Some(timeout) = timeout {
            drain = drain.timeout(timeout);
        }
        Box::pin(drain.into_future())
    }

    fn inspect(&self) -> Inspection {
        Channels::inspect(self)
    }

    fn keep(&self) -> Box<dyn AnyChannels> {
        Box::new(self.clone())
    }
}
