//! How much a peer may ask of this side, and for how long this side waits.

use std::time::Duration;

use super::codec::{DEFAULT_DEPTH, MAX_DEPTH};
use super::frame::{DEFAULT_FRAME, MAX_FRAME};

/// How many messages may wait where nothing was said.
const USUAL_QUEUE: usize = 1_024;

/// The same for each peer of a server.
const SERVER_QUEUE: usize = 16_384;

/// What becomes of an event when a peer has as many waiting for it as it may. Replies, requests and what links tell each other
/// are never dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenFull {
    /// Who sends waits for room.
    #[default]
    Block,
    /// The oldest event that waits makes room, and is counted as dropped.
    DropOldest,
    /// The event that comes is dropped, and counted.
    DropNewest,
    /// The peer is disconnected: it may connect again, and has missed nothing unknowingly.
    Disconnect,
}

/// Bounds for one link, and those that a server sets for all of its peers.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use fanfare::net::{Limits, WhenFull};
///
/// let limits = Limits::default().frame(64 * 1024).when_full(WhenFull::DropOldest).handshake(Duration::from_secs(2));
/// assert_eq!(limits.max_frame(), 64 * 1024);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "limits bound nothing until they are given to a link"]
pub struct Limits {
    pub(crate) frame: usize,
    pub(crate) depth: usize,
    pub(crate) handshake: Duration,
    /// None, and so below: what is usual, which is another thing for a server.
    queue_messages: Option<usize>,
    pub(crate) queue_bytes: usize,
    when_full: Option<WhenFull>,
    pub(crate) write_stall: Duration,
    /// Between two pings, and until a peer that says nothing is taken for dead. None: there are none.
    pub(crate) heartbeat: Option<(Duration, Duration)>,
    pub(crate) plain_pause: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) requests: usize,
    pub(crate) subscriptions: usize,
    pub(crate) connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: DEFAULT_FRAME,
            depth: DEFAULT_DEPTH,
            handshake: Duration::from_secs(5),
            queue_messages: None,
            queue_bytes: 8 * 1024 * 1024,
            when_full: None,
            write_stall: Duration::from_secs(10),
            heartbeat: Some((Duration::from_secs(5), Duration::from_secs(15))),
            plain_pause: Duration::from_millis(1),
            request_timeout: Duration::from_secs(10),
            requests: 256,
            subscriptions: 10_000,
            connections: 1_024,
        }
    }
}

impl Limits {
    /// The largest message, in bytes as they are sent: 1 MiB otherwise, and never more than 16 MiB. A larger one is not sent, and a peer
    /// that sends one is disconnected, before any room is made for it.
    pub const fn frame(mut self, bytes: usize) -> Self {
        self.frame = if bytes < MAX_FRAME { bytes } else { MAX_FRAME };
        self
    }

    /// How deep a message may be nested: 64 otherwise, and never more than [`MAX_DEPTH`]. The message itself is 1, its parameters are 2.
    pub const fn depth(mut self, depth: usize) -> Self {
        self.depth = if depth < MAX_DEPTH { depth } else { MAX_DEPTH };
        self
    }

    /// How long it may take until two sides know of each other: connecting, encryption, the first message from when it begins to
    /// come, and hello where it is asked for. 5 seconds otherwise, for each. An orderly end takes no longer, either.
    pub const fn handshake(mut self, time: Duration) -> Self {
        self.handshake = time;
        self
    }

    /// How many messages may wait to be sent to a peer, and how many bytes they may take: 1,024 and 8 MiB otherwise, and 16,384 and 8 MiB
    /// for each peer of a server, which takes a burst and waits for nobody. A message alone may take more.
    ///
    /// Replies are counted apart, against the same bounds: a peer that asks and does not read what it is answered is not read any more
    /// itself, and disconnected after the [time it has](Self::write_stall).
    pub const fn queue(mut self, messages: usize, bytes: usize) -> Self {
        self.queue_messages = Some(if messages > 1 { messages } else { 1 });
        self.queue_bytes = bytes;
        self
    }

