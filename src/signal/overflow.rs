//! What becomes of an event for which there is no room.

use std::fmt;

/// What happens when a bounded queue is full: that of a [`Subscription`](crate::Subscription), or a callback's.
///
/// | | the new one | those that wait | the sender |
/// |---|---|---|---|
/// | `Wait` | gets in when there is room | stay | waits |
/// | `DropOldest` | gets in | the oldest goes | goes on |
/// | `DropNewest` | goes | stay | goes on |
/// | `KeepLatest` | gets in | all go | goes on |
///
/// What goes is counted, and whoever reads the queue is told how much is missing, at the place where it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// The send waits until there is room, and delivers to nobody before. One ended by `.now()`, which cannot wait, gives
    /// the payload back. Nothing is lost, and the slowest consumer sets the pace.
    Wait,
    /// The oldest that waits goes: the last events are there, in one piece.
    DropOldest,
    /// The new one goes: the first events are there, in one piece.
    DropNewest,
    /// Everything that waits goes, and the newest alone stays, so that a slow consumer skips to the present and does
    /// not work through what is out of date.
    KeepLatest,
}

/// As one word: `drop-oldest`.
impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wait => "wait",
            Self::DropOldest => "drop-oldest",
            Self::DropNewest => "drop-newest",
            Self::KeepLatest => "keep-latest",
        })
    }
}
