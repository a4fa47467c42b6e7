//! Floor 3: a bus of events, commands and queries.
//!
//! A message says what has happened (an [`Event`]), what is to be done (a [`Command`]) or what is to be found out (a [`Query`]).
//! Handlers are async functions of a message and of what is injected into them; they are registered with a
//! [builder](BusBuilder), which becomes the [`Bus`] that messages are sent on. See [`Bus`] for all of it at work.
//!
//! # From message to handlers
//! An event goes to all its handlers, a command and a query to the one that there is. Which is which is known by the type of the message, or
//! by its name. A [`Router`] of one's own may choose otherwise.
//!
//! A command or query that somebody waits for runs in the task that waits, and needs no executor. Everything else (events, what is
//! detached, what has a key) is given to an [`Engine`]: the usual one begins each message at once, and those with equal keys one after
//! the other; [`workers`](BusBuilder::workers) bound how many run at a time.
//!
//! # What comes of it
//! | | who waits is told | who does not |
//! |---|---|---|
//! | nobody handles it | [`RequestError::is_unhandled`], which gives it back; a [`Delivery`] to 0 handlers | [`Bus::failures`] |
//! | the handler replies with an `Err` | that reply; for an event a failure in the report | [`Bus::failures`] |
//! | it panics, is stopped, or cannot be given what it asks for | [`RequestError`]; for an event a failure in the report | [`Bus::failures`] |
//! | the bus was stopped before | an error that gives it back | [`Bus::failures`], with the message |
//!
//! Events that follow from a message ([`Emit`], [`Emits`]) are dispatched when its handler has succeeded, and never when it has failed.
//!
//! # Limits
//! - Nothing is written down: what was accepted and is not finished when the process ends is lost.
//! - The engine takes everything: who sends more than handlers can do has messages pile up. Workers bound what runs, not what waits; who
//!   waits for replies bounds himself.
//! - A handler that waits for a message of its own kind and key, or with workers, for one that needs the worker that it runs on, waits for
//!   ever.

mod anything;
mod assembly;
mod builder;
mod check;
mod content;
mod core;
mod delivery;
mod engine;
mod error;
mod failure;
mod gate;
mod handed;
mod handle;
mod handled;
mod handler;
mod info;
mod inject;
mod inspect;
mod message;
mod named;
#[cfg(feature = "signals")]
mod os_signals;
mod owed;
mod problems;
mod provide;
mod publish;
mod reply;
mod request;
mod request_error;
mod router;
mod running;
mod section;
mod settings;
mod start;
mod stop;
mod weak;

pub use anything::Handle;
pub use builder::BusBuilder;
pub use delivery::Delivery;
pub use engine::{Engine, Job};
pub use failure::FailedMessage;
pub use handed::{Answer, Message};
pub use handle::Bus;
pub use handled::{HandleError, Handled};
pub use handler::{Body, Commands, Events, Handler, HandlerOptions, Names, Of, Published, Queries};
pub use info::{CausedBy, MessageId, MessageInfo};
pub use inject::{Argument, Dep, DependencyError, Deps, Emit, Emits, Extension, Inject};
pub use inspect::{BusInspection, HandlerInspection, ProvidedInfo};
pub use message::{Command, Event, MessageKind, Query};
pub use named::HandleNamed;
pub use problems::{StartError, StartProblem};
pub use publish::{Publish, PublishError, PublishFuture};
pub use reply::Reply;
pub use request::{Request, RequestFuture};
pub use request_error::RequestError;
pub use router::{HandlerId, HandlerInfo, Router};
pub use settings::KindSettings;
pub use start::Start;
pub use stop::{Stopping, Unfinished};
pub use weak::WeakBus;

/// Types and traits that stand in signatures and that nobody has to name.
pub mod types {
    pub use super::handler::{
        Asked, EventOutput, HandlerFuture, IntoHandler, NamedOutput, RequestOutput, Takes,
    };
    pub use super::inject::{Call, Emissions, Emittable, Needs};
    pub use super::provide::{Entry, Made, Provider, Sources, TryMade};
}
