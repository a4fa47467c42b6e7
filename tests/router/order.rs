//! In which order listeners are called: turn by turn, by priority, and each once.

use fanfare::router::Route;

use crate::common::Log;
use crate::kit::{Msg, router_on, sender};
use crate::runtime::Runtime;

/// The original's: any sender, the sender, the channel, the event's own; and within a turn the order of connecting.
async fn turns_come_in_order_whoever_connected_first(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let names = ["own", "channel", "sender", "any"];
    for round in ["first", "second"] {
        for name in names {
            let listen = router.connect_sync(log.writes::<u32, Route>(format!("{name} {round}")));
            let listen = match name {
                "own" => listen.sender("s").event("#e"),
                "channel" => listen.channel("#e"),
                "sender" => listen.sender("s"),
                _ => listen,
            };
            listen.await;
        }
    }
    let s = sender(&router, "s", &["#e"]);
    let expected: Vec<_> = names
        .iter()
        .rev()
        .flat_map(|name| ["first", "second"].map(|round| format!("{name} {round}")))
        .collect();
    assert_eq!(s.send("#e", 1).await.unwrap().count(), 8);
    assert_eq!(log.take(), expected);
    s.send("#e", 1).now().unwrap();
    assert_eq!(log.take(), expected);
    assert!(s.send("#e", 1).join().await.unwrap().is_ok());
    assert_eq!(log.take(), expected);
}

async fn who_listens_in_several_ways_is_called_once_at_the_first(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let listen = |name: &'static str| router.connect_sync(log.writes::<u32, Route>(name));
    listen("own").sender("s").event("#e").await;
    let routes = [
        Route::any(),
        Route::channel("e"),
        Route::new("s", "#e"),
        Route::of_sender("s"),
    ];
    let four = listen("all four").routes(routes.clone()).await;
    listen("any").await;
    listen("channel").channel("e").await;
    let two = listen("channel and own")
        .routes(routes[1..3].to_vec())
        .await;
    let s = sender(&router, "s", &["#e"]);
    assert_eq!(s.send("#e", 1).await.unwrap().count(), 5);
    assert_eq!(
        log.take(),
        ["all four", "any", "channel", "channel and own", "own"]
    );
    assert!(four.remove_keys([Route::any(), Route::of_sender("s"), Route::channel("e")]));
    assert!(two.remove_keys([Route::channel("e")]));
    s.send("#e", 1).await.unwrap();
    assert_eq!(
        log.take(),
        ["any", "channel", "own", "all four", "channel and own"]
    );
}

async fn priorities_come_before_turns(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let listen = |name: &'static str| router.connect_sync(log.writes::<u32, Route>(name));
    listen("low any").priority(-1).await;
    listen("any").await;
    listen("own").sender("s").event("e").await;
    listen("high own").sender("s").event("e").priority(2).await;
    listen("higher sender").sender("s").priority(3).await;
    listen("high any").priority(2).await;
    let s = sender(&router, "s", &["e"]);
    s.send("e", 1).await.unwrap();
    let expected = [
        "higher sender",
        "high any",
        "high own",
        "any",
        "own",
        "low any",
    ];
    assert_eq!(log.take(), expected);
}

/// More than a send keeps room for, in two lists, with some in both.
async fn many_listeners_are_called_in_order(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    for number in 0..300 {
        let listen = router.connect_sync(log.writes::<u32, Route>(number));
        match number % 3 {
            0 => listen.sender("s").event("e").await,
            1 => listen.await,
            _ => listen.routes([Route::new("s", "e"), Route::any()]).await,
        };
    }
    let s = sender(&router, "s", &["e"]);
    assert_eq!(s.send("e", 1).await.unwrap().count(), 300);
    let any = (0..300).filter(|number| number % 3 != 0);
    let expected: Vec<i32> = any.chain((0..300).step_by(3)).collect();
    assert_eq!(log.take(), expected);
    let joined = s
        .send("e", 1)
        .timeout(std::time::Duration::from_secs(60))
        .join()
        .await;
    assert_eq!((joined.unwrap().count(), log.take()), (300, expected));
}

/// A send sees the listeners that stood when it began, and passes by those that have ended since.
async fn what_changes_in_the_middle_of_a_send(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let own = router
        .connect_sync(log.writes::<u32, Route>("own"))
        .sender("s")
        .event("e")
        .await;
    let (within, ends, written) = (router.clone(), own.clone(), log.clone());
    let first = router.connect_sync(move |m: &Msg| {
        written.push("first");
        if **m == 1 {
            ends.disconnect();
            within
                .connect_sync(written.writes::<u32, Route>("late"))
                .sender("s")
                .now();
        }
    });
    first.await;
    let s = sender(&router, "s", &["e"]);
    assert_eq!(s.send("e", 0).await.unwrap().count(), 2);
    assert_eq!(log.take(), ["first", "own"]);
    s.send("e", 1).await.unwrap();
    assert_eq!(log.take(), ["first"]);
    s.send("e", 2).await.unwrap();
    assert_eq!(log.take(), ["first", "late"]);
    assert!(!own.is_connected());
}

async fn groups_share_what_comes_by_any_route(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let listen = |name: &'static str| router.connect_sync(log.writes::<u32, Route>(name));
    listen("one").group("team").sender("s").await;
    listen("two").group("team").sender("s").event("e").await;
    listen("alone").await;
    let s = sender(&router, "s", &["e", "f"]);
    let mut team = Vec::new();
    for _ in 0..4 {
        assert_eq!(s.send("e", 1).await.unwrap().count(), 2);
        let mut heard = log.take();
        team.push(heard.pop().unwrap());
        assert_eq!(heard, ["alone"]);
    }
    team.sort_unstable();
    assert_eq!(team, ["one", "one", "two", "two"]);
    s.send("f", 1).await.unwrap();
    assert_eq!(
        log.take(),
        ["alone", "one"],
        "the other does not listen to it"
    );
}

on_each_runtime! {
    turns_come_in_order_whoever_connected_first,
    who_listens_in_several_ways_is_called_once_at_the_first,
    priorities_come_before_turns,
    many_listeners_are_called_in_order,
    what_changes_in_the_middle_of_a_send,
    groups_share_what_comes_by_any_route,
}
