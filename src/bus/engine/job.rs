//! A message that is to be run.

use std::fmt;

use crate::bus::info::MessageInfo;
use crate::signal::Key;
use crate::spawn::BoxFuture;

/// A message that is to be run, with all of its handlers. Dropped before it has finished, it is aborted.
#[must_use = "dropped, the message is aborted"]
pub struct Job {
    info: MessageInfo,
    task: BoxFuture<'static, ()>,
}

impl Job {
    pub(in crate::bus) fn new(info: MessageInfo, task: BoxFuture<'static, ()>) -> Self {
        Self { info, task }
    }

    /// Which message.
    #[must_use]
    pub fn info(&self) -> &MessageInfo {
        &self.info
    }

    /// The key whose messages are to run in order.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        self.info.key()
    }

    /// What runs it: it is ready when the message has been handled. It does not panic.
    pub fn run(self) -> BoxFuture<'static, ()> {
        self.task
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.info).finish()
    }
}
