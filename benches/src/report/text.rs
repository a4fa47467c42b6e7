//! Numbers as a reader wants them, and tables.

/// Three significant digits, in the unit that fits.
pub(super) fn nanoseconds(value: f64) -> String {
    match value {
        _ if value >= 999.5e6 => format!("{} s", digits(value / 1e9)),
        _ if value >= 999.5e3 => format!("{} ms", digits(value / 1e6)),
        _ if value >= 999.5 => format!("{} µs", digits(value / 1e3)),
        _ => format!("{} ns", digits(value)),
    }
}

pub(super) fn bytes(value: f64) -> String {
    format!("{value:.0} B")
}

/// A ratio, with as many digits as one believes.
pub(super) fn times(value: f64) -> String {
    if value >= 100.0 {
        format!("{}x", grouped(value.round() as u64))
    } else {
        format!("{}x", digits(value))
    }
}

pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 {
        grouped(value as u64)
    } else {
        format!("{value:.2}")
    }
}

fn digits(value: f64) -> String {
    match value {
        _ if value >= 99.95 => format!("{value:.0}"),
        _ if value >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// `12,345`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A table in Markdown; all columns but the first to the right.
pub(super) fn numbers_table(head: &[String], rows: &[Vec<String>]) -> String {
    let mut text = format!(
        "| {} |\n|---|{}\n",
        head.join(" | "),
        "--:|".repeat(head.len() - 1)
    );
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, nanoseconds, number, times};

    #[test]
    fn numbers_are_short() {
        assert_eq!(nanoseconds(1.374), "1.37 ns");
        assert_eq!(nanoseconds(13.74), "13.7 ns");
        assert_eq!(nanoseconds(999.7), "1.00 µs");
        assert_eq!(nanoseconds(97_300_000.0), "97.3 ms");
        assert_eq!(times(1.25), "1.25x");
        assert_eq!(times(4_275.3), "4,275x");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(1.03), "1.03");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(grouped(100), "100");
    }
}
