//! A list of connections that sends read without a lock.

use std::cmp::Reverse;
use std::ops::Deref;

use arc_swap::{ArcSwapOption, Guard};
use event_listener::Event;

use crate::sync::{Arc, AtomicUsize, Lock, MutexGuard, Ordering, Weak};

/// Where a connection stands among all: by priority, then by the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    priority: Reverse<i32>,
    order: u64,
}

impl Rank {
    pub(crate) fn new(priority: i32, order: u64) -> Self {
        Self {
            priority: Reverse(priority),
            order,
        }
    }

    pub(crate) fn priority(self) -> i32 {
        self.priority.0
    }
}

/// What a list holds. The rank of a member changes only while it is in no list.
pub(crate) trait Ranked {
    fn rank(&self) -> Rank;
}

/// As many members as are copied when one of them changes.
const CHUNK: usize = 128;

type Chunk<S> = Arc<Vec<Arc<S>>>;

/// Members in order of rank, each once.
///
/// `chunks` is the truth, written by the registry under this lock. `published` is what sends read: the chunks as they
/// stood, or `None` from the moment they change until the next send publishes them, under the same lock. Chunks are
/// shared between the two: a change copies one chunk, publishing copies the references to the chunks. A burst of changes
/// thus costs one publication, and a send never finds an old list after a change has returned.
#[derive(Debug)]
pub(crate) struct List<S: ?Sized> {
    truth: Lock<Truth<S>>,
    published: ArcSwapOption<Edition<S>>,
    /// As many as the truth has; written under its lock, read by sends without.
    count: AtomicUsize,
}

#[derive(Debug)]
struct Truth<S: ?Sized> {
    chunks: Vec<Chunk<S>>,
    /// Copies that have been retracted while somebody was walking them.
    walked: Vec<Weak<Edition<S>>>,
}

/// A list as it stood at one moment. Whoever waits for it to be let go of is told.
#[derive(Debug)]
pub(crate) struct Edition<S: ?Sized> {
    chunks: Vec<Chunk<S>>,
    released: Arc<Event>,
}

impl<S: ?Sized> Edition<S> {
    pub(crate) fn chunks(&self) -> &[Chunk<S>] {
        &self.chunks
    }

    fn contains(&self, member: &Arc<S>) -> bool {
        let mut members = self.chunks.iter().flat_map(|chunk| chunk.iter());
        members.any(|other| Arc::ptr_eq(other, member))
    }
}

impl<S: ?Sized> Drop for Edition<S> {
    fn drop(&mut self) {
        self.released.notify(usize::MAX);
    }
}

/// A list that is being walked: borrowed, in the usual case without a reference count of its own.
pub(crate) struct Published<S: ?Sized>(Guard<Option<Arc<Edition<S>>>>);

impl<S: ?Sized> Deref for Published<S> {
    type Target = Edition<S>;

    #[inline]
    fn deref(&self) -> &Edition<S> {
        match &*self.0 {
            Some(copy) => copy,
            None => unreachable!("read() gives what is published"),
        }
    }
}

/// What a change leaves over. It may be the last to hold a callback, whose drop is user code: it is dropped once no lock
/// is held.
pub(crate) struct Leftover<S: ?Sized> {
    _copies: Vec<Arc<Edition<S>>>,
    _chunk: Option<Chunk<S>>,
    /// The copies that are still being walked with the member in them.
    pub(crate) walked: Vec<Weak<Edition<S>>>,
}

impl<S: ?Sized + Ranked> List<S> {
    pub(crate) fn new() -> Self {
        let truth = Truth {
            chunks: Vec::new(),
            walked: Vec::new(),
        };
        Self {
            truth: Lock::new(truth),
            published: ArcSwapOption::empty(),
            count: AtomicUsize::new(0),
        }
    }

    /// Adds a member at its rank; `None` if it is there already.
    pub(crate) fn insert(&self, member: &Arc<S>) -> Option<Leftover<S>> {
        let mut truth = self.truth.hold();
        let rank = member.rank();
        let at = truth.chunk_of(rank);
        let place = match truth.chunks.get(at) {
            None => 0,
            Some(chunk) => match chunk.last() {
                // The newest connection of the usual priority goes to the end.
                Some(last) if last.rank() < rank => chunk.len(),
                _ => chunk
                    .binary_search_by_key(&rank, |member| member.rank())
                    .err()?,
            },
        };
        let retracted = self.retract(&mut truth);
        let chunk = truth.own_chunk(at);
        let Some(members) = truth.chunks.get_mut(at).and_then(Arc::get_mut) else {
            unreachable!("own_chunk made it the only reference")
        };
        if members.len() == CHUNK && place == CHUNK {
            truth
                .chunks
                .insert(at + 1, Arc::new(vec![Arc::clone(member)]));
        } else {
            members.insert(place, Arc::clone(member));
            if members.len() > CHUNK {
                let second = members.split_off(CHUNK / 2);
                truth.chunks.insert(at + 1, Arc::new(second));
            }
        }
        self.count.fetch_add(1, Ordering::SeqCst);
        Some(Leftover {
            _copies: retracted.into_iter().collect(),
            _chunk: chunk,
            walked: Vec::new(),
        })
    }

