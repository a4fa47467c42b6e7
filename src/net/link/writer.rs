//! The task that writes.

use std::future::Future;
use std::pin::pin;
use std::time::Instant;

use futures_lite::future::{or, poll_once, yield_now};

use super::core::{Core, until_ended};
use super::due::What;
use super::reason::CloseReason;
use super::waiting::{Class, Entry};
use crate::net::carrier::CarrierError;
use crate::sync::{Arc, Ordering};

/// After how many flushes others get their turn.
const TURN: u32 = 16;

/// Writes what the queue has, until the link ends, or is to end and everything is written.
pub(super) async fn write<V: Send + 'static>(core: Arc<Core<V>>) {
    until_ended(&core, write_all(&core)).await;
}

async fn write_all<V: Send + 'static>(core: &Core<V>) {
    let mut batch: Vec<Entry> = Vec::new();
    let mut flushes = 0;
    let mut patience = None;
    let mut last = None;
    loop {
        core.queue.next(&mut batch).await;
        if batch.is_empty() {
            // Shut, and nothing is left: what was announced comes true.
            let reason = core.end.announced.get().cloned();
            return core.end_with(reason.unwrap_or(CloseReason::Closed));
        }
        let is_lockstep = core.queue.lockstep();
        if is_lockstep {
            keep_apart(core, &mut last).await;
        }
        let count = batch.len() as u64;
        for entry in batch.drain(..) {
            if let (true, Class::Call | Class::Event, Some(id)) =
                (is_lockstep, entry.class, entry.id)
            {
                // There is one at a time: that before has been answered.
                if let Some(before) = patience.take() {
                    core.due.remove(before);
                }
                let until = core.now() + core.limits.request_timeout;
                patience = Some(core.due.add(until, What::Unanswered(id)));
            }
            if let Err(reason) = moving(core, core.carrier.send(entry.frame)).await {
                return core.end_with(reason);
            }
        }
        core.sent.fetch_add(count, Ordering::Relaxed);
        // More that waits is written together with this, unless the other side takes each read for one message.
        if is_lockstep || core.queue.is_idle() {
            if let Err(reason) = moving(core, core.carrier.flush()).await {
                return core.end_with(reason);
            }
            flushes += 1;
            if flushes % TURN == 0 {
                yield_now().await;
            }
        }
    }
}

/// When something was written to a peer that takes each read for one message, and how much it had said until then.
type Written = Option<(Instant, u64)>;

/// Gives such a peer the time to read what was written before, unless it has said something since: then it has. Nothing else tells
/// that a reply was read.
async fn keep_apart<V: 'static>(core: &Core<V>, last: &mut Written) {
    let said = core.received.load(Ordering::Relaxed);
    if let Some((when, before)) = *last {
        let since = core.now().saturating_duration_since(when);
        let rest = core.limits.plain_pause.saturating_sub(since);
        if said == before && !rest.is_zero() {
            core.timer.sleep(rest).await;
        }
    }
    *last = Some((core.now(), core.received.load(Ordering::Relaxed)));
}

/// A step of writing, which must not stand still for longer than it may.
async fn moving<V: 'static>(
    core: &Core<V>,
    step: impl Future<Output = Result<(), CarrierError>>,
) -> Result<(), CloseReason> {
    let mut step = pin!(step);
    if let Some(done) = poll_once(step.as_mut()).await {
        return done.map_err(CloseReason::Lost);
    }
    let step = async { step.await.map_err(CloseReason::Lost) };
    or(step, stalled(core)).await
}

async fn stalled<V: 'static>(core: &Core<V>) -> Result<(), CloseReason> {
    let limit = core.limits.write_stall;
    let mut before = core.carrier.progress().written;
    loop {
        core.timer.sleep(limit).await;
        let now = core.carrier.progress().written;
        if now == before {
            return Err(CloseReason::Stalled(limit));
        }
        before = now;
    }
}
