//! Who hears what: both wildcards, channels, before and after the sender is there, and ceasing to listen.

use std::sync::Arc;

use fanfare::router::Route;

use crate::common::Log;
use crate::kit::{Heard, Msg, router_on, sender, sent, text, writes, writes_later};
use crate::runtime::Runtime;

async fn a_listener_says_of_which_sender_and_which_event(on: Runtime) {
    let router = router_on(&on);
    let logs: [Heard; 6] = std::array::from_fn(|_| Log::new());
    let [any, of_s, of_a, s_a, channel, s_channel] = &logs;
    router.connect_sync(writes(any)).await;
    router.connect_sync(writes(of_s)).sender("s").await;
    router.connect_sync(writes(of_a)).event("a").await;
    router
        .connect_sync(writes(s_a))
        .sender("s")
        .event("a")
        .await;
    router.connect_sync(writes(channel)).channel("#alarm").await;
    router
        .connect_sync(writes(s_channel))
        .sender("s")
        .channel("#alarm")
        .await;
    let [s, t] = ["s", "t"].map(|name| sender(&router, name, &["a", "b", "#alarm"]));
    let counts = [
        (&s, "a", 4),
        (&s, "b", 2),
        (&s, "#alarm", 4),
        (&t, "a", 2),
        (&t, "b", 1),
        (&t, "#alarm", 2),
    ];
    for (number, (sender, event, count)) in (0..).zip(counts) {
        assert_eq!(
            sender.send(event, number).await.unwrap().count(),
            count,
            "{event}"
        );
    }
    let heard = logs.each_ref().map(Log::take);
    assert_eq!(
        heard[0],
        [
            "s a 0",
            "s b 1",
            "s #alarm 2",
            "t a 3",
            "t b 4",
            "t #alarm 5"
        ]
    );
    assert_eq!(heard[1], ["s a 0", "s b 1", "s #alarm 2"]);
    assert_eq!(heard[2], ["s a 0", "t a 3"]);
    assert_eq!(heard[3], ["s a 0"]);
    assert_eq!(heard[4], ["s #alarm 2", "t #alarm 5"]);
    assert_eq!(heard[5], ["s #alarm 2"]);
}

async fn it_makes_no_difference_whether_the_sender_is_there(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    router
        .connect_sync(writes(&log))
        .sender("s")
        .event("a")
        .await;
    for round in 0..2 {
        let s = sender(&router, "s", &["a"]);
        assert_eq!(s.send("a", round).await.unwrap().count(), 1);
        drop(s);
    }
    let s = sender(&router, "s", &["a"]);
    router
        .connect_sync(writes(&log))
        .sender("s")
        .event("a")
        .await;
    assert_eq!(s.send("a", 2).await.unwrap().count(), 2);
    assert_eq!(log.take(), ["s a 0", "s a 1", "s a 2", "s a 2"]);
}

async fn several_senders_and_events_are_each_of_them(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let listen = router.connect_sync(writes(&log));
    listen
        .senders(["s", "t"])
        .sender("u")
        .events(["a"])
        .event("b")
        .await;
    let [s, t, u, v] = ["s", "t", "u", "v"].map(|name| sender(&router, name, &["a", "b", "c"]));
    for one in [&s, &t, &u] {
        assert_eq!((sent(one, "a", 1).await, sent(one, "b", 1).await), (1, 1));
        assert_eq!(sent(one, "c", 1).await, 0);
    }
    assert_eq!(sent(&v, "a", 1).await, 0);
    assert_eq!(log.take().len(), 18);
    // Nothing named is everything, an empty list is nothing.
    let none: [&str; 0] = [];
    let empty = [
        router.connect_sync(writes(&log)).senders(none).await,
        router.connect_sync(writes(&log)).events(none).await,
        router
            .connect_sync(writes(&log))
            .sender("v")
            .events(none)
            .await,
        router.connect_sync(writes(&log)).routes([]).await,
    ];
    assert_eq!(sent(&v, "a", 1).await, 0);
    assert!(empty.iter().all(fanfare::Connection::is_connected));
    assert!(empty[0].add_keys([Route::of_sender("v")]));
    assert_eq!(sent(&v, "a", 1).await, 1);
}

async fn names_mean_nothing_but_themselves(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let long = "long ".repeat(100);
    let names = ["*", "a.b", "#s", " ", "ünï", &long, "\0"];
    for name in names {
        router
            .connect_sync(writes(&log))
            .sender(name)
            .event(name)
            .await;
        let one = sender(&router, name, &names);
        for event in names {
            let count = usize::from(event == name);
            assert_eq!(
                one.send(event, 0).await.unwrap().count(),
                count,
                "{name:?} {event:?}"
            );
        }
        assert_eq!(log.take(), [format!("{name} {name} 0")]);
    }
    // A channel is one by its first character, which can be left out where that is clear.
    for name in ["#alarm", "alarm"] {
        let channel = router.connect_sync(writes(&log)).channel(name).await;
        assert_eq!(
            sender(&router, "s", &["#alarm"])
                .send("#alarm", 1)
                .await
                .unwrap()
                .count(),
            1
        );
        assert_eq!(
            sender(&router, "s", &["alarm"])
                .send("alarm", 1)
                .await
                .unwrap()
                .count(),
            0
        );
        channel.disconnect();
    }
}

