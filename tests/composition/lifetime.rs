//! Who keeps whom alive: nobody anybody.

use std::sync::Arc;

use fanfare::WeakSignal;

use crate::common::{Gate, Log, opens};
use crate::runtime::Runtime;

async fn it_ends_with_the_other_signal(on: Runtime) {
    let (from, to) = (on.signal(()), on.signal(()));
    let plain = from.forward_to(&to).await;
    let changed = from.map(|_| ()).forward_to(&to).key("a").await;
    let copy = to.clone();
    drop(to);
    assert!(plain.is_connected() && changed.is_connected());
    assert_eq!(from.send().key("a").await.count(), 2);
    drop(copy);
    assert!(!plain.is_connected() && !changed.is_connected());
    assert_eq!(from.send().key("a").join().await.count(), 0);
    assert_eq!((from.connection_count(), from.failure_count()), (0, 0));
}

async fn the_next_send_finds_out_by_itself(on: Runtime) {
    let (from, log) = (on.signal(()), Log::new());
    {
        let to = on.signal(());
        let captured = Arc::new(opens(&Gate::new()));
        let kept = Arc::downgrade(&captured);
        let change = move |_: &fanfare::Event<()>| {
            let _ = &captured;
        };
        let connection = from.map(change).forward_to(&to).await;
        drop(to);
        assert!(kept.upgrade().is_some());
        assert_eq!(from.send().await.count(), 0);
        assert!(kept.upgrade().is_none(), "it goes with its connection");
        assert!(!connection.disconnect());
    }
    from.connect_sync(log.writes(())).await;
    from.send().await;
    assert_eq!(log.len(), 1);
}

async fn it_keeps_the_source_alive_no_more(on: Runtime) {
    let (from, to, log) = (on.signal(()), on.signal(()), Log::new());
    to.connect_sync(log.writes(())).await;
    let connection = from.forward_to(&to).await;
    let weak = from.downgrade();
    from.send().await;
    drop(from);
    assert!(weak.upgrade().is_none());
    assert!(!connection.is_connected());
    to.send().await;
    assert_eq!(log.len(), 2);
}

async fn a_call_keeps_the_other_signal_alive_for_its_length(on: Runtime) {
    let (from, to, log) = (on.signal(()), on.signal(()), Log::new());
    let weak: WeakSignal<()> = to.downgrade();
    let last = Arc::new(std::sync::Mutex::new(Some(to.clone())));
    let gone = Gate::new();
    let captured = opens(&gone);
    to.connect_sync(move |_| {
        let _ = &captured;
        drop(last.lock().expect("nobody panics here").take());
    })
    .await;
    to.connect_sync(log.writes("after it")).await;
    from.forward_to(&to).await;
    drop(to);
    assert_eq!(from.send().await.count(), 1);
    assert_eq!(log.take(), ["after it"]);
    assert!(weak.upgrade().is_none() && gone.is_open());
    assert_eq!(from.send().await.count(), 0);
}

async fn what_forwards_can_be_waited_for(on: Runtime) {
    let (from, to) = (on.signal(()), on.signal(()));
    let (entered, leave) = (Gate::new(), Gate::new());
    let inside = (entered.clone(), leave.clone());
    to.connect_sync(move |_| {
        inside.0.open();
        inside.1.wait_blocking();
    })
    .await;
    let connection = from.forward_to(&to).await;
    let sending = std::thread::spawn(move || from.send().now().unwrap().count());
    entered.wait().await;
    let mut resting = connection.disconnect_and_wait();
    assert!(crate::common::poll(&mut resting).is_pending());
    leave.open();
    resting.await;
    assert_eq!(sending.join().expect("no panic"), 1);
}

on_each_runtime![
    it_ends_with_the_other_signal,
    the_next_send_finds_out_by_itself,
    it_keeps_the_source_alive_no_more,
    a_call_keeps_the_other_signal_alive_for_its_length,
    what_forwards_can_be_waited_for,
];