    /// What becomes of an event for which there is no room. Otherwise, who sends it waits; a server disconnects the peer, so that one who is
    /// slow holds up nobody else.
    pub const fn when_full(mut self, policy: WhenFull) -> Self {
        self.when_full = Some(policy);
        self
    }

    /// How long a peer may take nothing of what is written to it before it is disconnected: 10 seconds otherwise.
    pub const fn write_stall(mut self, time: Duration) -> Self {
        self.write_stall = time;
        self
    }

    /// How often a peer is asked whether it is there, and after how long without a word from it the link is closed: 5 seconds and 15
    /// otherwise. Of plain peers this is not known.
    pub const fn heartbeat(mut self, every: Duration, dead_after: Duration) -> Self {
        self.heartbeat = Some((every, dead_after));
        self
    }

    /// Asks nobody whether he is there.
    pub const fn no_heartbeat(mut self) -> Self {
        self.heartbeat = None;
        self
    }

    /// How far apart messages to a plain peer are that says nothing in between: a millisecond otherwise. The original takes each read for
    /// one message, and loses those that come together.
    pub const fn plain_pause(mut self, time: Duration) -> Self {
        self.plain_pause = time;
        self
    }

    /// How long a request waits for its reply unless it says otherwise: 10 seconds.
    pub const fn request_timeout(mut self, time: Duration) -> Self {
        self.request_timeout = time;
        self
    }

    /// How many requests of a peer may be under way here at a time: 256 otherwise. Links tell each other, and let further ones wait; one
    /// more of somebody else is refused.
    pub const fn requests(mut self, count: usize) -> Self {
        self.requests = count;
        self
    }

    /// How many listeners, imports and senders a peer may have with a server, each with the events, methods and keys that it names: 10,000
    /// otherwise. Where a name is longer than 255 bytes, each 256 bytes of it count for one more.
    pub const fn subscriptions(mut self, count: usize) -> Self {
        self.subscriptions = count;
        self
    }

    /// How many peers a server may have at a time: 1,024 otherwise.
    pub const fn connections(mut self, count: usize) -> Self {
        self.connections = count;
        self
    }

    /// See [`frame`](Self::frame).
    #[must_use]
    pub const fn max_frame(&self) -> usize {
        self.frame
    }

    /// See [`depth`](Self::depth).
    #[must_use]
    pub const fn max_depth(&self) -> usize {
        self.depth
    }

    /// See [`handshake`](Self::handshake).
    #[must_use]
    pub const fn handshake_time(&self) -> Duration {
        self.handshake
    }

    /// See [`when_full`](Self::when_full).
    #[must_use]
    pub const fn full_queue_policy(&self) -> WhenFull {
        match self.when_full {
            Some(policy) => policy,
            None => WhenFull::Block,
        }
    }

    /// With what is usual for a server where nothing was said.
    pub(crate) fn for_server(mut self) -> Self {
        self.queue_messages.get_or_insert(SERVER_QUEUE);
        self.when_full.get_or_insert(WhenFull::Disconnect);
        self
    }

    /// How many messages may wait. See [`queue`](Self::queue).
    #[must_use]
    pub const fn max_queue(&self) -> usize {
        match self.queue_messages {
            Some(messages) => messages,
            None => USUAL_QUEUE,
        }
    }

    /// See [`requests`](Self::requests).
    #[must_use]
    pub const fn max_requests(&self) -> usize {
        self.requests
    }

    /// See [`subscriptions`](Self::subscriptions).
    #[must_use]
    pub const fn max_subscriptions(&self) -> usize {
        self.subscriptions
    }

    /// See [`connections`](Self::connections).
    #[must_use]
    pub const fn max_connections(&self) -> usize {
        self.connections
    }
}
