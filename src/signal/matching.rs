//! Pure: from the lists a send has to look at to the connections it reaches, each once, in order of rank.

use std::cmp::Reverse;

use smallvec::SmallVec;

use super::registry::{Pieces, Rank, Ranked};
use crate::sync::Arc;

/// Connections in order, each once.
pub(crate) type Row<'a, S> = SmallVec<[&'a Arc<S>; 32]>;

/// Merges sorted lists; what stands in several of them comes once.
///
/// Equal ranks are one connection, and all lists are sorted by rank, so equal ones come to the front together. The front
/// is searched in a line: sends name a handful of keys, not hundreds.
pub(crate) fn merge<'a, S: ?Sized + Ranked>(
    lists: impl Iterator<Item = Pieces<'a, S>>,
) -> Row<'a, S> {
    let mut row = Row::new();
    let mut fronts: Fronts<'a, S> = lists.filter_map(Front::new).collect();
    while let Some((first, others)) = fronts.split_first() {
        let alike = first.alike(others);
        if alike > 0 {
            row.extend(&first.piece[..alike]);
            fronts.retain(|front| front.advance(alike));
            continue;
        }
        let Some(lowest) = fronts.iter_mut().map(Front::rank).min() else {
            break;
        };
        let mut found = None;
        fronts.retain(|front| {
            if front.rank() != lowest {
                return true;
            }
            found = front.piece.first();
            front.advance(1)
        });
        row.extend(found);
    }
    row
}

/// Whether sorted lists can be walked one after the other as they are: what stands in them has one priority, and nothing stands in
/// two of them.
pub(crate) fn are_apart<'a, S: ?Sized + Ranked + 'a>(
    lists: impl Iterator<Item = Pieces<'a, S>>,
) -> bool {
    let lists: SmallVec<[Listed<'a, S>; 4]> = lists.map(Listed::new).collect();
    let ends = lists.iter().flat_map(Listed::ends);
    let mut priorities = ends.map(|one| one.rank().priority());
    let first = priorities.next();
    priorities.all(|one| Some(one) == first)
        && (1..lists.len()).all(|at| lists[..at].iter().all(|one| !one.meets(&lists[at])))
}

/// A sorted list that is searched.
struct Listed<'a, S: ?Sized> {
    pieces: SmallVec<[&'a [Arc<S>]; 4]>,
    len: usize,
}

impl<'a, S: ?Sized + Ranked> Listed<'a, S> {
    fn new(pieces: Pieces<'a, S>) -> Self {
        let pieces: SmallVec<[&'a [Arc<S>]; 4]> = pieces.collect();
        let len = pieces.iter().map(|piece| piece.len()).sum();
        Self { pieces, len }
    }

    fn members(&self) -> impl Iterator<Item = &'a Arc<S>> {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }

    /// The first and the last.
    fn ends(&self) -> impl Iterator<Item = &'a Arc<S>> + use<'a, S> {
        let first = self.pieces.first().and_then(|piece| piece.first());
        let last = self.pieces.last().and_then(|piece| piece.last());
        first.into_iter().chain(last)
    }

    fn contains(&self, rank: Rank) -> bool {
        let is_before = |piece: &&[Arc<S>]| piece.last().is_some_and(|last| last.rank() < rank);
        let piece = self.pieces.get(self.pieces.partition_point(is_before));
        piece.is_some_and(|piece| piece.binary_search_by_key(&rank, |one| one.rank()).is_ok())
    }

    /// Whether something stands in both.
    fn meets(&self, other: &Self) -> bool {
        let (few, many) = if self.len < other.len {
            (self, other)
        } else {
            (other, self)
        };
        // A search for each of a few is less than to go past all of many.
        if few.len * 8 < many.len {
            return few.members().any(|one| many.contains(one.rank()));
        }
        let mut many = many.members().map(|one| one.rank()).peekable();
        few.members().any(|one| {
            let rank = one.rank();
            while many.next_if(|other| *other < rank).is_some() {}
            many.peek() == Some(&rank)
        })
    }
}

/// Puts sorted lists behind each other, by priority and then list by list; what stands in several of them comes once, where it
/// stands first.
pub(crate) fn in_turn<'a, S: ?Sized + Ranked>(
    lists: impl Iterator<Item = Pieces<'a, S>>,
) -> Row<'a, S> {
    let mut all: SmallVec<[(Rank, usize, &'a Arc<S>); 32]> = lists
        .enumerate()
        .flat_map(|(list, pieces)| pieces.flatten().map(move |one| (one.rank(), list, one)))
        .collect();
    // Both find runs that are in order already, and change nothing of them.
    all.sort_by_key(|(rank, list, _)| (*rank, *list));
    all.dedup_by_key(|(rank, _, _)| *rank);
    all.sort_by_key(|(rank, list, _)| (Reverse(rank.priority()), *list, *rank));
    all.into_iter().map(|(_, _, one)| one).collect()
}

type Fronts<'a, S> = SmallVec<[Front<'a, S>; 8]>;

/// What is left of a list; never nothing.
struct Front<'a, S: ?Sized> {
    piece: &'a [Arc<S>],
    rest: Pieces<'a, S>,
    /// Of its first connection, once it was asked for.
    rank: Option<Rank>,
}

