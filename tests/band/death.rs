//! Parents and objects that die: what depended on them is called no more, and goes.

use std::sync::{Arc, Mutex};

use fanfare::{Cause, Connection};

use crate::common::{Gate, Log, OnDrop, opens};
use crate::kit::{Ev, Parent, band_on, by_hand, heard, joined, named, says};
use crate::runtime::Runtime;

async fn a_dead_parents_receivers_are_called_no_more(on: Runtime) {
    let band = band_on(&on);
    let (all, parent, object) = (named(&band), Parent::new("one"), Parent::new("object"));
    let own = all.bound(&parent);
    let gates: Vec<_> = (0..4).map(|_| Gate::new()).collect();
    let held: Vec<_> = gates.iter().map(opens).collect();
    let [one, two, three, four] = <[_; 4]>::try_from(held).ok().expect("four");
    let connections = [
        own.connect_sync(move |_| {
            let _ = &one;
            "sync"
        })
        .await,
        own.connect(move |_| {
            let _ = &two;
            async { "async" }
        })
        .await,
        own.connect_sync(move |_| {
            let _ = &three;
            "odd"
        })
        .when(|_| true)
        .await,
        own.connect(move |_| {
            let _ = &four;
            async { "managed" }
        })
        .sequential()
        .await,
        own.connect_method(&object, Parent::reply_later).await,
        own.connect_method_sync(&object, Parent::reply)
            .strong()
            .await,
    ];
    all.connect_sync(says("all")).await;
    let expected = ["sync", "async", "odd", "managed", "object", "object", "all"];
    assert_eq!(joined(&all).await, expected);
    assert_eq!(Arc::strong_count(&object), 2, "one of them is strong");

    drop(parent);
    assert_eq!(heard(&own).await, ["all"], "a send on what is left of it");
    assert_eq!(heard(&all).await, ["all"]);
    assert!(!connections.iter().any(Connection::is_connected));
    assert!(!connections.iter().any(Connection::disconnect));
    assert!(gates.iter().all(Gate::is_open), "what they held is gone");
    assert_eq!(Arc::strong_count(&object), 1);
    assert_eq!((own.receiver_count(), all.receiver_count()), (0, 1));
}

/// The unbound send alone tidies up; no other call is needed for it, and each end does it.
async fn any_unbound_send_lets_go_of_what_a_dead_parent_had(on: Runtime) {
    for end in ["join", "await", "now", "by priority", "first", "detached"] {
        for is_async in [false, true] {
            let band = band_on(&on);
            let (all, parent) = (named(&band), Parent::new("one"));
            let gate = Gate::new();
            let guard = opens(&gate);
            match is_async {
                false => all.bound(&parent).connect_sync(move |_| {
                    let _ = &guard;
                    "never"
                }),
                true => all.bound(&parent).connect(move |_| {
                    let _ = &guard;
                    async { "never" }
                }),
            }
            .now();
            drop(parent);
            assert!(!gate.is_open());
            match end {
                "join" => assert_eq!(all.send(()).join().await.count(), 0),
                "await" => assert_eq!(all.send(()).await.count(), 0),
                "now" => assert_eq!(all.send(()).now().unwrap().count(), 0),
                "by priority" => assert_eq!(all.send(()).join().by_priority().await.count(), 0),
                "first" => assert_eq!(all.send(()).first().await, None),
                _ => all.send_detached(()),
            }
            assert!(gate.is_open(), "{end}, async: {is_async}");
        }
    }
}

async fn connecting_to_a_dead_parent_is_in_vain(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    let begun = own.connect_sync(says("begun"));
    drop(parent);
    let (gate, object) = (Gate::new(), Parent::new("object"));
    let guard = opens(&gate);
    let connections = [
        begun.await,
        own.connect_sync(move |_| {
            let _ = &guard;
            "never"
        })
        .await,
        own.connect(async |_| "never").await,
        own.connect_method(&object, Parent::reply_later).await,
    ];
    assert!(!connections.iter().any(Connection::is_connected));
    let mut stream = own.subscribe().await;
    let next = own.next().await;
    assert!(next.is_none(), "the wait for one event is over at once");
    assert!(stream.recv().await.is_err());
    assert!(heard(&own).await.is_empty() && heard(&all).await.is_empty());
    assert!(gate.is_open(), "and it is let go of");
    assert_eq!(own.receiver_count(), 0);
}

