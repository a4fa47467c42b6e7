//! The paths that a file mentions, in its `use` declarations and in its code.

use crate::lexer::{Token, tokens};

/// A path in the crate, from its root: `crate::signal::Event` is `["signal", "Event"]`.
pub(crate) type Location = Vec<String>;

/// A path as a file spells it.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    /// Whether it is called as a macro.
    pub(crate) is_macro: bool,
    /// The module in which it stands.
    pub(crate) module: Location,
    /// What a `use` makes of it.
    pub(crate) name: Option<String>,
}

impl Mention {
    pub(crate) fn spelling(&self) -> String {
        self.segments.join("::")
    }
}

/// All that the text of a module mentions.
pub(crate) fn mentions(text: &str, module: &[String]) -> Vec<Mention> {
    Scanner::new(text, module.to_vec()).run()
}

struct Scanner<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    module: Location,
    /// How deep in braces we are, and the depths at which inline modules began.
    depth: usize,
    begun: Vec<usize>,
    found: Vec<Mention>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, module: Location) -> Self {
        Self {
            tokens: tokens(text),
            at: 0,
            module,
            depth: 0,
            begun: Vec::new(),
            found: Vec::new(),
        }
    }

    fn run(mut self) -> Vec<Mention> {
        while self.at < self.tokens.len() {
            match self.peek(0) {
                "mod" if self.is_word(1) && self.peek(2) == "{" => {
                    self.module.push(self.peek(1).to_owned());
                    self.begun.push(self.depth);
                    self.at += 2;
                }
                "{" => {
                    self.depth += 1;
                    self.at += 1;
                }
                "}" => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.begun.last() == Some(&self.depth) {
                        self.begun.pop();
                        self.module.pop();
                    }
                    self.at += 1;
                }
                // Not the `use<..>` of an `impl Trait`.
                "use" if self.peek(1) != "<" => {
                    self.at += 1;
                    self.tree(&[]);
                }
                _ if self.is_word(0) && self.peek(1) == "::" && self.begins_path() => self.path(),
                _ => self.at += 1,
            }
        }
        self.found
    }

    fn peek(&self, ahead: usize) -> &'a str {
        self.tokens
            .get(self.at + ahead)
            .map_or("", |token| token.text)
    }

    fn is_word(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(Token::is_word)
    }

    /// It does not where it goes on after a type: `<T>::Item::new`.
    fn begins_path(&self) -> bool {
        self.at < 2 || self.tokens[self.at - 1].text != "::" || self.tokens[self.at - 2].text != ">"
    }

    fn path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut segments = vec![self.peek(0).to_owned()];
        self.at += 1;
        while self.peek(0) == "::" && self.is_word(1) {
            segments.push(self.peek(1).to_owned());
            self.at += 2;
        }
        if segments.len() > 1 {
            let (is_macro, module) = (self.peek(0) == "!", self.module.clone());
            self.found.push(Mention {
                segments,
                line,
                is_macro,
                module,
                name: None,
            });
        }
    }

    /// What stands behind `use`, or in the braces of one, up to the `,`, `}` or `;` that ends it.
    fn tree(&mut self, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let mut line = 0;
        let mut name = None;
        loop {
            match self.peek(0) {
                "" | "," | "}" | ";" => break,
                "{" => {
                    self.at += 1;
                    while !matches!(self.peek(0), "" | "}" | ";") {
                        self.tree(&segments);
                        if self.peek(0) == "," {
                            self.at += 1;
                        }
                    }
                    if self.peek(0) == "}" {
                        self.at += 1;
                    }
                    return;
                }
                "as" => {
                    name = Some(self.peek(1).to_owned());
                    self.at += 1;
                }
                text if name.is_none() && (self.is_word(0) || text == "*") => {
                    line = self.tokens[self.at].line;
                    // In braces, it is the prefix itself.
                    if text != "self" || segments.is_empty() {
                        segments.push(text.to_owned());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        if line > 0 {
            let name = name.or_else(|| segments.last().cloned());
            self.found.push(Mention {
                segments,
                line,
                is_macro: false,
                module: self.module.clone(),
                name,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mentions;

    /// Each path as it is spelled, with its line and its module.
    #[track_caller]
    fn expect(text: &str, wanted: &[(&str, usize, &str)]) {
        let found = mentions(text, &["r".to_owned()]);
        let found: Vec<_> = found
            .iter()
            .map(|m| (m.spelling(), m.line, m.module.join("::")))
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|(path, line, module)| (path.as_str(), *line, module.as_str()))
            .collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn reads_use_trees() {
        expect(
            "use a::{b::{self, c as d}, e::*,\n    f};\npub(crate) use ::g;\nfn h() -> impl I + use<'_> {}\n",
            &[
                ("a::b", 1, "r"),
                ("a::b::c", 1, "r"),
                ("a::e::*", 1, "r"),
                ("a::f", 2, "r"),
                ("g", 3, "r"),
            ],
        );
        let names = mentions("use a::{b::{self, c as d}, e::{self as _}, f};", &[]);
        let names: Vec<_> = names
            .iter()
            .map(|mention| mention.name.as_deref())
            .collect();
        assert_eq!(names, [Some("b"), Some("d"), Some("_"), Some("f")]);
    }

    #[test]
    fn reads_paths_in_code() {
        expect(
            "fn f(x: crate::a::B<self::C>) {\n    super::g::<u8>(); <X as super::Y>::Z::h; i.j::<K>()\n}\n\
             m! { $crate::n::o }\n// crate::p::q\nuse unfinished::{",
            &[
                ("crate::a::B", 1, "r"),
                ("self::C", 1, "r"),
                ("super::g", 2, "r"),
                ("super::Y", 2, "r"),
                ("crate::n::o", 4, "r"),
            ],
        );
    }

    #[test]
    fn keeps_account_of_inline_modules() {
        expect(
            "mod a { fn f() { b::c(); } mod d { use e::f; } }\nmod g;\nuse h::i;\n",
            &[
                ("b::c", 1, "r::a"),
                ("e::f", 1, "r::a::d"),
                ("h::i", 3, "r"),
            ],
        );
    }
}
