//! What a send costs, beside other ways of doing the same.
//!
//! - [`harness`]: candidates of one question, run in turn, round by round, in one process.
//! - [`questions`]: one question a file.
//! - [`report`]: the page and the charts, from the lines the harness printed.
//!
//! `bench-time` asks the questions whose answer is a time, on the system's allocator. `bench-count` asks those whose
//! answer is a number of allocations or bytes, on one that counts and is slower for it: it times nothing.

pub mod harness;
pub mod questions;
pub mod report;
