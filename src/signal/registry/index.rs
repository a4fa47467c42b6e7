//! From a key or a sender to the connections that asked for it.
//!
//! A hash table that sends read without a lock. It grows by one bucket at a time (linear hashing), so no connect waits
//! for a large table to be copied; buckets stay where they are, so readers need no protection but for the node they
//! found. A node with one connection holds it itself, one with several has a [`List`].
//!
//! All changes happen under the registry's lock. A reader that looks on while a bucket is split may miss a node; it
//! knows from the registry's version that it has to look again.

use std::array;
use std::hash::{BuildHasher, Hash};

use arc_swap::{ArcSwapOption, Guard};
use hashbrown::DefaultHashBuilder;
use smallvec::SmallVec;

use super::list::{List, Ranked, Walked};
use crate::signal::running::released;
use crate::sync::{Arc, AtomicBool, AtomicU64, AtomicUsize, OnceLock, Ordering};

/// One key or sender, and who asked for it.
pub(crate) struct Node<T, S: ?Sized, X> {
    hash: u32,
    /// Set once, under the registry's lock: the node has left the index. Read under the same lock.
    retired: AtomicBool,
    pub(super) members: Members<S>,
    /// What goes with the value.
    pub(super) extra: X,
    value: T,
}

pub(super) enum Members<S: ?Sized> {
    One(Arc<S>),
    /// Two, or fewer: where there have been two, there will be again.
    Many(Box<List<S>>),
}

impl<S: ?Sized + Ranked> Members<S> {
    pub(super) fn list(&self) -> Option<&List<S>> {
        match self {
            Self::One(_) => None,
            Self::Many(list) => Some(list),
        }
    }

    pub(super) fn add_to(&self, all: &mut Vec<Arc<S>>) {
        match self {
            Self::One(one) => all.push(Arc::clone(one)),
            Self::Many(list) => all.extend(list.members()),
        }
    }
}

impl<T, S: ?Sized, X> Node<T, S, X> {
    pub(super) fn new(filed: Filed<T>, members: Members<S>, extra: X) -> Arc<Self> {
        Arc::new(Self {
            hash: filed.hash,
            retired: AtomicBool::new(false),
            members,
            extra,
            value: filed.value,
        })
    }

    /// For whoever holds the registry's lock, which orders it.
    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }
}

impl<T: Send + Sync, S: ?Sized + Send + Sync, X: Send + Sync> Walked for Node<T, S, X> {}

impl<T, S: ?Sized, X> Drop for Node<T, S, X> {
    fn drop(&mut self) {
        released().notify(usize::MAX);
    }
}

/// A value on its way into the index, hashed.
pub(super) struct Filed<T> {
    hash: u32,
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
    /// The first has one bucket, each other one as many as those before it together.
    segments: OnceLock<Box<[Segment<T, S, X>; SEGMENTS]>>,
}

type Segment<T, S, X> = OnceLock<Box<[Bucket<T, S, X>]>>;

/// As many as a hash of 32 bits can tell apart.
const SEGMENTS: usize = 33;

/// Nodes in a bucket.
const PLACES: usize = 8;

/// Nodes to a bucket, in the mean, that make the table grow: 9 to 2.
const CROWDED: (usize, usize) = (9, 2);

struct Bucket<T, S: ?Sized, X> {
    /// A byte for each place: 0, or 128 and 7 bits of the hash of the node there. Written under the registry's lock, after
    /// the node it tells of.
    tags: AtomicU64,
    places: [ArcSwapOption<Node<T, S, X>>; PLACES],
    /// For the nodes beyond.
    overflow: OnceLock<Box<Self>>,
}

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

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

    /// Adds a node. For whoever holds the registry's lock, and knows that none of the same value is there.
    pub(super) fn insert(&self, node: Arc<Node<T, S, X>>) {
        let buckets = self.buckets.load(Ordering::Relaxed);
        let nodes = self.nodes.load(Ordering::Relaxed) + 1;
        if nodes * CROWDED.1 > buckets * CROWDED.0 {
            self.grow(buckets);
        }
        self.nodes.store(nodes, Ordering::Relaxed);
        let arrivals = self.arrivals.load(Ordering::Relaxed);
        self.arrivals.store(arrivals + 1, Ordering::Release);
        self.home(node.hash).insert(node);
    }

    /// Removes a node, or puts another one of the same value into its place; gives it back. For whoever holds the
    /// registry's lock.
    pub(super) fn replace(
        &self,
        node: &Node<T, S, X>,
        other: Option<Arc<Node<T, S, X>>>,
    ) -> Option<Arc<Node<T, S, X>>> {
        if node.retired.swap(true, Ordering::Relaxed) {
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
            let size = 1 << segment.saturating_sub(1);
            segments[segment].get_or_init(|| (0..size).map(|_| Bucket::new()).collect());
        }
        if buckets == 0 {
            self.buckets.store(1, Ordering::Release);
            return;
        }
        // Nodes come to their new place before they leave the old one.
        let from = self.bucket(buckets - (1 << (segment - 1)));
        let to = self.bucket(buckets);
        let mut left = SmallVec::<[_; 2 * PLACES]>::new();
        for bucket in from.chain() {
            for (place, held) in bucket.taken() {
                let Some(node) = &*held.load() else { continue };
                if bucket_of(node.hash, buckets + 1) == buckets {
                    to.insert(Arc::clone(node));
                    left.push((bucket, place));
                }
            }
        }
        self.buckets.store(buckets + 1, Ordering::Release);
        for (bucket, place) in left {
            drop(bucket.set(place, None));
        }
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

impl<T, S: ?Sized, X> Bucket<T, S, X> {
    fn new() -> Self {
        Self {
            tags: AtomicU64::new(0),
            places: array::from_fn(|_| ArcSwapOption::empty()),
            overflow: OnceLock::new(),
        }
    }

    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |bucket| {
            bucket.overflow.get().map(|next| &**next)
        })
    }

    #[inline]
    fn find(&self, hash: u32, is_it: impl Fn(&Found<T, S, X>) -> bool) -> Option<Found<T, S, X>> {
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
    fn taken(&self) -> impl Iterator<Item = (usize, &ArcSwapOption<Node<T, S, X>>)> {
        let tags = self.tags.load(Ordering::Relaxed);
        let is_taken = move |place: &usize| (tags >> (place * 8)) & 0xff != 0;
        (0..PLACES)
            .filter(is_taken)
            .map(|place| (place, &self.places[place]))
    }

    fn insert(&self, node: Arc<Node<T, S, X>>) {
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
    fn replace(
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
    fn set(&self, place: usize, node: Option<Arc<Node<T, S, X>>>) -> Option<Arc<Node<T, S, X>>> {
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
        None => (0, 0),
        Some(power) => (power as usize + 1, at - (1 << power)),
    }
}
