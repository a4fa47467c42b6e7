//! How a handler takes its message.

use std::any::{TypeId, type_name};
use std::fmt;
use std::ops::Deref;

use crate::bus::handed::Message;
use crate::bus::info::{CausedBy, MessageInfo};
use crate::bus::message::{Command, Event, MessageKind, Query};
use crate::bus::reply::Reply;
use crate::sync::Arc;

/// Handlers of events.
#[derive(Debug, Clone, Copy)]
pub struct Events(());

/// Handlers of commands.
#[derive(Debug, Clone, Copy)]
pub struct Commands(());

/// Handlers of queries.
#[derive(Debug, Clone, Copy)]
pub struct Queries(());

/// Handlers of messages with names.
#[derive(Debug, Clone, Copy)]
pub struct Names(());

/// How a handler takes its message: a command or a query itself; an event as an `Arc` of it, as [`Published`], or itself, where it can be
/// cloned; the body of a named message as a [`Body`].
pub trait Takes<K>: Sized + Send + 'static {
    /// The type of the message.
    type Message: 'static;

    /// `None` where it is something else, or has been taken already.
    #[doc(hidden)]
    fn take(message: &Message) -> Option<Self>;

    /// The body of a named message, if it takes that.
    #[doc(hidden)]
    fn body() -> Option<(TypeId, &'static str)> {
        None
    }
}

/// A command or a query: what has a reply.
pub trait Asked<K>: Send + 'static {
    /// What the handler replies.
    type Reply: Reply;

    /// Which of the two it is.
    #[doc(hidden)]
    const KIND: MessageKind;
}

#[diagnostic::do_not_recommend]
impl<C: Command> Asked<Commands> for C {
    type Reply = C::Reply;

    const KIND: MessageKind = MessageKind::Command;
}

#[diagnostic::do_not_recommend]
impl<Q: Query> Asked<Queries> for Q {
    type Reply = Q::Reply;

    const KIND: MessageKind = MessageKind::Query;
}

#[diagnostic::do_not_recommend]
impl<C: Command> Takes<Commands> for C {
    type Message = C;

    fn take(message: &Message) -> Option<Self> {
        message.content.take()
    }
}

#[diagnostic::do_not_recommend]
impl<Q: Query> Takes<Queries> for Q {
    type Message = Q;

    fn take(message: &Message) -> Option<Self> {
        message.content.take()
    }
}

impl<E: Event> Takes<Events> for Arc<E> {
    type Message = E;

    fn take(message: &Message) -> Option<Self> {
        message.content.shared()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Event + Clone> Takes<Events> for E {
    type Message = E;

    fn take(message: &Message) -> Option<Self> {
        message.content.shared::<E>().map(|event| (*event).clone())
    }
}

/// An event, with what is known of it. It derefs to the event.
///
/// # Examples
/// ```
/// use fanfare::bus::{Event, Published};
///
/// struct Paid { amount: u32 }
/// impl Event for Paid {}
///
/// async fn book(paid: Published<Paid>) {
///     match paid.cause() {
///         Some(cause) => println!("{} paid, as {} says", paid.amount, cause.handler()),
///         None => println!("{} paid", paid.amount),
///     }
/// }
/// ```
pub struct Published<E> {
    event: Arc<E>,
    info: MessageInfo,
}

impl<E> Published<E> {
    /// Which message it is.
    #[must_use]
    pub fn info(&self) -> &MessageInfo {
        &self.info
    }

    /// What brought it about, if that was another message.
    #[must_use]
    pub fn cause(&self) -> Option<&CausedBy> {
        self.info.cause()
    }

    /// The event, for keeps.
    #[must_use]
    pub fn into_arc(self) -> Arc<E> {
        self.event
    }
}

impl<E: Event> Takes<Events> for Published<E> {
    type Message = E;

    fn take(message: &Message) -> Option<Self> {
        Some(Self {
            event: message.content.shared()?,
            info: message.info.clone(),
        })
    }
}

impl<E> Deref for Published<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.event
    }
}

impl<E> Clone for Published<E> {
    fn clone(&self) -> Self {
        Self {
            event: Arc::clone(&self.event),
            info: self.info.clone(),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Published<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("event", &self.event)
            .field("info", &self.info)
            .finish()
    }
}

/// What a named message brings, as its handler takes it. It derefs to the body, and all handlers of an event share it.
pub struct Body<B> {
    body: Arc<B>,
    info: MessageInfo,
}

impl<B> Body<B> {
    /// The name of the message.
    #[must_use]
    pub fn name(&self) -> &str {
        self.info.message()
    }

    /// Which message it is.
    #[must_use]
    pub fn info(&self) -> &MessageInfo {
        &self.info
    }

    /// The body, for keeps.
    #[must_use]
    pub fn into_arc(self) -> Arc<B> {
        self.body
    }
}

impl<B: Send + Sync + 'static> Takes<Names> for Body<B> {
    type Message = B;

    fn take(message: &Message) -> Option<Self> {
        Some(Self {
            body: message.content.shared()?,
            info: message.info.clone(),
        })
    }

    fn body() -> Option<(TypeId, &'static str)> {
        Some((TypeId::of::<B>(), type_name::<B>()))
    }
}

impl<B> Deref for Body<B> {
    type Target = B;

    fn deref(&self) -> &B {
        &self.body
    }
}

impl<B> Clone for Body<B> {
    fn clone(&self) -> Self {
        Self {
            body: Arc::clone(&self.body),
            info: self.info.clone(),
        }
    }
}

impl<B: fmt::Debug> fmt::Debug for Body<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("name", &self.name())
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// Of a handler that does not take its message.
#[derive(Debug, Clone, Copy)]
pub struct Unseen(());

impl Takes<Names> for Unseen {
    type Message = ();

    fn take(_: &Message) -> Option<Self> {
        Some(Self(()))
    }
}
