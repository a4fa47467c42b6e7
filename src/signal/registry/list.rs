//! A list of connections that sends read without a lock.

use arc_swap::ArcSwapOption;
use smallvec::SmallVec;

use super::edition::{Edition, PublishedList};
use super::rank::{Rank, Ranked};
use crate::sync::{Arc, AtomicUsize, Lock, MutexGuard, Ordering, Weak};

/// As many members as are copied when one of them changes.
const CHUNK: usize = 128;

pub(super) type Chunk<S> = Arc<Vec<Arc<S>>>;

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
    /// Whether there is a published copy: told from here without a look at it, which costs more.
    is_published: bool,
    /// Copies that have been retracted while somebody was walking them.
    walked: Vec<Weak<Edition<S>>>,
}

/// What a change leaves over. It may be the last to hold a callback, whose drop is user code: it is dropped once no lock
/// is held.
pub(crate) struct Leftover<S: ?Sized> {
    copies: SmallVec<[Arc<Edition<S>>; 1]>,
    chunks: SmallVec<[Chunk<S>; 2]>,
    /// The copies that are still being walked with the member in them.
    pub(crate) walked: SmallVec<[Weak<Edition<S>>; 1]>,
}

/// A copy that was retracted, and the copies that are being walked.
pub(super) type Retracted<S> = (Option<Arc<Edition<S>>>, Vec<Weak<Edition<S>>>);

impl<S: ?Sized> Leftover<S> {
    /// Whether it matters when it is dropped.
    pub(super) fn is_empty(&self) -> bool {
        self.copies.is_empty() && self.chunks.is_empty()
    }
}

impl<S: ?Sized + Ranked> List<S> {
    pub(crate) fn new() -> Self {
        let truth = Truth {
            chunks: Vec::new(),
            is_published: false,
            walked: Vec::new(),
        };
        Self {
            truth: Lock::new(truth),
            published: ArcSwapOption::empty(),
            count: AtomicUsize::new(0),
        }
    }

    /// A list of these; they are in order, each once.
    pub(crate) fn of(members: &[Arc<S>]) -> Self {
        let mut list = Self::new();
        let chunks = members.chunks(CHUNK);
        list.truth.get_mut().chunks = chunks.map(|chunk| Arc::new(chunk.to_vec())).collect();
        *list.count.get_mut() = members.len();
        list
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
        self.count.store(self.len() + 1, Ordering::Release);
        Some(Leftover {
            copies: retracted.into_iter().collect(),
            chunks: chunk.into_iter().collect(),
            walked: SmallVec::new(),
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
        let neighbour = if members.is_empty() {
            truth.chunks.remove(at);
            None
        } else {
            truth.join_chunks(at)
        };
        self.count.store(self.len() - 1, Ordering::Release);
        // Whoever began to walk before the member came has nothing to do with it.
        let copies: SmallVec<[_; 1]> = truth.walked.iter().filter_map(Weak::upgrade).collect();
        let with_it = copies.iter().filter(|copy| copy.contains(&member));
        let walked = with_it.map(Arc::downgrade).collect();
        Some((
            member,
            Leftover {
                copies: retracted.into_iter().chain(copies).collect(),
                chunks: chunk.into_iter().chain(neighbour).collect(),
                walked,
            },
        ))
    }

    /// The members, in order.
    #[inline]
    pub(crate) fn read(&self) -> PublishedList<S> {
        let published = self.published.load();
        if published.is_some() {
            PublishedList(published)
        } else {
            self.publish()
        }
    }

    #[cold]
    fn publish(&self) -> PublishedList<S> {
        loop {
            let mut truth = self.truth.hold();
            if !truth.is_published {
                let chunks = truth.chunks.clone();
                self.published.store(Some(Arc::new(Edition { chunks })));
                truth.is_published = true;
            }
            drop(truth);
            // A change may have retracted it again.
            let published = self.published.load();
            if published.is_some() {
                return PublishedList(published);
            }
        }
    }

    /// Retracts what is published, and tells which copies are being walked. The next send publishes another one.
    pub(crate) fn retract_walked(&self) -> Retracted<S> {
        let mut truth = self.truth.hold();
        let retracted = self.retract(&mut truth);
        let walked = truth.walked.iter().filter(|copy| copy.strong_count() > 0);
        (retracted, walked.cloned().collect())
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
        self.count.load(Ordering::Acquire)
    }

    /// For whoever holds the registry's lock, and for a hint.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Called under the lock, so that no send can publish what is about to change.
    fn retract(&self, truth: &mut MutexGuard<'_, Truth<S>>) -> Option<Arc<Edition<S>>> {
        if !std::mem::take(&mut truth.is_published) {
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

    /// Joins a chunk that has become small with the one after it, if that is small, too; gives that one back. So lists
    /// that shrink take half of what their chunks could hold, at least.
    fn join_chunks(&mut self, at: usize) -> Option<Chunk<S>> {
        let joined = self.chunks[at].len() + self.chunks.get(at + 1)?.len();
        if joined > CHUNK / 2 {
            return None;
        }
        let next = self.chunks.remove(at + 1);
        let members = Arc::get_mut(&mut self.chunks[at])?;
        members.extend(next.iter().cloned());
        Some(next)
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
