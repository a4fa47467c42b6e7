//! Failures as a signal of their own.

use std::any::Any;
use std::fmt;
use std::hash::Hash;
use std::ops::Deref;

use super::event::Event;
use super::failure::{Cause, Failure, Witness};
use super::handle::Signal;
use super::key::Key;
use super::notes::Notes;
use super::panic::{Panic, capture};
use super::trace;
use crate::sync::Arc;

/// A call that failed, or a send, as [`Signal::failures`] tells of it. It derefs to the [`Failure`].
pub struct FailedCall<P, K = Key> {
    failure: Failure,
    event: Option<Arc<Event<P, K>>>,
}

impl<P, K> FailedCall<P, K> {
    /// Which connection, and why.
    #[must_use]
    pub fn failure(&self) -> &Failure {
        &self.failure
    }

    /// What the callback was called with; `None` where the send itself failed, and where the call had begun before anybody
    /// asked for failures.
    #[must_use]
    pub fn event(&self) -> Option<&Arc<Event<P, K>>> {
        self.event.as_ref()
    }
}

impl<P, K> Deref for FailedCall<P, K> {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.failure
    }
}

impl<P, K> Clone for FailedCall<P, K> {
    fn clone(&self) -> Self {
        Self {
            failure: self.failure.clone(),
            event: self.event.clone(),
        }
    }
}

impl<P, K> fmt::Display for FailedCall<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)
    }
}

impl<P, K> fmt::Debug for FailedCall<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FailedCall").field(&self.failure).finish()
    }
}

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// What fails, as a signal: panics, timeouts, aborts, dropped calls, and errors in replies where the signal is
    /// [`fallible`](crate::SignalBuilder::fallible). Each call of it gives the same signal.
    ///
    /// It is sent once for each failure, before that is reported, with the name of the connection as the key, if it has one.
    /// Sync callbacks run where the failure is noticed, and async ones on the spawner of this signal. A failure in a callback
    /// of it is counted by its own [`failure_count`](Self::failure_count) and logged with the feature `tracing`, and told
    /// to nobody; so is one of this signal that such a callback brings about on its own thread.
    ///
    /// From the first time this is called, calls keep their events until they end.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Signal;
    ///
    /// let signal = Signal::new("tick");
    /// signal.failures().connect_sync(|failed| eprintln!("{failed}")).key("store").await;
    ///
    /// signal.connect_sync(|_| panic!("disk full")).name("store").await;
    /// signal.send().join().await; // callback `store` panicked: disk full
    /// # });
    /// ```
    #[must_use]
    pub fn failures(&self) -> Signal<FailedCall<P, K>> {
        let home = &self.shared.registry.surroundings;
        let witness = home.witness.get_or_init(|| {
            let nothing = FailedCall {
                failure: Failure::of_send(Cause::Aborted),
                event: None,
            };
            let mut builder = Signal::builder(nothing).of_failures();
            if let Some(name) = self.name() {
                builder = builder.name(format!("{name}.failures"));
            }
            if let Some(spawner) = home.own_spawner() {
                builder = builder.spawner(spawner);
            }
            Box::new(Teller(builder.build()))
        });
        match witness.as_any().downcast_ref::<Teller<P, K>>() {
            Some(teller) => teller.0.clone(),
            None => unreachable!("it is made here alone"),
        }
    }

    /// Tells of a panic in what a send was to be made of.
    pub(crate) fn fail_in(&self, place: &'static str, panic: Panic) {
        let failure = Failure::of_send_in(place, Cause::Panicked(panic));
        self.shared.registry.surroundings.tell(&failure, || None);
    }

    /// Has what fails told by this signal, if nobody has asked for failures before.
    pub(crate) fn tell_failures_to(&self, failures: &Signal<FailedCall<P, K>>) {
        let home = &self.shared.registry.surroundings;
        let teller = || Box::new(Teller(failures.clone())) as Box<dyn Witness<P, K>>;
        home.witness.get_or_init(teller);
    }

    /// The same, where that signal tells of another one's failures: without events, which are of other types. Nobody is to ask
    /// this signal for its failures then.
    pub(crate) fn tell_failures_beside<P2, K2>(&self, failures: &Signal<FailedCall<P2, K2>>)
    where
        P2: Send + Sync + 'static,
        K2: Hash + Eq + Send + Sync + 'static,
    {
        let home = &self.shared.registry.surroundings;
        let teller = || Box::new(Beside(Teller(failures.clone()))) as Box<dyn Witness<P, K>>;
        home.witness.get_or_init(teller);
    }
}

/// Sends failures. Several may do so by one signal.
struct Teller<P, K>(Signal<FailedCall<P, K>>);

/// Sends the failures of calls whose events are of other types.
struct Beside<P, K>(Teller<P, K>);

thread_local! {
    /// The signals whose failures this thread is telling of.
    static TELLING: Notes = const { Notes::new() };
}

struct Telling;

impl Drop for Telling {
    fn drop(&mut self) {
        TELLING.with(Notes::end);
    }
}

impl<P, K> Teller<P, K>
where
    P: Send + Sync + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    fn send(&self, failure: &Failure, event: Option<Arc<Event<P, K>>>) {
        let address = Arc::as_ptr(&self.0.shared).addr();
        if TELLING.with(|telling| telling.count(address)) > 0 {
            drop(capture(|| {
                trace::failure_lost(self.0.info(), failure);
            }));
            return;
        }
        TELLING.with(|telling| telling.begin(address));
        let _telling = Telling;
        let failed = FailedCall {
            failure: failure.clone(),
            event,
        };
        let send = self.0.send().with(failed);
        let sent = match failure.name() {
            Some(name) => send.key(name).now(),
            None => send.now(),
        };
        if sent.is_err() {
            drop(capture(|| trace::failure_lost(self.0.info(), failure)));
        }
    }
}

impl<P, K> Witness<P, K> for Teller<P, K>
where
    P: Send + Sync + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    fn tell(&self, failure: &Failure, event: Option<Arc<Event<P, K>>>) {
        self.send(failure, event);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl<P, K, P2, K2> Witness<P, K> for Beside<P2, K2>
where
    P2: Send + Sync + 'static,
    K2: Hash + Eq + Send + Sync + 'static,
{
    fn tell(&self, failure: &Failure, _: Option<Arc<Event<P, K>>>) {
        self.0.send(failure, None);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
