//! From a key or a sender to the connections that asked for it.
//!
//! A hash table that sends read without a lock. It grows by one bucket at a time (linear hashing), so no connect waits
//! for a large table to be copied; buckets stay where they are, so readers need no protection but for the node they
//! found.
//!
//! All changes happen under the registry's lock. A reader that looks on while a bucket is split may miss a node; it
//! knows from the registry's version that it has to look again.

use std::array;
use std::hash::{BuildHasher, Hash};

use arc_swap::Guard;
use hashbrown::DefaultHashBuilder;

use super::bucket::Bucket;
use super::node::Node;
use crate::sync::{Arc, AtomicU64, AtomicUsize, OnceLock, Ordering};

/// A value on its way into the index, hashed.
pub(super) struct Filed<T> {
    pub(super) hash: u32,
    pub(super) value: T,
}

/// A node that is borrowed, in the usual case without a reference count of its own.
pub(super) type Found<T, S, X> = Guard<Option<Arc<Node<T, S, X>>>>;

pub(super) struct Index<T, S: ?Sized, X> {
    hasher: DefaultHashBuilder,
    /// How many buckets there are; at first none.
    buckets: AtomicUsize,
    /// How many nodes there are.
    nodes: AtomicUsize,
    /// How many nodes have ever come.
    pub(super) arrivals: AtomicU64,
    /// Made as they are needed, and never moved.
    segments: OnceLock<Box<[Segment<T, S, X>; SEGMENTS]>>,
}

type Segment<T, S, X> = OnceLock<Box<[Bucket<T, S, X>]>>;

/// As many as a hash of 32 bits can tell apart.
const SEGMENTS: usize = 63;

/// Nodes to a bucket, in the mean, that make the table grow: 14 to 5.
const CROWDED: (usize, usize) = (14, 5);

impl<T, S: ?Sized, X> Index<T, S, X> {
    pub(super) fn new() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            buckets: AtomicUsize::new(0),
            nodes: AtomicUsize::new(0),
            arrivals: AtomicU64::new(0),
            segments: OnceLock::new(),
        }
    }

    /// All nodes. For whoever holds the registry's lock.
    pub(super) fn nodes(&self) -> Vec<Arc<Node<T, S, X>>> {
        let mut found = Vec::new();
        for at in 0..self.buckets.load(Ordering::Relaxed) {
            for bucket in self.bucket(at).chain() {
                found.extend(bucket.taken().filter_map(|(_, held)| held.load_full()));
            }
        }
        found
    }

    /// All nodes, with every borrow turned into a count. For whoever holds the registry's lock.
    pub(super) fn paid(&self) -> Vec<Arc<Node<T, S, X>>> {
        let mut found = Vec::new();
        for at in 0..self.buckets.load(Ordering::Relaxed) {
            for bucket in self.bucket(at).chain() {
                for (_, held) in bucket.taken() {
                    let node = held.load_full();
                    // Swapping is what pays.
                    drop(held.swap(node.clone()));
                    found.extend(node);
                }
            }
        }
        found
    }

    /// Adds a node. For whoever holds the registry's lock, and knows that none of the same value is there.
    pub(super) fn insert(&self, node: Arc<Node<T, S, X>>) {
        let buckets = self.buckets.load(Ordering::Relaxed);
        let nodes = self.nodes.load(Ordering::Relaxed) + 1;
        if nodes * CROWDED.1 > buckets * CROWDED.0 {
            self.grow(buckets);
        }
        self.nodes.store(nodes, Ordering::Relaxed);
        self.home(node.hash).insert(node);
        // After the node: who reads this number and does not find the node has looked for another one.
        let arrivals = self.arrivals.load(Ordering::Relaxed);
        self.arrivals.store(arrivals + 1, Ordering::Release);
    }

    /// Removes a node, or puts another one of the same value into its place; gives it back. For whoever holds the
    /// registry's lock.
    pub(super) fn replace(
        &self,
        node: &Node<T, S, X>,
        other: Option<Arc<Node<T, S, X>>>,
    ) -> Option<Arc<Node<T, S, X>>> {
        if !node.retire() {
            return None;
        }
        if other.is_none() {
            let nodes = self.nodes.load(Ordering::Relaxed) - 1;
            self.nodes.store(nodes, Ordering::Relaxed);
        }
        self.home(node.hash).replace(node, other)
    }

    /// Splits the next bucket in the row.
    fn grow(&self, buckets: usize) {
        let segments = self
            .segments
            .get_or_init(|| Box::new(array::from_fn(|_| OnceLock::new())));
        let (segment, offset) = position(buckets);
        if offset == 0 {
            let size = size_of_segment(segment);
            segments[segment].get_or_init(|| (0..size).map(|_| Bucket::new()).collect());
        }
        if buckets == 0 {
            self.buckets.store(1, Ordering::Release);
            return;
        }
        let from = self.bucket(buckets - (1 << buckets.ilog2()));
        let to = self.bucket(buckets);
        for bucket in from.chain() {
            for (place, held) in bucket.taken() {
                let hash = held.load().as_ref().map(|node| node.hash);
                if hash.is_some_and(|hash| bucket_of(hash, buckets + 1) == buckets) {
                    bucket
                        .set(place, None)
                        .into_iter()
                        .for_each(|node| to.insert(node));
                }
            }
        }
        self.buckets.store(buckets + 1, Ordering::Release);
    }

    fn bucket(&self, at: usize) -> &Bucket<T, S, X> {
        let (segment, offset) = position(at);
        let segments = self.segments.get();
        match segments.and_then(|segments| segments[segment].get()) {
            Some(buckets) => &buckets[offset],
            None => unreachable!("a bucket that is counted is there"),
        }
    }

    /// Where a hash belongs, if there are buckets at all.
    fn home(&self, hash: u32) -> &Bucket<T, S, X> {
        self.bucket(bucket_of(hash, self.buckets.load(Ordering::Acquire)))
    }
}

