//! What a signal shows of itself.

mod inspect;
mod stats;
