//! Signals that send what another signal sends.

mod target;

use std::any::type_name;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::callback::{CallbackId, Name};
use super::connect::ConnectBuilder;
use super::event::Event;
use super::handle::Signal;
use super::key::Key;
use super::registry::Registry;
use crate::sync::Arc;
use target::ForwardTarget;

/// Where events with payload `P` and keys `K` can be forwarded to: a signal with that payload and those keys, whatever its
/// callbacks reply.
#[diagnostic::on_unimplemented(
    message = "events with a `{P}` cannot be forwarded to a `{Self}` as they are",
    label = "not a signal of `{P}`s with keys `{K}`",
    note = "`.map(|ev| ..)` or `.filter_map(|ev| ..)` before `.forward_to(..)` makes the other signal's payload of an event",
    note = "both signals have to have the same type of keys"
)]
pub trait Forwardable<P, K> {
    /// What its callbacks reply.
    #[doc(hidden)]
    type Reply: Send + 'static;

    #[doc(hidden)]
    fn as_signal(&self) -> &Signal<P, Self::Reply, K>;
}

#[diagnostic::do_not_recommend]
impl<P, R: Send + 'static, K> Forwardable<P, K> for Signal<P, R, K> {
    type Reply = R;

    fn as_signal(&self) -> &Self {
        self
    }
}

/// What makes a payload `Q` of an event with a `P`, or nothing. Implemented for every function that does.
pub trait Change<P, Q, K>: Fn(&Event<P, K>) -> Option<Q> + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<P, Q, K, F: Fn(&Event<P, K>) -> Option<Q> + Send + Sync + 'static> Change<P, Q, K> for F {}

/// Names the connections that forward events as they are, one for each signal they are forwarded to.
enum AsItIs {}

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Clone + Send + Sync + 'static,
{
    /// Forwards events to another signal, which sends a copy of the payload under the same keys and senders.
    ///
    /// It is a connection like any other, with filters and options; for the signal with another payload, see
    /// [`map`](Self::map) and [`filter_map`](Self::filter_map). It replies `R::default()`, or what
    /// [`forward_to_with`](Self::forward_to_with) says: what the other signal's callbacks
    /// reply, and how they fail, is the other signal's. Forwarding to the same signal again is the same connection, with
    /// more filters.
    ///
    /// **Neither signal keeps the other alive.** The connection ends when the last handle of the other signal is gone.
    ///
    /// **It does not wait.** It sends within the send, as `.now()` does. Where the other signal would have to wait, because of
    /// `max_in_flight` or of a full queue, the event does not get there, and the call fails with
    /// [`Cause::Overflow`](crate::Cause::Overflow); if that signal is closed, with [`Cause::Closed`](crate::Cause::Closed).
    /// [`retry`](ConnectBuilder::retry) tries again where there was no room. Who wants the first signal's calls to wait
    /// connects an async callback that sends by the other signal and awaits that.
    ///
    /// **Nothing goes round in circles.** An event does not return to a signal that has sent it: where `a` forwards to `b` and
    /// `b` to `a`, each of them sends each event once. It carries with it the signals it has come through, from thread to
    /// thread and through queues, so this holds for circles of any length. A connection on which the event would return
    /// passes it by, and is not counted. An event that comes by two ways that do not cross, comes twice. A callback that
    /// sends by itself begins a new event, which nobody knows to be an old one.
    ///
    /// # Examples
    /// ```
    /// use fanfare::Signal;
    ///
    /// let (button, form) = (Signal::new(0u8), Signal::new(0u8));
    /// form.connect_sync(|ev| println!("{} clicks", **ev)).key("save").now();
    /// let forwarding = button.forward_to(&form).keys(["save", "undo"]).name("button to form").now();
    ///
    /// button.send().key("save").with(2).now().unwrap(); // 2 clicks
    /// drop(form);
    /// assert!(!forwarding.is_connected());
    /// ```
    pub fn forward_to<T>(&self, other: &T) -> ConnectBuilder<P, R, K>
    where
        P: Clone,
        R: Default,
        T: Forwardable<P, K>,
    {
        self.forward_to_with(other, R::default)
    }

    /// As [`forward_to`](Self::forward_to), where there is no default reply: `reply` makes one for each event.
    ///
    /// # Examples
    /// ```
    /// use fanfare::Signal;
    ///
    /// let orders = Signal::builder(0u32).fallible::<(), String>().build();
    /// let copies = Signal::new(0u32);
    /// orders.forward_to_with(&copies, || Ok(())).now();
    /// ```
    pub fn forward_to_with<T>(
        &self,
        other: &T,
        reply: impl Fn() -> R + Send + Sync + 'static,
    ) -> ConnectBuilder<P, R, K>
    where
        P: Clone,
        T: Forwardable<P, K>,
    {
        let name = CallbackId::of_deed::<_, AsItIs>(&other.as_signal().shared);
        let copy = |event: &Event<P, K>| Some(event.payload().clone());
        let registry = &self.shared.registry;
        connect(
            registry,
            Some(name.into()),
            (copy, reply),
            other.as_signal(),
        )
    }
}