impl<'a, S: ?Sized + Ranked> Front<'a, S> {
    fn new(mut rest: Pieces<'a, S>) -> Option<Self> {
        Some(Self {
            piece: rest.next()?,
            rest,
            rank: None,
        })
    }

    fn rank(&mut self) -> Rank {
        *self.rank.get_or_insert_with(|| self.piece[0].rank())
    }

    /// How far it goes on with the same connections as these others. Often that is all of it, and no rank has to be looked
    /// at.
    fn alike(&self, others: &[Self]) -> usize {
        others.iter().fold(self.piece.len(), |alike, other| {
            let pairs = self.piece[..alike].iter().zip(other.piece);
            pairs
                .take_while(|(one, other)| Arc::ptr_eq(one, other))
                .count()
        })
    }

    /// Goes on; false at the end.
    fn advance(&mut self, by: usize) -> bool {
        self.rank = None;
        self.piece = &self.piece[by..];
        if self.piece.is_empty() {
            self.piece = self.rest.next().unwrap_or_default();
        }
        !self.piece.is_empty()
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
            .iter()
            .map(|member| (member.0, member.1))
            .collect()
    }

    fn turns(lists: &[Vec<Arc<Vec<Arc<Member>>>>]) -> Vec<(i32, u64)> {
        in_turn(lists.iter().map(|list| Pieces::new(&[], list)))
            .iter()
            .map(|member| (member.0, member.1))
            .collect()
    }

    #[test]
    fn nothing_matches_in_no_lists() {
        for lists in [&[][..], &[list(&[]), list(&[])]] {
            assert_eq!(merged(lists), []);
            assert_eq!(turns(lists), []);
        }
    }

    #[test]
    fn lists_are_apart_where_nothing_stands_in_two_and_all_have_one_priority() {
        let apart = |lists: &[Vec<Arc<Vec<Arc<Member>>>>]| {
            are_apart(lists.iter().map(|list| Pieces::new(&[], list)))
        };
        let of = |members: &[Member]| list(&members.chunks(3).collect::<Vec<_>>());
        let even: Vec<_> = (0..100).map(|at| Member(0, 2 * at)).collect();
        let odd: Vec<_> = (0..100).map(|at| Member(0, 2 * at + 1)).collect();
        assert!(apart(&[]) && apart(&[list(&[]), of(&even)]));
        assert!(apart(&[of(&even), of(&odd)]));
        // As many as one, more and fewer: each way to look for them.
        for some in [&even[7..8], &even[99..], &even[40..60], &even[..]] {
            assert!(!apart(&[of(&odd), of(&even), of(some)]));
            assert!(!apart(&[of(some), list(&[]), of(&even)]));
            assert!(apart(&[of(some), of(&odd)]));
        }
        assert!(!apart(&[of(&even), of(&[Member(1, 1)])]));
        assert!(!apart(&[of(&[Member(1, 1), Member(0, 3)]), of(&even)]));
        assert!(apart(&[of(&[Member(1, 1)]), of(&[Member(1, 3)])]));
    }

    #[test]
    fn lists_have_their_turn_within_a_priority_and_each_member_once() {
        let lists = [
            list(&[&[Member(0, 2), Member(0, 4)]]),
            list(&[&[Member(9, 3)], &[Member(0, 1), Member(0, 4)]]),
            list(&[&[Member(9, 3), Member(0, 0)], &[Member(-1, 5)]]),
        ];
        assert_eq!(
            turns(&lists),
            [(9, 3), (0, 2), (0, 4), (0, 1), (0, 0), (-1, 5)]
        );
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
