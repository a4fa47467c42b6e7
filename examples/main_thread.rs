//! Receivers on the main thread, where the windows are: workers send from theirs, and have replies.
//!
//! The event loop is calloop's. Any other one will do that takes something from another thread: only `dispatcher` below would change.
//!
//! `cargo run --example main_thread`

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use calloop::EventLoop;
use calloop::channel::{self, Event as Posted};
use fanfare::band::TypeConflict;
use fanfare::dispatcher::{OnThread, Task};
use fanfare::{Band, ChannelDef, Event};
use smol::channel::{Sender, bounded};

/// Shows a line, and replies how many there are.
static SHOW: ChannelDef<String, usize> = ChannelDef::new("show");
/// Asks the user, and replies what they say.
static ASK: ChannelDef<String, bool> = ChannelDef::new("ask");

/// What toolkits have: a thing that cannot leave its thread, as the compiler knows by the `Rc`.
#[derive(Default)]
struct Window {
    lines: Rc<RefCell<Vec<String>>>,
    /// Where the user's answers go.
    questions: Vec<Sender<bool>>,
}

thread_local! {
    /// Receivers may be called on any thread, as far as the compiler knows, so they find the window here. A thread that had no
    /// business with it would find an empty one of its own.
    static WINDOW: RefCell<Window> = RefCell::default();
}

fn write(line: String) -> usize {
    println!("  window: {line}");
    WINDOW.with_borrow(|window| {
        window.lines.borrow_mut().push(line);
        window.lines.borrow().len()
    })
}

fn show(line: &Event<String>) -> usize {
    write((**line).clone())
}

/// The loop goes on while it waits, and it goes on in the loop.
async fn ask(question: Arc<Event<String>>) -> bool {
    let (click, clicked) = bounded(1);
    write(format!("{} [yes] [no]", **question));
    WINDOW.with_borrow_mut(|window| window.questions.push(click));
    let is_yes = clicked.recv().await.unwrap_or(false);
    write(format!(
        "{} {}",
        **question,
        if is_yes { "yes" } else { "no" }
    ));
    is_yes
}

/// The user, who looks at the window each time the loop has gone round, and agrees to everything.
fn click() {
    let questions = WINDOW.with_borrow_mut(|window| std::mem::take(&mut window.questions));
    for question in questions {
        let _ = question.try_send(true);
    }
}

/// A worker knows the band, and nothing of windows and loops.
async fn work(band: Band, number: usize) -> Result<(), TypeConflict> {
    let show = SHOW.in_band(&band)?;
    let report = show.send(format!("worker {number} has a result")).join();
    assert!(
        report.await.replies()[0] > 1,
        "it came after the first line"
    );

    let ask = ASK.in_band(&band)?;
    let report = ask.send(format!("keep result {number}?")).join();
    assert_eq!(report.await.replies(), [true]);
    Ok(())
}

fn main() -> Result<(), TypeConflict> {
    let mut event_loop = EventLoop::try_new().expect("the system has an event queue for us");
    let (post, posted) = channel::channel::<Task>();

    // This is all that there is to it: hand over the task, and run it over there.
    let dispatcher = OnThread::here(move |task| {
        let _ = post.send(task); // a loop that has gone drops it, and the call is reported as aborted
    });
    let stop = event_loop.get_signal();
    event_loop
        .handle()
        .insert_source(posted, move |posted, (), ()| match posted {
            Posted::Msg(task) => task.run(),
            Posted::Closed => stop.stop(), // nobody is left who could post
        })
        .expect("a source of this loop alone");

    // Every receiver of this band runs where the dispatcher has it run.
    let band = Band::builder().dispatcher(dispatcher).build();
    SHOW.in_band(&band)?.connect_sync(show).now();
    ASK.in_band(&band)?.connect(ask).now();

    // From the main thread itself, receivers run at once: the loop does not even run yet.
    println!("the main thread sends:");
    let report = smol::block_on(SHOW.in_band(&band)?.send("ready".into()).join());
    assert_eq!(report.replies(), [1]);

    println!("workers send, and the loop runs:");
    let workers: Vec<_> = (1..=3)
        .map(|number| {
            let band = band.clone();
            thread::spawn(move || smol::block_on(work(band, number)))
        })
        .collect();
    // The last one to have it is a worker; without it, there is no dispatcher that could post, and the loop ends.
    drop(band);
    event_loop
        .run(None, &mut (), |()| click())
        .expect("the loop ends when it is told to");

    for worker in workers {
        worker.join().expect("its replies were as they should be")?;
    }
    // Whatever the order, all of it has happened in this thread's window.
    let lines = WINDOW.with_borrow(|window| Rc::clone(&window.lines));
    assert_eq!(lines.borrow().len(), 1 + 3 * 3);
    println!(
        "{} lines, all of them by the main thread",
        lines.borrow().len()
    );
    Ok(())
}
