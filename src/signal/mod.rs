//! Floor 2: the signal.
//!
//! Who listens is the `registry`'s; who matches, `matching`'s; how they run, `schedule`'s; what came of it, the
//! `report`'s. `conduct` leads a send through them, and `send` is its builder.

mod any_reply;
mod async_target;
mod awaited;
mod backoff;
mod bar;
mod begun;
mod board;
mod bound;
mod builder;
mod callback;
mod channels;
mod choices;
mod common;
mod conduct;
mod connect;
mod connection;
mod delivery;
mod disconnect;
mod dispatcher;
mod end;
mod event;
mod failure;
mod failures;
mod filter;
mod flight;
mod flow;
mod fold;
mod forward;
mod guard;
mod handle;
mod inspect;
mod job;
mod join;
mod key;
mod life;
mod listen;
pub(crate) mod make;
mod matching;
mod news;
mod notes;
mod overflow;
mod panic;
mod passage;
mod passed_on;
mod queued;
mod reach;
mod registry;
mod reply;
mod report;
mod running;
mod schedule;
mod send;
mod sender;
mod sending;
#[cfg(any(feature = "serde", feature = "net"))]
mod serial;
mod single;
mod sink;
mod stats;
mod stream;
mod surroundings;
mod target;
mod trace;
mod unsent;
mod visit;
mod walk;
mod weak;

pub use any_reply::AnyReply;
pub use awaited::SendFuture;
pub use backoff::Backoff;
pub use builder::SignalBuilder;
pub use callback::Callback;
pub(crate) use callback::CallbackId;
pub(crate) use channels::Channels;
pub(crate) use common::{CommonSettings, settings_methods};
pub use connect::{ConnectBuilder, ConnectFuture, Method};
pub use connection::Connection;
pub use delivery::{Delivery, DeliveryJoin};
pub use disconnect::{DisconnectBuilder, DisconnectFuture};
pub use dispatcher::{
    Context, Dispatcher, OnExecutor, OnThread, Outcome, Receiver, Reply, Results, Task, Timed,
    Times,
};
#[cfg(feature = "tracing")]
pub use dispatcher::{Level, Logged};
pub(crate) use dispatcher::{Waiting, elsewhere};
pub use event::{Event, SignalId, SignalInfo};
pub use failure::{Cause, ConnectionId, Failure};
pub use failures::FailedCall;
pub(crate) use filter::Keys;
pub use filter::{Filterable, OnChannel};
pub(crate) use flow::{Deadline, Sleep};
pub use fold::{First, Fold, FoldFuture, Folder, TryFold};
pub(crate) use fold::{Silence, Unanswered};
pub use forward::{Change, ForwardBuilder, Forwardable};
pub use guard::{BlockGuard, DisconnectAndWait, ScopedConnection};
pub use handle::Signal;
pub(crate) use inspect::{Column, count, quoted, short, time, write_grid};
pub use inspect::{ConnectionInfo, ConnectionKind, Inspection};
pub use join::JoinFuture;
pub use key::{IntoKey, Key};
pub use life::{DrainBuilder, DrainFuture, IdleFuture, Unfinished, UnfinishedCalls};
pub(crate) use news::News;
pub use overflow::Overflow;
pub use panic::Panic;
pub(crate) use panic::{Quiet, capture, drop_quietly};
pub(crate) use passage::Prelude;
pub(crate) use passed_on::passed_on;
pub(crate) use registry::{Tally, Turns};
pub use reply::{CallbackFuture, Diverges, Returns, SyncReply};
pub use report::Report;
pub use schedule::Schedule;
pub use send::SendBuilder;
pub use sender::{AsSender, IntoSender, SenderId, by_address};
pub use sink::SignalSink;
pub use stats::CallCounts;
pub use stream::{
    NextBuilder, NextFuture, Recv, RecvError, SubscribeBuilder, SubscribeFuture, Subscription,
    TryRecvError,
};
pub(crate) use target::Target;
pub(crate) use trace::is_on as is_traced;
pub use unsent::Unsent;
pub use weak::WeakSignal;
