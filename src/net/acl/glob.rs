//! Names with stars.

use std::fmt;

/// A text in which each `*` stands for any text, none among them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Glob(Box<str>);

impl Glob {
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether it stands for whatever there is.
    pub(super) fn is_any(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte == b'*')
    }

    /// Whether it stands for this. Takes no longer than one goes through the text for each star, whatever is in it.
    pub(super) fn is(&self, text: &str) -> bool {
        let (pattern, text) = (self.0.as_bytes(), text.as_bytes());
        let (mut at, mut here) = (0, 0);
        // Where to go on if what comes does not fit: after the last star, with one more byte given to it.
        let mut retry: Option<(usize, usize)> = None;
        while here < text.len() {
            if pattern.get(at) == Some(&b'*') {
                retry = Some((at + 1, here));
                at += 1;
            } else if pattern.get(at) == Some(&text[here]) {
                at += 1;
                here += 1;
            } else if let Some((after_star, given)) = retry {
                retry = Some((after_star, given + 1));
                (at, here) = (after_star, given + 1);
            } else {
                return false;
            }
        }
        pattern[at..].iter().all(|byte| *byte == b'*')
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

    use super::Glob;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, fits, other) in [
            (
                "plant",
                &["plant"][..],
                &["", "plan", "plants", "a plant"][..],
            ),
            (
                "plant.*",
                &["plant.", "plant.a", "plant.*"],
                &["plant", "a plant.b"],
            ),
            ("*", &["", "a", "**"], &[]),
            (
                "a*b*c",
                &["abc", "axbyc", "abbc", "abcbc"],
                &["ab", "abcb", "xabc"],
            ),
            ("*.é", &["x.é", ".é"], &["x.e", "é"]),
            ("", &[""], &["a"]),
            ("**a", &["a", "ba"], &["ab"]),
        ] {
            let glob = Glob::new(pattern);
            assert!(fits.iter().all(|text| glob.is(text)), "{pattern}");
            assert!(!other.iter().any(|text| glob.is(text)), "{pattern}");
            assert_eq!(glob.is_any(), pattern == "*", "{pattern}");
        }
        // The longest way round takes no time.
        let (pattern, text) = ("*a".repeat(1_000) + "b", "a".repeat(5_000));
        assert!(!Glob::new(&pattern).is(&text));
    }

    /// Straight from what it means.
    fn is(pattern: &[u8], text: &[u8]) -> bool {
        match pattern {
            [] => text.is_empty(),
            [b'*', rest @ ..] => (0..=text.len()).any(|skip| is(rest, &text[skip..])),
            [first, rest @ ..] => text.first() == Some(first) && is(rest, &text[1..]),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_what_it_means(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            prop_assert_eq!(Glob::new(&pattern).is(&text), is(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