async fn a_stream_ends_with_the_parent(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    let mut stream = own.subscribe().await;
    own.send(()).await;
    all.send(()).await;
    drop(parent);
    own.send(()).await;
    all.send(()).await;
    // What came before can be read.
    assert_eq!(stream.len(), 2);
    assert!(stream.recv().await.is_ok() && stream.recv().await.is_ok());
    assert!(stream.recv().await.is_err());
    assert!(!stream.connection().is_connected());
}

/// What an executor was given while the parent lived, and starts after its death, does not start.
async fn calls_that_have_not_started_are_aborted(_: Runtime) {
    for policy in ["none", "sequential", "timeout", "when"] {
        let (executor, _, band) = by_hand();
        let (all, parent, object) = (named(&band), Parent::new("one"), Parent::new("object"));
        let log = Log::new();
        let written = log.clone();
        let own = all.bound(&parent);
        let closure = own.connect(move |_| {
            let log = written.clone();
            async move {
                log.push("never");
                "never"
            }
        });
        let method = own.connect_method(&object, Parent::reply_later);
        let minute = std::time::Duration::from_secs(60);
        match policy {
            "sequential" => (closure.sequential().now(), method.sequential().now()),
            "timeout" => (closure.timeout(minute).now(), method.timeout(minute).now()),
            "when" => (closure.when(|_| true).now(), method.when(|_| true).now()),
            _ => (closure.now(), method.now()),
        };
        let delivery = all.send(()).now().unwrap();
        assert_eq!(delivery.count(), 2, "{policy}");
        drop(parent);
        let report = executor
            .run_until(delivery.join())
            .expect("nothing is held up");
        let causes: Vec<_> = report
            .failures()
            .map(|failure| matches!(failure.cause(), Cause::Aborted))
            .collect();
        assert_eq!((report.count(), causes), (2, vec![true, true]), "{policy}");
        assert!(log.take().is_empty(), "{policy}");
        assert_eq!(all.send(()).now().unwrap().count(), 0, "{policy}");
    }
}

/// What has started goes on: it holds what it needs by itself.
async fn calls_that_have_started_go_on(_: Runtime) {
    let (executor, _, band) = by_hand();
    let (all, parent) = (named(&band), Parent::new("one"));
    let (gate, own) = (Gate::new(), all.bound(&parent));
    let wait = gate.clone();
    own.connect(move |_| {
        let wait = wait.clone();
        async move {
            wait.wait().await;
            "finished"
        }
    })
    .now();
    let delivery = own.send(()).now().unwrap();
    executor.run_until_stalled();
    drop(parent);
    assert_eq!(all.send(()).now().unwrap().count(), 0);
    gate.open();
    let report = executor
        .run_until(delivery.join())
        .expect("the gate is open");
    assert_eq!(report.into_replies(), ["finished"]);
}

/// The first receiver lets go of the parent: those of it that have not been called yet are not.
async fn a_parent_may_die_in_the_middle_of_a_send(on: Runtime) {
    for from_within in [false, true] {
        let band = band_on(&on);
        let (all, parent) = (named(&band), Parent::new("one"));
        let own = all.bound(&parent);
        let last = Arc::new(Mutex::new(Some(parent)));
        let drops = move |_: &Ev| {
            last.lock().expect("nobody panics here").take();
            "drops"
        };
        own.connect_sync(says("before")).now();
        // In a receiver of its own, or in another's.
        match from_within {
            true => own.connect_sync(drops).now(),
            false => all.connect_sync(drops).priority(1).now(),
        };
        own.connect_sync(says("sync")).now();
        own.connect(async |_| "async").now();
        own.connect_sync(says("odd")).when(|_| true).now();
        own.connect(async |_| "managed").sequential().now();
        let stream = own.subscribe().now();
        all.connect_sync(says("all")).now();
        let channel = if from_within { &own } else { &all };
        let expected = if from_within {
            vec!["before", "drops", "all"]
        } else {
            vec!["drops", "all"]
        };
        assert_eq!(
            joined(channel).await,
            expected,
            "from within: {from_within}"
        );
        assert!(stream.is_empty());
        assert_eq!(own.receiver_count(), 0);
        let left = if from_within {
            vec!["all"]
        } else {
            vec!["drops", "all"]
        };
        assert_eq!(heard(&all).await, left);
    }
}

