//! Numbers, times and names as people read them.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::Duration;

use super::ConnectionInfo;

impl ConnectionInfo {
    /// Which sends it gets.
    pub(super) fn filters(&self) -> String {
        let every = self.is_unfiltered.then(|| "every".to_owned());
        let keys = (self.keys > 0).then(|| count(self.keys as u64, "key"));
        let senders = (self.senders > 0).then(|| count(self.senders as u64, "sender"));
        let filters: Vec<_> = [every, keys, senders].into_iter().flatten().collect();
        if filters.is_empty() {
            "none".to_owned()
        } else {
            filters.join(", ")
        }
    }
}

/// `1 key`, `2 keys`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// A name on one line: what would break it, or turn it around, is spelled out.
pub(super) fn on_one_line(name: &str) -> Cow<'_, str> {
    if !name.contains(is_unruly) {
        return Cow::Borrowed(name);
    }
    let mut shown = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        if is_unruly(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Control characters, line separators, and what changes the direction of writing.
pub(super) fn is_unruly(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// No longer than that many characters, the last of them `…` if there were more.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.chars().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take(most - 1).chain(['…']).collect())
}

/// `15ns`, `1.24ms`, `59.99s`, `2m05s`, `3h02m`.
pub(crate) fn time(duration: Duration) -> String {
    /// Nanoseconds in one, and the hundredths at which the next unit begins.
    const UNITS: [(u128, &str, u128); 3] = [
        (1_000, "µs", 100_000),
        (1_000_000, "ms", 100_000),
        (1_000_000_000, "s", 6_000),
    ];
    let nanos = duration.as_nanos();
    if nanos < 1_000 {
        return format!("{nanos}ns");
    }
    for (unit, word, next) in UNITS {
        // Rounded before it is looked at, so that 999.999µs is 1.00ms and not 1000.00µs.
        let hundredths = (nanos * 100 + unit / 2) / unit;
        if hundredths < next {
            return format!("{}.{:02}{word}", hundredths / 100, hundredths % 100);
        }
    }
    let seconds = (nanos + 500_000_000) / 1_000_000_000;
    if seconds < 3_600 {
        return format!("{}m{:02}s", seconds / 60, seconds % 60);
    }
    let minutes = (nanos + 30_000_000_000) / 60_000_000_000;
    format!("{}h{:02}m", minutes / 60, minutes % 60)
}

/// Text between double quotes for Graphviz: as it stands, with line breaks where it has them. Graphviz reads escapes with
/// a backslash and entities with an ampersand, and ends at a NUL.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '&' => quoted.push_str("&amp;"),
            c if is_unruly(c) => {
                let _ = write!(quoted, "\\\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
