//! How a call begins that no walk leads on: counted, then looked at, then called.

use std::task::Context;

use super::async_target::Started;
use super::event::Event;
use super::failure::Cause;
use super::panic::{capture, drop_quietly};
use super::registry::{Apart, Slot};
use super::target::{Kind, Missed, Unready};
use super::trace::LaterSpan;
use crate::sync::Arc;

/// What a call has come to once it has begun.
pub(crate) enum Begun<R> {
    Replied(R),
    Failed(Cause),
    /// It is async, and was not ready at its first poll.
    Waits(Started<R>),
}

/// Has a call that is about to begin known to who ends the connection: that one looks for calls after having ended it, so this
/// comes before [`begin`], which looks whether it has ended.
///
/// An async call is counted, and whoever makes it takes that back. `Some` is of a sync one, to be held until it has been made.
pub(crate) fn enter<P, R, K>(slot: &Slot<P, R, K>) -> Option<Apart> {
    match slot.calls() {
        Some(running) => {
            running.enter();
            None
        }
        None => Some(slot.apart()),
    }
}

/// Calls a callback, unless its connection has ended. What is async is polled once.
pub(crate) fn begin<P, R, K>(
    slot: &Slot<P, R, K>,
    event: Arc<Event<P, K>>,
    cx: &mut Context<'_>,
    span: &LaterSpan,
) -> Begun<R> {
    if !slot.may_start() {
        drop_quietly(event);
        return Begun::Failed(Cause::Aborted);
    }
    if slot.kind() == Kind::Async {
        let mut unready = Unready::Gone;
        let reply = span.within(|| slot.begin(event, cx, &mut unready));
        return match (reply, unready) {
            (Some(reply), _) => Begun::Replied(reply),
            (None, Unready::Waits(future)) => Begun::Waits(future),
            (None, Unready::Failed(panic)) => Begun::Failed(Cause::Panicked(panic)),
            (None, Unready::Gone) => gone(slot),
        };
    }
    let attempt = capture(|| span.within(|| slot.attempt(&event)));
    drop_quietly(event);
    match attempt {
        Ok(Ok(reply)) => Begun::Replied(reply),
        Ok(Err(Missed::Gone)) => gone(slot),
        Ok(Err(Missed::Failed(cause))) => Begun::Failed(cause),
        Err(panic) => Begun::Failed(Cause::Panicked(panic)),
    }
}

fn gone<P, R, K>(slot: &Slot<P, R, K>) -> Begun<R> {
    slot.lose_object();
    Begun::Failed(Cause::Aborted)
}
