//! What is in a file: lines, blank lines, TODOs; read in pieces, so that a huge file costs time but no memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

const PIECE: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) lines: u64,
    pub(crate) blank: u64,
    pub(crate) todos: u64,
}

/// Counts a file; `None` where it is not UTF-8.
pub(crate) fn count_file(path: &Path) -> io::Result<Option<Counts>> {
    count(File::open(path)?)
}

fn count(mut source: impl Read) -> io::Result<Option<Counts>> {
    let mut scan = Scan::default();
    let mut buffer = vec![0; PIECE];
    let mut kept = 0; // bytes of a character that the end of the last piece cut in two
    loop {
        let read = match source.read(&mut buffer[kept..]) {
            Ok(0) => return Ok((kept == 0).then(|| scan.finish())),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let filled = kept + read;
        let whole = match std::str::from_utf8(&buffer[..filled]) {
            Ok(_) => filled,
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(None),
        };
        scan.add(&buffer[..whole]);
        buffer.copy_within(whole..filled, 0);
        kept = filled - whole;
    }
}

/// Where the scan stands between two pieces.
#[derive(Default)]
struct Scan {
    counts: Counts,
    in_line: bool,
    line_has_text: bool,
    word: Word,
}

impl Scan {
    fn add(&mut self, text: &[u8]) {
        for &byte in text {
            self.counts.todos += u64::from(self.word.add(byte));
            if byte == b'\n' {
                self.end_line();
            } else {
                self.in_line = true;
                self.line_has_text |= !byte.is_ascii_whitespace();
            }
        }
    }

    fn end_line(&mut self) {
        self.counts.lines += 1;
        self.counts.blank += u64::from(!self.line_has_text);
        self.in_line = false;
        self.line_has_text = false;
    }

    /// The last line counts with or without its newline, and so does a TODO at the very end.
    fn finish(mut self) -> Counts {
        self.counts.todos += u64::from(self.word.add(b'\n'));
        if self.in_line {
            self.end_line();
        }
        self.counts
    }
}

/// How far the current word agrees with `TODO`; as a word of its own, so that `TODOS` is none.
#[derive(Default)]
enum Word {
    #[default]
    Outside,
    Agrees(usize),
    Differs,
}

impl Word {
    const TODO: &[u8] = b"TODO";

    /// Takes the next byte and tells whether it ended a `TODO`.
    fn add(&mut self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            let agreed = match *self {
                Word::Outside => Some(0),
                Word::Agrees(agreed) => Some(agreed),
                Word::Differs => None,
            };
            *self = match agreed {
                Some(agreed) if Self::TODO.get(agreed) == Some(&byte) => Word::Agrees(agreed + 1),
                _ => Word::Differs,
            };
            return false;
        }
        let ended = matches!(*self, Word::Agrees(agreed) if agreed == Self::TODO.len());
        *self = Word::Outside;
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes one at a time: every border is the end of a piece.
    struct Crumbs<'a>(&'a [u8]);

    impl Read for Crumbs<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let end = self.0.len().min(1);
            self.0.read(&mut into[..end])
        }
    }

    fn counted(text: &[u8]) -> Option<Counts> {
        let at_once = count(text).expect("memory can be read");
        let in_crumbs = count(Crumbs(text)).expect("memory can be read");
        assert_eq!(at_once, in_crumbs, "the size of the pieces shows");
        at_once
    }

    fn lines_and_blank(text: &str) -> (u64, u64) {
        let counts = counted(text.as_bytes()).expect("UTF-8");
        (counts.lines, counts.blank)
    }

    fn todos(text: &str) -> u64 {
        counted(text.as_bytes()).expect("UTF-8").todos
    }

    #[test]
    fn lines_with_and_without_the_last_newline() {
        assert_eq!(lines_and_blank(""), (0, 0));
        assert_eq!(lines_and_blank("\n"), (1, 1));
        assert_eq!(lines_and_blank("one"), (1, 0));
        assert_eq!(lines_and_blank("one\n"), (1, 0));
        assert_eq!(lines_and_blank("one\n\ntwo"), (3, 1));
        assert_eq!(lines_and_blank("one\r\n\r\n \t\r\ntwo\r\n"), (4, 2));
        assert_eq!(lines_and_blank("one\n  "), (2, 1));
    }

    #[test]
    fn todos_are_whole_words() {
        assert_eq!(todos("// TODO: a, TODO(b) [TODO] TODO"), 4);
        assert_eq!(todos("TODOS xTODO TODO_LIST todo TOD O TTODO"), 0);
        assert_eq!(todos("TODO，"), 1);
    }

    #[test]
    fn characters_cut_in_two_by_a_piece() {
        assert_eq!(lines_and_blank("é\n漢字\n🎺"), (3, 0));
        for shift in 0..4 {
            let mut text = "x".repeat(PIECE - shift);
            text.push_str("🎺\nTODO\n");
            assert_eq!(
                counted(text.as_bytes()).map(|counts| (counts.lines, counts.todos)),
                Some((2, 1))
            );
        }
    }

    #[test]
    fn what_is_not_utf8_is_told_apart() {
        assert_eq!(counted(b"caf\xe9\n"), None);
        assert_eq!(counted(b"\x7fELF\x02\x01\x01\0\xff"), None);
        assert_eq!(counted(b"ends in half a character \xf0\x9f"), None);
        let mut late = vec![b'x'; 3 * PIECE];
        late.push(0xff);
        assert_eq!(count(late.as_slice()).expect("memory can be read"), None);
    }

    #[test]
    fn a_missing_file_is_an_error() {
        assert!(count_file(Path::new("no/such/file")).is_err());
    }
}
