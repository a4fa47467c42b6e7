//! What a signal shows of itself: data, that prints as a table and is written as a graph or as JSON.

mod dot;
mod grid;
#[cfg(feature = "serde")]
mod json;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use grid::{Column, short, write_grid};
pub(crate) use words::{count, quoted, time};

use std::hash::Hash;

use super::event::SignalId;
use super::failure::ConnectionId;
use super::handle::Signal;
use super::stats::CallCounts;

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Shows the signal and its connections, in the order in which they are called, as they are now: data that prints as a
    /// table. What calls took is shown where the signal was built to [count](crate::SignalBuilder::stats) it.
    ///
    /// It takes a look at each connection, and runs none of your code.
    ///
    /// # Examples
    /// ```
    /// use fanfare::Signal;
    ///
    /// let orders = Signal::builder(0u32).name("orders").stats().build();
    /// orders.connect_sync(|_| ()).name("store").now();
    /// let _ = orders.send().now();
    ///
    /// let shown = orders.inspect();
    /// assert_eq!(shown.connections[0].counts.expect("they are counted").calls, 1);
    /// println!("{shown}");
    /// ```
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        let registry = &self.shared.registry;
        let home = &registry.surroundings;
        Inspection {
            id: self.id(),
            name: self.name().map(Into::into),
            is_closed: registry.is_closed(),
            sends_in_flight: home.flight.count(),
            failures: home.failed(),
            connections: registry.members().iter().map(|slot| slot.info()).collect(),
        }
    }
}

/// A signal and its connections, as they were at one moment.
///
/// Plain data: it keeps nothing alive, and looking at it costs the signal nothing. It prints as a table:
///
/// ```text
/// signal 7 orders: open, 2 connections, 1 send in flight, 0 failures
/// id  name   kind   state  filters  policies                          priority  running  queued  lost  calls  failures    total  longest
///  1  store  async  open   2 keys   sequential, queue 16 drop-oldest         5        1       3     0     12         0  14.88ms   1.24ms
///  2  -      sync   open   every    -                                        0        0       0     0      -         -        -        -
/// ```
///
/// Where nothing was counted there is a `-`. Names longer than 24 characters are cut in the table, and nowhere else.
/// [`to_dot`](Self::to_dot) draws it as a graph, and with feature `serde`, `to_json` writes it as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Inspection {
    /// The signal's number.
    pub id: SignalId,
    /// The name it was built with.
    pub name: Option<String>,
    /// Whether it takes no sends any more.
    pub is_closed: bool,
    /// How many sends have begun whose callbacks have not all ended.
    pub sends_in_flight: usize,
    /// How many callbacks have failed so far.
    pub failures: u64,
    /// Its connections, in the order in which they are called.
    pub connections: Vec<ConnectionInfo>,
}

/// One connection, as it was at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// The connection's number.
    pub id: ConnectionId,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// What is called.
    pub kind: ConnectionKind,
    /// Its priority; higher ones are called first.
    pub priority: i32,
    /// Whether it is passed by because it is blocked.
    pub is_blocked: bool,
    /// Whether it gets every send, filters or not.
    pub is_unfiltered: bool,
    /// How many keys it listens to.
    pub keys: usize,
    /// How many senders it listens to.
    pub senders: usize,
    /// What its connect said of how it is called, in words: `sequential`, `queue 16 drop-oldest`, `timeout 1s`.
    pub policies: Vec<String>,
    /// How many of its calls are under way.
    pub running: usize,
    /// How many events wait for their call, or to be received.
    pub queued: usize,
    /// How many events it should have got and did not, because there was no room.
    pub lost: u64,
    /// What was counted of its calls, if that is switched on.
    pub counts: Option<CallCounts>,
}

// No variant is called `Sync` or `Stream`: a second thing of that name has the compiler write out the path of the trait in
// each message to users, `std::marker::Sync`.
/// What a connection calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ConnectionKind {
    /// A sync callback, run within the send: `sync` in words.
    #[cfg_attr(feature = "serde", serde(rename = "sync"))]
    SyncCallback,
    /// An async callback: `async` in words.
    #[cfg_attr(feature = "serde", serde(rename = "async"))]
    AsyncCallback,
    /// A stream that somebody receives from: `stream` in words.
    #[cfg_attr(feature = "serde", serde(rename = "stream"))]
    EventStream,
}

impl ConnectionKind {
    /// In one word, the same as in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::SyncCallback => "sync",
            Self::AsyncCallback => "async",
            Self::EventStream => "stream",
        }
    }
}
