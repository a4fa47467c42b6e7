//! Where async callbacks run: on an executor that the program drives itself, and on a home-made one.
//!
//! `cargo run --example executor`

use std::iter;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use fanfare::spawn::BoxFuture;
use fanfare::{Event, Executor, Signal, Spawner};
use smol::future::yield_now;

/// Replies with the name of the thread that it ran on.
async fn redraw(frame: Arc<Event<u32>>) -> Option<String> {
    println!("  frame {}: layout", **frame);
    yield_now().await;
    println!("  frame {}: paint", **frame);
    thread::current().name().map(String::from)
}

/// The program's own loop, as a window's main thread has one: callbacks run between its other duties, and only there.
fn own_loop() {
    let executor = Executor::new();
    let signal = Signal::builder(0)
        .reply::<Option<String>>()
        .spawner(executor.clone())
        .build();
    signal.connect(redraw).now();

    let delivery = signal.send().with(1).now().unwrap();
    println!("sent, and nothing has run yet:");
    assert!(!delivery.is_done());
    while executor.try_tick() {
        println!("  (time for other things)");
    }
    assert!(delivery.is_done());

    println!("or beside a future of the program's, until that is done:");
    let report = smol::block_on(executor.run(async {
        let delivery = signal.send().with(2).await;
        delivery.join().await
    }));
    assert_eq!(report.replies(), [Some("main".to_owned())]);
}

type Task = BoxFuture<'static, ()>;

/// Threads that take tasks off a queue, until the pool is gone.
struct Pool(Sender<Task>);

impl Pool {
    fn new(threads: usize) -> Self {
        let (sender, receiver) = mpsc::channel();
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..threads {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new()
                .name(format!("pool-{number}"))
                .spawn(move || iter::from_fn(|| take(&receiver)).for_each(smol::block_on))
                .expect("the system has a thread for us");
        }
        Self(sender)
    }
}

/// Locks the queue for as long as it takes to get a task, not for as long as that runs.
fn take(receiver: &Mutex<Receiver<Task>>) -> Option<Task> {
    receiver.lock().ok()?.recv().ok()
}

/// This is all that a signal needs to know of an executor.
impl Spawner for Pool {
    fn spawn(&self, task: Task) {
        // A task that nobody takes is dropped, and its callback is reported as aborted.
        let _ = self.0.send(task);
    }
}

fn own_threads() {
    println!("on a pool of threads:");
    let signal = Signal::builder(0)
        .reply::<Option<String>>()
        .spawner(Pool::new(1))
        .build();
    signal.connect(redraw).now();

    let delivery = signal.send().with(3).now().unwrap();
    let report = smol::block_on(delivery.join());
    assert_eq!(report.replies(), [Some("pool-0".to_owned())]);
}

fn main() {
    own_loop();
    own_threads();
}
