//! What the processes do: they send and ask when they are told to, and say what they hear and what becomes of it.

use std::future::{Future, pending};
use std::io::stdin;
use std::thread;
use std::time::Duration;

use fanfare::Backoff;
use fanfare::net::{ClientRouter, Limits, ServerRouter, Status, tcp};
use fanfare::router::{Call, Message, Presence, RequestError, Router};
use serde_json::json;
use smol::channel::{Receiver, unbounded};

use super::network::ADDRESS;
use crate::kit::V;

/// Which part a process plays.
pub(super) const PART: &str = "FANFARE_PART";
/// How a line begins that is for the test.
pub(super) const SAYS: &str = "@ ";

fn say(what: impl std::fmt::Display) {
    eprintln!("{SAYS}{what}");
}

/// Dead after two seconds: a machine that is busy has its pauses, too. What is asked is waited for long.
fn limits() -> Limits {
    let (every, dead_after) = (Duration::from_millis(500), Duration::from_secs(2));
    let limits = Limits::default().heartbeat(every, dead_after);
    limits
        .handshake(Duration::from_secs(1))
        .request_timeout(Duration::from_secs(600))
}

fn heard(m: &Message<V>) {
    say(format_args!("heard {} {} {}", m.sender(), m.event(), **m));
}

fn waits(_: std::sync::Arc<Call<V>>) -> impl Future<Output = V> {
    say("waits");
    pending()
}

fn replied(reply: Result<V, RequestError<V>>) {
    match reply {
        Ok(reply) => say(format_args!("replied {reply}")),
        Err(error) => say(format_args!("not replied: {:?}: {error}", error.problem())),
    }
}

/// The words of each line that comes in, until no more do.
fn commands() -> Receiver<String> {
    let (sender, receiver) = unbounded();
    thread::spawn(move || {
        for line in stdin().lines().map_while(Result::ok) {
            if sender.try_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

async fn server() {
    let router = Router::<V>::builder().spawner(smol_tasks).build();
    let presence = |presence: &Presence| say(presence);
    router
        .presence()
        .connect_sync(move |event| presence(event))
        .now();
    let near = router.sender("near").event("a").on_request("wait", waits);
    let near = near
        .on_request_sync("read", |_| json!(21.5))
        .register()
        .await
        .unwrap();
    router.connect_sync(heard).sender("far").event("a").await;
    let listener = tcp::bind(ADDRESS).insecure().await.unwrap();
    let server = ServerRouter::builder(router.clone()).listen(listener);
    let server = server
        .spawner(smol_tasks)
        .limits(limits())
        .start()
        .await
        .unwrap();
    say("listens");
    let commands = commands();
    while let Ok(command) = commands.recv().await {
        let (word, n) = command.split_once(' ').unwrap_or((&command, ""));
        match word {
            "send" => drop(near.send("a", n.parse::<u64>().unwrap().into()).now()),
            "read" => replied(router.request("far", "read", json!(1)).await),
            "ask" => {
                let router = router.clone();
                let asks = async move { replied(router.request("far", "wait", json!(1)).await) };
                smol::spawn(asks).detach();
            }
            other => panic!("{other}"),
        }
    }
    server.stop().await.unwrap();
}

async fn client() {
    let pauses = Backoff::new(Duration::from_millis(50)).max(Duration::from_millis(200));
    let client = ClientRouter::<V>::builder().connect(tcp::dial(ADDRESS));
    let client = client.backoff(pauses.attempts(u32::MAX)).limits(limits());
    let client = client.spawner(smol_tasks).start().await.unwrap();
    client.status().connect_sync(|status| told(status)).now();
    let far = client.sender("far").event("a").on_request("wait", waits);
    let far = far
        .on_request_sync("read", |_| json!(21.5))
        .register()
        .await
        .unwrap();
    client
        .connect_sync(heard)
        .sender("near")
        .event("a")
        .await
        .unwrap();
    say("ready");
    let commands = commands();
    while let Ok(command) = commands.recv().await {
        let (word, n) = command.split_once(' ').unwrap_or((&command, ""));
        match word {
            "send" => match far.send("a", n.parse::<u64>().unwrap().into()).await {
                Ok(()) => say(format_args!("sent {n}")),
                Err(error) => say(format_args!("not sent {n}: {:?}: {error}", error.problem())),
            },
            "read" => replied(client.request("near", "read", json!(1)).await),
            "ask" => {
                let client = client.clone();
                let asks = async move { replied(client.request("near", "wait", json!(1)).await) };
                smol::spawn(asks).detach();
            }
            other => panic!("{other}"),
        }
    }
    client.drain().await.unwrap();
}

fn told(status: &Status) {
    match status {
        Status::Disconnected {
            reason,
            unconfirmed,
        } => {
            say(format_args!("disconnected {unconfirmed}: {reason}"));
        }
        Status::Resumed { unconfirmed, gap } => {
            say(format_args!("resumed {unconfirmed} {}", gap.as_millis()));
        }
        Status::Failed { error, .. } => say(format_args!("failed: {error}")),
        other => say(other),
    }
}

fn smol_tasks(task: fanfare::BoxFuture<'static, ()>) {
    smol::spawn(task).detach();
}

#[test]
#[ignore = "a part of the test of a network that is cut, which runs it"]
fn is_played() {
    match std::env::var(PART).as_deref() {
        Ok("server") => smol::block_on(server()),
        Ok("client") => smol::block_on(client()),
        // Among all tests that are left out otherwise, it has nothing to do.
        _ => {}
    }
}
