//! Collects the events of a signal.

use std::fmt;
use std::hash::Hash;
use std::mem;

use event_listener::Event as Bell;

use crate::signal::{Callback, ConnectBuilder, Event, Key, Signal};
use crate::sync::{Arc, Lock};

/// Writes down the events of the signals it is connected to, in the order in which they came. Clones are one recorder.
///
/// It records within the send, on the thread that sends: when `.await`, `.now()` or `.join()` comes back, what it sent is
/// there, whatever the executor has got to. One recorder can be connected to several signals, and to one several times;
/// [`Event::signal`] tells which one an event came from. Its connections keep it alive.
///
/// Payload and keys are cloned, since a send lends them for the length of a call only.
///
/// # Examples
/// ```
/// use fanfare::Signal;
/// use fanfare::testing::Recorder;
///
/// let signal = Signal::new(0u32);
/// let heard = Recorder::new();
/// heard.connect(&signal).keys(["a", "b"]).when(|ev| **ev > 1).now();
/// for (key, number) in [("a", 1), ("b", 2), ("c", 3), ("a", 4)] {
///     signal.send().key(key).with(number).now().unwrap();
/// }
/// heard.assert_payloads(&[2, 4]);
/// assert_eq!(heard.events()[0].keys(), ["b".into()]);
/// ```
pub struct Recorder<P, K = Key>(Arc<Inner<P, K>>);

struct Inner<P, K> {
    /// Written by sends, under this lock and nothing else of theirs.
    events: Lock<Vec<Arc<Event<P, K>>>>,
    /// Rung, outside of the lock, after each event.
    came: Bell,
}

impl<P, K> Recorder<P, K> {
    /// One that has recorded nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            events: Lock::new(Vec::new()),
            came: Bell::new(),
        }))
    }

    /// Records the events of a signal, those that the filters given to the builder let pass. It replies the default.
    pub fn connect<R>(&self, signal: &Signal<P, R, K>) -> ConnectBuilder<P, R, K>
    where
        P: Clone + Send + Sync + 'static,
        R: Default + Send + 'static,
        K: Clone + Hash + Eq + Send + Sync + 'static,
    {
        signal.connect_with_sync(self.clone(), |recorder: &Self, event: &Event<P, K>| {
            recorder.record(Arc::new(event.copy()));
            R::default()
        })
    }

    /// The recorder as a callback, for whatever takes one: a channel, with `channel.connect_callback(&recorder.callback())`. A
    /// new callback each time. It replies the default.
    ///
    /// # Examples
    /// ```
    /// use fanfare::Band;
    /// use fanfare::testing::Recorder;
    ///
    /// let heard = Recorder::new();
    /// let level = Band::new().channel::<u8, ()>("level")?;
    /// level.connect_callback(&heard.callback()).now();
    /// level.send_detached(7);
    /// heard.assert_payloads(&[7]);
    /// # Ok::<(), fanfare::band::TypeConflict>(())
    /// ```
    #[must_use]
    pub fn callback<R>(&self) -> Callback<P, R, K>
    where
        P: Clone + Send + Sync + 'static,
        R: Default + Send + 'static,
        K: Clone + Send + Sync + 'static,
    {
        let recorder = self.clone();
        Callback::sync(move |event: &Event<P, K>| {
            recorder.record(Arc::new(event.copy()));
            R::default()
        })
    }

    fn record(&self, event: Arc<Event<P, K>>) {
        self.0.events.hold().push(event);
        self.0.came.notify(usize::MAX);
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.events.hold().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The events, which stay there.
    #[must_use]
    pub fn events(&self) -> Vec<Arc<Event<P, K>>> {
        self.0.events.hold().clone()
    }

    /// The events, which are taken out: the next ones are recorded from zero.
    #[must_use]
    pub fn take(&self) -> Vec<Arc<Event<P, K>>> {
        mem::take(&mut *self.0.events.hold())
    }

    /// What the events carried.
    #[must_use]
    pub fn payloads(&self) -> Vec<P>
    where
        P: Clone,
    {
        let events = self.events();
        events.iter().map(|event| event.payload().clone()).collect()
    }

    /// Waits until there are at least that many events.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let came = self.0.came.listen();
            if self.len() >= count {
                return;
            }
            came.await;
        }
    }

    /// Asserts that these payloads came, in this order, and no others.
    ///
    /// # Panics
    /// If it was otherwise. The message shows both, and where they begin to differ.
    #[track_caller]
    pub fn assert_payloads(&self, expected: &[P])
    where
        P: PartialEq + fmt::Debug,
    {
        let events = self.events();
        let came: Vec<&P> = events.iter().map(|event| event.payload()).collect();
        let alike = came
            .iter()
            .zip(expected)
            .take_while(|(came, expected)| **came == *expected);
        let alike = alike.count();
        assert!(
            alike == came.len() && alike == expected.len(),
            "other events came than expected, from place {alike} on\n expected ({}) {expected:?}\n     came ({}) {came:?}",
            expected.len(),
            came.len(),
        );
    }
}

impl<P, K> Default for Recorder<P, K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P, K> Clone for Recorder<P, K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: fmt::Debug, K: fmt::Debug> fmt::Debug for Recorder<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recorder").field(&self.events()).finish()
    }
}
