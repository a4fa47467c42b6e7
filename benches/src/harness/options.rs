//! What the command line says.

use std::process::exit;

/// `[--quick] [--list] [QUESTION..]`
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Options {
    /// Only to see that everything runs: few rounds, and short ones.
    pub is_quick: bool,
    /// Names the questions and asks none.
    pub is_list: bool,
    /// The questions to ask; all of them where none is named.
    pub questions: Vec<String>,
}

impl Options {
    /// Those of this process. Ends it at a word that means nothing.
    #[must_use]
    pub fn from_args() -> Self {
        Self::parse(std::env::args().skip(1)).unwrap_or_else(|word| {
            eprintln!("unknown option {word}\nusage: [--quick] [--list] [QUESTION..]");
            exit(2);
        })
    }

    fn parse(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        for word in words {
            match word.as_str() {
                "--quick" => options.is_quick = true,
                "--list" => options.is_list = true,
                option if option.starts_with('-') => return Err(word),
                _ => options.questions.push(word),
            }
        }
        Ok(options)
    }
}
