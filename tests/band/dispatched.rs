//! Dispatchers of a band: what they are told of channels, and what they make of receivers.

use std::sync::Arc;

use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Results};
use fanfare::{Band, BoxFuture, SenderId};

use crate::common::Log;
use crate::kit::{Ev, Parent, named, says};
use crate::runtime::Runtime;

/// Writes down what it is told, in the manner `name identifier/parent to receivers` and `name identifier = replies`.
struct Told {
    name: &'static str,
    log: Log<String>,
}

impl Told {
    fn new(name: &'static str, log: &Log<String>) -> Self {
        Self {
            name,
            log: log.clone(),
        }
    }
}

impl Dispatcher for Told {
    fn before(&self, cx: &Context) {
        let parent = cx.parent_as::<Parent>().map_or("-", |parent| parent.0);
        let (name, identifier, receivers) = (self.name, cx.identifier(), cx.receivers());
        self.log
            .push(format!("{name} {identifier}/{parent} to {receivers}"));
    }

    fn after(&self, cx: &Context, results: &Results<'_>) {
        let replies: Vec<_> = results.replies::<&str>().copied().collect();
        let (name, identifier) = (self.name, cx.identifier());
        self.log
            .push(format!("{name} {identifier} = {}", replies.join(" ")));
    }
}

/// A band whose dispatcher writes down what it is told.
fn told_of(on: &Runtime) -> (Band, Log<String>) {
    let log = Log::new();
    let builder = Band::builder().spawner(on.spawner());
    (builder.dispatcher(Told::new("told", &log)).build(), log)
}

fn shared(_: &Ev) -> &'static str {
    "shared"
}

async fn a_dispatcher_is_told_of_channel_and_parent(on: Runtime) {
    let (band, log) = told_of(&on);
    let (unbound, parent) = (named(&band), Parent::new("motor"));
    let bound = unbound.bound(&parent);
    unbound.connect_sync(says("everybody's")).await;
    bound.connect_method(&parent, Parent::reply_later).await;
    let other = Parent::new("pump");
    unbound
        .bound(&other)
        .connect_sync(says("the other's"))
        .await;

    drop(bound.send(()).join().await);
    drop(unbound.send(()).await.join().await);
    drop(
        bound
            .send(())
            .now()
            .expect("there are no limits")
            .join()
            .await,
    );
    let told = [
        "told named/motor to 2",
        "told named = motor everybody's",
        "told named/- to 3",
        "told named = everybody's motor the other's",
        "told named/motor to 2",
        "told named = motor everybody's",
    ];
    assert_eq!(log.take(), told);
}

async fn one_callback_on_several_channels_is_one_receiver(on: Runtime) {
    let (band, log) = told_of(&on);
    let (unbound, parent) = (named(&band), Parent::new("motor"));
    for channel in [unbound.bound(&parent), unbound.clone()] {
        channel.connect_sync(shared).await;
    }
    drop(unbound.send(()).join().await);
    drop(unbound.bound(&parent).send(()).join().await);
    let told = [
        "told named/- to 1",
        "told named = shared",
        "told named/motor to 1",
        "told named = shared",
    ];
    assert_eq!(log.take(), told);
}

async fn sends_by_name_come_by_whether_the_name_is_known_or_not(on: Runtime) {
    let log = Log::new();
    let band = Band::builder()
        .spawner(on.spawner())
        .dispatcher(Told::new("outer", &log))
        .dispatcher(Told::new("inner", &log))
        .build();
    let (channel, parent) = (named(&band), Parent::new("motor"));
    channel.bound(&parent).connect_sync(says("here")).await;
    let sent = band.send("named", ()).parent(&parent);
    assert_eq!(
        sent.replies::<&str>().await.expect("it is its reply"),
        ["here"]
    );
    assert_eq!(
        band.send("nowhere", 7).await.expect("it is open").count(),
        0
    );
    assert_eq!(band.identifiers(), ["named"]);
    let told = [
        "outer named/motor to 1",
        "inner named/motor to 1",
        "inner named = here",
        "outer named = here",
        "outer nowhere/- to 0",
        "inner nowhere/- to 0",
        "inner nowhere = ",
        "outer nowhere = ",
    ];
    assert_eq!(log.take(), told);
}

/// Lets receivers of one parent be called, replies in the place of the others, and skips those that have no name.
struct Only(SenderId);

impl Dispatcher for Only {
    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        match (receiver.name().is_some(), cx.parent() == Some(&self.0)) {
            (false, _) => receiver.skip(),
            (true, true) => receiver.call(),
            (true, false) => receiver.reply("not mine"),
        }
    }
}

async fn receivers_are_called_replaced_and_skipped(on: Runtime) {
    let (mine, other) = (Parent::new("mine"), Parent::new("other"));
    let band = Band::builder()
        .spawner(on.spawner())
        .dispatcher(Only(SenderId::of_arc(&mine)))
        .build();
    let channel = named(&band);
    for parent in [&mine, &other] {
        let bound = channel.bound(parent);
        bound
            .connect_method_sync(parent, Parent::reply)
            .name("named")
            .await;
        bound.connect_sync(says("skipped")).await;
    }
    for (parent, replies) in [(&mine, "mine"), (&other, "not mine")] {
        let report = channel.bound(parent).send(()).join().await;
        assert_eq!(report.replies(), [replies]);
        assert_eq!(report.count(), 2);
        assert!(!report.is_ok());
    }
    assert_eq!(channel.failure_count(), 0);
    let held: Vec<Arc<Parent>> = vec![mine, other];
    drop(held);
    assert_eq!(channel.receiver_count(), 0);
}

on_each_runtime![
    a_dispatcher_is_told_of_channel_and_parent,
    one_callback_on_several_channels_is_one_receiver,
    sends_by_name_come_by_whether_the_name_is_known_or_not,
    receivers_are_called_replaced_and_skipped,
];
