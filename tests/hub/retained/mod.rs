//! Messages that are kept for who comes later.

mod code;
mod limits;
mod newcomers;
mod threads;
