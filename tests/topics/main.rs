//! Topics and patterns: what they are made from, what matches what, and how others write them.

mod errors;
mod kit;
mod making;
mod matching;
mod order;
mod original;
mod spelling;
mod traits;
