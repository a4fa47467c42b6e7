//! Filters as the builders gather them.

use std::any::Any;

use smallvec::SmallVec;

use super::sender::SenderId;
use crate::sync::Arc;

/// The keys and senders that a builder was given. Nothing given at all is something else than an empty list, and takes
/// nothing to pass on.
#[derive(Clone)]
pub(crate) struct Filters<K>(Option<Named<K>>);

#[derive(Clone)]
struct Named<K> {
    keys: Keys<K>,
    senders: Senders,
}

pub(crate) type Keys<K> = SmallVec<[K; 2]>;
pub(crate) type Senders = SmallVec<[SenderId; 1]>;

impl<K> Filters<K> {
    #[inline]
    pub(crate) fn new() -> Self {
        Self(None)
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

    #[inline]
    pub(crate) fn add_key(&mut self, key: K) {
        self.named().keys.push(key);
    }

    #[inline]
    pub(crate) fn add_sender(&mut self, sender: SenderId) {
        self.named().senders.push(sender);
    }

    pub(crate) fn add_keys(&mut self, keys: impl Iterator<Item = K>) {
        self.named().keys.extend(keys);
    }

    pub(crate) fn add_senders(&mut self, senders: impl Iterator<Item = SenderId>) {
        self.named().senders.extend(senders);
    }

    /// Whether no filter was named, not even an empty one.
    #[inline]
    pub(crate) fn is_bare(&self) -> bool {
        self.0.is_none()
    }

    #[inline]
    pub(crate) fn keys(&self) -> &[K] {
        self.0.as_ref().map_or(&[], |named| &named.keys)
    }

    /// If there are filters.
    #[inline]
    pub(crate) fn keys_mut(&mut self) -> Option<&mut Keys<K>> {
        self.0.as_mut().map(|named| &mut named.keys)
    }

    #[inline]
    pub(crate) fn senders(&self) -> &[SenderId] {
        self.0.as_ref().map_or(&[], |named| &named.senders)
    }

    pub(crate) fn into_parts(self) -> (Keys<K>, Senders) {
        self.0
            .map_or_else(Default::default, |named| (named.keys, named.senders))
    }

    #[inline]
    fn named(&mut self) -> &mut Named<K> {
        self.0.get_or_insert_with(|| Named {
            keys: Keys::new(),
            senders: Senders::new(),
        })
    }
}

/// What may be told of filters: the builder of a receiver of a channel may not, since it listens to its channel.
#[diagnostic::on_unimplemented(
    message = "a channel's receivers have no filters: they listen to their channel",
    label = "not on a channel",
    note = "`channel.bound(&parent)` is the channel of one sender; `.when(..)` narrows a receiver"
)]
pub trait Filterable: sealed::Sealed {}

#[diagnostic::do_not_recommend]
impl Filterable for () {}
#[diagnostic::do_not_recommend]
impl Filterable for super::connect::Method {}

/// Marks the builders of a channel's receivers, which listen to that channel and nothing else.
#[derive(Debug)]
pub struct OnChannel<O = ()> {
    pub(super) object: O,
    pub(super) channels: Kept,
}

/// A handle of channels, their types forgotten: who is about to listen keeps them.
pub(super) type Kept = Arc<dyn Any + Send + Sync>;

mod sealed {
    use crate::signal::connect::Method;

    pub trait Sealed {}
    impl Sealed for () {}
    impl Sealed for Method {}
}

/// `.sender .senders .key .keys`, alike on every builder; where it keeps its filters comes first, what says whether it may
/// have any comes last.
macro_rules! filter_methods {
    ($($filters:ident).+, $sender:literal, $key:literal $(, $may:ident)?) => {
        #[doc = $sender]
        #[inline]
        pub fn sender(mut self, sender: impl IntoSender) -> Self
        where
            $($may: crate::signal::Filterable,)?
        {
            self.$($filters).+.add_sender(sender.into_sender());
            self
        }

        /// As [`sender`](Self::sender), for each of them. An empty list is a filter too: one that nothing passes.
        pub fn senders<I>(mut self, senders: I) -> Self
        where
            I: IntoIterator<Item: IntoSender>,
            $($may: crate::signal::Filterable,)?
        {
            self.$($filters).+
                .add_senders(senders.into_iter().map(IntoSender::into_sender));
            self
        }

        #[doc = $key]
        #[inline]
        pub fn key(mut self, key: impl IntoKey<K>) -> Self
        where
            $($may: crate::signal::Filterable,)?
        {
            self.$($filters).+.add_key(key.into_key());
            self
        }

        /// As [`key`](Self::key), for each of them. An empty list is a filter too: one that nothing passes; it needs
        /// its type written out, such as `[] as [Key; 0]`.
        pub fn keys<I>(mut self, keys: I) -> Self
        where
            I: IntoIterator<Item: IntoKey<K>>,
            $($may: crate::signal::Filterable,)?
        {
            self.$($filters).+
                .add_keys(keys.into_iter().map(IntoKey::into_key));
            self
        }
    };
}
pub(crate) use filter_methods;
