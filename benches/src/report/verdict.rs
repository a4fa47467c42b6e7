//! A goal, what was measured, and what that comes to.

use super::text::{bytes, nanoseconds, number, times};

/// One row of the table.
pub(super) struct Row {
    /// By which `reasons.md` names it.
    pub(super) id: &'static str,
    pub(super) what: &'static str,
    pub(super) goal: &'static str,
    pub(super) checks: Vec<Check>,
    /// What else a reader should see beside it.
    pub(super) beside: Vec<Beside>,
}

pub(super) struct Check {
    /// What the checks on one line of a cell have in common.
    group: &'static str,
    label: String,
    limit: Limit,
    shown: Shown,
    value: Option<f64>,
}

/// A figure without a goal.
pub(super) struct Beside {
    pub(super) group: &'static str,
    pub(super) label: String,
    pub(super) shown: Shown,
    pub(super) value: Option<f64>,
}

#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Times,
    Ns,
    MoreNs,
    Bytes,
    Count,
}

impl Shown {
    pub(super) fn show(self, value: f64) -> String {
        match self {
            Self::Times => times(value),
            Self::Ns => nanoseconds(value),
            Self::MoreNs if value < 0.0 => format!("−{}", nanoseconds(-value)),
            Self::MoreNs => format!("+{}", nanoseconds(value)),
            Self::Bytes => bytes(value),
            Self::Count => number(value),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Met,
    Missed,
    NotMeasured,
}

impl Check {
    pub(super) fn at_most(
        limit: f64,
        shown: Shown,
        label: impl Into<String>,
        value: Option<f64>,
    ) -> Self {
        Self {
            group: "",
            label: label.into(),
            limit: Limit::AtMost(limit),
            shown,
            value,
        }
    }

    /// How many times faster.
    pub(super) fn faster(limit: f64, label: impl Into<String>, value: Option<f64>) -> Self {
        Self {
            group: "",
            label: label.into(),
            limit: Limit::AtLeast(limit),
            shown: Shown::Times,
            value,
        }
    }

    /// On one line with the others of this group.
    pub(super) fn under(mut self, group: &'static str) -> Self {
        self.group = group;
        self
    }

    pub(super) fn verdict(&self) -> Verdict {
        let is_met = match (self.value, self.limit) {
            (None, _) => return Verdict::NotMeasured,
            (Some(value), Limit::AtMost(limit)) => value <= limit,
            (Some(value), Limit::AtLeast(limit)) => value >= limit,
        };
        if is_met {
            Verdict::Met
        } else {
            Verdict::Missed
        }
    }

    /// What was measured; in bold where it misses the goal.
    fn measured(&self) -> String {
        let value = self.value.map(|value| self.shown.show(value));
        let value = value.unwrap_or_else(|| "not measured".into());
        let value = if self.verdict() == Verdict::Missed {
            format!("**{value}**")
        } else {
            value
        };
        labelled(&self.label, &value)
    }
}

fn labelled(label: &str, value: &str) -> String {
    if label.is_empty() {
        value.to_owned()
    } else {
        format!("{label}: {value}")
    }
}

/// A line for each group, with all that is in it.
fn lines(parts: impl Iterator<Item = (&'static str, String)>) -> Vec<String> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    for (group, part) in parts {
        match lines.last_mut() {
            Some((last, line)) if *last == group => {
                line.push_str(" · ");
                line.push_str(&part);
            }
            _ => lines.push((group, part)),
        }
    }
    let head = |(group, line): (&str, String)| match group {
        "" => line,
        _ => format!("{group} — {line}"),
    };
    lines.into_iter().map(head).collect()
}

impl Row {
    /// All that was measured, as the cell of a table.
    pub(super) fn measured(&self) -> String {
        let checks = self.checks.iter();
        let mut cell = lines(checks.map(|check| (check.group, check.measured())));
        let beside = self.beside.iter().filter_map(|beside| {
            let value = beside.shown.show(beside.value?);
            Some((beside.group, labelled(&beside.label, &value)))
        });
        cell.extend(lines(beside).iter().map(|line| format!("*{line}*")));
        cell.join("<br>")
    }

    /// What misses its goal, as the cell of a table.
    pub(super) fn missed(&self) -> String {
        let missed = self.checks.iter();
        let missed = missed.filter(|check| check.verdict() == Verdict::Missed);
        let cell = lines(missed.map(|check| (check.group, check.measured())));
        cell.join("<br>").replace("**", "")
    }

    /// Met if all of its parts are.
    pub(super) fn verdict(&self) -> Verdict {
        let is = |verdict| self.checks.iter().any(|check| check.verdict() == verdict);
        if is(Verdict::Missed) {
            Verdict::Missed
        } else if is(Verdict::NotMeasured) {
            Verdict::NotMeasured
        } else {
            Verdict::Met
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Check, Row, Shown, Verdict};

    fn row(values: [Option<f64>; 2]) -> Row {
        let check = |value| Check::at_most(1.25, Shown::Times, "N=100", value);
        Row {
            id: "id",
            what: "what",
            goal: "goal",
            checks: values.map(check).into(),
            beside: Vec::new(),
        }
    }

    #[test]
    fn a_row_is_met_if_all_of_it_is() {
        assert_eq!(row([Some(1.25), Some(1.0)]).verdict(), Verdict::Met);
        assert_eq!(row([Some(1.25), None]).verdict(), Verdict::NotMeasured);
        assert_eq!(row([Some(1.26), None]).verdict(), Verdict::Missed);
        assert_eq!(Check::faster(2.0, "", Some(1.9)).verdict(), Verdict::Missed);
    }

    #[test]
    fn what_is_missed_is_bold() {
        let row = row([Some(1.3), Some(1.2)]);
        assert_eq!(row.measured(), "N=100: **1.30x** · N=100: 1.20x");
        assert_eq!(row.missed(), "N=100: 1.30x");
    }
}
