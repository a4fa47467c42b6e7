//! Messages that are kept for who comes later.

mod code;
mod limits;
mod listeners;
mod newcomers;
mod threads;
