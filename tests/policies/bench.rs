//! What a cell is tried on: a signal, an executor and a clock that stand still, and a callback that does as it is told.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{
    Cause, ConnectBuilder, Connection, Delivery, Executor, Report, Signal, SignalBuilder,
};
use fanfare::{Overflow, Subscription, TryRecvError, Unsent};
use smol::channel::{Receiver, Sender, unbounded};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A signal of numbers, with all that its callback did.
pub(crate) struct Bench {
    pub(crate) signal: Signal<u32>,
    pub(crate) clock: ManualClock,
    executor: Executor,
    log: Arc<Mutex<Vec<String>>>,
    tickets: Sender<()>,
    calls: Receiver<()>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::built(|builder| builder)
    }

    pub(crate) fn built(options: impl FnOnce(SignalBuilder<u32>) -> SignalBuilder<u32>) -> Self {
        let (executor, clock) = (Executor::new(), ManualClock::new());
        let builder = Signal::builder(0).spawner(executor.clone());
        let (tickets, calls) = unbounded();
        Self {
            signal: options(builder.timer(clock.clone())).build(),
            clock,
            executor,
            log: Arc::default(),
            tickets,
            calls,
        }
    }

    /// Connects a callback that begins (`+1`), waits for [`finish`](Self::finish), and ends (`-1`); dropped before that, it is
    /// gone (`x1`). Numbers of 90 and above panic (`!90`).
    pub(crate) fn connect(
        &self,
        options: impl FnOnce(ConnectBuilder<u32>) -> ConnectBuilder<u32>,
    ) -> Connection {
        let state = (self.calls.clone(), self.log.clone());
        let connect = self
            .signal
            .connect_with(state, |(calls, log), ev| async move {
                let number = **ev;
                let write = |sign: char| {
                    log.lock()
                        .expect("nobody panics")
                        .push(format!("{sign}{number}"));
                };
                if number >= 90 {
                    write('!');
                    panic!("on purpose");
                }
                write('+');
                let gone = OnDrop(|| write('x'));
                let _ = calls.recv().await;
                std::mem::forget(gone);
                write('-');
            });
        options(connect).now()
    }

    /// The same, sync: it is called, which is all (`=1`), or panics.
    pub(crate) fn connect_sync(
        &self,
        options: impl FnOnce(ConnectBuilder<u32>) -> ConnectBuilder<u32>,
    ) -> Connection {
        let connect = self.signal.connect_with_sync(self.log.clone(), |log, ev| {
            let number = **ev;
            let sign = if number < 90 { '=' } else { '!' };
            log.lock()
                .expect("nobody panics")
                .push(format!("{sign}{number}"));
            assert!(number < 90, "on purpose");
        });
        options(connect).now()
    }

    /// Sends a number, from code that cannot wait.
    pub(crate) fn try_send(&self, number: u32) -> Result<Delivery, Unsent<u32>> {
        let sent = self.signal.send().with(number).now();
        self.settle();
        sent
    }

    /// The same, where there is nothing to wait for.
    pub(crate) fn send(&self, number: u32) -> Delivery {
        self.try_send(number).expect("nothing to wait for")
    }

    /// Several of them.
    pub(crate) fn send_all(&self, numbers: impl IntoIterator<Item = u32>) {
        numbers
            .into_iter()
            .for_each(|number| drop(self.send(number)));
    }

    /// Has calls finish, as many as are said.
    pub(crate) fn finish(&self, count: usize) {
        for _ in 0..count {
            self.tickets.try_send(()).expect("calls wait for it");
            self.settle();
        }
    }

    /// Time passes.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.settle();
    }

    /// Runs what can go on.
    pub(crate) fn settle(&self) {
        while self.executor.try_tick() {}
    }

    /// What the callback did since the last time.
    pub(crate) fn took(&self) -> String {
        std::mem::take(&mut *self.log.lock().expect("nobody panics")).join(" ")
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.settle();
        self.executor.is_empty() && poll(&mut Box::pin(self.signal.idle())).is_ready()
    }

    /// What a delivery came to, by now.
    pub(crate) fn told(&self, delivery: Delivery) -> String {
        self.settle();
        match poll(&mut delivery.join()) {
            Poll::Ready(report) => told(&report),
            Poll::Pending => "not finished".to_owned(),
        }
    }
}

struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A report in words.
pub(crate) fn told(report: &Report<()>) -> String {
    let failed = report.failures().map(|failure| match failure.cause() {
        Cause::Panicked(_) => "panicked".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    });
    let replied = report.replies().iter().map(|()| "ok".to_owned());
    replied.chain(failed).collect::<Vec<_>>().join(" ")
}

/// Polls once, to be woken by nobody.
pub(crate) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// A stream for two events.
pub(crate) fn stream(signal: &Signal<u32>, overflow: Overflow) -> Subscription<u32> {
    signal.subscribe().capacity(2).overflow(overflow).now()
}

/// What can be read at once: numbers, losses (`~2`), and the end.
pub(crate) fn read(events: &mut Subscription<u32>) -> String {
    let mut all = Vec::new();
    loop {
        all.push(match events.try_recv() {
            Ok(event) => event.to_string(),
            Err(TryRecvError::Lost(count)) => format!("~{count}"),
            Err(TryRecvError::Empty) => break,
            Err(TryRecvError::Closed) => {
                all.push("end".to_owned());
                break;
            }
        });
    }
    all.join(" ")
}
