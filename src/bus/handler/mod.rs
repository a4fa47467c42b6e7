//! Handlers: what can be one, what it takes and gives, and how it is called.

mod bound;
mod function;
mod object;
mod options;
mod output;
mod registration;
mod takes;

pub(super) use bound::{Finished, PlainHandler};
pub use function::IntoHandler;
pub use object::{Handler, Of};
pub use options::HandlerOptions;
pub use output::{EventOutput, HandlerFuture, NamedOutput, RequestOutput};
pub(super) use registration::{Accept, Registration};
pub use takes::{Asked, Body, Commands, Events, Names, Published, Queries, Takes};
