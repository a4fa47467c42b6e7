//! Pure: from the lists a send has to look at to the connections it reaches, each once, in order of rank.

use smallvec::SmallVec;

use super::registry::{Rank, Ranked};
use crate::sync::Arc;

/// The chunks of one list.
pub(crate) type Chunks<'a, S> = &'a [Arc<Vec<Arc<S>>>];

/// Merges sorted lists; what stands in several of them comes once.
///
/// Equal ranks are one connection, and all lists are sorted by rank, so equal ones come to the front together. The front
/// is searched in a line: sends name a handful of keys, not hundreds.
pub(crate) fn merge<'a, S: ?Sized + Ranked>(
    lists: impl Iterator<Item = Chunks<'a, S>>,
) -> Merged<'a, S> {
    let heads = lists.filter_map(|chunks| {
        let mut rest = Members { chunks, place: 0 };
        rest.next().map(|head| Head {
            rank: head.rank(),
            head,
            rest,
        })
    });
    Merged {
        heads: heads.collect(),
    }
}

struct Members<'a, S: ?Sized> {
    chunks: Chunks<'a, S>,
    place: usize,
}

impl<'a, S: ?Sized> Iterator for Members<'a, S> {
    type Item = &'a Arc<S>;

    #[inline]
    fn next(&mut self) -> Option<&'a Arc<S>> {
        let (chunk, rest) = self.chunks.split_first()?;
        let member = chunk.get(self.place)?;
        self.place += 1;
        if self.place == chunk.len() {
            (self.chunks, self.place) = (rest, 0);
        }
        Some(member)
    }
}

struct Head<'a, S: ?Sized> {
    rank: Rank,
    head: &'a Arc<S>,
    rest: Members<'a, S>,
}

pub(crate) struct Merged<'a, S: ?Sized> {
    heads: SmallVec<[Head<'a, S>; 8]>,
}

impl<'a, S: ?Sized + Ranked> Iterator for Merged<'a, S> {
    type Item = &'a Arc<S>;

    #[inline]
    fn next(&mut self) -> Option<&'a Arc<S>> {
        let first = self.heads.iter().map(|head| head.rank).min()?;
        let mut found = None;
        let mut at = 0;
        while let Some(head) = self.heads.get_mut(at) {
            if head.rank == first {
                found = Some(head.head);
                match head.rest.next() {
                    Some(next) => {
                        head.rank = next.rank();
                        head.head = next;
                    }
                    None => {
                        self.heads.swap_remove(at);
                        continue;
                    }
                }
            }
            at += 1;
        }
        found
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
        merge(lists.iter().map(|list| &list[..]))
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
