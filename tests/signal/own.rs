//! A callback may wait for its own connection to come to rest: it does not wait for itself.

use std::future::pending;
use std::sync::{Arc, OnceLock};

use fanfare::Connection;
use futures_lite::future::{block_on, yield_now};

use crate::common::{Gate, Log, OnDrop, poll};
use crate::runtime::Runtime;

/// A callback's way to its own connection.
type Own = Arc<OnceLock<Connection>>;

fn own(own: &Own) -> &Connection {
    own.get().expect("it is connected by now")
}

/// For the end of a row of calls.
trait PutInto {
    fn put_into(self, cell: &Own);
}

impl PutInto for Connection {
    fn put_into(self, cell: &Own) {
        cell.set(self).expect("it is set once");
    }
}

/// Looks, when it is dropped, whether its connection would have to be waited for.
fn looks(connection: &Own, seen: &Log<bool>) -> OnDrop<impl FnMut() + Send + Sync + use<>> {
    let (connection, seen) = (connection.clone(), seen.clone());
    OnDrop(move || {
        if let Some(connection) = connection.get() {
            seen.push(poll(&mut connection.disconnect_and_wait()).is_ready());
        }
    })
}

async fn a_sync_callback_may_wait_for_its_own_connection(on: Runtime) {
    let signal = on.builder(0u8).reply::<bool>().build();
    let connection = Own::default();
    signal
        .connect_with_sync(
            (signal.downgrade(), connection.clone()),
            |(weak, connection), ev| {
                let signal = weak.upgrade().expect("it is being sent");
                match **ev {
                    // As deep inside of itself as one likes.
                    0 => block_on(own(connection).disconnect_and_wait()),
                    depth => signal.send().with(depth - 1).now().unwrap().count() == 1,
                }
            },
        )
        .await
        .put_into(&connection);
    let report = signal.send().with(40).join().await;
    assert_eq!(report.replies(), [true]);
    assert!(!own(&connection).is_connected());
}

async fn an_async_callback_may_wait_for_its_own_connection(on: Runtime) {
    for (in_task, waits_first) in [(true, true), (true, false), (false, true), (false, false)] {
        let signal = on.builder(()).reply::<bool>().build();
        let connection = Own::default();
        signal
            .connect_with(connection.clone(), move |connection, _| async move {
                if waits_first {
                    yield_now().await;
                }
                let ended = own(&connection).disconnect_and_wait().await;
                yield_now().await;
                ended && block_on(own(&connection).disconnect_and_wait())
            })
            .await
            .put_into(&connection);
        let report = match in_task {
            true => signal.send().join().await,
            false => signal.send().await.join().await,
        };
        // The first time it ended the connection, the second time there was nothing to end.
        assert_eq!(report.replies(), [false]);
    }
}

async fn from_inside_it_waits_for_the_other_calls(on: Runtime) {
    let signal = on.builder(false).reply::<bool>().build();
    let (connection, go) = (Own::default(), Gate::new());
    signal
        .connect_with(
            (connection.clone(), go.clone()),
            |(connection, go), ev| async move {
                if **ev {
                    own(&connection).disconnect_and_wait().await
                } else {
                    go.wait().await;
                    false
                }
            },
        )
        .await
        .put_into(&connection);
    let mut other = signal.send().join();
    assert!(poll(&mut other).is_pending());
    let mut inside = signal.send().with(true).join();
    assert!(poll(&mut inside).is_pending());
    go.open();
    assert!(
        poll(&mut inside).is_pending(),
        "the other call has not gone on yet"
    );
    assert_eq!(other.await.replies(), [false]);
    assert_eq!(inside.await.replies(), [true]);
}

async fn a_callback_may_wait_for_another_connection_of_the_same_send(on: Runtime) {
    let signal = on.builder(()).reply::<bool>().build();
    let (before, after) = (Own::default(), Own::default());
    signal
        .connect_sync(|_| false)
        .priority(1)
        .await
        .put_into(&before);
    signal
        .connect_with_sync((before.clone(), after.clone()), |(before, after), _| {
            let before = block_on(own(before).disconnect_and_wait());
            before && block_on(own(after).disconnect_and_wait())
        })
        .await;
    signal
        .connect_sync(|_| false)
        .priority(-1)
        .await
        .put_into(&after);
    assert_eq!(signal.send().join().await.replies(), [false, true]);
}

async fn what_a_call_drops_may_wait_for_its_connection(on: Runtime) {
    let signal = on.signal(());
    let (connection, seen) = (Own::default(), Log::new());
    signal
        .connect_with(
            (connection.clone(), seen.clone()),
            |(connection, seen), _| async move {
                let _guard = looks(&connection, &seen);
                pending::<()>().await;
            },
        )
        .await
        .put_into(&connection);
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    drop(join);
    assert_eq!(seen.take(), [true]);
}

async fn what_a_connection_tracks_may_wait_for_it_when_it_is_dropped(on: Runtime) {
    for waits in [None, Some(0), Some(3)] {
        let (keeper, seen) = (Log::new(), Log::new());
        let (signal, connection) = (on.signal(keeper.clone()), Own::default());
        let object = Arc::new(looks(&connection, &seen));
        let connect = match waits {
            None => signal.connect_sync(|ev| drop(ev.take())),
            Some(waits) => signal.connect(move |ev| async move {
                for _ in 0..waits {
                    yield_now().await;
                }
                drop(ev.take());
            }),
        };
        connect.track(&object).await.put_into(&connection);
        keeper.push(object);
        assert!(signal.send().join().await.is_ok());
        assert_eq!(seen.take(), [true], "after {waits:?} waits");
    }
}

on_each_runtime![
    a_sync_callback_may_wait_for_its_own_connection,
    an_async_callback_may_wait_for_its_own_connection,
    from_inside_it_waits_for_the_other_calls,
    a_callback_may_wait_for_another_connection_of_the_same_send,
    what_a_call_drops_may_wait_for_its_connection,
    what_a_connection_tracks_may_wait_for_it_when_it_is_dropped,
];
