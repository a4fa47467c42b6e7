//! One callback on several channels: a connection for each, and one call a send.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::{Callback, Channel};

use crate::common::{Log, ON_PURPOSE};
use crate::kit::{Ev, Named, Parent, band_on, by_hand, heard, joined, named, says};
use crate::runtime::Runtime;

fn sync(_: &Ev) -> &'static str {
    "f"
}

async fn later(_: Arc<Ev>) -> &'static str {
    "f"
}

/// Connects one callback to each of the channels.
type Connects<'a> = Box<dyn Fn(&Named) -> fanfare::Connection + Send + Sync + 'a>;

/// Every kind of callback that is one wherever it is connected.
fn kinds(object: &Arc<Parent>) -> Vec<(&'static str, Connects<'_>)> {
    let (handle, handle_later) = (Callback::sync(says("f")), Callback::new(async |_| "f"));
    let of_function = Callback::sync(sync);
    let of_method = Callback::method_sync(object, Parent::reply);
    vec![
        ("function", Box::new(|to| to.connect_sync(sync).now())),
        ("async function", Box::new(|to| to.connect(later).now())),
        (
            "handle",
            Box::new(move |to| to.connect_callback(&handle).now()),
        ),
        (
            "async handle",
            Box::new(move |to| to.connect_callback(&handle_later).now()),
        ),
        (
            "method",
            Box::new(|to| to.connect_method_sync(object, Parent::reply).now()),
        ),
        (
            "async method",
            Box::new(|to| to.connect_method(object, Parent::reply_later).now()),
        ),
        (
            "function and its handle",
            Box::new(move |to| match to.is_bound() {
                true => to.connect_callback(&of_function).now(),
                false => to.connect_sync(sync).now(),
            }),
        ),
        (
            "method and its handle",
            Box::new(move |to| match to.is_bound() {
                true => to.connect_method_sync(object, Parent::reply).now(),
                false => to.connect_callback(&of_method).now(),
            }),
        ),
    ]
}

async fn a_callback_on_several_channels_is_called_once(on: Runtime) {
    let object = Parent::new("f");
    for (kind, connect) in kinds(&object) {
        let band = band_on(&on);
        let (all, one, two) = (named(&band), Parent::new("one"), Parent::new("two"));
        let (one, two) = (all.bound(&one), all.bound(&two));
        one.connect_sync(says("1")).now();
        let on_all = connect(&all);
        all.connect_sync(says("all")).now();
        let on_one = connect(&one);
        let on_two = connect(&two);
        two.connect_sync(says("2")).now();
        assert!(
            on_all.id() != on_one.id() && on_one.id() != on_two.id(),
            "{kind}"
        );
        assert_eq!(
            [&all, &one, &two].map(Channel::receiver_count),
            [2, 2, 2],
            "{kind}"
        );

        // Where its turn comes first.
        assert_eq!(heard(&all).await, ["1", "f", "all", "2"], "{kind}");
        assert_eq!(heard(&one).await, ["1", "f", "all"], "{kind}");
        assert_eq!(heard(&two).await, ["f", "2", "all"], "{kind}");

        // Connected again, it is what it was.
        assert_eq!(connect(&one).id(), on_one.id(), "{kind}");
        assert_eq!(one.receiver_count(), 2, "{kind}");

        assert!(on_all.disconnect(), "{kind}");
        assert_eq!(heard(&all).await, ["1", "all", "f", "2"], "{kind}");
        assert!(on_one.disconnect() && on_two.is_connected(), "{kind}");
        assert_eq!(heard(&one).await, ["1", "all"], "{kind}");
        assert_eq!(heard(&two).await, ["f", "2", "all"], "{kind}");
        assert_eq!(heard(&all).await, ["1", "all", "f", "2"], "{kind}");
    }
}

async fn a_closure_is_another_callback_each_time(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    for _ in 0..2 {
        all.connect_sync(|_| "closure").now();
        all.bound(&parent).connect_sync(|_| "closure").now();
    }
    assert_eq!(heard(&all).await, ["closure"; 4]);
    assert_eq!(heard(&all.bound(&parent)).await, ["closure"; 4]);
}

/// What lets the event pass by leaves the call to the next one of its callback.
async fn whoever_lets_it_pass_leaves_the_call_to_the_next(on: Runtime) {
    for is_async in [false, true] {
        let band = band_on(&on);
        let all = band.channel::<u32, &'static str>("named").unwrap();
        let parent = Parent::new("one");
        let own = all.bound(&parent);
        let callback = match is_async {
            true => Callback::new(async |_| "f"),
            false => Callback::sync(|_: &fanfare::Event<u32>| "f"),
        };
        let replies = async |channel: &Channel<u32, &'static str>, payload| {
            let replies = channel.send(payload).join().await.into_replies();
            let awaited = channel.send(payload).await.join().await.into_replies();
            assert_eq!(awaited, replies);
            let grouped = channel.send(payload).join().by_priority().await;
            assert_eq!(grouped.into_replies(), replies);
            replies
        };

        let first = own.connect_callback(&callback).when(|ev| **ev > 5).now();
        all.connect_sync(|_| "between").now();
        let second = all
            .connect_callback(&callback)
            .when(|ev| **ev % 2 == 0)
            .now();
        for channel in [&own, &all] {
            assert_eq!(replies(channel, 7).await, ["f", "between"]);
            assert_eq!(replies(channel, 8).await, ["f", "between"]);
            assert_eq!(replies(channel, 4).await, ["between", "f"]);
            assert_eq!(replies(channel, 3).await, ["between"]);
            let blocked = first.block();
            assert_eq!(replies(channel, 8).await, ["between", "f"]);
            assert_eq!(replies(channel, 7).await, ["between"]);
            drop(blocked);
            let _blocked = second.block();
            assert_eq!(replies(channel, 8).await, ["f", "between"]);
            assert_eq!(replies(channel, 4).await, ["between"]);
        }
    }
}

