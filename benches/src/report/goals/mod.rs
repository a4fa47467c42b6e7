//! The table of goals.

mod bus;
mod channels;
mod connections;
mod executors;
mod filters;
mod hub;
mod join;
mod languages;
mod sync;

use super::data::Data;
use super::verdict::{Beside, Check, Row, Shown};

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let mut rows = sync::rows(data);
    rows.extend(join::rows(data));
    rows.extend(filters::rows(data));
    rows.extend(channels::rows(data));
    rows.extend(hub::rows(data));
    rows.extend(bus::rows(data));
    rows.extend(connections::rows(data));
    rows.extend(executors::rows(data));
    rows.extend(languages::rows(data));
    rows
}

fn row(id: &'static str, what: &'static str, goal: &'static str, checks: Vec<Check>) -> Row {
    Row {
        id,
        what,
        goal,
        checks,
        beside: Vec::new(),
    }
}

fn beside(shown: Shown, label: &str, value: Option<f64>) -> Beside {
    Beside {
        group: "",
        label: label.to_owned(),
        shown,
        value,
    }
}

/// Figures on a line of their own.
fn beside_under(group: &'static str, label: &str, value: Option<f64>) -> Beside {
    Beside {
        group,
        ..beside(Shown::Times, label, value)
    }
}

fn at_n(n: usize) -> String {
    format!("N={}", super::text::grouped(n as u64))
}
