//! The task that looks after the time: deadlines, and whether the other side is there.

use std::time::Instant;

use futures_lite::future::or;

use super::core::{Core, until_ended};
use super::due::What;
use super::error::RequestError;
use super::reason::CloseReason;
use crate::net::wire::{Code, RemoteError};
use crate::sync::{Arc, Ordering};

/// Does what is due, until the link ends.
pub(super) async fn watch<V: Send + 'static>(core: Arc<Core<V>>) {
    until_ended(&core, watch_on(&core)).await;
}

async fn watch_on<V: 'static>(core: &Core<V>) {
    let mut pings = Pings { last: core.now() };
    loop {
        let sooner = core.due.sooner();
        let now = core.now();
        while let Some(what) = core.due.take(now) {
            happen(core, what);
        }
        let until = core.due.until(pings.look(core, now));
        if core.end.is_ended() {
            return;
        }
        match until {
            None => sooner.await,
            Some(until) => {
                let sleep = core.timer.sleep(until.saturating_duration_since(now));
                or(sooner, sleep).await;
            }
        }
    }
}

fn happen<V: 'static>(core: &Core<V>, what: What) {
    let limits = &core.limits;
    match what {
        What::Request(id) => {
            // Who asked knows how long he has waited.
            let late = RequestError::TimedOut(limits.request_timeout);
            core.replies.settle(id, Err(late), |_| ());
        }
        What::Serving(number) => {
            if let Some(running) = core.serving.end(number) {
                running.abort();
                let late = RemoteError::failed(Code::TimedOut, "the time of the caller was up");
                core.reply(running.id, &Err(late));
            }
        }
        What::Unanswered(id) => core.queue.answered(id),
        What::FirstMessage => {
            if core.received.load(Ordering::Relaxed) == 0 {
                core.end_with(CloseReason::TooSlow(limits.handshake));
            }
        }
        What::Hello => {
            if core.is_plain() {
                core.end_with(CloseReason::TooSlow(limits.handshake));
            }
        }
        What::LastWords => {
            let reason = core.end.announced.get().cloned();
            core.end_with(reason.unwrap_or(CloseReason::Closed));
        }
    }
}

/// When the other side was asked last whether it is there.
struct Pings {
    last: Instant,
}

impl Pings {
    /// Asks if it is time to, and ends the link if nothing was heard for too long; gives when to look again.
    fn look<V>(&mut self, core: &Core<V>, now: Instant) -> Option<Instant> {
        let (every, dead_after) = core.limits.heartbeat?;
        if core.is_plain() {
            // It knows nothing of this, and counts from when it does.
            self.last = now;
            return None;
        }
        if now.saturating_duration_since(self.last) >= every {
            self.last = now;
            core.ping();
        }
        let next = self.last + every;
        if core.is_busy.load(Ordering::Relaxed) {
            return Some(next);
        }
        let dead = core.last_heard() + dead_after;
        if dead <= now {
            core.end_with(CloseReason::Silent(dead_after));
        }
        Some(next.min(dead))
    }
}
