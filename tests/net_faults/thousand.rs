//! A thousand connections to one server, over TCP.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::{ClientRouter, Limits, ServerRouter, tcp};
use fanfare::router::Router;
use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::common::Log;
use crate::kit::{V, near, until};
use crate::runtime::Runtime;

const MANY: usize = 1_000;
/// Both ends of each connection are in this process, and tests beside this one have some, too.
const FILES: u64 = 2 * MANY as u64 + 500;

/// There are files enough for one of these tests, and maybe not for all of them.
static TURN: async_lock::Mutex<()> = async_lock::Mutex::new(());

/// However slow the machine is: no time is up before all of them have had their turn.
fn patient() -> Limits {
    let time = Duration::from_secs(100);
    let limits = Limits::default().no_heartbeat().connections(1_100);
    limits
        .handshake(time)
        .request_timeout(time)
        .write_stall(time)
}

/// Lets the process have as many files as it takes; tells whether that may be.
fn has_files() -> bool {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= FILES);
    if enough(current) {
        return true;
    }
    let current = Some(FILES);
    enough(maximum) && setrlimit(Resource::Nofile, Rlimit { current, maximum }).is_ok()
}

async fn a_thousand_hear_of_it(on: Runtime) {
    if !has_files() {
        println!("skipped: no more than {FILES} files may be open, which this test needs");
        return;
    }
    let _one_at_a_time = TURN.lock().await;
    let router = Router::<V>::builder().spawner(on.spawner()).build();
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().to_string();
    let server = ServerRouter::builder(router.clone()).spawner(on.spawner());
    let server = server.limits(patient());
    let server = server.listen(listener).start().await.unwrap();
    let news = near(&router, "news", &["#news"]);
    let log = Log::new();
    let comes = |n: usize| {
        let builder = ClientRouter::<V>::builder().spawner(on.spawner());
        let builder = builder
            .connect(tcp::dial(address.clone()))
            .limits(patient());
        let log = log.clone();
        async move {
            let client = builder.start().await.expect("there is room");
            let sender = client.sender(format!("s{n}")).event("a").register();
            let sender = sender.await.expect("the name is free");
            let listens = client.connect_sync(move |m| log.push((n, (**m).clone())));
            listens.channel("news").await.expect("it listens");
            (client, sender)
        }
    };
    let mut clients = Vec::new();
    // In groups: a system has places for so many who knock at a time.
    for group in 0..MANY / 100 {
        let group = (0..100).map(|n| comes(group * 100 + n));
        clients.extend(join_all(group).await);
    }
    assert_eq!(server.peers().len(), MANY);
    assert_eq!(router.senders().len(), MANY + 1);
    news.send("#news", json!(21.5)).now().unwrap();
    until(|| log.len() == MANY).await;
    let mut heard = log.take();
    heard.sort_unstable_by_key(|(n, _)| *n);
    assert!(heard.into_iter().eq((0..MANY).map(|n| (n, json!(21.5)))));
    // Half of them in order, half of them without a word.
    let without = clients.split_off(MANY / 2);
    let drained = clients
        .iter()
        .map(|(client, _)| client.drain().into_future());
    for drained in join_all(drained).await {
        drained.unwrap();
    }
    drop((clients, without));
    until(|| server.peers().is_empty() && router.senders().len() == 1).await;
    assert!(router.inspect().connections.is_empty());
    assert_eq!(log.len(), 0);
    server.stop().await.unwrap();
}

on_each_runtime!(a_thousand_hear_of_it);
