//! The registry under keys and senders by the thousand, under threads that change it while others send, and under keys
//! and captured state whose own code calls back into the signal.

mod captured;
mod common;
mod keys;
mod models;
mod threads;
mod waits;
