//! The page.

use std::fmt::Write as _;

use super::data::Data;
use super::families;
use super::figures;
use super::goals;
use super::machine::{crates, machine};
use super::verdict::{Row, Verdict};

pub(super) fn page(data: &Data, reasons: &str, lock: &str) -> String {
    let rows = goals::rows(data);
    let mut text = String::from("# Benchmarks\n\n");
    text.push_str(
        "What a send costs, beside a raw loop and beside other libraries. This page is written by `bash benches/report.sh`,\n\
        which runs everything in it anew.\n\n",
    );
    if data.is_quick() {
        text.push_str("> **A quick run**, which shows that everything works: its rounds are too few and too short for figures to rely on.\n\n");
    }
    if data.spread().is_some_and(|(half, _)| half > 0.15) {
        text.push_str("> **The machine was busy**: rounds of one candidate differ too much among themselves for figures to rely on.\n\n");
    }
    at_a_glance(&mut text, &rows);
    missed(&mut text, &rows, reasons);
    for family in families::ALL {
        let id = family.id;
        let _ = write!(
            text,
            "## {}\n{}\n\n![{}](benchmarks/{id}.svg)\n\n{}\n",
            family.title,
            family.about,
            family.title,
            family.table(data)
        );
    }
    figures::threads(&mut text, data);
    figures::longest(&mut text, data);
    figures::counted(&mut text, data);
    method(&mut text);
    versions(&mut text, data, lock);
    text
}

fn at_a_glance(text: &mut String, rows: &[Row]) {
    let met = rows
        .iter()
        .filter(|row| row.verdict() == Verdict::Met)
        .count();
    let missed = rows
        .iter()
        .filter(|row| row.verdict() == Verdict::Missed)
        .count();
    let _ = write!(
        text,
        "## At a glance\n{met} of {} goals are met, {missed} missed. What is **bold** misses its goal; what is in italics has none.\n\n\
        | what | goal | measured | |\n|---|---|---|---|\n",
        rows.len()
    );
    for row in rows {
        let verdict = match row.verdict() {
            Verdict::Met => "✅ met",
            Verdict::Missed => "❌ missed",
            Verdict::NotMeasured => "❔ not measured",
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {verdict} |",
            row.what,
            row.goal,
            row.measured()
        );
    }
    text.push('\n');
}

fn missed(text: &mut String, rows: &[Row], reasons: &str) {
    let missed: Vec<&Row> = rows
        .iter()
        .filter(|row| row.verdict() == Verdict::Missed)
        .collect();
    if missed.is_empty() {
        return;
    }
    text.push_str("## What is missed\n| what | goal | missed by | why |\n|---|---|---|---|\n");
    for row in missed {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            row.what,
            row.goal,
            row.missed(),
            reason(reasons, row.id)
        );
    }
    text.push('\n');
}

/// The text under the heading `## id`, on one line.
fn reason(reasons: &str, id: &str) -> String {
    let sections = reasons.split("\n## ").skip(1);
    let mut found = sections.filter_map(|section| section.split_once('\n'));
    let text = found.find(|(heading, _)| heading.trim() == id);
    let text = text.map_or("", |(_, text)| text);
    let text: Vec<&str> = text.split_whitespace().collect();
    if text.is_empty() {
        "not yet examined".into()
    } else {
        text.join(" ").replace('|', "\\|")
    }
}

fn method(text: &mut String) {
    text.push_str(
        "## How it is measured\n\
        - All candidates of one question run in one process, in turn, round by round. Figures are medians of the rounds; a ratio is\n  \
        the median of the ratios within the rounds. Peers in Python and C++ are measured the same way, in processes of their own. A\n  \
        ratio to a C++ peer is one of ratios, each to the raw loop of its own process; one to a Python peer is of times as they are.\n\
        - A sync callback is `black_box(payload ^ i)` with `i` captured, an async one the same in a future: next to nothing, so that\n  \
        what is seen is what calling it costs. Callbacks that do something make all ratios smaller.\n\
        - A send of ours is `signal.send().with(payload).now()`, or `.join().await` for async callbacks, until its result is dropped.\n\
        - Everything is built by `cargo build --release` with thin LTO; C++ by `-O3`, and without guessing the target of virtual\n  \
        calls, which only works where there is one kind of callback. No thread is pinned.\n\
        - Times are taken on the system's allocator. Allocations and bytes are counted in another binary, on one that counts.\n\
        - jaeb's async publish returns before its handlers have run. It is timed until they have, as ours is: `.join()` in the table\n  \
        above, since that is how one waits for all callbacks; spawned, as jaeb does it, in italics beside it.\n\
        - aiopubsub's async listeners and asyncio_dispatch's callbacks are scheduled on the event loop, and are timed until they have\n  \
        run. asyncio_dispatch stopped at Python 3.8; on newer ones it runs with two constructs put back that Python has removed\n  \
        (`benches/peers/dispatch.py`).\n\
        - What each question asks stands at the head of its file, in `benches/src/questions`.\n\n\
        ## Again, on another machine\n\
        ```sh\nbash benches/report.sh          # all of it; close other programs\n\
        bash benches/report.sh --quick  # only to see that it runs\n```\n\
        The Python peers are installed with pip into an environment under the target directory, Boost with apt if it is missing.\n\
        `SIGSLOT_HPP=path/to/signal.hpp` names the header of palacaze/sigslot, `PEER_PYTHON` another Python. What is not there is\n\
        left out. One question by itself: `cd benches && cargo run --release --bin bench-time -- sync-send`.\n\n",
    );
}

fn versions(text: &mut String, data: &Data, lock: &str) {
    text.push_str("## The machine\n| | |\n|---|---|\n");
    for (name, value) in machine() {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    for (fact, name) in [("date", "date"), ("load", "load average when it began")] {
        if let Some(value) = data.fact(fact) {
            let _ = writeln!(text, "| {name} | {value} |");
        }
    }
    if let Some((half, most)) = data.spread() {
        let _ = writeln!(
            text,
            "| rounds | of half of the times all within {:.0} % of their median, of nine tenths within {:.0} % |",
            half * 100.0,
            most * 100.0
        );
    }
    text.push_str("\n## Versions\n| | |\n|---|---|\n");
    for (name, version) in crates(lock).iter().chain(&data.versions) {
        let _ = writeln!(text, "| {name} | {version} |");
    }
    for (peer, reason) in &data.skipped {
        let _ = writeln!(text, "| {peer} | left out: {reason} |");
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn reasons_are_found_by_name() {
        let text = "# Why\n\n## sync-send\nThe slot is\nlarge.\n\n## churn\n";
        assert_eq!(reason(text, "sync-send"), "The slot is large.");
        assert_eq!(reason(text, "churn"), "not yet examined");
        assert_eq!(reason("", "churn"), "not yet examined");
    }
}
