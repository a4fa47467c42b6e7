//! Where the literal parts lead from a node.

use std::mem;

use compact_str::CompactString;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Most nodes have one edge or none. It stands in the node itself, so that going along it is no further look into memory.
#[derive(Debug, Clone)]
pub(super) enum Edges {
    None,
    One(Edge),
    Many(HashTable<Edge>),
}

#[derive(Debug, Clone)]
pub(super) struct Edge {
    hash: u64,
    text: CompactString,
    node: usize,
}

impl Edge {
    #[inline]
    fn is(&self, text: &str, hash: u64) -> bool {
        self.hash == hash && self.text == text
    }
}

impl Edges {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    #[inline]
    pub(super) fn get(&self, text: &str, hash: u64) -> Option<usize> {
        let edge = match self {
            Self::None => None,
            Self::One(edge) => edge.is(text, hash).then_some(edge),
            Self::Many(edges) => edges.find(hash, |edge| edge.is(text, hash)),
        };
        edge.map(|edge| edge.node)
    }

    /// The node that this part leads to: a new one, if there is none yet.
    pub(super) fn get_or_insert(&mut self, text: &str, hash: u64, new: usize) -> usize {
        let edge = || {
            let (text, node) = (text.into(), new);
            Edge { hash, text, node }
        };
        match self {
            Self::None => *self = Self::One(edge()),
            Self::One(known) if known.is(text, hash) => return known.node,
            Self::One(_) => {
                let mut edges = HashTable::with_capacity(2);
                if let Self::One(known) = mem::replace(self, Self::None) {
                    edges.insert_unique(known.hash, known, |edge| edge.hash);
                }
                edges.insert_unique(hash, edge(), |edge| edge.hash);
                *self = Self::Many(edges);
            }
            Self::Many(edges) => {
                match edges.entry(hash, |edge| edge.is(text, hash), |edge| edge.hash) {
                    Entry::Occupied(known) => return known.get().node,
                    Entry::Vacant(place) => _ = place.insert(edge()),
                }
            }
        }
        new
    }

    /// Takes an edge away, and with it memory that had been made for many more.
    pub(super) fn remove(&mut self, text: &str, hash: u64) {
        match self {
            Self::One(edge) if edge.is(text, hash) => *self = Self::None,
            Self::None | Self::One(_) => {}
            Self::Many(edges) => {
                if let Ok(edge) = edges.find_entry(hash, |edge| edge.is(text, hash)) {
                    edge.remove();
                }
                if edges.len() == 1 {
                    let last = edges.drain().next();
                    *self = last.map_or(Self::None, Self::One);
                } else if edges.len() * 4 < edges.capacity() {
                    edges.shrink_to(edges.len() * 2, |edge| edge.hash);
                }
            }
        }
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Many(edges) => edges.capacity(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Edges;

    #[test]
    fn parts_of_one_hash_are_told_apart() {
        let mut edges = Edges::None;
        for (node, text) in (1..).zip(["a", "b", "c", "a", "c"]) {
            edges.get_or_insert(text, 7, node);
        }
        let found = |edges: &Edges| ["a", "b", "c", "d"].map(|text| edges.get(text, 7));
        assert_eq!(found(&edges), [Some(1), Some(2), Some(3), None]);
        edges.remove("d", 7);
        edges.remove("b", 7);
        edges.remove("a", 7);
        assert_eq!(found(&edges), [None, None, Some(3), None]);
        edges.remove("a", 7);
        assert!(!edges.is_empty());
        edges.remove("c", 7);
        assert!(edges.is_empty());
    }
}
