//! The task that reads.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_lite::future::{or, yield_now};

use super::core::{Core, unless_it_panics};
use super::due::What;
use super::error::RequestError;
use super::handle::Link;
use super::reason::CloseReason;
use super::serve::serve;
use crate::net::carrier::CarrierError;
use crate::net::wire::{Expect, Received, RemoteError, Response};
use crate::sync::{Arc, Ordering};

/// After how many messages others get their turn, and the time is looked at.
const TURN: u64 = 64;

/// Reads until the link ends, then closes the carrier and tells the handler.
pub(super) async fn read<V: Send + 'static>(core: Arc<Core<V>>) {
    // An executor may drop its tasks.
    let dropped = OnDrop(&core);
    let reason = read_all(&core).await;
    core.end_with(reason);
    let limit = core.timer.sleep(core.limits.handshake);
    or(core.carrier.close(), limit).await;
    drop(dropped);
}

struct OnDrop<'a, V: 'static>(&'a Arc<Core<V>>);

impl<V: 'static> Drop for OnDrop<'_, V> {
    fn drop(&mut self) {
        let core = self.0;
        core.end_with(CloseReason::Dropped);
        // Where the task was dropped, nobody else does. What it does at once has to suffice.
        let mut nobody = Context::from_waker(Waker::noop());
        let _ = core.carrier.close().as_mut().poll(&mut nobody);
        if let Some(reason) = core.end.reason() {
            let link = Link::uncounted(core);
            let told = || core.handler.closed(&link, reason);
            // There is nobody left to be told that it has failed.
            let _ = catch_unwind(AssertUnwindSafe(told));
        }
        core.end.set_over();
    }
}

async fn read_all<V: Send + 'static>(core: &Arc<Core<V>>) -> CloseReason {
    let mut ended = pin!(core.end.wait());
    loop {
        let waited = match next(core, ended.as_mut()).await {
            Next::Ended(reason) => return reason,
            Next::Came(Err(error), _) => return CloseReason::Lost(error),
            Next::Came(Ok(frame), waited) => {
                let count = core.received.fetch_add(1, Ordering::Relaxed);
                if waited || count % TURN == 0 {
                    core.heard_now();
                }
                if let Some(order) = take(core, frame) {
                    not_reading(core, order, ended.as_mut()).await;
                }
                while let Some(room) = core.queue.owed_room() {
                    // Whoever has waited for the end must not wait for it again.
                    if core.end.is_ended() {
                        break;
                    }
                    not_reading(core, room, ended.as_mut()).await;
                }
                waited || count % TURN != 0
            }
        };
        if let Some(reason) = core.end.reason() {
            return reason.clone();
        }
        if !waited {
            yield_now().await;
        }
    }
}

/// Waits for something else than the other side, which has as much time again after it.
async fn not_reading<V: 'static>(
    core: &Core<V>,
    something: impl Future<Output = ()>,
    ended: Pin<&mut (impl Future<Output = CloseReason> + Send)>,
) {
    core.is_busy.store(true, Ordering::Relaxed);
    or(something, async { drop(ended.await) }).await;
    core.heard_now();
    core.is_busy.store(false, Ordering::Relaxed);
}

enum Next {
    Ended(CloseReason),
    /// And whether it had to be waited for.
    Came(Result<Vec<u8>, CarrierError>, bool),
}

async fn next<V: 'static>(
    core: &Core<V>,
    mut ended: Pin<&mut (impl Future<Output = CloseReason> + Send)>,
) -> Next {
    let mut coming = core.carrier.recv();
    let mut waited = false;
    let mut read = core.carrier.progress().read;
    poll_fn(|cx| {
        if let Poll::Ready(came) = coming.as_mut().poll(cx) {
            return Poll::Ready(Next::Came(came, waited));
        }
        if waited {
            // It was woken, and no frame is complete: has a part of one come?
            let progress = core.carrier.progress();
            if progress.read != read {
                read = progress.read;
                core.heard_now();
                begin_first_message(core, progress.partial);
            }
        } else {
            begin_first_message(core, core.carrier.progress().partial);
        }
        waited = true;
        ended.as_mut().poll(cx).map(Next::Ended)
    })
    .await
}

/// From the moment when the first message begins to come, it has its time.
fn begin_first_message<V: 'static>(core: &Core<V>, partial: usize) {
    let is_first = core.received.load(Ordering::Relaxed) == 0;
    if is_first && partial > 0 && !core.has_begun.swap(true, Ordering::Relaxed) {
        core.due
            .add(core.now() + core.limits.handshake, What::FirstMessage);
    }
}

/// What has to be done before anything else is read.
type InOrder = crate::spawn::BoxFuture<'static, ()>;

fn take<V: Send + 'static>(core: &Arc<Core<V>>, frame: Vec<u8>) -> Option<InOrder> {
    let format = core.settle_format(&frame);
    match unless_it_panics(|| format.received(&frame, core.limits.depth)) {
        Err(error) => core.malformed(error),
        Ok(Received::Reply { id, result }) => {
            // An id that is no number is none of ours.
            if let Some(id) = id.number() {
                settle(core, id, result, frame);
            }
        }
        Ok(Received::Call { id, call, deadline }) => return serve(core, id, call, deadline),
    }
    None
}

fn settle<V: 'static>(core: &Core<V>, id: u64, result: Result<(), RemoteError>, frame: Vec<u8>) {
    if result.is_ok() && core.hello.load(Ordering::Relaxed) == id {
        // Before anything else that comes is taken for a plain peer's.
        let read = core
            .format()
            .response(&frame, core.limits.depth, Expect::Welcome);
        // If it is none, who waits for it reads it again, and finds out.
        if let Ok(Response::Welcome { requests, .. }) = read {
            core.greet(requests);
        }
    }
    core.queue.answered_in_lockstep(id);
    let outcome = result.map(|()| frame).map_err(RequestError::Remote);
    core.replies
        .settle(id, outcome, |events| core.queue.confirm(events));
}