impl<T: Hash + Eq, S: ?Sized, X> Index<T, S, X> {
    fn hash(&self, value: &T) -> u32 {
        // The upper half is the better mixed one.
        (self.hasher.hash_one(value) >> 32) as u32
    }

    pub(super) fn file(&self, value: T) -> Filed<T> {
        let hash = self.hash(&value);
        Filed { hash, value }
    }

    /// The node of a value, if there is one. No lock may be held: this hashes and compares values.
    #[inline]
    pub(super) fn find(&self, value: &T) -> Option<Found<T, S, X>> {
        if self.buckets.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.find_hashed(self.hash(value), value)
    }

    pub(super) fn find_filed(&self, filed: &Filed<T>) -> Option<Arc<Node<T, S, X>>> {
        if self.buckets.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.find_hashed(filed.hash, &filed.value)
            .and_then(|found| (*found).clone())
    }

    #[inline]
    fn find_hashed(&self, hash: u32, value: &T) -> Option<Found<T, S, X>> {
        let is_it = |found: &Found<T, S, X>| {
            found
                .as_ref()
                .is_some_and(|node| node.hash == hash && node.value == *value)
        };
        self.home(hash).find(hash, is_it)
    }
}

impl<T: Eq> Filed<T> {
    pub(super) fn is(&self, other: &Self) -> bool {
        self.hash == other.hash && self.value == other.value
    }
}

/// Where a hash belongs among that many buckets.
///
/// With eight buckets it goes by three bits. The ninth splits the first: of the hashes that end in `000`, those that go
/// on with a `1` belong there; the others are told apart once their bucket is split.
#[inline]
fn bucket_of(hash: u32, buckets: usize) -> usize {
    let bits = usize::BITS - (buckets - 1).leading_zeros();
    let hash = hash as usize;
    let at = hash & ((1 << bits) - 1);
    if at < buckets {
        at
    } else {
        hash & ((1 << bits >> 1) - 1)
    }
}

/// The segment of a bucket, and where it stands there.
#[inline]
fn position(at: usize) -> (usize, usize) {
    match at.checked_ilog2() {
        None | Some(0) => (0, at),
        Some(power) => {
            let half = (at >> (power - 1)) & 1;
            let segment = 2 * power as usize - 1 + half;
            (segment, at & (size_of_segment(segment) - 1))
        }
    }
}

/// Two buckets come first; each further power of two comes in two halves.
#[inline]
fn size_of_segment(segment: usize) -> usize {
    match segment {
        0 => 2,
        _ => 1 << ((segment - 1) / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::{SEGMENTS, bucket_of, position, size_of_segment};

    #[test]
    fn segments_follow_each_other_without_gaps() {
        let mut expected = (0, 0);
        for at in 0..5_000 {
            assert_eq!(position(at), expected);
            expected.1 += 1;
            if expected.1 == size_of_segment(expected.0) {
                expected = (expected.0 + 1, 0);
            }
        }
        assert!(position(u32::MAX as usize).0 < SEGMENTS);
    }

    #[test]
    fn a_split_moves_hashes_from_one_bucket_to_the_new_one() {
        for buckets in 1..300_usize {
            let split = buckets - (1 << buckets.ilog2());
            for hash in (0..3_000_u32).map(|hash| hash.wrapping_mul(0x9E37_79B9)) {
                let (before, after) = (bucket_of(hash, buckets), bucket_of(hash, buckets + 1));
                assert!(after == before || (before == split && after == buckets));
                assert!(before < buckets);
            }
        }
    }
}
