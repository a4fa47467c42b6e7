//! Callbacks that a test leads by the hand.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use std::future::Future;
use std::pin::Pin;

use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{Event, Report, Signal, SignalBuilder};

use crate::common::{Gate, Log, told};

/// An async callback whose calls wait for a gate each, the one of their payload's number, and write down when they begin
/// and when they end. Clones are one.
#[derive(Clone)]
pub(crate) struct Course {
    gates: Arc<Vec<Gate>>,
    pub(crate) log: Log<String>,
}

impl Course {
    pub(crate) fn new() -> Self {
        let gates = (0..32).map(|_| Gate::new()).collect();
        Self {
            gates: Arc::new(gates),
            log: Log::new(),
        }
    }

    pub(crate) fn open(&self, number: usize) {
        self.gates[number].open();
    }

    /// From now on calls go through.
    pub(crate) fn open_all(&self) {
        self.gates.iter().for_each(Gate::open);
    }

    pub(crate) async fn run(self, ev: Arc<Event<usize>>) {
        self.pass(**ev).await;
    }

    pub(crate) async fn pass(&self, number: usize) {
        self.log.push(format!("+{number}"));
        self.gates[number].wait().await;
        self.log.push(format!("-{number}"));
    }

    /// What was written since the last time, in one line.
    pub(crate) fn take(&self) -> String {
        self.log.take().join(" ")
    }
}

/// A signal whose executor and clock a test moves by hand.
pub(crate) fn by_hand() -> (SeededExecutor, ManualClock, Signal<usize>) {
    let (executor, clock, builder) = builder_by_hand();
    (executor, clock, builder.build())
}

pub(crate) fn builder_by_hand() -> (SeededExecutor, ManualClock, SignalBuilder<usize>) {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let builder = Signal::builder(0)
        .spawner(executor.clone())
        .timer(clock.clone());
    (executor, clock, builder)
}

/// What each callback came to, once nothing more happens by itself; `None` if it is not known by then.
pub(crate) fn outcome(
    executor: &SeededExecutor,
    report: impl Future<Output = Report<()>>,
) -> Option<Vec<String>> {
    executor.run_until(report).map(|report| told(&report))
}

/// Does something when it is woken.
struct OnWake<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for OnWake<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// A waker that does this.
pub(crate) fn on_wake(act: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(OnWake(act)))
}

/// Polls once, with this waker.
pub(crate) fn poll_with<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}
