//! Floor 3: senders with names, and who listens to them and asks them.
//!
//! A [`Router`] leads what named [senders](Sender) send to listeners, and requests to the sender they are for. A listener says of
//! which sender and which event it wants to hear, or leaves either out; the sender need not be there yet. A sender says when it is
//! registered what it will send and what it replies to; that it comes and goes is told.
//!
//! ```
//! use std::sync::Arc;
//! use fanfare::router::{Message, Router};
//!
//! async fn on_temperature(m: Arc<Message<f64>>) {
//!     println!("{}: {m} degrees", m.sender());
//! }
//!
//! # futures_lite::future::block_on(async {
//! let router = Router::<f64>::new();
//! router.connect(on_temperature).sender("thermometer").event("temperature").await;
//! router.connect_sync(|m| println!("alarm: {m}")).channel("#alarm").await;
//!
//! let read = |_| async { 21.5 };
//! let events = ["temperature", "#alarm"];
//! let thermometer = router.sender("thermometer").events(events).on_request("read", read).register().await?;
//! thermometer.send("temperature", 21.5).await?; // only what was declared
//! assert_eq!(router.request("thermometer", "read", 0.0).await?, 21.5);
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # Who is called, and in which order
//! | turn | listens to | said as | in `pysig` |
//! |---|---|---|---|
//! | 1 | any event of any sender | nothing | `addListener(f)` |
//! | 2 | any event of this sender | `.sender("s")` | `addListener(f, "s")` |
//! | 3 | this event of any sender, a channel say | `.channel("#e")`, `.event("e")` | `addListener(f, None, "#e")` |
//! | 4 | this event of this sender | `.sender("s").event("e")` | `addListener(f, "s", "e")` |
//!
//! Within a turn, in the order of connecting. Priorities come before turns. Who listens in several ways is called once, at the first
//! of them.
//!
//! # Senders that come and go
//! `#connect` and `#disconnect` are events that every sender has. [`Router::presence`] tells of them, with what the sender has declared;
//! a router that [announces](RouterBuilder::announce) sends them as messages as well, if its payload can be made of a [`SenderInfo`].

mod builder;
mod call;
mod connect;
mod desk;
mod handle;
mod handler;
mod heard;
mod info;
mod life;
mod lifecycle;
mod listen;
mod message;
#[cfg(feature = "net")]
mod mirror;
mod notice;
mod places;
mod register;
mod request;
mod roster;
mod route;
mod send;
mod sender;
#[cfg(any(feature = "serde", feature = "net"))]
mod serial;
mod subscribe;
mod trace;
mod unanswered;
mod unlisten;
mod unregistered;
mod unsent;
mod weak;

pub use builder::RouterBuilder;
pub use call::{Asked, Call};
pub use handle::Router;
pub use handler::{HandlerError, HandlerFuture, HandlerReply, MayFail, Replies};
pub use info::{Presence, SenderInfo};
pub use life::RouterDrain;
pub use listen::{Listen, ListenFuture};
pub use message::Message;
#[cfg(feature = "net")]
pub(crate) use mirror::Declares;
pub use notice::{DetachReason, Notice};
#[cfg(feature = "net")]
pub(crate) use places::{Places, place_methods};
pub use register::{Register, SenderBuilder};
pub use request::Request;
pub use route::{CONNECT, DISCONNECT, Route};
pub use send::{SendMessage, SendMessageFuture};
pub use sender::Sender;
pub use subscribe::{Subscribe, SubscribeFuture};
pub use unanswered::{RequestError, RequestProblem};
pub use unlisten::{Unlisten, UnlistenFuture};
pub use unregistered::{RegisterError, RegisterProblem};
pub use unsent::{SendError, SendProblem};
pub use weak::WeakRouter;
