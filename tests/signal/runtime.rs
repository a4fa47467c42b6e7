//! The runtimes that the suite runs on, and the watchdog that ends a test which hangs.

use std::future::Future;
use std::io::{Write, stderr};
use std::panic;
use std::process::abort;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use fanfare::spawn::BoxFuture;
use fanfare::{Signal, SignalBuilder, Spawner};

use crate::common::ON_PURPOSE;

/// Far more than any test takes on any machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Makes a module of `#[test]`s for each runtime out of the `async fn`s named.
macro_rules! on_each_runtime {
    ($($test:ident),* $(,)?) => {
        tests_on! { on_smol: $($test),* }
        tests_on! { on_async_std: $($test),* }
        on_tokio! { $($test),* }
    };
}

/// The same for tokio's two runtimes alone.
macro_rules! on_tokio {
    ($($test:ident),* $(,)?) => {
        tests_on! { on_tokio_threads: $($test),* }
        tests_on! { on_tokio_thread: $($test),* }
    };
}

macro_rules! tests_on {
    ($runtime:ident: $($test:ident),*) => {
        mod $runtime {
            $(
                #[test]
                fn $test() {
                    let name = concat!(module_path!(), "::", stringify!($test));
                    $crate::runtime::$runtime(name, |on| Box::pin(super::$test(on)));
                }
            )*
        }
    };
}

/// A test, as a future that any runtime can run: its type forgotten, it is compiled once and not once a runtime.
type Test = fn(Runtime) -> BoxFuture<'static, ()>;

/// The runtime that a test runs on.
#[derive(Clone)]
pub(crate) struct Runtime(Arc<dyn Spawner>);

impl Runtime {
    fn new(spawner: impl Spawner) -> Self {
        Self(Arc::new(spawner))
    }

    /// What spawns on this runtime, from any thread.
    pub(crate) fn spawner(&self) -> Arc<dyn Spawner> {
        Arc::clone(&self.0)
    }

    /// A signal whose async callbacks run here.
    pub(crate) fn signal<P: Send + Sync + 'static>(&self, defaults: P) -> Signal<P> {
        self.builder(defaults).build()
    }

    pub(crate) fn builder<P: Send + Sync + 'static>(&self, defaults: P) -> SignalBuilder<P> {
        Signal::builder(defaults).spawner(self.spawner())
    }

    /// Runs a task beside the test.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(Box::pin(task));
    }
}

pub(crate) fn on_smol(name: &'static str, test: Test) {
    watched(name, || {
        #[cfg(feature = "smol")]
        let runtime = Runtime::new(fanfare::Smol);
        #[cfg(not(feature = "smol"))]
        let runtime = Runtime::new(|task: BoxFuture<'static, ()>| smol::spawn(task).detach());
        smol::block_on(test(runtime));
    });
}

pub(crate) fn on_async_std(name: &'static str, test: Test) {
    watched(name, || {
        let runtime = Runtime::new(|task: BoxFuture<'static, ()>| {
            async_std::task::spawn(task);
        });
        async_std::task::block_on(test(runtime));
    });
}

/// The test is a task among others here, and may move from thread to thread.
pub(crate) fn on_tokio_threads(name: &'static str, test: Test) {
    watched(name, || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let tokio = builder.worker_threads(2).build().expect("threads");
        let ended = tokio.block_on(async { tokio::spawn(test(in_tokio())).await });
        if let Err(failed) = ended {
            panic::resume_unwind(failed.into_panic());
        }
    });
}

pub(crate) fn on_tokio_thread(name: &'static str, test: Test) {
    watched(name, || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let tokio = builder.build().expect("a runtime");
        tokio.block_on(async { test(in_tokio()).await });
    });
}

/// The tokio runtime that this thread is in.
fn in_tokio() -> Runtime {
    #[cfg(feature = "tokio")]
    return Runtime::new(fanfare::Tokio::current().expect("inside tokio"));
    #[cfg(not(feature = "tokio"))]
    {
        let handle = tokio::runtime::Handle::current();
        Runtime::new(move |task: BoxFuture<'static, ()>| drop(handle.spawn(task)))
    }
}

/// Runs a test; ends the process if the test does not end.
fn watched(name: &'static str, test: impl FnOnce()) {
    static QUIET: Once = Once::new();
    QUIET.call_once(keep_quiet);
    let (ended, watch) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        if watch.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            // `eprintln!` would write into the captured output, which is lost.
            let _ = writeln!(stderr(), "\n{name} hangs: not done after {PATIENCE:?}");
            abort();
        }
    });
    test();
    drop(ended);
    watchdog.join().expect("it only waits");
}

/// Panics that are part of a test are not worth a message. Those whose payload is no text always are.
fn keep_quiet() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        if text.is_some_and(|text| !text.starts_with(ON_PURPOSE)) {
            usual(info);
        }
    }));
}