async fn a_parent_may_die_inside_its_own_method(on: Runtime) {
    struct Component(Mutex<Option<Arc<Component>>>, Log<&'static str>);
    impl Component {
        fn last(&self, _: &Ev) -> &'static str {
            self.0.lock().expect("nobody panics here").take();
            "last"
        }
        async fn later(self: Arc<Self>, _: Arc<Ev>) -> &'static str {
            "later"
        }
    }
    impl Drop for Component {
        fn drop(&mut self) {
            self.1.push("dropped");
        }
    }
    let band = band_on(&on);
    let (all, log) = (named(&band), Log::new());
    let component = Arc::new(Component(Mutex::new(None), log.clone()));
    let own = all.bound(&component);
    own.connect_method_sync(&component, Component::last).now();
    own.connect_method(&component, Component::later).now();
    own.connect_sync(says("closure")).now();
    all.connect_sync(log.writes_and_says()).now();
    let itself = Arc::clone(&component);
    *component.0.lock().expect("nobody panics here") = Some(component.clone());
    drop((component, itself));
    // It lives for the length of its call, and no longer.
    assert_eq!(joined(&own).await, ["last", "all"]);
    assert_eq!(log.take(), ["dropped", "all"]);
    assert_eq!(joined(&all).await, ["all"]);
}

impl Log<&'static str> {
    fn writes_and_says(&self) -> impl Fn(&Ev) -> &'static str + Send + Sync + 'static {
        let log = self.clone();
        move |_| {
            log.push("all");
            "all"
        }
    }
}

async fn a_method_is_weak_unless_it_is_strong(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    for channel in [all.clone(), all.bound(&parent)] {
        let (weak, strong) = (Parent::new("weak"), Parent::new("strong"));
        let weak_ones = [
            channel.connect_method(&weak, Parent::reply_later).await,
            channel.connect_method_sync(&weak, Parent::reply).await,
        ];
        let strong_ones = [
            channel
                .connect_method(&strong, Parent::reply_later)
                .strong()
                .await,
            channel
                .connect_method_sync(&strong, Parent::reply)
                .strong()
                .name("kept")
                .await,
        ];
        assert_eq!(joined(&channel).await, ["weak", "weak", "strong", "strong"]);
        let watch = Arc::downgrade(&strong);
        drop((weak, strong));
        // Not on an executor, which may hold what it has run for a moment longer.
        assert_eq!(joined(&channel).await, ["strong", "strong"]);
        assert!(!weak_ones.iter().any(Connection::is_connected));
        assert!(strong_ones.iter().all(Connection::disconnect));
        assert_eq!(watch.strong_count(), 0);
    }
}

/// A component that listens to itself, strongly, and is the parent: it stays until it is disconnected.
async fn a_parent_that_holds_itself_stays(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let watch = Arc::downgrade(&parent);
    let connection = all
        .bound(&parent)
        .connect_method_sync(&parent, Parent::reply)
        .strong()
        .await;
    drop(parent);
    assert_eq!(heard(&all).await, ["one"]);
    assert!(connection.disconnect());
    assert_eq!(watch.strong_count(), 0);
}

/// A parent's allocation is kept as long as somebody could take another object for it.
async fn no_other_object_is_taken_for_a_dead_parent(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<(), usize>("number").unwrap();
    for number in 0..200 {
        let parent = Arc::new(number);
        let own = all.bound(&parent);
        assert_eq!(own.send(()).join().await.count(), 0, "{number}: it is new");
        own.connect_sync(move |_| number).now();
        assert_eq!(own.send(()).join().await.into_replies(), [number]);
    }
    assert_eq!(all.send(()).join().await.count(), 0);
}

/// The handle of a dead parent's channel, and what its drop calls.
async fn a_drop_of_a_dead_parents_state_may_use_the_channel(on: Runtime) {
    let band = band_on(&on);
    let (all, parent, log) = (named(&band), Parent::new("one"), Log::new());
    let (sending, written) = (all.clone(), log.clone());
    let guard = OnDrop(move || {
        written.push(sending.send(()).now().unwrap().count());
    });
    all.bound(&parent)
        .connect_sync(move |_| {
            let _ = &guard;
            "never"
        })
        .now();
    all.connect_sync(says("all")).now();
    drop(parent);
    assert_eq!(joined(&all).await, ["all"]);
    assert_eq!(log.take(), [1]);
}

on_each_runtime![
    a_dead_parents_receivers_are_called_no_more,
    any_unbound_send_lets_go_of_what_a_dead_parent_had,
    connecting_to_a_dead_parent_is_in_vain,
    a_stream_ends_with_the_parent,
    calls_that_have_not_started_are_aborted,
    calls_that_have_started_go_on,
    a_parent_may_die_in_the_middle_of_a_send,
    a_parent_may_die_inside_its_own_method,
    a_method_is_weak_unless_it_is_strong,
    a_parent_that_holds_itself_stays,
    no_other_object_is_taken_for_a_dead_parent,
    a_drop_of_a_dead_parents_state_may_use_the_channel,
];
