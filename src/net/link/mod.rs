//! Two sides that speak the protocol: what a server has with each of its peers, and a client with its server.
//!
//! Three tasks share a `Core`. One reads, and has done what the other side calls for. One writes what waits in the `Queue`. One looks after
//! the time, for all that is `Due`. They never wait for each other: who reads puts what it owes into the queue and goes on, so two
//! links that both have much to say cannot come to a stop.

mod background;
mod builder;
mod clock;
mod core;
mod due;
mod end;
mod error;
mod handle;
mod handler;
mod queue;
mod reader;
mod reason;
mod replies;
mod request;
mod serve;
mod serving;
mod stats;
mod waiting;
mod writer;

pub(super) use background::spawner;
pub use builder::LinkBuilder;
pub use error::{ConnectError, RequestError, SendError, Unsendable};
pub use handle::Link;
pub use handler::{Answer, Handler};
pub use reason::CloseReason;
pub use request::LinkRequest;
pub use stats::LinkStats;
