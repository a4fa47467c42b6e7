//! Who runs async callbacks, and what becomes of those that are not run.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake};
use std::thread;

use fanfare::spawn::BoxFuture;
use fanfare::{Event, Signal, Spawner};
use futures_lite::future::{block_on, yield_now};

use crate::common::{Gate, Log, ON_PURPOSE, opens, poll, told};
use crate::runtime::Runtime;

type Task = BoxFuture<'static, ()>;

/// Keeps tasks until somebody takes them.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Vec<Task>>>);

impl Shelf {
    fn take(&self) -> Vec<Task> {
        mem::take(&mut *self.0.lock().expect("nobody panics here"))
    }
}

impl Spawner for Shelf {
    fn spawn(&self, task: Task) {
        self.0.lock().expect("nobody panics here").push(task);
    }
}

async fn it_gets_every_async_callback_and_no_other(on: Runtime) {
    let shelf = Shelf::default();
    let signal = Signal::builder(()).spawner(shelf.clone()).build();
    signal.connect_sync(|_| ()).await;
    for key in ["a", "a", "b"] {
        signal.connect(|_| async {}).key(key).await;
    }
    let delivery = signal.send().key("a").await;
    let tasks = shelf.take();
    assert_eq!((delivery.count(), tasks.len()), (3, 2));
    assert!(!delivery.is_done());
    for task in tasks {
        on.spawn(task);
    }
    assert_eq!(told(&delivery.join().await), ["()"; 3]);
    // These need none.
    assert!(signal.send().key("a").join().await.is_ok());
    signal.send().key("a").fold((), |(), ()| ()).await;
    assert!(shelf.take().is_empty());
}

async fn several_signals_may_share_one(on: Runtime) {
    let shelf: Arc<dyn Spawner> = Arc::new(Shelf::default());
    let counted = Arc::new(AtomicUsize::new(0));
    let (counter, spawner) = (counted.clone(), on.spawner());
    let closure: Arc<dyn Spawner> = Arc::new(move |task: Task| {
        counter.fetch_add(1, Ordering::SeqCst);
        spawner.spawn(task);
    });
    for spawner in [closure.clone(), closure] {
        let signal = Signal::builder(()).spawner(spawner).build();
        signal.connect(|_| async {}).await;
        assert!(signal.clone().send().await.join().await.is_ok());
    }
    assert_eq!(counted.load(Ordering::SeqCst), 2);
    let signal = Signal::builder(()).spawner(shelf).build();
    signal.connect(|_| async {}).await;
    assert_eq!(signal.send().await.count(), 1);
}

async fn a_thread_for_each_task_is_one(_: Runtime) {
    let signal = Signal::builder(0u64)
        .reply::<u64>()
        .spawner(|task: Task| drop(thread::spawn(|| block_on(task))))
        .build();
    for number in 0..10 {
        signal
            .connect(move |ev| async move {
                yield_now().await;
                **ev + number
            })
            .await;
    }
    let report = signal.send().with(5).await.join().await;
    assert_eq!(report.into_replies(), (5..15).collect::<Vec<_>>());
}

async fn one_that_panics_aborts_the_callback(on: Runtime) {
    let (log, spawner, calls) = (Log::new(), on.spawner(), AtomicUsize::new(0));
    let signal = Signal::builder(())
        .spawner(move |task: Task| {
            if calls.fetch_add(1, Ordering::SeqCst) % 2 == 0 {
                panic!("{ON_PURPOSE}: no room");
            }
            spawner.spawn(task);
        })
        .build();
    let first = signal.connect(log.writes_async("first")).await;
    signal.connect_sync(log.writes("sync")).await;
    signal.connect(log.writes_async("second")).await;
    for _ in 0..2 {
        let delivery = signal.send().await;
        assert_eq!(delivery.count(), 3);
        assert_eq!(told(&delivery.join().await), ["aborted", "()", "()"]);
        assert_eq!(log.take(), ["sync", "second"]);
    }
    assert!(first.disconnect_and_wait().await);
}

async fn one_that_panics_with_the_task_in_its_hands_may_run_it_yet(_: Runtime) {
    let shelf = Shelf::default();
    let kept = shelf.clone();
    let signal = Signal::builder(())
        .reply::<u8>()
        .spawner(move |task: Task| {
            kept.spawn(task);
            panic!("{ON_PURPOSE}: too late");
        })
        .build();
    signal.connect(|_| async { 1 }).await;
    let delivery = signal.send().await;
    shelf.take().into_iter().for_each(block_on);
    assert_eq!(told(&delivery.join().await), ["1"]);
}

