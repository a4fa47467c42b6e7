//! What a signal shows of itself.

mod bus;
mod inspect;
mod stats;
