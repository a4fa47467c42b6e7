//! Events that follow, returned by a handler.

use std::marker::PhantomPinned;

use super::call::Call;
use super::emissions::{Emissions, Emitted};
use crate::bus::message::Event;

/// A reply, and the event that follows from it. As a handler's return value, it is the reply of the message, and the event is
/// dispatched; `Ok(Emits::new(..))` where the reply is a `Result`.
///
/// `E` is an [`Event`], an `Option` or a `Vec` of one, or a tuple of up to four of these. See [`Emit`](super::Emit) for what becomes of them.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::Arc;
/// use fanfare::Bus;
/// use fanfare::bus::{Command, Emits, Event};
///
/// struct CreateUser;
/// impl Command for CreateUser { type Reply = Result<u64, String>; }
/// struct UserCreated { id: u64 }
/// impl Event for UserCreated {}
///
/// async fn create_user(_: CreateUser) -> Result<Emits<u64, UserCreated>, String> {
///     Ok(Emits::new(7, UserCreated { id: 7 }))
/// }
///
/// let bus = Bus::builder()
///     .command(create_user)
///     .event(async |created: Arc<UserCreated>| println!("user {}", created.id))
///     .start().await?;
/// assert_eq!(bus.execute(CreateUser).await?, Ok(7));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct Emits<R, E> {
    reply: R,
    events: E,
    /// Not `Unpin`, which tells it from replies where these can be of any type.
    _not_a_reply: PhantomPinned,
}

impl<R, E: Emittable> Emits<R, E> {
    /// This reply, and what follows.
    #[must_use]
    pub fn new(reply: R, events: E) -> Self {
        Self {
            reply,
            events,
            _not_a_reply: PhantomPinned,
        }
    }

    /// The reply alone.
    #[must_use]
    pub fn into_reply(self) -> R {
        self.reply
    }

    /// What follows.
    #[must_use]
    pub fn events(&self) -> &E {
        &self.events
    }

    pub(in crate::bus) fn split(self, call: &Call<'_>) -> R {
        if let Some(emissions) = call.emissions() {
            self.events.emit(&emissions);
        }
        self.reply
    }
}

/// What can follow: an [`Event`], an `Option` or a `Vec` of one, or a tuple of up to four of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event, nor several",
    label = "cannot follow from a message",
    note = "write `impl fanfare::bus::Event for {Self} {{}}`",
    note = "several are a `Vec` of one type, or a tuple of up to four"
)]
pub trait Emittable: Send + 'static {
    #[doc(hidden)]
    fn emit(self, emissions: &Emissions);
}

#[diagnostic::do_not_recommend]
impl<E: Event> Emittable for E {
    fn emit(self, emissions: &Emissions) {
        emissions.add(Emitted::of(self, None));
    }
}

#[diagnostic::do_not_recommend]
impl<E: Emittable> Emittable for Option<E> {
    fn emit(self, emissions: &Emissions) {
        if let Some(event) = self {
            event.emit(emissions);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<E: Emittable> Emittable for Vec<E> {
    fn emit(self, emissions: &Emissions) {
        for event in self {
            event.emit(emissions);
        }
    }
}

macro_rules! tuple {
    ($($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: Emittable),*> Emittable for ($($name,)*) {
            #[allow(non_snake_case, reason = "named as their types are")]
            fn emit(self, emissions: &Emissions) {
                let ($($name,)*) = self;
                $($name.emit(emissions);)*
            }
        }
    };
}

tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
