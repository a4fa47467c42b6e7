//! Events as a stream: queues that sends fill and somebody else empties at their own pace.

mod error;
mod inbox;
mod next;
mod place;
mod queue;
mod subscribe;
mod subscription;
mod target;
#[cfg(test)]
mod tests;

pub use error::{RecvError, TryRecvError};
pub use next::{NextBuilder, NextFuture};
pub(crate) use queue::Pushed;
pub use subscribe::{SubscribeBuilder, SubscribeFuture};
pub use subscription::{Recv, Subscription};
pub(crate) use target::{Seat, StreamTarget};
