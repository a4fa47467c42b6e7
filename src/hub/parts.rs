//! What topics and patterns are made of: a row of parts, in one piece of memory, with its hashes.

use std::hash::{BuildHasher, Hash, Hasher};
use std::num::NonZeroU64;

use compact_str::CompactString;
use hashbrown::DefaultHashBuilder;
use smallvec::SmallVec;

use crate::sync::OnceLock;

const BETWEEN: char = '\u{1}';
const ONE: char = '\u{2}';
const AMBIGUOUS: u64 = 1 << 63;

/// Literal parts, and wildcards for one part each. Not changed once it is shared.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    /// Of all the pieces, so that who has the parts in hand hashes one word. The highest bit tells whether the text is
    /// ambiguous.
    hash: u64,
    /// The parts, one after the other, with [`BETWEEN`] in between; a wildcard is [`ONE`]. Two rows with the same text are the same,
    /// unless these characters are part of a literal: who compares two does not look at the pieces.
    text: CompactString,
    pieces: SmallVec<[Piece; 6]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Piece {
    /// Of a literal's text. A wildcard has none.
    hash: Option<NonZeroU64>,
    /// Where it ends in the text.
    end: usize,
}

/// One part, with the hash that is kept of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    Literal { text: &'a str, hash: NonZeroU64 },
    One,
}

impl<'a> Part<'a> {
    pub(super) fn literal(self) -> Option<&'a str> {
        match self {
            Self::Literal { text, .. } => Some(text),
            Self::One => None,
        }
    }

    /// Whether all that this part stands for, the other one does as well.
    pub(super) fn is_within(self, other: Part<'_>) -> bool {
        match (self, other) {
            (_, Part::One) => true,
            (Self::One, Part::Literal { .. }) => false,
            (Self::Literal { text, hash }, Part::Literal { text: t, hash: h }) => {
                hash == h && text == t
            }
        }
    }
}

impl Parts {
    /// The literal parts of a list. `None` if it has none.
    pub(super) fn of_literals<S: AsRef<str>>(list: impl IntoIterator<Item = S>) -> Option<Self> {
        let mut parts = Self::default();
        for literal in list {
            parts.push(literal.as_ref());
        }
        (parts.len() > 0).then(|| parts.finished())
    }

    /// Whoever pushes ends it with [`finished`](Self::finished).
    pub(super) fn push(&mut self, literal: &str) {
        self.begin_part();
        self.text.push_str(literal);
        // 0 would be a wildcard's: one text in 2^64 shares the hash of another.
        let hash = NonZeroU64::new(hasher().hash_one(literal)).unwrap_or(NonZeroU64::MIN);
        self.push_piece(Some(hash));
    }

    pub(super) fn push_one(&mut self) {
        self.begin_part();
        self.text.push(ONE);
        self.push_piece(None);
    }

    fn begin_part(&mut self) {
        if self.len() > 0 {
            self.text.push(BETWEEN);
        }
    }

    fn push_piece(&mut self, hash: Option<NonZeroU64>) {
        let end = self.text.len();
        self.pieces.push(Piece { hash, end });
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.begin_part();
        let begin = self.text.len();
        self.text.push_str(&other.text);
        self.pieces.extend(other.pieces.iter().map(|piece| Piece {
            end: begin + piece.end,
            ..*piece
        }));
    }

    pub(super) fn finished(mut self) -> Self {
        let hash = hasher().hash_one(&self.pieces[..]);
        self.hash = if self.has_ambiguous_text() {
            hash | AMBIGUOUS
        } else {
            hash & !AMBIGUOUS
        };
        self
    }

    /// Whether a literal contains what stands between parts or for a wildcard.
    fn has_ambiguous_text(&self) -> bool {
        let count = |what| self.text.chars().filter(|one| *one == what).count();
        let wildcards = self.pieces.iter().filter(|piece| piece.hash.is_none());
        count(BETWEEN) + 1 > self.len() || count(ONE) > wildcards.count()
    }

    /// The first so many.
    pub(super) fn begin(&self, count: usize) -> Self {
        let pieces: SmallVec<[Piece; 6]> = SmallVec::from_slice(&self.pieces[..count]);
        let end = pieces.last().map_or(0, |piece| piece.end);
        let text = self.text[..end].into();
        let parts = Self {
            hash: 0,
            text,
            pieces,
        };
        parts.finished()
    }

    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// What is hashed for all of it.
    #[inline]
    pub(super) fn digest(&self) -> u64 {
        self.hash
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<Part<'_>> {
        let piece = self.pieces.get(index)?;
        let Some(hash) = piece.hash else {
            return Some(Part::One);
        };
        let last = index.checked_sub(1);
        let begin = last.map_or(0, |last| self.pieces[last].end + BETWEEN.len_utf8());
        let text = &self.text[begin..piece.end];
        Some(Part::Literal { text, hash })
    }

    pub(super) fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = Part<'_>> + ExactSizeIterator + Clone {
        (0..self.len()).map(|index| self.get(index).expect("it is below the length"))
    }

    pub(super) fn has_wildcard(&self) -> bool {
        self.pieces.iter().any(|piece| piece.hash.is_none())
    }
}

impl PartialEq for Parts {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let is_ambiguous = self.hash & AMBIGUOUS != 0;
        self.hash == other.hash
            && self.text == other.text
            && (!is_ambiguous || self.pieces == other.pieces)
    }
}

impl Eq for Parts {}

impl Hash for Parts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// One for the whole process: parts of topics are looked for among parts of patterns by the hashes that both keep.
fn hasher() -> &'static DefaultHashBuilder {
    static HASHER: OnceLock<DefaultHashBuilder> = OnceLock::new();
    HASHER.get_or_init(DefaultHashBuilder::default)
}

#[cfg(test)]
mod tests {
    use super::Parts;

    fn parts(list: &[&str]) -> Parts {
        Parts::of_literals(list).unwrap()
    }

    #[test]
    fn where_a_part_ends_is_part_of_what_it_is() {
        assert_ne!(parts(&["ab", "c"]), parts(&["a", "bc"]));
        assert_ne!(parts(&["", "a"]), parts(&["a", ""]));
        let mut one = Parts::default();
        one.push("a");
        one.push_one();
        assert_ne!(one.finished(), parts(&["a", ""]));
    }

    #[test]
    fn whatever_characters_are_in_it() {
        assert_ne!(parts(&["a\u{1}b"]), parts(&["a", "b"]));
        assert_ne!(parts(&["a\u{1}b", "c"]), parts(&["a", "b\u{1}c"]));
        let mut one = Parts::default();
        one.push_one();
        let one = one.finished();
        assert_ne!(one, parts(&["\u{2}"]));
        assert_eq!(parts(&["\u{2}", "\u{1}"]), parts(&["\u{2}", "\u{1}"]));
        assert_eq!(
            parts(&["a\u{1}b"]).iter().next().unwrap().literal(),
            Some("a\u{1}b")
        );
    }

    #[test]
    fn however_they_were_put_together() {
        let whole = parts(&["a", "", "bc"]);
        let mut joined = parts(&["a"]);
        joined.extend(&parts(&["", "bc"]));
        let joined = joined.finished();
        assert_eq!((&joined, joined.digest()), (&whole, whole.digest()));
        let begin = parts(&["a", "", "bc", "d", "e"]).begin(3);
        assert_eq!((&begin, begin.digest()), (&whole, whole.digest()));
    }
}
