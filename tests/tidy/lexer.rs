//! Rust source as tokens: just enough to tell code from comments and from what is inside literals.

use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// As in the source, except that a raw identifier comes without its `r#`.
    pub(crate) text: &'a str,
    /// From 1: where it begins.
    pub(crate) line: usize,
}

impl Token<'_> {
    /// Whether it is a name or a keyword.
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(is_word_start) && !self.text.contains(['"', '\''])
    }
}

/// The tokens of a text: names, numbers, literals, `::`, and every other character by itself. No comments.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while !rest.is_empty() {
        let (is_code, length) = measure(rest);
        let (piece, after) = rest.split_at(length);
        if is_code {
            found.push(Token {
                text: piece
                    .strip_prefix("r#")
                    .filter(|t| t.starts_with(is_word_start))
                    .unwrap_or(piece),
                line,
            });
        }
        line += piece.matches('\n').count();
        rest = after;
    }
    found
}

/// How many lines hold more than blanks and comments.
pub(crate) fn code_lines(text: &str) -> usize {
    let mut lines = BTreeSet::new();
    for token in tokens(text) {
        for (below, line) in token.text.lines().enumerate() {
            if !line.trim().is_empty() {
                lines.insert(token.line + below);
            }
        }
    }
    lines.len()
}

/// Whether the text, which is not empty, begins with code, and the length of the first piece.
fn measure(text: &str) -> (bool, usize) {
    let first = text.chars().next().unwrap_or_default();
    if first.is_whitespace() {
        return (false, length_while(text, char::is_whitespace));
    }
    if text.starts_with("//") {
        return (false, length_while(text, |c| c != '\n'));
    }
    if text.starts_with("/*") {
        return (false, block_comment(text));
    }
    let length = match first {
        '"' => quoted(text, 0, '"'),
        '\'' => quote(text),
        ':' if text.starts_with("::") => 2,
        _ if is_word_start(first) => word(text),
        _ if first.is_ascii_digit() => length_while(text, is_word_part),
        _ => first.len_utf8(),
    };
    (true, length)
}

/// A name, or a literal with a prefix.
fn word(text: &str) -> usize {
    let length = length_while(text, is_word_part);
    let (prefix, rest) = text.split_at(length);
    let hashes = length_while(rest, |c| c == '#');
    match prefix {
        "r" | "br" | "cr" if rest[hashes..].starts_with('"') => {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = length + hashes + 1;
            text[body..]
                .find(&end)
                .map_or(text.len(), |at| body + at + end.len())
        }
        "r" if hashes == 1 && rest[1..].starts_with(is_word_start) => {
            length + 1 + length_while(&rest[1..], is_word_part)
        }
        "b" | "c" if rest.starts_with('"') => quoted(text, length, '"'),
        "b" if rest.starts_with('\'') => quoted(text, length, '\''),
        _ => length,
    }
}

/// What a `'` begins: a character, or the name of a lifetime.
fn quote(text: &str) -> usize {
    let mut characters = text.chars().skip(1);
    match (characters.next(), characters.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(text, 0, '\''),
        _ => 1 + length_while(&text[1..], is_word_part),
    }
}

/// The length up to the closing quote of a literal that opens at `at`.
fn quoted(text: &str, at: usize, quote: char) -> usize {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip_while(|(index, _)| *index <= at) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn length_while(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}

fn is_word_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_word_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[test]
fn tells_code_from_comments_and_literals() {
    let texts = |text| {
        tokens(text)
            .into_iter()
            .map(|token| token.text)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        texts("a::b // c\n/* d /* e */ f */ g"),
        ["a", "::", "b", "g"]
    );
    assert_eq!(
        texts(r##"x("a \" // b", r#"c " d"#, b'\'', '"', 'é', b"e")"##).len(),
        14
    );
    assert_eq!(texts("fn f<'a>(x: &'a str)")[3], "'a");
    assert_eq!(texts("r#type + r"), ["type", "+", "r"]);
    assert_eq!(
        texts("'{' '\\'' '\\u{7d}' }"),
        ["'{'", "'\\''", "'\\u{7d}'", "}"]
    );
    assert_eq!(texts("\"unclosed"), ["\"unclosed"]);
    assert!(
        tokens("é1 \"s\" 'c' b's' 7")
            .iter()
            .map(Token::is_word)
            .eq([true, false, false, false, false])
    );
}

#[test]
fn counts_lines() {
    assert_eq!(
        tokens("a\n\n/*\n*/ b \"\n\" c")
            .iter()
            .map(|token| token.line)
            .collect::<Vec<_>>(),
        [1, 4, 4, 5]
    );
    assert_eq!(
        code_lines("//! x\n\nfn f() { // y\n    \"a\n\n    b\"\n}\n/* z\n */\n"),
        4
    );
}
