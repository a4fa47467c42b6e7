//! Where a JSON object ends, without reading what is in it.

use memchr::memchr2;

/// Goes along the bytes of objects, and remembers where it is between one piece of them and the next.
///
/// It counts what opens and closes, outside of texts; whether the one fits the other, and all the rest, is seen by who reads
/// the object. So a count is all it keeps, however deep an object is.
#[derive(Debug, Default)]
pub(super) struct Objects {
    depth: usize,
    is_in_text: bool,
    is_after_backslash: bool,
}

/// What bytes mean to it.
const PLAIN: u8 = 0;
const QUOTE: u8 = 1;
const OPENS: u8 = 2;
const CLOSES: u8 = 3;

const MEANING: [u8; 256] = {
    let mut meaning = [PLAIN; 256];
    meaning[b'"' as usize] = QUOTE;
    meaning[b'{' as usize] = OPENS;
    meaning[b'[' as usize] = OPENS;
    meaning[b'}' as usize] = CLOSES;
    meaning[b']' as usize] = CLOSES;
    meaning
};

impl Objects {
    /// The number of bytes up to the end of the object, if it ends here. The first byte of an object opens it.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.is_after_backslash {
                self.is_after_backslash = false;
                at += 1;
                continue;
            }
            if self.is_in_text {
                let found = memchr2(b'"', b'\\', &bytes[at..])?;
                self.is_in_text = bytes[at + found] == b'\\';
                self.is_after_backslash = self.is_in_text;
                at += found + 1;
                continue;
            }
            let byte = bytes[at];
            at += 1;
            match MEANING[usize::from(byte)] {
                QUOTE => self.is_in_text = true,
                OPENS => self.depth += 1,
                CLOSES => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// How deep what these bytes of JSON open is nested, counted no further than one beyond a limit.
pub(crate) fn is_deeper_than(limit: usize, bytes: &[u8]) -> bool {
    // Where fewer are opened in all, texts included, none can be as deep: the usual case, in one pass that needs no state.
    // The two differ in one bit, which is how many can be counted at a time.
    let opened = bytes.iter().filter(|&&byte| byte | 0x20 == b'{').count();
    if opened <= limit {
        return false;
    }
    let mut state = Objects::default();
    bytes.chunks(1).any(|byte| {
        state.end(byte);
        state.depth > limit
    })
}

#[cfg(test)]
mod tests {
    use super::{Objects, is_deeper_than};

    #[test]
    fn depth_is_counted_outside_of_texts() {
        for (text, depth) in [
            ("{}", 1),
            (r#"{"a":[[]]}"#, 3),
            (r#"{"[[[[[[":[1,{"b":"]\"["}]}"#, 3),
            (r#"{"a":[],"b":[],"c":[[]]}"#, 3),
        ] {
            assert!(is_deeper_than(depth - 1, text.as_bytes()), "{text}");
            assert!(!is_deeper_than(depth, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn an_object_ends_where_it_ends() {
        for text in [
            r"{}",
            r#"{"}":"\"}"}"#,
            r#"{"a":{"b":[{}]}}"#,
            r#"{"\\":1}"#,
        ] {
            let more = format!("{text}{{");
            assert_eq!(Objects::default().end(more.as_bytes()), Some(text.len()));
            let mut state = Objects::default();
            for (place, byte) in text.bytes().enumerate() {
                let end = (place + 1 == text.len()).then_some(1);
                assert_eq!(state.end(&[byte]), end, "{text} at {place}");
            }
        }
    }
}
