//! The questions, one a file.

mod allocations;
mod async_pending;
mod async_ready;
mod bus;
mod channel;
mod churn;
mod connect;
mod fan_out;
mod hub;
mod jaeb;
mod keyed_send;
mod latch;
mod longest_send;
mod memory;
mod mixed_closures;
mod mod_events;
mod nobody;
mod one_by_one;
mod overlap;
mod signals2;
mod spawned;
mod subjects;
mod sync_send;
mod tasks;
mod two_threads;

use crate::harness::{Bench, Options};

type Question = (&'static str, fn(&Bench));

/// Those whose answers are times.
pub const TIMES: &[Question] = &[
    ("sync-send", sync_send::ask),
    ("mixed-closures", mixed_closures::ask),
    ("signals2", signals2::ask),
    ("mod-events", mod_events::ask),
    ("jaeb", jaeb::ask),
    ("async-ready", async_ready::ask),
    ("async-pending", async_pending::ask),
    ("one-by-one", one_by_one::ask),
    ("keyed-send", keyed_send::ask),
    ("nobody", nobody::ask),
    ("overlap", overlap::ask),
    ("channel", channel::ask),
    ("hub", hub::ask),
    ("bus", bus::ask),
    ("two-threads", two_threads::ask),
    ("connect", connect::ask),
    ("churn", churn::ask),
    ("spawned", spawned::ask),
    ("fan-out", fan_out::ask),
    ("longest-send", longest_send::ask),
];

/// Those whose answers are numbers of allocations or bytes.
pub const COUNTS: &[Question] = &[("allocations", allocations::ask), ("memory", memory::ask)];

/// Asks those that the command line names, or all of them.
pub fn ask(questions: &[Question]) {
    let options = Options::from_args();
    for (name, ask) in questions {
        if options.is_list {
            println!("{name}");
        } else if options.questions.is_empty() || options.questions.iter().any(|one| one == name) {
            ask(&Bench::new(name, &options));
        }
    }
}
