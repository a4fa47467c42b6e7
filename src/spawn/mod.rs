//! Floor 1: where async callbacks run, and what tells them the time.
//!
//! A [`Spawner`] is one method. Four come ready-made: `Smol` and `Tokio` for the executors of that name,
//! [`Executor`] for who drives tasks himself, [`Inline`] for who wants no executor; any closure that takes a boxed
//! future is one too. A signal that was given none looks when a send happens: inside a tokio runtime (and with the
//! feature `tokio`) tasks go there, else to smol's global executor (feature `smol`, on by default), and with neither
//! feature they run [`Inline`].
//!
//! A [`Timer`] is what timeouts, delays and pauses go by. `Smol` and `Tokio` are timers as well, and [`ThreadTimer`] needs
//! neither. A signal that was given none looks around whenever it needs one, by the same rule, and with neither feature
//! it uses [`ThreadTimer`].

mod ambient;
mod executor;
mod inline;
#[cfg(feature = "smol")]
mod smol;
mod timer;
#[cfg(feature = "tokio")]
mod tokio;

pub(crate) use ambient::{Ambient, here};
pub use executor::Executor;
pub use inline::Inline;
pub(crate) use timer::{AmbientTimer, CENTURY};
pub use timer::{ThreadTimer, Timer};

#[cfg(feature = "smol")]
pub use self::smol::Smol;
#[cfg(feature = "tokio")]
pub use self::tokio::Tokio;

use std::future::Future;
use std::pin::Pin;

use crate::sync::Arc;

/// A future on the heap that can move between threads: what a [`Spawner`] is given.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs tasks: the one thing this crate asks of an executor.
///
/// A spawner may run a task at once, later, or never. It may drop a task, panic, or be shut down: a callback whose task
/// is dropped before it finished is reported as aborted, so no report waits forever. Only a spawner that leaks a task
/// (`std::mem::forget`) makes [`Delivery::join`](crate::Delivery::join) wait without end.
///
/// # Examples
/// ```
/// use fanfare::Signal;
///
/// // All that an unknown executor needs.
/// let signal = Signal::builder(0u32)
///     .spawner(|task| {
///         async_std::task::spawn(task);
///     })
///     .build();
/// # let _ = signal;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a spawner",
    label = "cannot run tasks",
    note = "pass `Smol`, `Tokio`, `Inline`, an `Executor`, or a closure such as `|task| {{ my_executor.spawn(task); }}`"
)]
pub trait Spawner: Send + Sync + 'static {
    /// Takes the task over and returns without waiting for it, [`Inline`] aside.
    fn spawn(&self, task: BoxFuture<'static, ()>);
}

impl<F> Spawner for F
where
    F: Fn(BoxFuture<'static, ()>) + Send + Sync + 'static,
{
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self(task);
    }
}

/// Lets several signals share one spawner that was made once.
impl<S: Spawner + ?Sized> Spawner for Arc<S> {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        (**self).spawn(task);
    }
}
