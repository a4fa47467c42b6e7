//! Typed, async signals with sender and key filters, on any executor.
//!
//! ```
//! use std::sync::Arc;
//! use fanfare::{Event, Signal};
//!
//! #[derive(Clone, Default)]
//! struct Line {
//!     text: String,
//!     level: u8,
//! }
//!
//! async fn store(ev: Arc<Event<Line>>) {
//!     println!("stored {:?}", ev.text);
//! }
//!
//! # futures_lite::future::block_on(async {
//! let signal = Signal::new(Line::default());
//! signal.connect(store).keys(["logs"]).await;
//! signal.connect_sync(|ev| println!("level {}", ev.level)).await;
//!
//! let delivery = signal.send().key("logs").with(Line { text: "hi".into(), level: 2 }).await;
//! assert_eq!(delivery.count(), 2); // both matched: one by its key, one without filters
//! let report = delivery.join().await; // what each of them did
//! assert!(report.is_ok());
//! # });
//! ```
//!
//! # The types to know
//! - [`Signal`]: what callbacks connect to and senders send. Its payload is a struct with defaults.
//! - [`Event`]: one send as callbacks see it; it derefs to the payload.
//! - [`Connection`]: the weak handle of a connection: disconnect, block, change filters.
//! - [`Delivery`] and [`Report`]: how many callbacks matched, and what each of them did.
//! - [`Band`], [`Channel`], [`ChannelDef`]: signals by name, bound to objects or not. See [`band`].
//! - [`Hub`], [`Topic`], [`Pattern`]: messages under topics, to who listens to patterns. See [`hub`].
//! - [`Bus`]: events, commands and queries, and handlers that are given what they need. See [`bus`].
//! - [`Router`]: senders with names, who listens to them and asks them. See [`router`].
//! - [`Subscription`]: events as a bounded stream, with an [`Overflow`] policy.
//! - [`Failure`] and [`FailedCall`]: what went wrong, in a report and as a signal of its own.
//! - [`dispatcher`]: code of one's own around sends and around calls.
//! - `net` (feature `net`): `ServerRouter` and `ClientRouter`, a router in several processes; carriers, codecs and links.
//! - [`Inspection`]: what a signal shows of itself.
//! - [`Key`] and [`SenderId`]: what filters are made of, with [`AsSender`] for types that send.
//! - [`spawn`]: where async callbacks run, and what tells them the time.
//! - [`testing`]: what tests of programs with signals need: a clock, an executor and a recorder.
//!
//! # Rules
//! **Who is called.** A connection without filters gets every send. One with filters gets the sends that name at least
//! one of its senders or keys; `.when(predicate)` narrows either. Each callback runs once a send, however many of its
//! filters match. The bare subscription and the filters of one callback are independent of each other.
//!
//! **What is one callback.** A named function, a method of one object, a [`Callback`] handle: connected again, they are
//! the same connection with more filters and with the options given last. A closure is a new callback each time.
//!
//! **When.** A send reaches the connections that stood when it began. One that is ended meanwhile, and whose call has
//! not started, is passed by. Callbacks start by priority, then in the order in which they were connected; sync ones run
//! within the send, async ones concurrently. Connecting, disconnecting and sending from inside a callback is always
//! allowed: no lock is held while anything of yours runs.
//!
//! **Where.** `.await` and `.now()` hand async callbacks to an executor and give a [`Delivery`]; `.join()` runs them in
//! the task that sends and gives the [`Report`], without any executor.
//!
//! **What goes wrong.** A panic in a callback, its future, its predicate or a drop is that callback's entry in the
//! report. It touches no other callback, nor the sender, nor the signal.
//!
//! **How much at a time.** Async calls run concurrently and nothing is bounded, unless a connection or the signal says so:
//! [`sequential`](ConnectBuilder::sequential), [`ordered_by`](ConnectBuilder::ordered_by), [`queue`](ConnectBuilder::queue),
//! `max_in_flight`, and streams with [`Overflow::Wait`]. A send that has to wait for one of them waits before it has
//! delivered anything to anybody: dropped while it waits, it has not happened. `.now()` cannot wait, and gives the payload back.
//!
//! **How it ends.** [`close`](Signal::close) lets nothing more be sent, [`idle`](Signal::idle) waits until nothing is under way,
//! and [`drain`](Signal::drain) does both. With its last handle a signal ends its streams and drops its callbacks; calls that
//! were accepted go on.
//!
//! # Limits
//! - Senders are compared by address. One that is not in an `Arc` can be dropped or moved, and another value can come to
//!   stand where it stood: see [`SenderId`].
//! - Everything is `Send`: payloads, callbacks and their futures move between threads.
//! - An `async move` closure that uses what it captures is no callback, since its future borrows from it:
//!   [`Signal::connect_with`] takes the state beside the closure.
//! - Hashing, comparing and dropping a key is the key type's code, and a panic in it is not caught.
//! - A callback that awaits a send which has to wait for that very callback waits for ever; so does one that awaits
//!   [`idle`](Signal::idle) of its own signal.
//! - Sync callbacks cannot be stopped: timeouts and aborts are for async ones.
//!
//! # Features
//! | feature | default | gives | costs |
//! |---|---|---|---|
//! | `smol` | yes | `Smol`, and smol's global executor and timers for signals without their own | the `smol` crates |
//! | `signals` | yes | `BusBuilder::stop_on_signals` | `async-signal` |
//! | `tokio` | no | `Tokio`, and the runtime around a send for signals without a spawner or timer | `tokio` with `rt` and `time` |
//! | `net` | no | module `net`: routers and signals over TCP, Unix sockets and any stream, in JSON and `MessagePack` | `async-io`, `serde`, `serde_json`, `rmp-serde` |
//! | `tls` | no | the same over TLS | `futures-rustls` with `ring` |
//! | `serde` | no | [`Inspection`], [`bus::BusInspection`] and their parts as `Serialize`, with `to_json`; topics and patterns as their text, what senders declare as JSON | `serde`, `serde_json` |
//! | `tracing` | no | a span for each send, an event for each call and failure | `tracing`; off, not one instruction |
//!
//! With neither, a signal without a spawner runs its async callbacks [`Inline`], and one without a timer uses [`ThreadTimer`].
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod band;
pub mod bus;
pub mod hub;
#[cfg(feature = "net")]
#[cfg_attr(docsrs, doc(cfg(feature = "net")))]
pub mod net;
pub mod router;
mod signal;
pub mod spawn;
mod sync;
pub mod testing;

