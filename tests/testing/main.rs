//! The tools for tests, and the timers they stand in for.

mod clock;
mod common;
mod executor;
mod recorder;
mod timer;
mod together;