impl<P, R, K> Signal<P, R, K> {
    /// Makes another payload of each event, for [`ForwardBuilder::forward_to`].
    ///
    /// `change` runs on the thread that sends, as sync callbacks do, and for the events alone that pass the connection's
    /// filters. If it panics, the connection is reported as panicked.
    ///
    /// # Examples
    /// ```
    /// use fanfare::Signal;
    ///
    /// let (celsius, kelvin) = (Signal::new(0.0f64), Signal::new(0.0f64));
    /// celsius.map(|ev| **ev + 273.15).forward_to(&kelvin).now();
    /// kelvin.map(|ev| **ev - 273.15).forward_to(&celsius).now(); // each is sent once, whichever is sent first
    ///
    /// kelvin.connect_sync(|ev| println!("{:.2} K", **ev)).now();
    /// celsius.send().with(20.0).now().unwrap(); // 293.15 K
    /// ```
    pub fn map<Q, F>(
        &self,
        change: F,
    ) -> ForwardBuilder<P, Q, R, K, impl Change<P, Q, K> + use<P, Q, R, K, F>>
    where
        F: Fn(&Event<P, K>) -> Q + Send + Sync + 'static,
    {
        self.filter_map(move |event| Some(change(event)))
    }

    /// Makes another payload of the events that `change` gives one for; the others are not forwarded.
    ///
    /// An event that is not forwarded counts as a call all the same; one that does not pass the connection's filters, or
    /// its [`when`](ConnectBuilder::when), does not. Otherwise as [`map`](Self::map).
    ///
    /// # Examples
    /// ```
    /// use fanfare::Signal;
    ///
    /// let (lines, numbers) = (Signal::new("0"), Signal::new(0u32));
    /// lines.filter_map(|ev| ev.parse::<u32>().ok()).map(|number| number * 2).forward_to(&numbers).now();
    ///
    /// numbers.connect_sync(|ev| println!("{}", **ev)).now();
    /// lines.send().with("21").now().unwrap(); // 42
    /// lines.send().with("many").now().unwrap();
    /// ```
    pub fn filter_map<Q, F>(&self, change: F) -> ForwardBuilder<P, Q, R, K, F>
    where
        F: Fn(&Event<P, K>) -> Option<Q> + Send + Sync + 'static,
    {
        ForwardBuilder {
            registry: Arc::clone(&self.shared.registry),
            change,
            payload: PhantomData,
        }
    }
}

/// Events on their way to another signal, with another payload. Made by [`Signal::map`] and [`Signal::filter_map`].
#[must_use = "nothing is forwarded until `.forward_to(&other)`, and that builder's `.await` or `.now()`"]
pub struct ForwardBuilder<P, Q, R = (), K = Key, F = ()> {
    registry: Arc<Registry<P, R, K>>,
    change: F,
    payload: PhantomData<fn() -> Q>,
}

impl<P, Q, R, K, F> ForwardBuilder<P, Q, R, K, F>
where
    F: Change<P, Q, K>,
{
    /// Makes another payload again, of the one that was made before.
    pub fn map<S, G>(
        self,
        change: G,
    ) -> ForwardBuilder<P, S, R, K, impl Change<P, S, K> + use<P, Q, R, K, F, S, G>>
    where
        G: Fn(Q) -> S + Send + Sync + 'static,
    {
        self.filter_map(move |payload| Some(change(payload)))
    }

    /// As [`map`](Self::map), of those that `change` gives a payload for; the others are not forwarded.
    pub fn filter_map<S, G>(
        self,
        change: G,
    ) -> ForwardBuilder<P, S, R, K, impl Change<P, S, K> + use<P, Q, R, K, F, S, G>>
    where
        G: Fn(Q) -> Option<S> + Send + Sync + 'static,
    {
        let first = self.change;
        ForwardBuilder {
            registry: self.registry,
            change: move |event: &Event<P, K>| first(event).and_then(&change),
            payload: PhantomData,
        }
    }

    /// Forwards the events to another signal, which sends what was made of them under the same keys and senders. As
    /// [`Signal::forward_to`], but a new connection each time.
    pub fn forward_to<T>(self, other: &T) -> ConnectBuilder<P, R, K>
    where
        P: Send + Sync + 'static,
        Q: Send + Sync + 'static,
        R: Default + Send + 'static,
        K: Hash + Eq + Clone + Send + Sync + 'static,
        T: Forwardable<Q, K>,
    {
        self.forward_to_with(other, R::default)
    }

    /// As [`forward_to`](Self::forward_to), where there is no default reply: `reply` makes one for each event.
    pub fn forward_to_with<T>(
        self,
        other: &T,
        reply: impl Fn() -> R + Send + Sync + 'static,
    ) -> ConnectBuilder<P, R, K>
    where
        P: Send + Sync + 'static,
        Q: Send + Sync + 'static,
        R: Send + 'static,
        K: Hash + Eq + Clone + Send + Sync + 'static,
        T: Forwardable<Q, K>,
    {
        let does = (self.change, reply);
        connect(&self.registry, None, does, other.as_signal())
    }
}

fn connect<P, Q, R, R2, K>(
    registry: &Arc<Registry<P, R, K>>,
    name: Option<Name>,
    (change, reply): (impl Change<P, Q, K>, impl Fn() -> R + Send + Sync + 'static),
    other: &Signal<Q, R2, K>,
) -> ConnectBuilder<P, R, K>
where
    P: Send + Sync + 'static,
    Q: Send + Sync + 'static,
    R: Send + 'static,
    R2: Send + 'static,
    K: Hash + Eq + Clone + Send + Sync + 'static,
{
    let id = other.id();
    let to = other.downgrade();
    let slot = registry.slot(ForwardTarget { change, reply, to });
    // Asked before anything else: an event that is passed by uses up no call, no place and no pause.
    ConnectBuilder::new(registry, slot, name, ()).when(move |event| !event.has_passed(id))
}

impl<P, Q, R, K, F> fmt::Debug for ForwardBuilder<P, Q, R, K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardBuilder")
            .field("payload", &type_name::<Q>())
            .finish_non_exhaustive()
    }
}
