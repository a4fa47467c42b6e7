//! The questions whose answers are allocations and bytes: `bench-count [--quick] [--list] [QUESTION..]`.

use std::alloc::System;

use fanfare_benches::questions::{COUNTS, ask};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    ask(COUNTS);
}
