//! Which handlers a message goes to.

use std::any::TypeId;
use std::fmt;

use super::handed::Message;
use super::message::MessageKind;
use crate::sync::Arc;

/// The number of a handler, unique among those of its kind on its bus, in the order in which they were given to the builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HandlerId(pub(super) u32);

impl fmt::Display for HandlerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A handler, as a [`Router`] knows it.
#[derive(Debug, Clone)]
pub struct HandlerInfo {
    pub(super) id: HandlerId,
    pub(super) name: Arc<str>,
    pub(super) message: Arc<str>,
    pub(super) is_named: bool,
    /// What body it takes, if it handles a message by its name and takes that.
    pub(super) body: Option<TypeId>,
}

impl HandlerInfo {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> HandlerId {
        self.id
    }

    /// Its name: that of the function, or what its [options](super::HandlerOptions::name) say.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it handles: the full name of the message's type, or the message's name.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether it handles a message by its name.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.is_named
    }
}

/// Chooses who handles a message. The usual choice is all who were registered for its type, or for its name.
///
/// Another one may look at what the message says, have one of several handlers of a command do it, or read names as patterns.
///
/// # Examples
/// Names with a star at the end:
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::Bus;
/// use fanfare::bus::{Body, HandlerId, HandlerInfo, Message, Router};
///
/// struct Prefixes;
///
/// impl Router for Prefixes {
///     fn route(&self, message: &Message, handlers: &[HandlerInfo]) -> Vec<HandlerId> {
///         let name = message.info().message();
///         let fits = |handler: &&HandlerInfo| match handler.message().strip_suffix('*') {
///             Some(prefix) => name.starts_with(prefix),
///             None => name == handler.message(),
///         };
///         handlers.iter().filter(fits).map(HandlerInfo::id).collect()
///     }
/// }
///
/// let bus = Bus::builder()
///     .events(|events| events.router(Prefixes))
///     .named("user.*", async |user: Body<String>| println!("{}: {}", user.name(), *user))
///     .start().await?;
/// bus.handle_named("user.created", String::from("Ada")).await?; // user.created: Ada
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub trait Router: Send + Sync + 'static {
    /// Chooses among those who can take the message: all that were registered for its type; for a message with a name, all that were
    /// registered for any name and take such a body, or none. A command or a query is handled by exactly one. It must be quick: it is
    /// asked where the message is sent. A panic in it is the message's failure.
    fn route(&self, message: &Message, handlers: &[HandlerInfo]) -> Vec<HandlerId>;

    /// What is wrong with the handlers that were registered for one type, or one name, when the bus starts. The usual rule: a command
    /// and a query have one.
    ///
    /// # Errors
    /// What [`start`](super::BusBuilder::start) is to say.
    fn check(&self, kind: MessageKind, handlers: &[HandlerInfo]) -> Result<(), String> {
        one_where_one_is_wanted(kind, handlers)
    }
}

pub(super) fn one_where_one_is_wanted(
    kind: MessageKind,
    handlers: &[HandlerInfo],
) -> Result<(), String> {
    if kind == MessageKind::Event || handlers.len() < 2 {
        return Ok(());
    }
    let names: Vec<_> = handlers.iter().map(|h| format!("`{}`", h.name())).collect();
    Err(format!(
        "{kind} `{}` has {} handlers, and takes one: {}",
        handlers[0].message(),
        handlers.len(),
        names.join(", ")
    ))
}
