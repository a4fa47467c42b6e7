//! Whom a send is for.

/// Whom a send is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Who is unfiltered, and who listens to one of its keys or senders.
    Matching,
    /// As `Matching`; its first key stands for others, which the registry's [`Tally`](super::registry::Tally) knows.
    Wide,
    /// Who is unfiltered, and then who listens to the keys that its key falls under, in the order in which the registry's
    /// [`Tally`](super::registry::Tally) names them: priorities come before that order.
    InTurn,
    /// Everybody.
    All,
    /// The receivers of a channel: with a sender, the parent, those of its channel and then those of the unbound one;
    /// without, those of every channel.
    Channel,
    /// One connection, found before, whatever it listens to.
    One,
}
