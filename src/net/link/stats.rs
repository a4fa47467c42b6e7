//! What a link shows of itself.

use std::fmt;

/// How much a link has done, and what waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkStats {
    /// Messages that wait to be written.
    pub queued: usize,
    /// What they take, in bytes: more than they are large.
    pub queued_bytes: usize,
    /// Events that were dropped since there was no room for them.
    pub dropped: u64,
    /// Events that were sent and of which nothing shows yet that they have arrived: no reply has come to anything that was sent after them.
    /// What is lost with the link is among them.
    pub unconfirmed: u64,
    /// Messages that were given to the carrier.
    pub sent: u64,
    /// Messages that have come.
    pub received: u64,
    /// Requests of this side that wait for a reply.
    pub requests: usize,
    /// Requests of the other side that are under way.
    pub serving: usize,
}

impl fmt::Display for LinkStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            queued,
            queued_bytes,
            dropped,
            unconfirmed,
            sent,
            received,
            requests,
            serving,
        } = self;
        write!(
            f,
            "sent {sent}, received {received}; {queued} wait ({queued_bytes} bytes), {dropped} dropped; {unconfirmed} not confirmed; {requests} requests wait, {serving} are served"
        )
    }
}
