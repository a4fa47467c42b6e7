//! From patterns to values: which of them match a topic, without a look at the others.
//!
//! A tree with one level for each part. A node leads to the next by a hash table for literal parts, and by one edge apart
//! for the wildcard; it holds the value of the pattern that ends there, and of the one that ends there and is open.
//!
//! What a lookup costs: at each node that a beginning of the topic matches, one look into a hash table, with a hash that the
//! topic keeps, and one at the wildcard. Without wildcards that is one node for each part, and with them at most as many as there
//! are patterns whose beginnings match, never more than two to the power of the depth. Patterns that differ
//! from the topic before their first wildcard are not met. Inserting and removing cost one such look for each part.
//!
//! A pure data structure: no locks, and no recursion, so that no pattern is too long for it.

use slab::Slab;
use smallvec::SmallVec;

use self::edges::Edges;
use super::parts::Part;
use super::pattern::Pattern;
use super::topic::Topic;

mod edges;
#[cfg(test)]
mod tests;

const ROOT: usize = 0;

/// Values by their patterns, one each.
#[derive(Debug, Clone)]
pub(crate) struct Trie<T> {
    /// Known by their number. The root is the first and stays.
    nodes: Slab<Node<T>>,
    values: usize,
}

#[derive(Debug, Clone)]
struct Node<T> {
    literals: Edges,
    one: Option<usize>,
    /// Of the pattern whose parts lead here.
    exact: Option<T>,
    /// Of the one that has these parts, and is open.
    open: Option<T>,
}

impl<T> Node<T> {
    fn new() -> Self {
        Self {
            literals: Edges::None,
            one: None,
            exact: None,
            open: None,
        }
    }

    fn is_empty(&self) -> bool {
        let has_value = self.exact.is_some() || self.open.is_some();
        !has_value && self.one.is_none() && self.literals.is_empty()
    }

    fn next(&self, part: Part<'_>) -> Option<usize> {
        match part {
            Part::One => self.one,
            Part::Literal { text, hash } => self.literals.get(text, hash.get()),
        }
    }

    fn forget(&mut self, part: Part<'_>) {
        match part {
            Part::One => self.one = None,
            Part::Literal { text, hash } => self.literals.remove(text, hash.get()),
        }
    }

    fn value(&mut self, is_open: bool) -> &mut Option<T> {
        if is_open {
            &mut self.open
        } else {
            &mut self.exact
        }
    }
}

impl<T> Trie<T> {
    pub(crate) fn new() -> Self {
        let mut nodes = Slab::new();
        nodes.insert(Node::new());
        Self { nodes, values: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.values
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values == 0
    }

    #[cfg(test)]
    pub(crate) fn get(&self, pattern: &Pattern) -> Option<&T> {
        let mut parts = pattern.pieces().iter();
        let node = parts.try_fold(ROOT, |node, part| self.nodes[node].next(part))?;
        let node = &self.nodes[node];
        if pattern.is_open() {
            node.open.as_ref()
        } else {
            node.exact.as_ref()
        }
    }

    pub(crate) fn get_mut(&mut self, pattern: &Pattern) -> Option<&mut T> {
        let mut parts = pattern.pieces().iter();
        let node = parts.try_fold(ROOT, |node, part| self.nodes[node].next(part))?;
        self.nodes[node].value(pattern.is_open()).as_mut()
    }

    /// The value of this pattern, made if there is none yet.
    pub(crate) fn get_or_insert_with(
        &mut self,
        pattern: &Pattern,
        make: impl FnOnce() -> T,
    ) -> &mut T {
        let place = Self::place(&mut self.nodes, pattern);
        let values = &mut self.values;
        place.get_or_insert_with(|| {
            let value = make();
            *values += 1;
            value
        })
    }

    /// Gives back the value that the pattern had.
    #[cfg(test)]
    pub(crate) fn insert(&mut self, pattern: &Pattern, value: T) -> Option<T> {
        let former = Self::place(&mut self.nodes, pattern).replace(value);
        if former.is_none() {
            self.values += 1;
        }
        former
    }

    /// Where the value of this pattern is, with the nodes that lead there.
    fn place<'a>(nodes: &'a mut Slab<Node<T>>, pattern: &Pattern) -> &'a mut Option<T> {
        let mut at = ROOT;
        for part in pattern.pieces().iter() {
            let new = nodes.vacant_key();
            let node = &mut nodes[at];
            at = match part {
                Part::One => *node.one.get_or_insert(new),
                Part::Literal { text, hash } => node.literals.get_or_insert(text, hash.get(), new),
            };
            if at == new {
                nodes.insert(Node::new());
            }
        }
        nodes[at].value(pattern.is_open())
    }

    /// Takes the value out, and the nodes that led to no other.
    pub(crate) fn remove(&mut self, pattern: &Pattern) -> Option<T> {
        let mut at = ROOT;
        let mut way: SmallVec<[usize; 8]> = SmallVec::new();
        for part in pattern.pieces().iter() {
            way.push(at);
            at = self.nodes[at].next(part)?;
        }
        let value = self.nodes[at].value(pattern.is_open()).take()?;
        self.values -= 1;
        for (from, part) in way.into_iter().zip(pattern.pieces().iter()).rev() {
            if !self.nodes[at].is_empty() {
                break;
            }
            self.nodes.remove(at);
            self.nodes[from].forget(part);
            at = from;
        }
        if self.is_empty() {
            // What had been made for many.
            *self = Self::new();
        }
        Some(value)
    }

    /// Shows each value whose pattern matches the topic, once each, in no order.
    #[inline]
    pub(crate) fn visit<'a>(&'a self, topic: &Topic, mut visitor: impl FnMut(&'a T)) {
        let parts = topic.shared();
        // Nodes to look at, and how many parts led there.
        let mut ahead: SmallVec<[(usize, usize); 16]> = SmallVec::new();
        let mut next = Some((ROOT, 0));
        while let Some((number, depth)) = next {
            let node = &self.nodes[number];
            node.open.iter().for_each(&mut visitor);
            let literal = match parts.get(depth) {
                Some(Part::Literal { text, hash }) => {
                    ahead.extend(node.one.map(|one| (one, depth + 1)));
                    node.literals.get(text, hash.get())
                }
                _ => {
                    node.exact.iter().for_each(&mut visitor);
                    None
                }
            };
            next = literal
                .map(|literal| (literal, depth + 1))
                .or_else(|| ahead.pop());
        }
    }

    /// Nodes there are, the root included.
    #[cfg(test)]
    fn nodes(&self) -> usize {
        self.nodes.len()
    }
}
