//! Whatever threads do to a signal, on every runtime: each call ends once and is told of once, and nothing is left.
//!
//! One test, alone in its process, for the counts are the whole process's. It runs a number of rounds that depends on
//! nothing; with `FANFARE_SOAK=60` it runs that many seconds on each runtime. `FANFARE_SEED` has it begin with another
//! seed: which one a round had is in the message of what fails. Threads are not the seed's to order, so a round that has
//! failed may have to be run many times.

mod callbacks;
mod counts;
mod held;
mod round;

use std::alloc::System;
use std::env;
use std::panic;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fanfare::{Spawner, ThreadTimer, Timer};
use futures_lite::future::block_on;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use callbacks::{MS, ON_PURPOSE};
use counts::Counts;
use round::{Runtime, round};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: u64 = 20;

/// Allocations and bytes that are live now.
fn live() -> (isize, isize) {
    let stats = ALLOCATOR.stats();
    let difference = |made: usize, freed: usize| made as isize - freed as isize;
    (
        difference(stats.allocations, stats.deallocations),
        difference(stats.bytes_allocated, stats.bytes_deallocated),
    )
}

/// Waits until all tasks have gone, and whatever the timer's own thread still has to let go of.
fn settle(counts: &Counts, timer: &dyn Timer, seed: u64) {
    let start = Instant::now();
    while counts.left() != [0; 3] {
        block_on(timer.sleep(MS));
        let [tasks, wakers, calls] = counts.left();
        assert!(
            start.elapsed() < held::HANGS,
            "seed {seed}: {tasks} tasks, {wakers} wakers, {calls} calls are left"
        );
    }
}

/// What the environment says.
fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// Soaks, and looks what is left.
fn soak<S: Spawner>(name: &str, spawner: &dyn Fn() -> S, timer: &Arc<dyn Timer>) {
    let counts = Counts::default();
    let seconds = number("FANFARE_SOAK");
    let seed = number("FANFARE_SEED").unwrap_or(0);
    let runtime = Runtime {
        spawner,
        timer: Arc::clone(timer),
    };
    let mut reports = 0;
    let mut run = |seed: u64| {
        reports += round(seed, &counts, &runtime);
        settle(&counts, &**timer, seed);
    };
    // Executors, timers and thread-locals grow to their size first.
    (seed..seed + ROUNDS).for_each(&mut run);
    let before = live();
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut rounds = 0;
    while end.map_or(rounds < ROUNDS, |end| Instant::now() < end) {
        run(seed + ROUNDS + rounds);
        rounds += 1;
    }
    let after = live();
    let (allocations, bytes) = (after.0 - before.0, after.1 - before.1);
    println!(
        "{name}: {rounds} rounds, {} steps, {} calls, {} tasks, {reports} reports; left: {allocations} allocations, {bytes} bytes",
        rounds as usize * 4 * round::STEPS,
        counts.called(),
        counts.spawned(),
    );
    // A runtime keeps what it once needed: a block of its queue of tasks, its list of timers and of tasks, as long as they
    // ever were. A round makes some thousand allocations, so what each round lost a single one of would show.
    assert!(allocations < 20, "{name}: {allocations} allocations left");
    assert!(bytes < 30_000, "{name}: {bytes} bytes left");
}

#[test]
fn nothing_is_left_whatever_threads_do() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<&str>().copied();
        let text = text.or_else(|| Some(info.payload().downcast_ref::<String>()?));
        let is_on_purpose = text.is_some_and(|text| text.contains(ON_PURPOSE));
        if !is_on_purpose {
            usual(info);
        }
    }));
    #[cfg(feature = "smol")]
    {
        use fanfare::Smol;
        let timer: Arc<dyn Timer> = Arc::new(Smol);
        soak("smol", &|| Smol, &timer);
    }
    #[cfg(feature = "tokio")]
    {
        use fanfare::Tokio;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(3)
            .enable_time()
            .build()
            .expect("a runtime");
        let handle = runtime.block_on(async { Tokio::current().expect("inside of it") });
        let timer: Arc<dyn Timer> = Arc::new(handle.clone());
        soak("tokio", &|| handle.clone(), &timer);
    }
    let spawner = || |task| drop(async_std::task::spawn(task));
    let timer: Arc<dyn Timer> = Arc::new(ThreadTimer);
    soak("async-std", &spawner, &timer);
}
