//! Floor 3: what tests of programs with signals need, so that they neither sleep nor depend on chance.
//!
//! - [`ManualClock`]: a [`Timer`](crate::Timer) whose time stands still until the test moves it on.
//! - [`SeededExecutor`]: a [`Spawner`](crate::Spawner) that runs tasks in an order that looks random, and that its seed
//!   alone decides.
//! - [`Recorder`]: collects the events of a signal, to be looked at and waited for.
//!
//! # Examples
//! ```
//! use std::time::Duration;
//! use fanfare::testing::{ManualClock, Recorder, SeededExecutor};
//! use fanfare::{Signal, Timer};
//!
//! let (clock, executor, heard) = (ManualClock::new(), SeededExecutor::new(42), Recorder::new());
//! let signal = Signal::builder("ready").spawner(executor.clone()).timer(clock.clone()).build();
//! heard.connect(&signal).key("late").now();
//!
//! // What is tested: sends again after a minute.
//! let (sending, timer) = (signal.downgrade(), clock.clone());
//! signal.connect(move |_| {
//!     let (sending, minute) = (sending.clone(), timer.sleep(Duration::from_secs(60)));
//!     async move {
//!         minute.await;
//!         if let Some(signal) = sending.upgrade() {
//!             signal.send().key("late").with("a minute later").join().await;
//!         }
//!     }
//! }).key("early").now();
//!
//! signal.send().key("early").now().unwrap();
//! executor.run_until_stalled();
//! heard.assert_payloads(&[]); // it sleeps
//! clock.advance(Duration::from_secs(60));
//! executor.run_until_stalled();
//! heard.assert_payloads(&["a minute later"]);
//! ```

mod clock;
mod executor;
mod recorder;

pub use clock::ManualClock;
pub use executor::SeededExecutor;
pub use recorder::Recorder;
