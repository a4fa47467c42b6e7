//! Members that have nothing to do take turns.

use fanfare::{Callback, Event, Signal};

use crate::common::{Log, Person};
use crate::runtime::Runtime;
use crate::team::Team;

async fn idle_members_take_turns_in_the_order_of_connecting(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    team.three(&signal);
    assert_eq!(team.send(&signal, 7), "a b c a b c a");
    assert_eq!(
        team.send(&signal, 3),
        "b c a",
        "sends go on where others stopped"
    );
}

async fn sync_and_async_members_take_turns_with_each_end_of_a_send(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    team.writer(&signal, "a").group("team").await;
    team.async_writer(&signal, "b").group("team").await;
    team.writer(&signal, "c").group("team").await;
    for _ in 0..4 {
        assert_eq!(signal.send().join().await.count(), 1);
        assert_eq!(signal.send().await.join().await.count(), 1);
        assert_eq!(signal.send().first().await, Some(()));
    }
    assert_eq!(team.take(), "a b c a b c a b c a b c");
    for _ in 0..2 {
        assert_eq!(signal.send().now().unwrap().join().await.count(), 1);
        assert_eq!(signal.send().join().by_priority().await.count(), 1);
        assert_eq!(signal.send().fold(0, |count, ()| count + 1).await, 1);
        assert_eq!(signal.send().to_all().await.join().await.count(), 1);
    }
    assert_eq!(team.take(), "a b c a b c a b");
}

async fn a_name_is_a_group_whatever_kind_of_text_it_is(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    team.writer(&signal, "a").group("team").await;
    team.writer(&signal, "b").group(String::from("team")).await;
    team.writer(&signal, "other").group("Team").await;
    assert_eq!(signal.send().await.count(), 2);
    assert_eq!(signal.send().await.count(), 2);
    assert_eq!(team.take(), "a other b other");
    let elsewhere = on.signal(0usize);
    team.writer(&elsewhere, "elsewhere").group("team").await;
    elsewhere.send().await;
    assert_eq!(team.take(), "elsewhere", "a signal has its own groups");
}

/// A turn is given where it was taken, whatever was named.
async fn keys_and_senders_choose_who_may_have_a_turn(on: Runtime) {
    let (signal, team, ashley) = (on.signal(0usize), Team::new(), Person(1));
    team.writer(&signal, "x").keys(["x"]).group("team").await;
    team.writer(&signal, "both")
        .keys(["x", "y"])
        .group("team")
        .await;
    team.writer(&signal, "ashley")
        .sender(&ashley)
        .group("team")
        .await;
    team.writer(&signal, "every").group("team").await;
    let mut sent = Vec::new();
    for send in [
        signal.send().key("x"),
        signal.send().key("x"),
        signal.send().key("x"),
        signal.send().key("y"),
        signal.send().key("y"),
        signal.send().sender(&ashley),
        signal.send().sender(&ashley),
        signal.send(),
        signal.send().key("x").key("y").sender(&ashley),
    ] {
        sent.push(send.await.count());
    }
    assert_eq!(sent, [1; 9]);
    assert_eq!(team.take(), "x both every both every ashley every every x");
}

async fn a_newcomer_is_next_and_then_one_of_them(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    team.three(&signal);
    assert_eq!(team.send(&signal, 4), "a b c a");
    team.writer(&signal, "d").group("team").await;
    assert_eq!(team.send(&signal, 8), "d b c a d b c a");
}

/// What is said of a callback later takes the place of what was said, but not of its turn.
async fn a_callback_that_is_connected_again_keeps_its_turn_or_leaves(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    let log = Log::new();
    let callback = Callback::sync(log.writes("again"));
    let connection = signal.connect_callback(&callback).group("team").await;
    team.writer(&signal, "b").group("team").await;
    signal.send().await;
    signal
        .connect_callback(&callback)
        .group("team")
        .name("again")
        .await;
    signal.send().await;
    assert_eq!((log.take().len(), team.take().as_str()), (1, "b"));
    signal.connect_callback(&callback).await;
    assert_eq!(signal.send().await.count(), 2, "it is in no group any more");
    assert_eq!((log.take().len(), team.take().as_str()), (1, "b"));
    signal.connect_callback(&callback).group("others").await;
    team.writer(&signal, "c").group("others").await;
    for _ in 0..4 {
        assert_eq!(signal.send().await.count(), 2);
    }
    assert_eq!((log.take().len(), team.take().as_str()), (2, "b c b b c b"));
    assert!(connection.is_connected());
}

/// A member of which nobody is left makes room for one of the same name.
async fn a_group_may_come_again(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    for _ in 0..3 {
        let members = team.three(&signal);
        assert_eq!(team.send(&signal, 2), "a b");
        for member in members {
            assert!(member.disconnect());
        }
        assert_eq!(signal.send().await.count(), 0);
        let both = ["a", "b"].map(|name| team.writer(&signal, name).now());
        assert_eq!(signal.send().await.count(), 2, "groups are over");
        assert!(both.iter().all(fanfare::Connection::disconnect));
        assert_eq!(team.take(), "a b");
    }
}

/// A callback that sends to its own group has somebody else called.
async fn a_member_may_send_to_its_group(on: Runtime) {
    let (signal, log) = (on.signal(0usize), Log::new());
    for name in ["a", "b"] {
        let (weak, log) = (signal.downgrade(), log.clone());
        let relay = move |ev: &Event<usize>| {
            log.push(format!("{name}{}", **ev));
            if **ev > 0 {
                let signal = weak.upgrade().expect("it sends");
                let sent = signal.send().with(**ev - 1).now();
                assert_eq!(sent.expect("nobody has it wait").count(), 1);
            }
        };
        signal.connect_sync(relay).group("team").now();
    }
    signal.send().with(4).await;
    assert_eq!(log.take(), ["a4", "b3", "a2", "b1", "a0"]);
}

async fn what_the_event_shows_is_what_was_sent(on: Runtime) {
    let valve = Box::new(1u8);
    let signal: Signal<usize> = on.signal(0);
    let log = Log::new();
    for name in ["a", "b"] {
        let log = log.clone();
        let shows = move |ev: &Event<usize>| log.push(format!("{name} {} {:?}", **ev, ev.keys()));
        signal
            .connect_sync(shows)
            .keys(["k", "l"])
            .group("team")
            .now();
    }
    let sender = fanfare::by_address(&*valve);
    signal
        .send()
        .keys(["k", "none"])
        .sender(sender)
        .with(5)
        .await;
    signal.send().keys(["k", "l"]).with(6).await;
    let told = log.take();
    assert!(
        told[0].starts_with("a 5 ") && told[0].contains("none"),
        "{told:?}"
    );
    assert!(told[1].starts_with("b 6 "), "{told:?}");
    assert_eq!(told.len(), 2);
}

on_each_runtime![
    idle_members_take_turns_in_the_order_of_connecting,
    sync_and_async_members_take_turns_with_each_end_of_a_send,
    a_name_is_a_group_whatever_kind_of_text_it_is,
    keys_and_senders_choose_who_may_have_a_turn,
    a_newcomer_is_next_and_then_one_of_them,
    a_callback_that_is_connected_again_keeps_its_turn_or_leaves,
    a_group_may_come_again,
    a_member_may_send_to_its_group,
    what_the_event_shows_is_what_was_sent,
];