pub use band::{Band, Channel, ChannelDef};
pub use bus::Bus;
pub use hub::{Hub, Pattern, Topic};
pub use router::Router;
pub use signal::{
    AsSender, Backoff, BlockGuard, CallCounts, Callback, Cause, ConnectBuilder, Connection,
    ConnectionId, ConnectionInfo, ConnectionKind, Delivery, DisconnectBuilder, DrainBuilder, Event,
    FailedCall, Failure, ForwardBuilder, Inspection, IntoKey, IntoSender, Key, NextBuilder,
    Overflow, Panic, RecvError, Report, Schedule, ScopedConnection, SendBuilder, SenderId, Signal,
    SignalBuilder, SignalId, SignalInfo, SignalSink, SubscribeBuilder, Subscription, TryRecvError,
    Unfinished, UnfinishedCalls, Unsent, WeakSignal, by_address,
};
pub use spawn::{BoxFuture, Executor, Inline, Spawner, ThreadTimer, Timer};

#[cfg(feature = "smol")]
pub use spawn::Smol;
#[cfg(feature = "tokio")]
pub use spawn::Tokio;

/// Code of one's own around sends, and around each call that a send makes: see [`Dispatcher`](dispatcher::Dispatcher).
///
/// Ready-made are [`Timed`](dispatcher::Timed), which measures, [`OnThread`](dispatcher::OnThread) and
/// [`OnExecutor`](dispatcher::OnExecutor), which have callbacks run elsewhere, and with the feature `tracing` `Logged`.
pub mod dispatcher {
    pub use crate::signal::{
        Context, Dispatcher, OnExecutor, OnThread, Outcome, Receiver, Reply, Results, Task, Timed,
        Times,
    };
    #[cfg(feature = "tracing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
    pub use crate::signal::{Level, Logged};
}

/// The futures behind `.await`, by name, for who stores one or polls it by hand.
pub mod futures {
    pub use crate::signal::{
        ConnectFuture, DeliveryJoin, DisconnectAndWait, DisconnectFuture, DrainFuture, FoldFuture,
        IdleFuture, JoinFuture, NextFuture, Recv, SendFuture, SubscribeFuture,
    };
}

/// Types and traits that stand in signatures and that nobody has to name.
pub mod types {
    pub use crate::signal::{
        CallbackFuture, Change, Diverges, Filterable, First, Fold, Folder, Forwardable, Method,
        OnChannel, Returns, SyncReply, TryFold,
    };
}

/// The programs in the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
