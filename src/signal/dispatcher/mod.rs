//! Code of the user's around a send, and around each call of it.
//!
//! A signal without a [`Dispatcher`] knows nothing of this room. The sends of the others are a [`Round`] each; the calls
//! of one are managed ones, which give a [`Receiver`] to the dispatcher and run what that makes of it.

mod calling;
mod context;
mod dispatch;
mod elsewhere;
mod fate;
#[cfg(feature = "tracing")]
mod logged;
mod nested;
mod on_executor;
mod on_thread;
mod outcome;
mod receiver;
mod results;
mod round;
mod timed;

pub(crate) use calling::Calling;
pub use context::Context;
pub(crate) use dispatch::{Attempted, Dispatch};
pub(crate) use elsewhere::{Waiting, elsewhere};
#[cfg(feature = "tracing")]
pub use logged::{Level, Logged};
pub use on_executor::OnExecutor;
pub use on_thread::{OnThread, Task};
pub use outcome::Outcome;
pub use receiver::Receiver;
pub use results::{Reply, Results};
pub(crate) use round::{Open, Round};
pub use timed::{Timed, Times};

use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Code around each send of a signal, and around each call that the send makes: for logs, times and limits, or to have
/// callbacks called elsewhere, later, or not at all. See [`SignalBuilder::dispatcher`](crate::SignalBuilder::dispatcher).
///
/// Every method has a default, and one that has none of its own changes nothing. A signal may have several dispatchers: the
/// first one it was given is the outermost. `before` is called from the outside in, `after` from the inside out, and each
/// one's `call` is around those further in, which are around the callback.
///
/// # What it is around
/// The calls of connections, sync and async. Streams take their events within the send, and are none. A call that is
/// [debounced](crate::ConnectBuilder::debounce) belongs to no send: it is a round of its own, `before`, one `call` and
/// `after`, when its time has come.
///
/// A send that never begins has no `before` and no `after`: on a closed signal, or where its time was up while it waited.
/// Its predicates are asked before `before`, when it looks whom it reaches.
///
/// What a connection says of its calls is around the dispatcher: they come to it when it is their turn (`sequential`,
/// `queue`), each attempt comes to it anew (`retry`), and its time is part of theirs (`timeout`, for sync callbacks as well).
///
/// # Panics
/// are caught. One in `call`, or in the future that it gives, is that call's [`Cause::Panicked`](crate::Cause::Panicked).
/// One in `before` or `after` is told as a failure of the send, by [`failures`](crate::Signal::failures), and the send goes
/// on; a dispatcher whose `before` panicked is asked for the rest all the same.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::Mutex;
/// use std::sync::Arc;
/// use fanfare::{BoxFuture, Signal};
/// use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Results};
///
/// /// Writes down what happens.
/// #[derive(Clone, Default)]
/// struct Diary(Arc<Mutex<Vec<String>>>);
///
/// impl Diary {
///     fn note(&self, line: impl Into<String>) {
///         self.0.lock().unwrap().push(line.into());
///     }
/// }
///
/// impl Dispatcher for Diary {
///     fn before(&self, cx: &Context) {
///         self.note(format!("{} to {}", cx.identifier(), cx.receivers()));
///     }
///
///     fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
///         let diary = self.clone();
///         Box::pin(async move {
///             diary.note("a call");
///             let outcome = receiver.call().await;
///             diary.note(format!("it replied {:?}", outcome.reply::<u32>()));
///             outcome
///         })
///     }
///
///     fn after(&self, _: &Context, results: &Results<'_>) {
///         self.note(format!("sum: {}", results.replies::<u32>().sum::<u32>()));
///     }
/// }
///
/// let diary = Diary::default();
/// let square = Signal::builder(3u32).reply::<u32>().name("square").dispatcher(diary.clone()).build();
/// square.connect(|ev| async move { **ev * **ev }).await;
/// assert_eq!(square.send().join().await.replies(), [9]);
/// assert_eq!(*diary.0.lock().unwrap(), ["square to 1", "a call", "it replied Some(9)", "sum: 9"]);
/// # });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a dispatcher",
    label = "not a dispatcher",
    note = "write `impl fanfare::dispatcher::Dispatcher for {Self} {{ .. }}`: each of its methods has a default"
)]
pub trait Dispatcher: Send + Sync + 'static {
    /// Called once a send, before anybody is called, on the thread that sends. Also where nobody matches.
    fn before(&self, cx: &Context) {
        let _ = cx;
    }

    /// Around each call; where a call is made again after a failure, around each attempt. The default calls.
    ///
    /// It is asked where the call would begin: within the send (sync callbacks; async ones in `.join()`), or on the executor.
    /// What it gives is polled there, and what that comes to is what the call comes to. It may wait, for a pause or for a
    /// permit; it may have the receiver called by another thread or executor; or it may give an outcome without calling.
    ///
    /// A call that is stopped meanwhile, by an abort, a time limit or the end of its connection, has its future dropped where
    /// it waits, and its receiver does not start any more, wherever that is by then. A receiver that has started elsewhere
    /// goes on there.
    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let _ = cx;
        receiver.call()
    }

    /// Called once for each `before`, when all calls of the send have come to something: in `.join()` before the report is
    /// given; in `.await` and `.now()`, if all calls are done by then, before the delivery is given, and otherwise where the
    /// last one ends, before the delivery is done.
    ///
    /// A `.join()` that is dropped half way calls it as well, with the calls that had not finished as aborted; those of
    /// [groups](crate::futures::JoinFuture::by_priority) that had not begun are missing. After `.first()` and folds that broke
    /// off, those that had not finished are aborted, and those that had not started are missing.
    fn after(&self, cx: &Context, results: &Results<'_>) {
        let _ = (cx, results);
    }
}

/// Lets several signals share one dispatcher.
impl<D: Dispatcher + ?Sized> Dispatcher for Arc<D> {
    fn before(&self, cx: &Context) {
        (**self).before(cx);
    }

    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        (**self).call(cx, receiver)
    }

    fn after(&self, cx: &Context, results: &Results<'_>) {
        (**self).after(cx, results);
    }
}
