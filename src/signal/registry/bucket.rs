//! A few nodes of an index, in one place.

use std::array;

use arc_swap::ArcSwapOption;

use super::index::Found;
use super::node::Node;
use crate::sync::{Arc, AtomicU64, OnceLock, Ordering};

/// Nodes in a bucket.
const PLACES: usize = 5;

/// One line of a processor's cache.
#[repr(align(64))]
pub(super) struct Bucket<T, S: ?Sized, X> {
    /// A byte for each place: 0, or 128 and 7 bits of the hash of the node there. Written under the registry's lock, after
    /// the node it tells of.
    tags: AtomicU64,
    places: [ArcSwapOption<Node<T, S, X>>; PLACES],
    /// For the nodes beyond.
    overflow: OnceLock<Box<Self>>,
}

/// One after the other: what hashes badly makes long chains.
impl<T, S: ?Sized, X> Drop for Bucket<T, S, X> {
    fn drop(&mut self) {
        let mut next = self.overflow.take();
        while let Some(mut bucket) = next {
            next = bucket.overflow.take();
        }
    }
}

const LOW_BITS: u64 = 0x01_0101_0101;
const HIGH_BITS: u64 = 0x80_8080_8080;

impl<T, S: ?Sized, X> Bucket<T, S, X> {
    pub(super) fn new() -> Self {
        Self {
            tags: AtomicU64::new(0),
            places: array::from_fn(|_| ArcSwapOption::empty()),
            overflow: OnceLock::new(),
        }
    }

    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |bucket| {
            bucket.overflow.get().map(|next| &**next)
        })
    }

    #[inline]
    pub(super) fn find(
        &self,
        hash: u32,
        is_it: impl Fn(&Found<T, S, X>) -> bool,
    ) -> Option<Found<T, S, X>> {
        let mut bucket = self;
        loop {
            let tags = bucket.tags.load(Ordering::Acquire);
            // A byte that equals the tag becomes 0, and the subtraction borrows from its highest bit. It may from the byte
            // above as well: a place too many to look at, never one too few.
            let differing = tags ^ (u64::from(tag(hash)) * LOW_BITS);
            let mut equal = differing.wrapping_sub(LOW_BITS) & !differing & HIGH_BITS;
            while equal != 0 {
                let found = bucket.places[(equal.trailing_zeros() / 8) as usize].load();
                if is_it(&found) {
                    return Some(found);
                }
                equal &= equal - 1;
            }
            bucket = bucket.overflow.get()?;
        }
    }

    /// The places that are taken.
    pub(super) fn taken(&self) -> impl Iterator<Item = (usize, &ArcSwapOption<Node<T, S, X>>)> {
        let tags = self.tags.load(Ordering::Relaxed);
        let is_taken = move |place: &usize| (tags >> (place * 8)) & 0xff != 0;
        (0..PLACES)
            .filter(is_taken)
            .map(|place| (place, &self.places[place]))
    }

    pub(super) fn insert(&self, node: Arc<Node<T, S, X>>) {
        let mut bucket = self;
        loop {
            let free = !bucket.tags.load(Ordering::Relaxed) & HIGH_BITS;
            if free != 0 {
                drop(bucket.set((free.trailing_zeros() / 8) as usize, Some(node)));
                return;
            }
            bucket = bucket.overflow.get_or_init(|| Box::new(Self::new()));
        }
    }

    /// Finds a node, and puts another one of the same value, or nothing, into its place; gives it back.
    pub(super) fn replace(
        &self,
        node: &Node<T, S, X>,
        other: Option<Arc<Node<T, S, X>>>,
    ) -> Option<Arc<Node<T, S, X>>> {
        let is_it = |held: &Arc<Node<T, S, X>>| std::ptr::eq(Arc::as_ptr(held), node);
        for bucket in self.chain() {
            let mut taken = bucket.taken();
            let found = taken.find(|(_, held)| held.load().as_ref().is_some_and(is_it));
            if let Some((place, _)) = found {
                return bucket.set(place, other);
            }
        }
        None
    }

    /// Fills or empties a place; gives back what was there. The tag tells of a node only as long as it is there.
    pub(super) fn set(
        &self,
        place: usize,
        node: Option<Arc<Node<T, S, X>>>,
    ) -> Option<Arc<Node<T, S, X>>> {
        let shift = place * 8;
        let others = self.tags.load(Ordering::Relaxed) & !(0xff << shift);
        let Some(node) = node else {
            self.tags.store(others, Ordering::Release);
            return self.places[place].swap(None);
        };
        let tags = others | (u64::from(tag(node.hash)) << shift);
        let old = self.places[place].swap(Some(node));
        self.tags.store(tags, Ordering::Release);
        old
    }
}

/// Never 0, which marks a free place. The bits that choose the bucket come from the other end.
fn tag(hash: u32) -> u8 {
    (hash >> 25) as u8 | 0x80
}