async fn calls_that_are_used_up_leave_the_next_ones_to_the_other(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    let first = own.connect_sync(sync).times(2).now();
    all.connect_sync(says("between")).now();
    all.connect_sync(sync).once().now();
    assert_eq!(joined(&all).await, ["f", "between"]);
    assert!(first.is_connected());
    assert_eq!(joined(&own).await, ["f", "between"]);
    assert!(!first.is_connected());
    assert_eq!(
        joined(&own).await,
        ["between", "f"],
        "a call that was not made is not used up"
    );
    assert_eq!(joined(&all).await, ["between"]);
}

async fn a_throttled_one_leaves_the_call_to_the_other(_: Runtime) {
    let (_, clock, band) = by_hand();
    let (all, parent) = (named(&band), Parent::new("one"));
    let minute = std::time::Duration::from_secs(60);
    all.bound(&parent).connect_sync(sync).throttle(minute).now();
    all.connect_sync(says("between")).now();
    all.connect_sync(sync).now();
    assert_eq!(joined(&all).await, ["f", "between"]);
    assert_eq!(joined(&all).await, ["between", "f"]);
    clock.advance(minute);
    assert_eq!(joined(&all).await, ["f", "between"]);
}

/// A receiver that has gone with its parent was not called: another of its callback is.
async fn a_dead_parent_takes_no_call_along(on: Runtime) {
    let object = Parent::new("f");
    for (kind, connect) in kinds(&object) {
        for end in [
            "join",
            "await",
            "now",
            "by priority",
            "fold",
            "first",
            "managed",
        ] {
            let band = band_on(&on);
            let (all, parent) = (named(&band), Parent::new("one"));
            connect(&all.bound(&parent));
            if end == "managed" {
                // Whoever is connected again is given other options; these calls have a lane.
                all.bound(&parent).connect_sync(sync).sequential().now();
                all.bound(&parent).connect(later).sequential().now();
            }
            connect(&all);
            drop(parent);
            let collect = |mut all: Vec<_>, name| {
                all.push(name);
                all
            };
            let replies = match end {
                "join" | "managed" => all.send(()).join().await.into_replies(),
                "await" => all.send(()).await.join().await.into_replies(),
                "now" => all.send(()).now().unwrap().join().await.into_replies(),
                "by priority" => all.send(()).join().by_priority().await.into_replies(),
                "fold" => all.send(()).fold(Vec::new(), collect).await,
                _ => all.send(()).first().await.into_iter().collect(),
            };
            assert_eq!(replies, ["f"], "{kind}, {end}");
        }
    }
}

async fn a_panic_in_a_call_is_a_call(on: Runtime) {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    fn panics(_: &Ev) -> &'static str {
        CALLS.fetch_add(1, Ordering::Relaxed);
        panic!("{ON_PURPOSE}")
    }
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let before = CALLS.load(Ordering::Relaxed);
    all.bound(&parent).connect_sync(panics).now();
    all.connect_sync(panics).now();
    let report = all.send(()).join().await;
    assert_eq!((report.count(), report.failures().count()), (1, 1));
    // Other runtimes may run the same test beside this one.
    assert!(CALLS.load(Ordering::Relaxed) > before);
}

/// Each channel of one callback has options of its own.
async fn options_are_the_connections(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    let on_own = own.connect_sync(sync).name("own").priority(-1).now();
    let on_all = all.connect_sync(sync).name("all").now();
    all.connect_sync(says("between")).now();
    assert_eq!(
        (on_own.name().as_deref(), on_all.name().as_deref()),
        (Some("own"), Some("all"))
    );
    assert_eq!(heard(&own).await, ["f", "between"]);
    assert!(on_all.disconnect());
    assert_eq!(heard(&own).await, ["between", "f"]);
}

/// A reentrant send is a send of its own.
async fn a_send_within_a_send_calls_again(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, ()>("nested").unwrap();
    let (parent, log) = (Parent::new("one"), Log::new());
    let (within, written) = (all.bound(&parent), log.clone());
    let callback = Callback::sync(move |ev: &fanfare::Event<u32>| {
        written.push(**ev);
        if **ev > 0 {
            assert_eq!(within.send(**ev - 1).now().unwrap().count(), 1);
        }
    });
    all.connect_callback(&callback).now();
    all.bound(&parent).connect_callback(&callback).now();
    assert_eq!(all.send(2).now().unwrap().count(), 1);
    assert_eq!(log.take(), [2, 1, 0]);
    all.disconnect_callback(&callback).now();
    all.bound(&parent).disconnect_callback(&callback).now();
}

on_each_runtime![
    a_callback_on_several_channels_is_called_once,
    a_closure_is_another_callback_each_time,
    whoever_lets_it_pass_leaves_the_call_to_the_next,
    calls_that_are_used_up_leave_the_next_ones_to_the_other,
    a_throttled_one_leaves_the_call_to_the_other,
    a_dead_parent_takes_no_call_along,
    a_panic_in_a_call_is_a_call,
    options_are_the_connections,
    a_send_within_a_send_calls_again,
];
