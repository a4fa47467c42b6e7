//! The table of `docs/flow.md`: each policy in each situation, each cell a test. `table` checks that neither has what the
//! other has not.
//!
//! A column is a file, a row the name of a test in it. Nothing here depends on time or chance: callbacks finish when they are
//! told to, executors run when they are driven, and clocks stand still until they are moved on.

mod bench;

mod burst;
mod cancel;
mod close;
mod panic;
mod slow;
mod table;