    pub(crate) fn remove(&self, rank: Rank) -> Option<(Arc<S>, Leftover<S>)> {
        let mut truth = self.truth.hold();
        let at = truth.chunk_of(rank);
        let place = truth
            .chunks
            .get(at)?
            .binary_search_by_key(&rank, |member| member.rank())
            .ok()?;
        let retracted = self.retract(&mut truth);
        let chunk = truth.own_chunk(at);
        let Some(members) = truth.chunks.get_mut(at).and_then(Arc::get_mut) else {
            unreachable!("own_chunk made it the only reference")
        };
        let member = members.remove(place);
        if members.is_empty() {
            truth.chunks.remove(at);
        }
        self.count.fetch_sub(1, Ordering::SeqCst);
        // Whoever began to walk before the member came has nothing to do with it.
        let copies: Vec<_> = truth.walked.iter().filter_map(Weak::upgrade).collect();
        let with_it = copies.iter().filter(|copy| copy.contains(&member));
        let walked = with_it.map(Arc::downgrade).collect();
        Some((
            member,
            Leftover {
                _copies: retracted.into_iter().chain(copies).collect(),
                _chunk: chunk,
                walked,
            },
        ))
    }

    /// The members, in order. `released` is told when the copy is let go of.
    #[inline]
    pub(crate) fn read(&self, released: &Arc<Event>) -> Published<S> {
        let published = self.published.load();
        if published.is_some() {
            Published(published)
        } else {
            self.publish(released)
        }
    }

    #[cold]
    fn publish(&self, released: &Arc<Event>) -> Published<S> {
        loop {
            let truth = self.truth.hold();
            if self.published.load().is_none() {
                let edition = Edition {
                    chunks: truth.chunks.clone(),
                    released: Arc::clone(released),
                };
                self.published.store(Some(Arc::new(edition)));
            }
            drop(truth);
            // A change may have retracted it again.
            let published = self.published.load();
            if published.is_some() {
                return Published(published);
            }
        }
    }

    pub(crate) fn members(&self) -> Vec<Arc<S>> {
        self.truth
            .hold()
            .chunks
            .iter()
            .flat_map(|chunk| chunk.iter().cloned())
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// For whoever holds the registry's lock, and for a hint.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Called under the lock, so that no send can publish what is about to change.
    fn retract(&self, truth: &mut MutexGuard<'_, Truth<S>>) -> Option<Arc<Edition<S>>> {
        if self.published.load().is_none() {
            return None;
        }
        let copy = self.published.swap(None)?;
        truth.walked.retain(|walked| walked.strong_count() > 0);
        // Swapping has turned every borrow into a count: one is ours, any other is a walk.
        if Arc::strong_count(&copy) > 1 {
            truth.walked.push(Arc::downgrade(&copy));
        }
        Some(copy)
    }
}

impl<S: ?Sized + Ranked> Truth<S> {
    /// The chunk where a rank belongs: the last one that begins no later.
    fn chunk_of(&self, rank: Rank) -> usize {
        let begins_later =
            |chunk: &Chunk<S>| chunk.first().is_some_and(|first| first.rank() > rank);
        match self.chunks.last() {
            Some(last) if !begins_later(last) => self.chunks.len() - 1,
            _ => self
                .chunks
                .partition_point(|chunk| !begins_later(chunk))
                .saturating_sub(1),
        }
    }

    /// Makes a chunk changeable; gives the old one back, if a copy of it had to be made.
    fn own_chunk(&mut self, at: usize) -> Option<Chunk<S>> {
        if at == self.chunks.len() {
            self.chunks.push(Arc::default());
            return None;
        }
        let chunk = &mut self.chunks[at];
        if Arc::get_mut(chunk).is_some() {
            return None;
        }
        let mut own = Vec::with_capacity(chunk.len() + 1);
        own.extend(chunk.iter().cloned());
        Some(std::mem::replace(chunk, Arc::new(own)))
    }
}
