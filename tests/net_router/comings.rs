//! Who comes to a server and goes, as it tells.

use fanfare::net::{Limits, ServerStatus};

use crate::common::Log;
use crate::kit::{Net, far, settled, until};
use crate::runtime::Runtime;

/// As words: what, who, how many senders.
fn told(net: &Net) -> Log<String> {
    let log = Log::new();
    let words = log.clone();
    let write = move |status: &ServerStatus| {
        words.push(match status {
            ServerStatus::Connected(peer) => format!("{peer} came"),
            ServerStatus::Disconnected { peer, .. } => {
                format!("{peer} went with {:?}", peer.senders)
            }
            other => other.to_string(),
        });
    };
    let status = net.server.status();
    status.connect_sync(move |event| write(event)).now();
    log
}

async fn each_is_told_of_once(on: Runtime) {
    let net = Net::with(&on, |builder| builder.token("t", "ada").allow_anonymous()).await;
    let log = told(&net);
    let ada = net.builder().token("t").start().await.unwrap();
    let at = &net.server.peers()[0].address;
    assert_eq!(log.take(), [format!("peer 1 (ada) at {at} came")]);
    let sender = far(&ada, "s", &["a"]).await;
    settled(&ada).await;
    // One that is not let in has not come.
    assert!(net.builder().token("x").start().await.is_err());
    // One of the original comes with its first word.
    let plain = net.builder().plain().start().await.unwrap();
    plain.server_version().await.unwrap();
    let came = log.take();
    assert_eq!(came.len(), 1, "{came:?}");
    assert!(came[0].starts_with("peer 3 at "), "{came:?}");
    drop((ada, sender));
    until(|| log.len() == 1).await;
    // In order: its sender has gone before.
    assert_eq!(log.take(), [format!("peer 1 (ada) at {at} went with []")]);
    net.server.stop().await.unwrap();
    until(|| log.len() == 2).await;
    let last = log.take();
    assert!(last.contains(&"closed".to_owned()), "{last:?}");
    assert!(last.iter().any(|word| word.contains("peer 3")), "{last:?}");
}

/// What comes and goes quickly is told in order, each of it.
async fn a_crowd_is_told_of(on: Runtime) {
    let net = Net::with(&on, |builder| builder.limits(Limits::default())).await;
    let log = told(&net);
    for _ in 0..50 {
        let client = net.client().await;
        settled(&client).await;
    }
    until(|| log.len() == 100).await;
    let words = log.take();
    for peer in 1..=50 {
        let of = |what: &str| {
            let of =
                |word: &String| word.starts_with(&format!("peer {peer} at")) && word.contains(what);
            words.iter().position(of)
        };
        assert!(of("came").is_some() && of("came") < of("went"), "{words:?}");
    }
}

on_each_runtime!(each_is_told_of_once, a_crowd_is_told_of);
