//! Events that follow, collected while a handler runs.

use std::fmt;

use super::argument::Argument;
use super::call::Call;
use super::emissions::{Emissions, Emitted};
use super::error::DependencyError;
use super::needs::Needs;
use crate::bus::message::Event;
use crate::bus::provide::Sources;
use crate::signal::{IntoKey, Key};
use crate::sync::Arc;

/// Takes events that follow from a message: they are dispatched once its handler has succeeded, in this order, and never if it
/// has failed.
///
/// A handler has failed where it panicked, ran out of time, was aborted or replied with an [error](crate::bus::Reply), and where a
/// dispatcher made one of its answer. Where it is called [again](crate::bus::HandlerOptions::retry), each attempt begins anew. The
/// events have the key of the message, unless they are given their own, and tell it as their
/// [cause](crate::bus::MessageInfo::cause).
///
/// What is emitted after the handler has returned, by a task of its own, is dispatched at once if it has succeeded, and otherwise
/// told by [`failures`](crate::Bus::failures).
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::Arc;
/// use fanfare::Bus;
/// use fanfare::bus::{Command, Emit, Event, Published};
///
/// struct Pay { amount: u32 }
/// impl Command for Pay { type Reply = Result<(), &'static str>; }
/// struct Paid { amount: u32 }
/// impl Event for Paid {}
///
/// async fn pay(command: Pay, emit: Emit) -> Result<(), &'static str> {
///     emit.event(Paid { amount: command.amount });
///     if command.amount > 100 { Err("too much") } else { Ok(()) }
/// }
///
/// let bus = Bus::builder()
///     .command(pay)
///     .event(async |paid: Published<Paid>| println!("{} by {:?}", paid.amount, paid.cause()))
///     .start().await?;
/// assert!(bus.execute(Pay { amount: 7 }).await?.is_ok()); // 7 by ..
/// assert!(bus.execute(Pay { amount: 700 }).await?.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Emit(Arc<Emissions>);

impl Emit {
    /// Has this event follow.
    pub fn event<E: Event>(&self, event: E) {
        self.0.add(Emitted::of(event, None));
    }

    /// The same, with a partition key of its own.
    pub fn event_with_key<E: Event>(&self, event: E, key: impl IntoKey<Key>) {
        self.0.add(Emitted::of(event, Some(key.into_key())));
    }

    /// Has an event follow that goes by this name, with this body. See [`BusBuilder::named`](crate::bus::BusBuilder::named).
    pub fn named<B: Send + Sync + 'static>(&self, name: impl AsRef<str>, body: B) {
        self.0.add(Emitted::named(name.as_ref(), body, None));
    }

    /// The same, with a partition key of its own.
    pub fn named_with_key<B: Send + Sync + 'static>(
        &self,
        name: impl AsRef<str>,
        body: B,
        key: impl IntoKey<Key>,
    ) {
        let key = Some(key.into_key());
        self.0.add(Emitted::named(name.as_ref(), body, key));
    }
}

impl Argument for Emit {
    type Source = ();

    fn needs(needs: &mut Needs) {
        needs.of_message("Emit");
    }

    fn source(_: &Sources<'_>) {}

    async fn get((): &(), call: &Call<'_>) -> Result<Self, DependencyError> {
        let emissions = call.emissions().map(Self);
        emissions.ok_or_else(DependencyError::of_message::<Self>)
    }
}

impl fmt::Debug for Emit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emit").finish_non_exhaustive()
    }
}
