//! Lists as sends walk them.

use std::ops::Deref;

use arc_swap::Guard;

use super::list::Chunk;
use crate::signal::running::released;
use crate::signal::walk::own_walks;
use crate::sync::{Arc, Weak};

/// What sends walk: a copy of a list, or the node of a key with one connection. Its reference count tells whether anybody
/// does; who waits for that to end is told when it is dropped.
pub(crate) trait Walked: Send + Sync {
    /// Whether the index holds it. For whoever holds the registry's lock.
    fn is_filed(&self) -> bool {
        false
    }
}

/// If others walk one of these: how many of its walks are this thread's.
pub(super) fn walked_by_others(copies: &[Weak<dyn Walked>]) -> Option<usize> {
    copies.iter().find_map(|copy| {
        let own = own_walks(copy.as_ptr());
        (copy.strong_count() > own).then_some(own)
    })
}

/// A list as it stood at one moment.
#[derive(Debug)]
pub(crate) struct Edition<S: ?Sized> {
    pub(super) chunks: Vec<Chunk<S>>,
}

impl<S: ?Sized> Edition<S> {
    #[inline]
    pub(crate) fn pieces(&self) -> Pieces<'_, S> {
        Pieces::new(&[], &self.chunks)
    }

    pub(super) fn contains(&self, member: &Arc<S>) -> bool {
        let mut members = self.chunks.iter().flat_map(|chunk| chunk.iter());
        members.any(|other| Arc::ptr_eq(other, member))
    }
}

impl<S: ?Sized + Send + Sync> Walked for Edition<S> {}

impl<S: ?Sized> Drop for Edition<S> {
    fn drop(&mut self) {
        released().notify(usize::MAX);
    }
}

/// Members in order, piece by piece.
#[derive(Debug)]
pub(crate) struct Pieces<'a, S: ?Sized> {
    first: &'a [Arc<S>],
    chunks: &'a [Chunk<S>],
}

impl<'a, S: ?Sized> Pieces<'a, S> {
    #[inline]
    pub(crate) fn new(first: &'a [Arc<S>], chunks: &'a [Chunk<S>]) -> Self {
        Self { first, chunks }
    }
}

/// No piece is empty.
impl<'a, S: ?Sized> Iterator for Pieces<'a, S> {
    type Item = &'a [Arc<S>];

    #[inline]
    fn next(&mut self) -> Option<&'a [Arc<S>]> {
        if !self.first.is_empty() {
            return Some(std::mem::take(&mut self.first));
        }
        let (chunk, rest) = self.chunks.split_first()?;
        self.chunks = rest;
        Some(chunk)
    }
}

/// A list that is being walked: borrowed, in the usual case without a reference count of its own.
pub(crate) struct PublishedList<S: ?Sized>(pub(super) Guard<Option<Arc<Edition<S>>>>);

impl<S: ?Sized> Deref for PublishedList<S> {
    type Target = Edition<S>;

    #[inline]
    fn deref(&self) -> &Edition<S> {
        match &*self.0 {
            Some(copy) => copy,
            None => unreachable!("read() gives what is published"),
        }
    }
}
