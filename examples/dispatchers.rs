//! Code of one's own around each call: a dispatcher that skips, replaces, delays and refuses, and one that measures what comes
//! of it.
//!
//! `cargo run --example dispatchers`, or with `--features tracing` for one that logs as well.

use std::time::Duration;

use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Timed};
use fanfare::{BoxFuture, Cause, Failure, Signal, ThreadTimer, Timer};

/// An own dispatcher: what happens to a call depends on the name of its connection, and on what was sent.
struct House;

impl Dispatcher for House {
    fn before(&self, cx: &Context) {
        println!("{} to {} callbacks", cx.identifier(), cx.receivers());
    }

    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let hour = cx.payload_as::<u32>().copied().unwrap_or_default();
        match receiver.name() {
            Some("doorbell") if hour < 7 => receiver.skip(),
            Some("heating") if hour < 7 => receiver.reply(16.0),
            Some("coffee") => Box::pin(async {
                ThreadTimer.sleep(Duration::from_millis(20)).await;
                receiver.call().await
            }),
            Some("freezer") if hour > 23 => receiver.fail(format!("there is no hour {hour}")),
            _ => receiver.call(),
        }
    }
}

/// Each callback replies a temperature.
fn connect(clock: &Signal<u32, f64>) {
    clock.connect_sync(|_| 21.0).name("doorbell").now();
    clock.connect_sync(|_| 20.5).name("heating").now();
    clock.connect(|_| async { 92.0 }).name("coffee").now();
    clock.connect_sync(|_| -18.0).name("freezer").now();
}

/// What became of each call: its reply, or why there is none.
async fn strike(clock: &Signal<u32, f64>, hour: u32) -> Vec<Result<f64, Cause>> {
    let report = clock.send().with(hour).join().await;
    let outcomes = report.into_results().into_iter();
    let outcomes: Vec<_> = outcomes
        .map(|outcome| outcome.map_err(Failure::into_cause))
        .collect();
    println!("  {outcomes:?}");
    outcomes
}

fn main() {
    // The first one is the outermost: it measures the pause that the second one makes as well.
    let timed = Timed::new();
    let clock = Signal::builder(12).reply::<f64>().name("clock");
    #[cfg(feature = "tracing")]
    let clock = clock.dispatcher(fanfare::dispatcher::Logged::new("house"));
    let clock = clock.dispatcher(timed.clone()).dispatcher(House).build();
    connect(&clock);

    smol::block_on(async {
        let noon = strike(&clock, 12).await;
        assert!(matches!(
            noon[..],
            [Ok(21.0), Ok(20.5), Ok(92.0), Ok(-18.0)]
        ));
        let night = strike(&clock, 3).await;
        assert!(matches!(night[..2], [Err(Cause::Skipped), Ok(16.0)]));
        let odd = strike(&clock, 25).await;
        assert!(matches!(&odd[3], Err(Cause::Failed(why)) if &**why == "there is no hour 25"));
    });

    println!("{timed}");
    let times = timed.times("clock").expect("it was measured");
    assert_eq!((times.sends, times.calls), (3, 11));
    assert_eq!((times.failures, times.skipped), (1, 1));
    assert!(times.longest >= Duration::from_millis(20), "the coffee");
}
