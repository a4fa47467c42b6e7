//! Streams without sends: the inbox alone, and the subscription over it.

mod inbox;
mod model;
mod subscription;
