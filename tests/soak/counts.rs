//! What is alive: tasks, wakers and calls, counted one by one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use fanfare::spawn::{BoxFuture, Spawner};

/// Clones count together.
#[derive(Clone, Default)]
pub(crate) struct Counts(Arc<Inner>);

#[derive(Default)]
struct Inner {
    tasks: AtomicIsize,
    wakers: AtomicIsize,
    calls: AtomicIsize,
    spawned: AtomicUsize,
    called: AtomicUsize,
}

/// One thing that is alive, until this is dropped.
pub(crate) struct Alive(Arc<Inner>, fn(&Inner) -> &AtomicIsize);

impl Counts {
    pub(crate) fn call(&self) -> Alive {
        self.0.called.fetch_add(1, SeqCst);
        Alive::new(&self.0, |inner| &inner.calls)
    }

    fn waker(&self) -> Alive {
        Alive::new(&self.0, |inner| &inner.wakers)
    }

    /// Tasks, wakers and calls that are left.
    pub(crate) fn left(&self) -> [isize; 3] {
        [&self.0.tasks, &self.0.wakers, &self.0.calls].map(|count| count.load(SeqCst))
    }

    pub(crate) fn spawned(&self) -> usize {
        self.0.spawned.load(SeqCst)
    }

    pub(crate) fn called(&self) -> usize {
        self.0.called.load(SeqCst)
    }

    /// Hands tasks on to this spawner, each with wakers that are counted. It is a bad one: one task of fifty it drops
    /// before it has run, and another one in the middle, as an executor does that shuts down.
    pub(crate) fn spawner(&self, spawner: impl Spawner) -> impl Spawner {
        let counts = self.clone();
        move |task| {
            let number = counts.0.spawned.fetch_add(1, SeqCst);
            let task = Task {
                task: Some(task),
                waker: None,
                keeps_waker: number % 2 == 0,
                polls_left: (number % 50 == 9).then_some(1),
                alive: Alive::new(&counts.0, |inner| &inner.tasks),
                counts: counts.clone(),
            };
            if number % 50 == 3 {
                drop(task);
            } else {
                spawner.spawn(Box::pin(task));
            }
        }
    }
}

impl Alive {
    fn new(inner: &Arc<Inner>, which: fn(&Inner) -> &AtomicIsize) -> Self {
        which(inner).fetch_add(1, SeqCst);
        Self(Arc::clone(inner), which)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        (self.1)(&self.0).fetch_sub(1, SeqCst);
    }
}

struct Task {
    /// Dropped first: it has gone before it counts as gone.
    task: Option<BoxFuture<'static, ()>>,
    waker: Option<Waker>,
    /// Whether it shows one waker all the time, or a new one each time.
    keeps_waker: bool,
    polls_left: Option<usize>,
    #[expect(dead_code, reason = "it counts")]
    alive: Alive,
    counts: Counts,
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        match &mut this.polls_left {
            Some(0) => {
                this.task = None;
                return Poll::Ready(());
            }
            Some(left) => *left -= 1,
            None => {}
        }
        let kept = this.waker.take().filter(|_| this.keeps_waker);
        let waker = kept.unwrap_or_else(|| {
            Waker::from(Arc::new(Handed {
                waker: cx.waker().clone(),
                _alive: this.counts.waker(),
            }))
        });
        let task = this.task.as_mut().expect("it has not finished");
        let poll = task.as_mut().poll(&mut Context::from_waker(&waker));
        this.waker = Some(waker);
        poll
    }
}

/// A waker that counts. Its clones are one.
struct Handed {
    waker: Waker,
    _alive: Alive,
}

impl Wake for Handed {
    fn wake(self: Arc<Self>) {
        self.waker.wake_by_ref();
    }
}

/// The waker of a thread that polls several futures: each is polled only if it was woken, so that none is helped along.
pub(crate) struct Flag {
    is_woken: AtomicBool,
    thread: Thread,
    _alive: Alive,
}

impl Flag {
    pub(crate) fn new(counts: &Counts) -> Arc<Self> {
        Arc::new(Self {
            is_woken: AtomicBool::new(true),
            thread: thread::current(),
            _alive: counts.waker(),
        })
    }

    /// Whether it was woken since the last time.
    pub(crate) fn take(&self) -> bool {
        self.is_woken.swap(false, SeqCst)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, SeqCst);
        self.thread.unpark();
    }
}
