//! Sends from inside callbacks.

use futures_lite::future::yield_now;

use crate::common::Log;
use crate::runtime::Runtime;

async fn sends_can_be_nested(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    for number in [1u8, 2] {
        let state = (signal.downgrade(), log.clone());
        signal
            .connect_with_sync(state, move |(weak, log), ev| {
                log.push((number, **ev));
                if **ev < 2 {
                    assert_eq!(
                        weak.upgrade()
                            .expect("it is being sent")
                            .send()
                            .with(**ev + 1)
                            .now()
                            .unwrap()
                            .count(),
                        2
                    );
                }
            })
            .await;
    }
    assert!(signal.send().join().await.is_ok());
    let depth_first = [(1, 0), (1, 1), (1, 2), (2, 2), (2, 1), (1, 2), (2, 2)];
    let second = [(2, 0), (1, 1), (1, 2), (2, 2), (2, 1), (1, 2), (2, 2)];
    assert_eq!(log.take(), [depth_first, second].concat());
}

async fn async_callbacks_may_send_in_every_way(on: Runtime) {
    let signal = on.builder(0u8).reply::<usize>().build();
    signal
        .connect_with(signal.downgrade(), |weak, ev| async move {
            let signal = weak.upgrade().expect("it is being sent");
            let send = || signal.send().with(**ev - 1);
            if **ev == 0 {
                return 1;
            }
            yield_now().await;
            let joined: usize = send().join().await.replies().iter().sum();
            let delivered: usize = send().await.join().await.replies().iter().sum();
            let folded = send().fold(0, |sum, reply| sum + reply).await;
            joined + delivered + folded + send().first().await.unwrap_or(0)
        })
        .await;
    assert_eq!(signal.send().with(3).join().await.replies(), [64]);
    assert_eq!(signal.send().with(3).await.join().await.replies(), [64]);
}

async fn two_signals_may_send_to_each_other(on: Runtime) {
    let (ping, pong) = (on.signal(0u8), on.signal(0u8));
    let log = Log::new();
    for (here, there) in [(&ping, &pong), (&pong, &ping)] {
        let state = (there.downgrade(), log.clone());
        here.connect_with_sync(state, |(there, log), ev| {
            log.push(**ev);
            if **ev > 0 {
                there
                    .upgrade()
                    .expect("it lives")
                    .send()
                    .with(**ev - 1)
                    .now()
                    .unwrap();
            }
        })
        .await;
    }
    assert!(ping.send().with(4).join().await.is_ok());
    assert_eq!(log.take(), [4, 3, 2, 1, 0]);
}

on_each_runtime![
    sends_can_be_nested,
    async_callbacks_may_send_in_every_way,
    two_signals_may_send_to_each_other,
];
