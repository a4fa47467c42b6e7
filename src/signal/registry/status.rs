//! What a send has to know before it begins, in one word.

use super::Registry;
use super::change::Book;
use crate::sync::Ordering;

/// No send may begin any more.
const CLOSED: usize = 1;
/// A send may have to wait: for a connection, or because the signal has a limit.
pub(super) const HOLDS_UP: usize = 2;
/// Of the receivers of channels, two are one callback.
pub(super) const TWINS: usize = 4;
/// Two of them are, of which one is on the unbound channel.
pub(super) const TWINS_ACROSS: usize = 8;
/// A receiver of a channel has, or had, a priority.
const PRIORITIES: usize = 16;
const CONNECTION: usize = 32;

/// As it was when it was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status(usize);

impl Status {
    /// Whether there is nobody to be called, and nothing else to it.
    #[inline]
    pub(crate) fn is_silent(self) -> bool {
        self.0 == 0
    }

    /// Whether a send can begin at once.
    #[inline]
    pub(crate) fn is_open(self) -> bool {
        self.0 & (CLOSED | HOLDS_UP) == 0
    }

    /// Whether a send to a channel may meet a callback twice, or a priority.
    #[inline]
    pub(super) fn is_uneven(self, is_bound: bool) -> bool {
        // A list of all has its order by itself.
        let bits = if is_bound {
            TWINS_ACROSS | PRIORITIES
        } else {
            TWINS
        };
        self.0 & bits != 0
    }

    pub(crate) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }
}

impl<P, R, K> Registry<P, R, K> {
    #[inline]
    pub(crate) fn status(&self) -> Status {
        Status(self.status.load(Ordering::Acquire))
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.status().is_closed()
    }

    /// How many connections there are.
    pub(crate) fn len(&self) -> usize {
        self.status().0 / CONNECTION
    }

    /// Lets no send begin, and no connection be made that stands; tells whether that is news.
    pub(crate) fn set_closed(&self) -> bool {
        let _book = self.book.hold();
        let status = self.status.load(Ordering::Relaxed);
        // `SeqCst`: a send that waits registers first and looks at this afterwards; who closes looks for waiters after this.
        self.status.store(status | CLOSED, Ordering::SeqCst);
        status & CLOSED == 0
    }

    /// For whoever holds the lock on the book.
    pub(super) fn tell_status(&self, book: &Book<P, R, K>) {
        let closed = self.status.load(Ordering::Relaxed) & CLOSED;
        let holds_up = if book.holding_up > 0 { HOLDS_UP } else { 0 };
        let channels = book.channels.as_ref();
        let twins = channels.map_or(0, |channels| channels.twins.bits());
        let has_priorities = channels.is_some_and(|channels| channels.has_priorities);
        let priorities = if has_priorities { PRIORITIES } else { 0 };
        let status = (book.connections * CONNECTION) | holds_up | twins | priorities | closed;
        self.status.store(status, Ordering::Release);
    }
}