fn named(_: &Msg) {}
async fn named_later(_: Arc<Msg>) {}

struct Panel(Heard);

impl Panel {
    async fn on_message(self: Arc<Self>, m: Arc<Msg>) {
        self.0.push(text(&m));
    }

    fn on_alarm(&self, m: &Msg) {
        self.0.push(format!("alarm: {}", text(m)));
    }
}

async fn functions_and_methods_are_one_listener_each(on: Runtime) {
    let router = router_on(&on);
    let s = sender(&router, "s", &["a", "b", "#alarm"]);
    for event in ["a", "b", "a"] {
        router.connect_sync(named).sender("s").event(event).await;
        router.connect(named_later).event(event).await;
    }
    router.connect_sync(named).await;
    assert_eq!(sent(&s, "a", 1).await, 2);
    // Bare, it ends; otherwise it is taken off what was said, and nothing that is said is more than it says.
    assert!(!router.disconnect(named).sender("s").await);
    assert!(router.disconnect(named).sender("s").event("a").await);
    assert!(!router.disconnect(named).sender("s").event("a").await);
    assert_eq!(sent(&s, "a", 1).await, 2, "it hears everything, too");
    assert!(
        router
            .disconnect(named)
            .route(Route::any())
            .and_wait()
            .await
    );
    assert_eq!((sent(&s, "a", 1).await, sent(&s, "b", 1).await), (1, 2));
    assert!(router.disconnect(named).await && !router.disconnect(named).now());
    assert!(router.disconnect(named_later).events(["a", "b"]).now());
    assert!(
        !router.disconnect(named_later).and_wait().await,
        "that was all"
    );
    assert_eq!(sent(&s, "b", 1).await, 0);

    let panel = Arc::new(Panel(Log::new()));
    router
        .connect_method(&panel, Panel::on_message)
        .sender("s")
        .await;
    router
        .connect_method_sync(&panel, Panel::on_alarm)
        .channel("alarm")
        .await;
    assert_eq!(sent(&s, "#alarm", 1).await, 2);
    router.idle().await;
    let mut heard = panel.0.take();
    heard.sort();
    assert_eq!(heard[..3], ["alarm: s #alarm 1"; 3]);
    assert_eq!(heard[3..], ["s #alarm 1"; 3]);
    assert!(router.disconnect_method(&panel, Panel::on_alarm).await);
    assert_eq!(sent(&s, "#alarm", 1).await, 1);
    drop(panel);
    assert_eq!(sent(&s, "a", 1).await, 0, "it went with its object");
    let strong = Arc::new(Panel(Log::new()));
    let heard = strong.0.clone();
    let stays = router.connect_method(&strong, Panel::on_message).strong();
    let stays = stays.sender("s").await;
    drop(strong);
    assert!(s.send("a", 7).join().await.unwrap().is_ok());
    assert_eq!(
        (heard.take(), stays.is_connected()),
        (vec!["s a 7".into()], true)
    );
}

async fn state_comes_with_each_call(on: Runtime) {
    let router = router_on(&on);
    let log: Heard = Log::new();
    let listen = router.connect_with(log.clone(), |log, m| async move { log.push(text(&m)) });
    listen.sender("s").await;
    let s = sender(&router, "s", &["a"]);
    assert!(s.send("a", 1).await.unwrap().join().await.is_ok());
    assert_eq!(log.take(), ["s a 1"]);
    router.connect(writes_later(&log)).sender("s").await;
    assert!(s.send("a", 2).join().await.unwrap().is_ok());
    assert_eq!(log.take(), ["s a 2", "s a 2"]);
}

async fn routers_do_not_hear_each_other(on: Runtime) {
    let (one, other) = (router_on(&on), router_on(&on));
    let log = Log::new();
    other.connect_sync(writes(&log)).await;
    let [s, s_again] = [&one, &other].map(|router| sender(router, "s", &["a"]));
    assert_eq!(
        (
            sent(&s, "a", 1).await,
            s_again.send("a", 2).now().unwrap().count()
        ),
        (0, 1)
    );
    assert_eq!(log.take(), ["s a 2"]);
}

on_each_runtime! {
    a_listener_says_of_which_sender_and_which_event,
    it_makes_no_difference_whether_the_sender_is_there,
    several_senders_and_events_are_each_of_them,
    names_mean_nothing_but_themselves,
    functions_and_methods_are_one_listener_each,
    state_comes_with_each_call,
    routers_do_not_hear_each_other,
}
