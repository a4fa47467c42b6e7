//! A send to one connection, for who has something to hand to a newcomer.

use std::hash::Hash;

use super::connection::Connection;
use super::reach::Reach;
use super::registry::Slot;
use super::send::SendBuilder;
use crate::sync::Arc;

impl<P, R, K> SendBuilder<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Reaches this connection alone, whatever it listens to; nobody, if it has ended or is another signal's. Its options apply
    /// as usual, and if it shares its work with others, it is the one that gets this.
    pub(crate) fn to(mut self, connection: &Connection<K>) -> Self {
        let registry = &self.signal.shared.registry;
        let is_of_this = |slot: &Arc<Slot<P, R, K>>| slot.home.as_ptr() == Arc::as_ptr(registry);
        let slot = connection.slot().filter(is_of_this);
        self.rare().one = slot.filter(|slot| registry.verify(slot));
        self.reach = Reach::One;
        self
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, IntoFuture};
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use futures_lite::future::block_on;

    use crate::signal::dispatcher::Dispatcher;
    use crate::signal::overflow::Overflow;
    use crate::signal::{Connection, Event, Key, Signal};
    use crate::sync::{Arc, Lock};

    type Log = Arc<Lock<Vec<String>>>;

    fn log() -> Log {
        Arc::new(Lock::new(Vec::new()))
    }

    fn connect(
        signal: &Signal<u32>,
        log: &Log,
        name: &'static str,
        key: &'static str,
    ) -> Connection {
        let log = Arc::clone(log);
        let write = move |ev: &Event<u32>| {
            let entry = format!("{name} {} {:?}", **ev, ev.keys());
            log.hold().push(entry);
        };
        signal.connect_sync(write).key(key).now()
    }

    fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn reaches_one_connection_with_each_end_whatever_it_listens_to() {
        let (signal, log) = (Signal::new(0u32), log());
        let connections = ["a", "b"].map(|name| connect(&signal, &log, name, "own"));
        signal
            .connect_sync(|_| panic!("it is for another one"))
            .now();
        let to = |number| signal.send().with(number).key("other").to(&connections[1]);
        assert_eq!(to(1).now().unwrap().count(), 1);
        assert_eq!(block_on(to(2).into_future()).count(), 1);
        assert_eq!(block_on(to(3).join()).count(), 1);
        assert_eq!(block_on(to(4).join().by_priority()).count(), 1);
        assert_eq!(block_on(to(5).first()), Some(()));
        assert_eq!(block_on(to(6).fold(0, |count, ()| count + 1)), 1);
        let keys = [Key::from("other")];
        let expected: Vec<_> = (1..7).map(|n| format!("b {n} {keys:?}")).collect();
        assert_eq!(*log.hold(), expected);
        assert!(signal.shared.registry.surroundings.flight.count() == 0);
    }

    #[test]
    fn reaches_nobody_if_it_has_ended_is_elsewhere_or_the_signal_is_closed() {
        let (signal, log) = (Signal::new(0u32), log());
        let ended = connect(&signal, &log, "ended", "k");
        ended.disconnect();
        let other = Signal::new(0u32);
        let elsewhere = connect(&other, &log, "elsewhere", "k");
        let of_another_kind = Signal::new(0u64).connect_sync(|_| ()).now();
        for connection in [&ended, &elsewhere, &of_another_kind] {
            let sent = signal.send().to(connection).now();
            assert_eq!(sent.unwrap().count(), 0);
        }
        let stands = connect(&signal, &log, "stands", "k");
        signal.close();
        assert!(signal.send().to(&stands).now().is_err());
        assert!(log.hold().is_empty());
    }

    #[test]
    fn what_the_connection_said_holds() {
        let (signal, log) = (Signal::new(0u32), log());
        let own = Arc::clone(&log);
        let write = move |ev: &Event<u32>| own.hold().push(ev.to_string());
        let connect = signal.connect_sync(write).when(|ev| **ev > 1).times(2);
        let connection = connect.key("k").group("team").now();
        signal.connect_sync(|_| ()).key("k").group("team").now();
        let to = |number| {
            let sent = signal.send().with(number).to(&connection).now();
            sent.unwrap().count()
        };
        assert_eq!(to(1), 0, "its predicate says no, and nobody else is asked");
        let guard = connection.block();
        assert_eq!(to(2), 0, "it is blocked");
        drop(guard);
        assert_eq!([to(3), to(4), to(5)], [1, 1, 0], "two calls");
        assert_eq!(*log.hold(), ["3", "4"]);
    }

    #[test]
    fn a_stream_gets_it_in_its_queue_and_has_it_wait() {
        let signal = Signal::new(0u32);
        let subscribe = signal.subscribe().key("k").capacity(1);
        let mut events = subscribe.overflow(Overflow::Wait).now();
        let connection = events.connection().clone();
        let to = |number| signal.send().with(number).to(&connection);
        assert_eq!(to(1).now().unwrap().count(), 0);
        let unsent = to(2).now().unwrap_err();
        assert!(unsent.is_full() && unsent.into_payload() == Some(2));
        let mut waits = to(3).into_future();
        assert!(poll(&mut waits).is_pending());
        assert_eq!(events.try_recv().map(|ev| **ev), Ok(1));
        assert!(poll(&mut waits).is_ready());
        assert_eq!(events.try_recv().map(|ev| **ev), Ok(3));
    }

    #[test]
    fn an_async_callback_is_spawned_and_dispatchers_see_it() {
        struct Unchanged;
        impl Dispatcher for Unchanged {}
        let executor = crate::Inline;
        let plain = Signal::builder(0u32).reply::<u32>().spawner(executor);
        let dispatched = Signal::builder(0u32).reply::<u32>().spawner(executor);
        for signal in [plain.build(), dispatched.dispatcher(Unchanged).build()] {
            let [one, _] = [1, 2].map(|add| {
                let connect = signal.connect(move |ev| async move { **ev + add });
                connect.key("k").now()
            });
            let delivery = signal.send().with(5).to(&one).now().unwrap();
            assert_eq!(block_on(delivery.join()).replies(), [6]);
            assert_eq!(
                block_on(signal.send().with(6).to(&one).join()).replies(),
                [7]
            );
        }
    }
}
