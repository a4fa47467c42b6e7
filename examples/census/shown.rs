//! How paths and numbers look.

use std::path::Path;

/// A path fit for a terminal: names may hold anything, control characters too.
pub(crate) fn shown(path: &Path) -> String {
    let visible = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    path.to_string_lossy().chars().map(visible).collect()
}

/// The end of a text where it has more than `width` characters.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    let surplus = text.chars().count().saturating_sub(width);
    match surplus {
        0 => text.to_owned(),
        _ => std::iter::once('…')
            .chain(text.chars().skip(surplus + 1))
            .collect(),
    }
}

/// `1,234,567`
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `2 files`
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { one } else { many }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (123_456, "123,456"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn long_paths_keep_their_end() {
        assert_eq!(shortened("src/main.rs", 11), "src/main.rs");
        assert_eq!(shortened("src/main.rs", 8), "…main.rs");
        assert_eq!(shortened("äöüßé", 3), "…ßé");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(shown(Path::new("a\n\x1b[31mb")), "a\u{fffd}\u{fffd}[31mb");
    }
}
