//! Pure: from the lists a send has to look at to the connections it reaches, each once, in order of rank.

use std::slice;

use smallvec::SmallVec;

use super::registry::{Pieces, Rank, Ranked};
use crate::sync::Arc;

/// Merges sorted lists; what stands in several of them comes once.
///
/// Equal ranks are one connection, and all lists are sorted by rank, so equal ones come to the front together. The front
/// is searched in a line: sends name a handful of keys, not hundreds.
pub(crate) fn merge<'a, S: ?Sized + Ranked>(
    lists: impl Iterator<Item = Pieces<'a, S>>,
) -> Merged<'a, S> {
    let heads = lists.filter_map(|pieces| {
        let mut rest = Members {
            piece: Default::default(),
            pieces,
        };
        rest.next().map(|head| Head {
            rank: None,
            head,
            rest,
        })
    });
    Merged {
        heads: heads.collect(),
    }
}

struct Members<'a, S: ?Sized> {
    piece: slice::Iter<'a, Arc<S>>,
    pieces: Pieces<'a, S>,
}

impl<'a, S: ?Sized> Iterator for Members<'a, S> {
    type Item = &'a Arc<S>;

    #[inline]
    fn next(&mut self) -> Option<&'a Arc<S>> {
        if let Some(member) = self.piece.next() {
            return Some(member);
        }
        self.piece = self.pieces.next()?.iter();
        self.piece.next()
    }
}

struct Head<'a, S: ?Sized> {
    head: &'a Arc<S>,
    /// Of `head`, once it was asked for.
    rank: Option<Rank>,
    rest: Members<'a, S>,
}

impl<S: ?Sized + Ranked> Head<'_, S> {
    fn rank(&mut self) -> Rank {
        *self.rank.get_or_insert_with(|| self.head.rank())
    }
}

pub(crate) struct Merged<'a, S: ?Sized> {
    heads: SmallVec<[Head<'a, S>; 8]>,
}

impl<'a, S: ?Sized + Ranked> Iterator for Merged<'a, S> {
    type Item = &'a Arc<S>;

    #[inline]
    fn next(&mut self) -> Option<&'a Arc<S>> {
        let first = self.heads.first()?.head;
        // Often all lists go on with the same connection: no rank has to be looked at then.
        if self.heads.iter().all(|head| Arc::ptr_eq(head.head, first)) {
            self.advance(|_| true);
            return Some(first);
        }
        let lowest = self.heads.iter_mut().map(Head::rank).min()?;
        let mut found = first;
        self.advance(|head| {
            let is_lowest = head.rank() == lowest;
            if is_lowest {
                found = head.head;
            }
            is_lowest
        });
        Some(found)
    }
}

impl<'a, S: ?Sized> Merged<'a, S> {
    /// Goes on in these lists, and lets go of those that have come to their end.
    #[inline]
    fn advance(&mut self, mut is_meant: impl FnMut(&mut Head<'a, S>) -> bool) {
        self.heads.retain(|head| {
            if !is_meant(head) {
                return true;
            }
            let next = head.rest.next();
            if let Some(next) = next {
                head.head = next;
                head.rank = None;
            }
            next.is_some()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Member(i32, u64);

    impl Ranked for Member {
        fn rank(&self) -> Rank {
            Rank::new(self.0, self.1)
        }
    }

    fn list(chunks: &[&[Member]]) -> Vec<Arc<Vec<Arc<Member>>>> {
        chunks
            .iter()
            .map(|chunk| Arc::new(chunk.iter().map(|member| Arc::new(*member)).collect()))
            .collect()
    }

    fn merged(lists: &[Vec<Arc<Vec<Arc<Member>>>>]) -> Vec<(i32, u64)> {
        merge(lists.iter().map(|list| Pieces::new(&[], list)))
            .map(|member| (member.0, member.1))
            .collect()
    }

    #[test]
    fn nothing_matches_in_no_lists() {
        assert_eq!(merged(&[]), []);
        assert_eq!(merged(&[list(&[]), list(&[])]), []);
    }

    #[test]
    fn one_list_is_walked_as_it_is() {
        assert_eq!(
            merged(&[list(&[]), list(&[&[Member(5, 2)], &[Member(0, 1)]])]),
            [(5, 2), (0, 1)]
        );
    }

    #[test]
    fn several_lists_are_walked_by_rank_and_each_member_once() {
        let lists = [
            list(&[&[Member(0, 1), Member(0, 4)]]),
            list(&[&[Member(9, 3)], &[Member(0, 1)]]),
            list(&[
                &[Member(9, 3), Member(0, 2)],
                &[Member(0, 4), Member(-1, 0)],
            ]),
        ];
        assert_eq!(merged(&lists), [(9, 3), (0, 1), (0, 2), (0, 4), (-1, 0)]);
    }
}
