//! The text form of topics and patterns: parts between dots, stars and question marks, and a backslash before what is
//! meant as it stands.

use std::fmt::{self, Write};

use super::error::{Grammar, TopicError, TopicProblem};
use super::parts::{Part, Parts};

/// The parts of a pattern, and whether whatever comes after them matches as well.
pub(super) struct Read {
    pub(super) parts: Parts,
    pub(super) is_open: bool,
}

pub(super) fn read_topic(text: &str) -> Result<Parts, TopicError> {
    let read = Reader::new(text, Grammar::TOPIC).read()?;
    Ok(read.parts)
}

pub(super) fn read_pattern(text: &str) -> Result<Read, TopicError> {
    Reader::new(text, Grammar::PATTERN).read()
}

struct Reader<'a> {
    text: &'a str,
    grammar: Grammar,
    parts: Parts,
    /// For parts that are not as they are written.
    unescaped: String,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, grammar: Grammar) -> Self {
        Self {
            text,
            grammar,
            parts: Parts::default(),
            unescaped: String::new(),
        }
    }

    fn read(mut self) -> Result<Read, TopicError> {
        if self.text.is_empty() {
            return Err(self.error(TopicProblem::NoParts, 0, ""));
        }
        let mut begin = 0;
        let mut is_open = false;
        loop {
            let written = written_part(&self.text[begin..]);
            let end = begin + written.len();
            let is_last = end == self.text.len();
            match written {
                "*" | "?" | "**" if !self.grammar.takes_wildcards() => {
                    return Err(self.error(TopicProblem::Wildcard, begin, written));
                }
                "?" => self.parts.push_one(),
                "*" => {
                    self.parts.push_one();
                    is_open = is_last;
                }
                "**" if is_last => {
                    // A topic has at least one part.
                    if self.parts.len() == 0 {
                        self.parts.push_one();
                    }
                    is_open = true;
                }
                "**" => return Err(self.error(TopicProblem::NotLast, begin, written)),
                "" => return Err(self.error(TopicProblem::EmptyPart, begin, "")),
                r"\e" => self.parts.push(""),
                _ => self.literal(begin, written)?,
            }
            if is_last {
                let parts = self.parts.finished();
                return Ok(Read { parts, is_open });
            }
            begin = end + 1;
        }
    }

    fn literal(&mut self, begin: usize, written: &str) -> Result<(), TopicError> {
        if !written.contains(['\\', '*', '?']) {
            self.parts.push(written);
            return Ok(());
        }
        self.unescaped.clear();
        let mut characters = written.char_indices();
        while let Some((at, character)) = characters.next() {
            let problem = match character {
                '*' | '?' => Some((TopicProblem::WildcardInPart, 1)),
                '\\' => match characters.next() {
                    Some((_, escaped @ ('.' | '*' | '?' | '\\'))) => {
                        self.unescaped.push(escaped);
                        None
                    }
                    Some((_, other)) => Some((TopicProblem::UnknownEscape, 1 + other.len_utf8())),
                    None => Some((TopicProblem::DanglingEscape, 1)),
                },
                plain => {
                    self.unescaped.push(plain);
                    None
                }
            };
            if let Some((problem, length)) = problem {
                return Err(self.error(problem, begin + at, &written[at..at + length]));
            }
        }
        self.parts.push(&self.unescaped);
        Ok(())
    }

    fn error(&self, problem: TopicProblem, at: usize, found: &str) -> TopicError {
        let part = self.parts.len();
        TopicError::in_text(self.grammar, self.text, problem, (at, found), part)
    }
}

/// Up to the first dot that is not escaped.
fn written_part(text: &str) -> &str {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'.' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    &text[..end.unwrap_or(text.len())]
}

/// As `Display` wants it, with its padding.
pub(super) fn show(parts: &Parts, is_open: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if f.width().is_none() && f.precision().is_none() {
        return write(parts, is_open, f);
    }
    let mut text = String::new();
    write(parts, is_open, &mut text)?;
    f.pad(&text)
}

fn write(parts: &Parts, is_open: bool, f: &mut impl Write) -> fmt::Result {
    let last = parts.len() - 1;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_char('.')?;
        }
        match part {
            Part::Literal { text, .. } => write_literal(text, f)?,
            // A last star stands for more than one.
            Part::One => f.write_char(if index == last && !is_open { '?' } else { '*' })?,
        }
    }
    let has_said_so = matches!(parts.get(last), Some(Part::One));
    if is_open && !has_said_so {
        f.write_str(".**")?;
    }
    Ok(())
}

fn write_literal(text: &str, f: &mut impl Write) -> fmt::Result {
    if text.is_empty() {
        return f.write_str(r"\e");
    }
    let mut rest = text;
    while let Some(at) = rest.find(['.', '*', '?', '\\']) {
        f.write_str(&rest[..at])?;
        f.write_char('\\')?;
        // The four take one byte each.
        f.write_str(&rest[at..=at])?;
        rest = &rest[at + 1..];
    }
    f.write_str(rest)
}