async fn one_that_drops_tasks_aborts_them(_: Runtime) {
    let log = Log::new();
    let signal = Signal::builder(()).spawner(|task: Task| drop(task)).build();
    signal.connect(log.writes_async("ran")).await;
    let once = signal.connect(log.writes_async("ran")).once().await;
    let delivery = signal.send().await;
    assert!(delivery.is_done());
    assert_eq!(told(&delivery.join().await), ["aborted", "aborted"]);
    assert!(!once.is_connected());
    assert_eq!(told(&signal.send().await.join().await), ["aborted"]);
    assert_eq!(log.len(), 0);
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), ["ran"]);
}

async fn one_that_drops_tasks_later_aborts_them_then(_: Runtime) {
    let (shelf, dropped) = (Shelf::default(), Gate::new());
    let signal = Signal::builder(()).spawner(shelf.clone()).build();
    let connection = signal
        .connect_with(dropped.clone(), |dropped, _| async move {
            let _guard = opens(&dropped);
            std::future::pending::<()>().await;
        })
        .await;
    let delivery = signal.send().await;
    let mut tasks = shelf.take();
    assert!(poll(&mut tasks[0]).is_pending());
    assert!(!dropped.is_open() && !delivery.is_done());
    drop(tasks);
    assert!(dropped.is_open() && delivery.is_done());
    assert_eq!(told(&delivery.join().await), ["aborted"]);
    assert!(connection.disconnect_and_wait().await);
}

async fn a_report_waits_for_all_tasks(_: Runtime) {
    let shelf = Shelf::default();
    let signal = Signal::builder(())
        .reply::<u8>()
        .spawner(shelf.clone())
        .build();
    for number in 0..3 {
        signal.connect(move |_| async move { number }).await;
    }
    let mut join = signal.send().await.join();
    let mut tasks = shelf.take();
    for left in [2, 1, 0] {
        assert!(poll(&mut join).is_pending());
        let task = tasks.remove(left);
        if left == 1 {
            drop(task);
        } else {
            block_on(task);
        }
    }
    assert_eq!(told(&join.await), ["0", "aborted", "2"]);
}

async fn what_is_disconnected_before_it_starts_is_aborted_and_not_run(_: Runtime) {
    async fn function(ev: Arc<Event<Log<&'static str>>>) {
        ev.push("function");
    }
    let (shelf, log) = (Shelf::default(), Log::new());
    let signal = Signal::builder(log.clone()).spawner(shelf.clone()).build();
    signal.connect(function).key("a").await;
    let connection = signal.connect(log.writes_async("closure")).await;
    signal.connect(log.writes_async("stays")).await;
    let delivery = signal.send().key("a").await;
    assert!(signal.disconnect(function).key("a").await);
    assert!(connection.disconnect());
    shelf.take().into_iter().for_each(block_on);
    assert_eq!(told(&delivery.join().await), ["aborted", "aborted", "()"]);
    assert_eq!(log.take(), ["stays"]);
}

/// Counts how often it is woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

async fn abort_wakes_a_task_where_it_was_last_polled(_: Runtime) {
    let shelf = Shelf::default();
    let signal = Signal::builder(()).spawner(shelf.clone()).build();
    signal.connect(|_| std::future::pending()).await;
    let delivery = signal.send().await;
    let mut task = shelf.take().pop().expect("one task");
    let (old, new) = (Arc::new(Bell::default()), Arc::new(Bell::default()));
    for bell in [&old, &new] {
        let waker = bell.clone().into();
        assert!(
            task.as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
    }
    delivery.abort();
    assert_eq!(new.0.load(Ordering::SeqCst), 1);
    assert!(poll(&mut task).is_ready());
    assert_eq!(told(&delivery.join().await), ["aborted"]);
}

on_each_runtime![
    it_gets_every_async_callback_and_no_other,
    several_signals_may_share_one,
    a_thread_for_each_task_is_one,
    one_that_panics_aborts_the_callback,
    one_that_panics_with_the_task_in_its_hands_may_run_it_yet,
    one_that_drops_tasks_aborts_them,
    one_that_drops_tasks_later_aborts_them_then,
    a_report_waits_for_all_tasks,
    what_is_disconnected_before_it_starts_is_aborted_and_not_run,
    abort_wakes_a_task_where_it_was_last_polled,
];
