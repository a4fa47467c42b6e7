//! Listeners and queues that share the work: of each group one gets a message.

mod beside;
mod ended;
mod shares;
mod threads;
