//! What is shown together: a chart and a table each.

mod list;

pub(super) use list::ALL;

use super::chart::{Series, svg};
use super::data::Data;
use super::palette::Ink;
use super::text::{grouped, nanoseconds, numbers_table};
use crate::harness::Unit;

pub(super) struct Family {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What a reader has to know to read it.
    pub(super) about: &'static str,
    y_title: &'static str,
    x_title: &'static str,
    /// Whether the cost is that of one of N.
    per: Per,
    lines: &'static [Entry],
}

/// A question's candidate, its name here, and how it is drawn.
type Entry = (&'static str, &'static str, &'static str, Ink);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Per {
    /// The harness has divided already, or there is nothing to divide by.
    Operation,
    Callback,
}

impl Family {
    fn series(&self, data: &Data) -> Vec<Series> {
        let lines = self.lines.iter();
        lines
            .map(|(question, candidate, label, ink)| {
                let points = data.over_n(question, candidate, Unit::Ns).into_iter();
                let points = points.filter(|(n, _)| *n > 0).map(|(n, ns)| {
                    let n = n as f64;
                    (
                        n,
                        if self.per == Per::Callback {
                            ns / n
                        } else {
                            ns
                        },
                    )
                });
                Series {
                    label: (*label).to_owned(),
                    ink: *ink,
                    points: points.collect(),
                }
            })
            .filter(|series| !series.points.is_empty())
            .collect()
    }

    pub(super) fn chart(&self, data: &Data) -> Option<String> {
        svg(self.title, self.y_title, self.x_title, &self.series(data))
    }

    /// The figures of the chart.
    pub(super) fn table(&self, data: &Data) -> String {
        let series = self.series(data);
        let mut sizes: Vec<u64> = series
            .iter()
            .flat_map(|series| series.points.iter().map(|point| point.0 as u64))
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        let mut head = vec![self.y_title.to_owned()];
        head.extend(sizes.iter().map(|size| format!("N={}", grouped(*size))));
        let row = |series: &Series| {
            let name = if matches!(series.ink, Ink::Ours | Ink::OursToo) {
                format!("**{}**", series.label)
            } else {
                series.label.clone()
            };
            let cells = sizes.iter().map(|size| {
                let point = series.points.iter().find(|point| point.0 as u64 == *size);
                point.map_or_else(String::new, |point| nanoseconds(point.1))
            });
            std::iter::once(name).chain(cells).collect()
        };
        let rows: Vec<Vec<String>> = series.iter().map(row).collect();
        numbers_table(&head, &rows)
    }
}
