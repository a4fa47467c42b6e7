//! Doing what the other side calls for.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Abortable, Aborted};

use super::core::Core;
use super::due::{Place, What};
use super::handle::Link;
use super::handler::Answer;
use super::reason::CloseReason;
use crate::net::wire::{Call, Code, Id, PROTOCOL, RemoteError, Response, Token};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

type Outcome<V> = Result<Response<V>, RemoteError>;

/// Does it, or begins to; gives what has to be done before anything else is read.
pub(super) fn serve<V: Send + 'static>(
    core: &Arc<Core<V>>,
    id: Option<Id>,
    call: Result<Call<V>, RemoteError>,
    deadline: Option<Duration>,
) -> Option<BoxFuture<'static, ()>> {
    let call = match call {
        Ok(call) => call,
        Err(error) => {
            core.reply(id, &Err(error));
            return None;
        }
    };
    match call {
        Call::Ping => core.tell(&Call::Pong),
        Call::Pong => core.pong(),
        Call::Cancel { id } => core.serving.cancel(&id),
        Call::Close { reason } => core.end_with(CloseReason::Remote(reason)),
        Call::Hello {
            protocol,
            codec,
            requests,
            token,
            session,
        } => {
            let proofs = (token.as_ref(), session.as_ref());
            greet(core, id, (protocol, requests), &codec, proofs);
        }
        _ if core.requires_hello && core.is_plain() => {
            let refused = RemoteError::failed(Code::Refused, "say hello first");
            core.reply(id, &Err(refused));
        }
        _ if deadline.is_some_and(|left| left.is_zero()) => {
            let late = RemoteError::failed(Code::TimedOut, "the time of the caller was up");
            core.reply(id, &Err(late));
        }
        call => return answer(core, id, call, deadline),
    }
    None
}

fn greet<V: 'static>(
    core: &Arc<Core<V>>,
    id: Option<Id>,
    (protocol, requests): (u32, u32),
    codec: &str,
    (token, session): (Option<&Token>, Option<&Token>),
) {
    let spoken = core.format().name();
    let welcome = if !core.is_plain() {
        Err(RemoteError::failed(Code::Refused, "hello was said already"))
    } else if codec != spoken {
        let message =
            format_args!("this side was to speak {codec}, and found out to speak {spoken}");
        Err(RemoteError::failed(Code::Refused, message))
    } else if protocol == 0 {
        Err(RemoteError::failed(
            Code::Refused,
            "there is no version 0 of the protocol",
        ))
    } else {
        let link = Link::uncounted(core);
        let asked = catch_unwind(AssertUnwindSafe(|| {
            core.handler.hello(&link, token)?;
            core.handler.greeted(&link, session);
            Ok(())
        }));
        asked.unwrap_or_else(|panic| Err(panicked(&*panic)))
    };
    match welcome {
        Ok(()) => {
            let welcome = Response::Welcome {
                protocol: protocol.min(PROTOCOL),
                requests: core.requests_taken(),
            };
            core.reply(id, &Ok(welcome));
            core.greet(requests);
        }
        Err(error) => {
            let reason = CloseReason::Refused(error.to_string());
            core.reply(id, &Err(error));
            // What was said before holds.
            if core.is_plain() {
                core.announce(reason);
            }
        }
    }
}

fn answer<V: Send + 'static>(
    core: &Arc<Core<V>>,
    id: Option<Id>,
    call: Call<V>,
    deadline: Option<Duration>,
) -> Option<BoxFuture<'static, ()>> {
    let link = Link::uncounted(core);
    let answered = catch_unwind(AssertUnwindSafe(|| {
        core.handler.call_within(&link, call, deadline)
    }));
    match answered {
        Err(panic) => core.reply(id, &Err(panicked(&*panic))),
        Ok(Answer::Now(result)) => core.reply(id, &result),
        Ok(Answer::InOrder(future)) => return Some(run_in_order(core, id, future)),
        Ok(Answer::Beside(future)) => return run_beside(core, id, future, deadline),
    }
    None
}

fn run_in_order<V: Send + 'static>(
    core: &Arc<Core<V>>,
    id: Option<Id>,
    future: BoxFuture<'static, Outcome<V>>,
) -> BoxFuture<'static, ()> {
    let core = Arc::clone(core);
    let running = AssertUnwindSafe(future).catch_unwind();
    Box::pin(async move {
        let result = running.await.unwrap_or_else(|panic| Err(panicked(&*panic)));
        core.reply(id, &result);
    })
}

/// Polls once, and hands over what has to wait. Where there are as many as may be, a request is refused; what wants no reply would be
/// lost without a word, so it is done in order, and its sender has to wait.
fn run_beside<V: Send + 'static>(
    core: &Arc<Core<V>>,
    id: Option<Id>,
    future: BoxFuture<'static, Outcome<V>>,
    deadline: Option<Duration>,
) -> Option<BoxFuture<'static, ()>> {
    let (abort, registration) = AbortHandle::new_pair();
    let number = match core.serving.begin(id, abort) {
        Ok(number) => number,
        Err(None) if !core.is_plain() => return Some(run_in_order(core, None, future)),
        Err(id) => {
            let message =
                "as many requests are under way as may be; `Limits::requests` sets how many";
            core.reply(id, &Err(RemoteError::failed(Code::TooMany, message)));
            return None;
        }
    };
    let due = deadline.and_then(|left| {
        let when = core.now().checked_add(left)?;
        Some(core.due.add(when, What::Serving(number)))
    });
    let ticket = Ticket {
        core: Arc::clone(core),
        number,
        due,
    };
    let running = Abortable::new(AssertUnwindSafe(future).catch_unwind(), registration);
    let mut task: BoxFuture<'static, ()> = Box::pin(async move {
        // Aborted, it was replied to by who did that.
        if let Some(result) = outcome(running).await {
            ticket.reply(&result);
        }
    });
    // With a waker that does nothing: if it has to wait, it is polled again where it goes.
    let mut nobody = Context::from_waker(Waker::noop());
    if task.as_mut().poll(&mut nobody).is_pending() {
        core.spawner.spawn(task);
    }
    None
}

async fn outcome<V>(
    running: impl Future<Output = Result<Result<Outcome<V>, Box<dyn Any + Send>>, Aborted>>,
) -> Option<Outcome<V>> {
    match running.await {
        Ok(Ok(result)) => Some(result),
        Ok(Err(panic)) => Some(Err(panicked(&*panic))),
        Err(Aborted) => None,
    }
}

/// A call that is being done, which is replied to once, whatever becomes of its task.
struct Ticket<V> {
    core: Arc<Core<V>>,
    number: u64,
    due: Option<Place>,
}

impl<V> Ticket<V> {
    fn reply(&self, result: &Outcome<V>) {
        if let Some(place) = self.due {
            self.core.due.remove(place);
        }
        if let Some(running) = self.core.serving.end(self.number) {
            self.core.reply(running.id, result);
        }
    }
}

impl<V> Drop for Ticket<V> {
    fn drop(&mut self) {
        // There is nothing left to end unless the executor has dropped the task.
        self.reply(&Err(RemoteError::failed(
            Code::Gone,
            "the task that was to do it was dropped",
        )));
    }
}

/// What is told of a panic.
fn panicked(panic: &(dyn Any + Send)) -> RemoteError {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    RemoteError::failed(
        Code::Failed,
        format_args!("it panicked: {}", text.unwrap_or("of what is not known")),
    )
}
