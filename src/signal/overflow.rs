//! What happens when a queue is full.

/// What happens when a bounded queue is full and one more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// The send waits until there is room, and delivers nothing before that; `.now()` gives the payload back.
    Wait,
    /// The oldest that waits goes.
    DropOldest,
    /// The new one goes.
    DropNewest,
    /// All that wait go, and the new one alone stays: a slow consumer skips to the present.
    KeepLatest,
}
