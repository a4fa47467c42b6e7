//! Callbacks that run on one thread, which has a loop of its own.

use std::fmt;
use std::thread::{self, ThreadId};

use async_task::Runnable;

use super::elsewhere::{Leftover, call_elsewhere};
use super::{Context, Dispatcher, Outcome, Receiver};
use crate::signal::panic::{Quiet, capture};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A dispatcher that has callbacks run on one thread, which runs an event loop: the main thread of a program with windows, say.
/// Clones are one dispatcher.
///
/// All that it needs of the loop is a way to hand something to it from other threads, and every loop has one: `winit`'s
/// `EventLoopProxy`, `slint::invoke_from_event_loop`, `glib::MainContext::invoke`, a channel that `calloop` listens to. It is
/// given a [`Task`] that way, and calls [`run`](Task::run), which is one step of one callback: all of a sync one; of an async one
/// as much as there is until it waits. Whatever wakes an async one up posts the next step.
///
/// A loop that has gone drops what is posted to it, and one whose `post` panics does as well: that call is
/// [`Cause::Aborted`](crate::Cause::Aborted). A call that is stopped, by an abort or a time limit say, does not start any more; an
/// async one that waits is cancelled on its thread. One that waits when the loop goes finds that out when it is woken.
///
/// # Who waits
/// A send that waits for its callbacks waits for the loop to go round. So that thread itself must not block on one: a
/// `block_on(signal.send().join())` there waits for ever, as the loop stands still meanwhile. The same goes for a send from that
/// thread on a signal that runs its calls [`Inline`](crate::Inline). Awaiting it in a task that the loop drives is fine, and
/// so is a send that is not waited for.
///
/// With [`here`](Self::here), a callback that is called from that very thread runs at once, and not by way of the loop: then
/// sync callbacks hold nobody up for ever. An async one that has to wait goes on by way of the loop, so what is said above
/// stands for those.
///
/// # Examples
/// ```
/// use std::sync::mpsc;
/// use std::thread;
/// use fanfare::Signal;
/// use fanfare::dispatcher::{OnThread, Task};
///
/// let (post, posted) = mpsc::channel::<Task>();
/// let main = OnThread::here(move |task| {
///     let _ = post.send(task); // a loop that has gone drops it
/// });
/// let clicked = Signal::builder("ok").reply::<String>().dispatcher(main).build();
/// clicked.connect_sync(|button| format!("{button} on {:?}", thread::current().id())).now();
///
/// // From another thread, it goes by way of the loop.
/// let sending = clicked.clone();
/// let worker = thread::spawn(move || futures_lite::future::block_on(sending.send().join()));
/// posted.recv().expect("a task").run();
/// let expected = [format!("ok on {:?}", thread::current().id())];
/// assert_eq!(worker.join().expect("no panic").replies(), expected);
///
/// // From this one, it does not.
/// let report = futures_lite::future::block_on(clicked.send().join());
/// assert_eq!(report.replies(), expected);
/// ```
#[derive(Clone)]
pub struct OnThread {
    /// The last one to have it may be a task, on any thread.
    post: Arc<Quiet<Post>>,
    /// Where callbacks run at once.
    here: Option<ThreadId>,
}

type Post = Box<dyn Fn(Task) + Send + Sync>;

/// One step of a callback, for the thread that it is to run on: see [`OnThread`].
///
/// Dropped instead of run, it ends the call as [`Cause::Aborted`](crate::Cause::Aborted).
#[must_use = "a task does nothing until `.run()`, and dropped, it aborts its call"]
pub struct Task {
    /// Until it is run.
    step: Option<Runnable>,
    leftover: Leftover<Outcome>,
}

impl OnThread {
    /// Callbacks run where `post` has tasks run. Each of them goes by way of `post`, from wherever it is called.
    ///
    /// `post` is called on any thread, in `.send()` or by whatever wakes a callback up. It should not wait, and not run the task
    /// itself.
    #[must_use]
    pub fn new(post: impl Fn(Task) + Send + Sync + 'static) -> Self {
        Self {
            post: Arc::new(Quiet::new(Box::new(post))),
            here: None,
        }
    }

    /// The same for the thread that this is called on: what is called from it runs at once.
    #[must_use]
    pub fn here(post: impl Fn(Task) + Send + Sync + 'static) -> Self {
        Self {
            here: Some(thread::current().id()),
            ..Self::new(post)
        }
    }

    fn is_here(&self) -> bool {
        self.here
            .is_some_and(|thread| thread == thread::current().id())
    }
}

impl Dispatcher for OnThread {
    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let (task, waiting) = call_elsewhere(receiver);
        let (post, leftover) = (Arc::clone(&self.post), waiting.leftover());
        // If `post` panics, it drops the task, and that is heard.
        let post = move |step| {
            let task = Task {
                step: Some(step),
                leftover: leftover.clone(),
            };
            drop(capture(|| post(task)));
        };
        let (step, task) = async_task::spawn(task, post);
        task.detach();
        if self.is_here() {
            step.run();
        } else {
            step.schedule();
        }
        Box::pin(waiting)
    }
}

impl Task {
    /// Takes the step, on this thread. Panics of callbacks are caught, and are their outcome.
    pub fn run(mut self) {
        if let Some(step) = self.step.take() {
            step.run();
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(step) = self.step.take() {
            self.leftover.abandon(step);
        }
    }
}

impl fmt::Debug for OnThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnThread")
            .field("here", &self.here)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").finish_non_exhaustive()
    }
}
