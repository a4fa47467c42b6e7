//! Event loops: one that a test turns by hand, and one on a thread of its own.

use std::collections::VecDeque;
use std::iter;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle, ThreadId};

use fanfare::dispatcher::{OnThread, Task};

/// Tasks that were posted, until the test runs them. Clones are one queue.
#[derive(Clone, Default)]
pub(crate) struct Queue(Arc<Mutex<VecDeque<Task>>>);

impl Queue {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// What posts to it.
    pub(crate) fn post(&self) -> impl Fn(Task) + Send + Sync + 'static + use<> {
        let queue = self.clone();
        move |task| queue.0.lock().expect("nobody panics here").push_back(task)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().expect("nobody panics here").len()
    }

    /// The one that was posted first.
    pub(crate) fn take(&self) -> Task {
        let first = self.0.lock().expect("nobody panics here").pop_front();
        first.expect("a task was posted")
    }

    /// Runs what is there, and what comes meanwhile; tells how many that were.
    pub(crate) fn run_all(&self) -> usize {
        let next = || self.0.lock().expect("nobody panics here").pop_front();
        iter::from_fn(next).map(Task::run).count()
    }
}

/// A loop on a thread of its own. It ends when all that post to it have gone.
pub(crate) struct Loop {
    post: mpsc::Sender<Task>,
    thread: JoinHandle<()>,
}

impl Loop {
    pub(crate) fn new() -> Self {
        let (post, posted) = mpsc::channel::<Task>();
        let thread = thread::spawn(move || posted.into_iter().for_each(Task::run));
        Self { post, thread }
    }

    pub(crate) fn thread(&self) -> ThreadId {
        self.thread.thread().id()
    }

    pub(crate) fn dispatcher(&self) -> OnThread {
        let post = self.post.clone();
        OnThread::new(move |task| drop(post.send(task)))
    }

    /// Waits until the loop has ended: no signal may have its dispatcher any more.
    pub(crate) fn end(self) {
        drop(self.post);
        self.thread.join().expect("no panic got into the loop");
    }
}
