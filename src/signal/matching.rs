//! Pure: from the lists a send has to look at to the connections it reaches, each once, in order of rank.

use smallvec::SmallVec;

use super::registry::Entry;
use crate::sync::Arc;

/// Walks the members of all lists, in order of rank; what stands in several lists comes once.
pub(crate) fn each_once<'a, S, L>(
    lists: &'a [L],
    members: impl Fn(&'a L) -> &'a [Entry<S>],
) -> EachOnce<'a, S> {
    let mut lists = lists
        .iter()
        .map(members)
        .filter(|members| !members.is_empty());
    let first = lists.next().unwrap_or_default();
    let Some(second) = lists.next() else {
        return EachOnce::Single(first.iter());
    };
    // The lists are sorted by the same ranks, and a rank is one connection's alone: equal ones become neighbours.
    let mut merged: Merged<'a, S> = first.iter().chain(second).chain(lists.flatten()).collect();
    merged.sort_unstable_by_key(|entry| entry.rank);
    merged.dedup_by_key(|entry| entry.rank);
    EachOnce::Merged(merged.into_iter())
}

type Merged<'a, S> = SmallVec<[&'a Entry<S>; 16]>;

pub(crate) enum EachOnce<'a, S> {
    /// One list, the usual case, is sorted and unique as it is.
    Single(std::slice::Iter<'a, Entry<S>>),
    Merged(smallvec::IntoIter<[&'a Entry<S>; 16]>),
}

impl<'a, S> Iterator for EachOnce<'a, S> {
    type Item = &'a Arc<S>;

    fn next(&mut self) -> Option<&'a Arc<S>> {
        match self {
            Self::Single(entries) => entries.next(),
            Self::Merged(entries) => entries.next(),
        }
        .map(|entry| &entry.member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::registry::Rank;

    fn list(members: &[(i32, u64)]) -> Vec<Entry<(i32, u64)>> {
        let entry = |&(priority, order)| Entry {
            rank: Rank::new(priority, order),
            member: Arc::new((priority, order)),
        };
        members.iter().map(entry).collect()
    }

    fn matched(lists: &[Vec<Entry<(i32, u64)>>]) -> Vec<(i32, u64)> {
        each_once(lists, |list| list)
            .map(|member| **member)
            .collect()
    }

    #[test]
    fn nothing_matches_in_no_lists() {
        assert_eq!(matched(&[]), []);
        assert_eq!(matched(&[list(&[]), list(&[])]), []);
    }

    #[test]
    fn one_list_is_walked_as_it_is() {
        assert_eq!(
            matched(&[list(&[]), list(&[(5, 2), (0, 1)])]),
            [(5, 2), (0, 1)]
        );
    }

    #[test]
    fn several_lists_are_walked_by_rank_and_each_member_once() {
        let lists = [
            list(&[(0, 1), (0, 4)]),
            list(&[(9, 3), (0, 1)]),
            list(&[(9, 3), (0, 2), (0, 4), (-1, 0)]),
        ];
        assert_eq!(matched(&lists), [(9, 3), (0, 1), (0, 2), (0, 4), (-1, 0)]);
    }
}
