//! An executor that runs tasks in an order of its seed's.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

use fastrand::Rng;

use crate::signal::{capture, drop_quietly};
use crate::spawn::{BoxFuture, Spawner};
use crate::sync::{Arc, AtomicBool, Lock, Ordering, Weak};

/// An executor without threads that runs tasks in a random order, which its seed decides. Clones are one executor.
///
/// Of the tasks that can go on, it picks any one, again and again. The same program with the same seed runs in the same
/// order each time, so what a test has found under one seed can be looked at again; other seeds show other orders. That
/// holds as long as nothing else brings chance in: other threads, real time, the order of a `HashMap`.
///
/// Tasks run on the thread of who drives it, and only then. One that panics is dropped, and the others go on. Dropping the
/// last clone drops the tasks that are left; callbacks among them are reported as aborted.
///
/// # Examples
/// ```
/// use fanfare::Signal;
/// use fanfare::testing::SeededExecutor;
///
/// for seed in 0..20 {
///     let executor = SeededExecutor::new(seed);
///     let signal = Signal::builder(20u32).reply::<u32>().spawner(executor.clone()).build();
///     signal.connect(|ev| async move { **ev + 1 }).now();
///     signal.connect(|ev| async move { **ev + 2 }).now();
///     let report = executor.run_until(async { signal.send().await.join().await });
///     assert_eq!(report.expect("nothing waits for ever").replies(), [21, 22], "seed {seed}");
/// }
/// ```
#[derive(Clone)]
pub struct SeededExecutor(Arc<Inner>);

struct Inner {
    seed: u64,
    state: Lock<State>,
}

struct State {
    rng: Rng,
    /// Those that have not finished, by their numbers.
    tasks: BTreeMap<u64, Task>,
    /// The numbers of those that can go on, once each, without those that are running.
    ready: Vec<u64>,
    last: u64,
}

struct Task {
    /// `None` while it runs.
    future: Option<BoxFuture<'static, ()>>,
    waker: Waker,
    /// It has been woken since it began to run last.
    is_woken: bool,
}

impl SeededExecutor {
    /// An executor with no tasks.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let state = State {
            rng: Rng::with_seed(seed),
            tasks: BTreeMap::new(),
            ready: Vec::new(),
            last: 0,
        };
        Self(Arc::new(Inner {
            seed,
            state: Lock::new(state),
        }))
    }

    /// The seed it was made with, for the message of a test that fails.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.0.seed
    }

    /// Runs one task one step, if one can go on; tells whether there was one.
    pub fn tick(&self) -> bool {
        match self.pick(false) {
            Some(Pick::Task(step)) => {
                self.run(step);
                true
            }
            _ => false,
        }
    }

    /// Runs tasks until none can go on; tells how many steps that took. A task that wakes itself each time keeps it
    /// running for ever.
    pub fn run_until_stalled(&self) -> usize {
        let mut steps = 0;
        while self.tick() {
            steps += 1;
        }
        steps
    }

    /// Runs `future` and the tasks, in random order, until `future` is done, and gives its output. What is left of the
    /// tasks stays for the next run.
    ///
    /// `None` if neither `future` nor a task can go on: all of them wait for something that does not come by itself. It
    /// does not wait for other threads. To go on later, pass `&mut future`.
    ///
    /// # Panics
    /// If `future` does.
    pub fn run_until<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        loop {
            match self.pick(flag.is_raised())? {
                Pick::Task(step) => self.run(step),
                Pick::Guest => {
                    flag.lower();
                    if let Poll::Ready(output) =
                        future.as_mut().poll(&mut Context::from_waker(&waker))
                    {
                        return Some(output);
                    }
                }
            }
        }
    }

    /// Whether every task has finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.task_count() == 0
    }

    /// How many tasks have not finished, whether they can go on or not.
    #[must_use]
    pub fn task_count(&self) -> usize {
        self.0.state.hold().tasks.len()
    }

    /// Any one of those that can go on, the guest with them if he can.
    fn pick(&self, has_guest: bool) -> Option<Pick> {
        let mut state = self.0.state.hold();
        let State {
            rng, tasks, ready, ..
        } = &mut *state;
        let count = ready.len() + usize::from(has_guest);
        if count == 0 {
            return None;
        }
        let place = rng.usize(..count);
        if place == ready.len() {
            return Some(Pick::Guest);
        }
        let number = ready.swap_remove(place);
        let task = tasks.get_mut(&number)?;
        task.is_woken = false;
        Some(Pick::Task(Step {
            number,
            future: task.future.take()?,
            waker: task.waker.clone(),
        }))
    }

    /// Runs a task one step; under no lock, and whatever the task does.
    fn run(&self, step: Step) {
        let Step {
            number,
            mut future,
            waker,
        } = step;
        let polled = capture(|| future.as_mut().poll(&mut Context::from_waker(&waker)));
        if let Ok(Poll::Pending) = polled {
            let mut state = self.0.state.hold();
            let State { tasks, ready, .. } = &mut *state;
            if let Some(task) = tasks.get_mut(&number) {
                task.future = Some(future);
                if task.is_woken {
                    ready.push(number);
                }
            }
            return;
        }
        // It has finished when all of it is gone.
        drop_quietly(future);
        self.0.state.hold().tasks.remove(&number);
    }
}

enum Pick {
    Task(Step),
    /// The future of `run_until`.
    Guest,
}

/// A task, taken out to be run one step.
struct Step {
    number: u64,
    future: BoxFuture<'static, ()>,
    waker: Waker,
}

impl Spawner for SeededExecutor {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        let mut state = self.0.state.hold();
        state.last += 1;
        let number = state.last;
        let executor = Arc::downgrade(&self.0);
        let task = Task {
            future: Some(task),
            waker: Waker::from(Arc::new(TaskWaker { executor, number })),
            is_woken: true,
        };
        state.tasks.insert(number, task);
        state.ready.push(number);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Nobody else has it any more, so no lock is held while tasks are dropped.
        let tasks = std::mem::take(&mut self.state.get_mut().tasks);
        tasks
            .into_values()
            .filter_map(|task| task.future)
            .for_each(drop_quietly);
    }
}

impl fmt::Debug for SeededExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeededExecutor")
            .field("seed", &self.0.seed)
            .field("tasks", &self.task_count())
            .finish()
    }
}

/// Has a task run again. It keeps neither the executor nor the task.
struct TaskWaker {
    executor: Weak<Inner>,
    number: u64,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Some(executor) = self.executor.upgrade() else {
            return;
        };
        let mut state = executor.state.hold();
        let State { tasks, ready, .. } = &mut *state;
        if let Some(task) = tasks.get_mut(&self.number) {
            // One that is running is queued when it has run.
            if !task.is_woken && task.future.is_some() {
                ready.push(self.number);
            }
            task.is_woken = true;
        }
    }
}

/// Raised by whoever wakes the guest, on any thread, and lowered before he is polled: what happens from then on raises it
/// again.
struct Flag(AtomicBool);

impl Flag {
    fn is_raised(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn lower(&self) {
        self.0.swap(false, Ordering::AcqRel);
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}
