//! The end of a link, and who waits for it.

use event_listener::Event;

use super::reason::CloseReason;
use crate::net::flag::Flag;
use crate::sync::OnceLock;

/// The end of a link.
pub(super) struct End {
    /// Why it will end when everything is written. Written once.
    pub(super) announced: OnceLock<CloseReason>,
    /// Why it has ended. Written once; rung after that.
    reason: OnceLock<CloseReason>,
    ended: Event,
    /// The handler knows. By who reads, last.
    over: Flag,
}

impl End {
    pub(super) fn new() -> Self {
        Self {
            announced: OnceLock::new(),
            reason: OnceLock::new(),
            ended: Event::new(),
            over: Flag::default(),
        }
    }

    /// It ends for this reason, unless it has ended already. [`tell`](Self::tell) is called after that.
    pub(super) fn decide(&self, reason: CloseReason) -> bool {
        self.reason.set(reason).is_ok()
    }

    /// Wakes who waits for it.
    pub(super) fn tell(&self) {
        self.ended.notify(usize::MAX);
    }

    /// Why it has ended, if it has.
    pub(super) fn reason(&self) -> Option<&CloseReason> {
        self.reason.get()
    }

    pub(super) fn is_ended(&self) -> bool {
        self.reason.get().is_some()
    }

    pub(super) fn reason_or_announced(&self) -> CloseReason {
        let reason = self.reason.get().or(self.announced.get());
        reason.cloned().unwrap_or(CloseReason::Closed)
    }

    /// Waits until it has ended.
    pub(super) async fn wait(&self) -> CloseReason {
        loop {
            let ended = self.ended.listen();
            if let Some(reason) = self.reason.get() {
                return reason.clone();
            }
            ended.await;
        }
    }

    /// The handler knows of it.
    pub(super) fn set_over(&self) {
        self.over.set();
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.is_set()
    }

    /// Waits until the handler knows of it.
    pub(super) async fn wait_over(&self) {
        self.over.wait().await;
    }
}
