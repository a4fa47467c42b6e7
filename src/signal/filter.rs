//! Filters as the builders gather them.

use super::event::{Keys, Senders};
use super::sender::SenderId;

/// The keys and senders that a builder was given. Nothing given at all is something else than an empty list.
pub(crate) struct Filters<K> {
    pub(crate) keys: Keys<K>,
    pub(crate) senders: Senders,
    given: bool,
}

impl<K> Filters<K> {
    pub(crate) fn new() -> Self {
        Self {
            keys: Keys::new(),
            senders: Senders::new(),
            given: false,
        }
    }

    pub(crate) fn of_keys(keys: impl Iterator<Item = K>) -> Self {
        let mut filters = Self::new();
        filters.add_keys(keys);
        filters
    }

    pub(crate) fn of_senders(senders: impl Iterator<Item = SenderId>) -> Self {
        let mut filters = Self::new();
        filters.add_senders(senders);
        filters
    }

    pub(crate) fn add_keys(&mut self, keys: impl Iterator<Item = K>) {
        self.given = true;
        self.keys.extend(keys);
    }

    pub(crate) fn add_senders(&mut self, senders: impl Iterator<Item = SenderId>) {
        self.given = true;
        self.senders.extend(senders);
    }

    /// Whether no filter was named, not even an empty one.
    pub(crate) fn is_bare(&self) -> bool {
        !self.given
    }
}

/// `.sender .senders .key .keys`, alike on every builder that has a field `filters`.
macro_rules! filter_methods {
    ($sender:literal, $key:literal) => {
        #[doc = $sender]
        pub fn sender(mut self, sender: impl IntoSender) -> Self {
            self.filters
                .add_senders(std::iter::once(sender.into_sender()));
            self
        }

        /// As [`sender`](Self::sender), for each of them. An empty list is a filter too: one that nothing passes.
        pub fn senders<I>(mut self, senders: I) -> Self
        where
            I: IntoIterator<Item: IntoSender>,
        {
            self.filters
                .add_senders(senders.into_iter().map(IntoSender::into_sender));
            self
        }

        #[doc = $key]
        pub fn key(mut self, key: impl IntoKey<K>) -> Self {
            self.filters.add_keys(std::iter::once(key.into_key()));
            self
        }

        /// As [`key`](Self::key), for each of them. An empty list is a filter too: one that nothing passes; it needs
        /// its type written out, such as `[] as [Key; 0]`.
        pub fn keys<I>(mut self, keys: I) -> Self
        where
            I: IntoIterator<Item: IntoKey<K>>,
        {
            self.filters
                .add_keys(keys.into_iter().map(IntoKey::into_key));
            self
        }
    };
}
pub(crate) use filter_methods;
