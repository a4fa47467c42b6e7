//! Listeners of subscribers: how they are removed, and what of them still runs.

use std::sync::Arc;

use crate::common::{Gate, Log, opens, poll};
use crate::kit::{Msg, by_hand, hub_on, published, text, writes, writes_later};
use crate::runtime::Runtime;

async fn they_hear_as_those_of_the_hub_do(on: Runtime) {
    let hub = hub_on(&on);
    let (one, two) = (hub.subscriber("one"), hub.subscriber("two"));
    assert_eq!((one.id(), two.clone().id()), ("one", "two"));
    let log = Log::new();
    one.connect_sync(writes(&log))
        .topics(["a.*", "a.b"])
        .await
        .unwrap();
    two.connect(writes_later(&log)).topic("a.b").await.unwrap();
    two.connect_with(log.clone(), async |log: crate::kit::Heard, m: Arc<Msg>| {
        log.push(text(&m));
    })
    .topic("?.?")
    .await
    .unwrap();
    assert_eq!(published(&hub, "a.b", 1).await, 3);
    hub.idle().await;
    assert_eq!(log.take(), vec!["a.b 1"; 9]);

    two.remove_all_listeners().await;
    assert_eq!(published(&hub, "a.b", 1).await, 1);
    one.remove_all_listeners().await;
    one.remove_all_listeners().await;
    assert_eq!(published(&hub, "a.b", 1).await, 0);
    assert!(!hub.has_subscribers("*").unwrap());

    // It can go on.
    one.connect_sync(writes(&log)).topic("a").await.unwrap();
    assert_eq!(published(&hub, "a", 1).await, 1);
}

/// A listener that says when it has begun and ends when it is let.
fn held(
    log: &Log<String>,
    gate: &Gate,
) -> impl Fn(Arc<Msg>) -> fanfare::BoxFuture<'static, ()> + Send + Sync + 'static + use<> {
    let (log, gate) = (log.clone(), gate.clone());
    move |m| {
        let (log, gate) = (log.clone(), gate.clone());
        Box::pin(async move {
            log.push(format!("begins {}", ***m));
            gate.wait().await;
            log.push(format!("ends {}", ***m));
        })
    }
}

async fn removing_one_waits_for_what_runs_and_drops_what_waits(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    let (log, gate) = (Log::new(), Gate::new());
    let listener = subscriber
        .connect(held(&log, &gate))
        .topics(["a", "b"])
        .await
        .unwrap();
    let deliveries: Vec<_> = (0..3)
        .map(|number| {
            hub.publish(["a", "b"][number as usize % 2], number)
                .now()
                .unwrap()
        })
        .collect();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["begins 0"]);

    let mut removed = Box::pin(subscriber.remove_listener(&listener));
    assert!(poll(&mut removed).is_pending(), "one call is running");
    assert!(!listener.is_connected());
    hub.publish("a", 9).now().unwrap();
    executor.run_until_stalled();
    assert!(poll(&mut removed).is_pending(), "it is still");
    gate.open();
    assert_eq!(executor.run_until(&mut removed), Some(true));
    assert_eq!(log.take(), ["ends 0"]);
    for (number, delivery) in deliveries.into_iter().enumerate() {
        let report = executor.run_until(delivery.join()).expect("it is over");
        assert_eq!(report.is_ok(), number == 0, "{number}: {report:?}");
    }
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(
        executor.run_until(subscriber.remove_listener(&listener)),
        Some(false)
    );
}

async fn removing_all_waits_for_each(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    let (log, gates) = (Log::new(), [Gate::new(), Gate::new()]);
    for gate in &gates {
        subscriber
            .connect(held(&log, gate))
            .topic("*")
            .await
            .unwrap();
    }
    hub.publish("a", 1).now().unwrap();
    hub.publish("a", 2).now().unwrap();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["begins 1"; 2]);
    let mut removed = Box::pin(subscriber.remove_all_listeners());
    assert!(poll(&mut removed).is_pending());
    assert!(
        !hub.has_subscribers("a").unwrap(),
        "all of them end at once"
    );
    gates[1].open();
    executor.run_until_stalled();
    assert!(poll(&mut removed).is_pending(), "one is running");
    gates[0].open();
    assert!(executor.run_until(&mut removed).is_some());
    assert_eq!(log.take(), ["ends 1"; 2]);
}

/// Whoever says so, and when: nothing of them is running after it.
async fn removing_all_a_second_time_waits_as_well(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    let (log, gate) = (Log::new(), Gate::new());
    let listener = subscriber
        .connect(held(&log, &gate))
        .topic("*")
        .await
        .unwrap();
    hub.publish("a", 1).now().unwrap();
    executor.run_until_stalled();

    let mut first = Box::pin(subscriber.remove_all_listeners());
    assert!(poll(&mut first).is_pending());
    let mut second = Box::pin(subscriber.remove_all_listeners());
    assert!(poll(&mut second).is_pending(), "it is running");
    drop(first);
    let mut third = Box::pin(subscriber.remove_listener(&listener));
    assert!(poll(&mut third).is_pending(), "it is running");
    let again = subscriber.clone();
    again.connect_sync(|_| ()).topic("new").await.unwrap();
    gate.open();
    assert!(executor.run_until(&mut second).is_some());
    assert_eq!(
        executor.run_until(&mut third),
        Some(false),
        "it was gone by then"
    );
    assert!(hub.has_subscribers("new").unwrap(), "it came after");
}

async fn nobody_elses_listener_is_removed(on: Runtime) {
    let hub = hub_on(&on);
    let (one, two) = (hub.subscriber("one"), hub.subscriber("two"));
    let of_hub = hub.connect_sync(|_| ()).topic("a").await.unwrap();
    let of_two = two.connect_sync(|_| ()).topic("a").await.unwrap();
    assert!(!one.remove_listener(&of_hub).await && !one.remove_listener(&of_two).await);
    one.remove_all_listeners().await;
    assert!(of_hub.is_connected() && of_two.is_connected());
    assert!(two.remove_listener(&of_two).await);
    drop((one, two));
    assert!(of_hub.is_connected());
}

async fn they_end_with_the_last_clone_of_their_subscriber(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    let gate = Gate::new();
    let captured = opens(&gate);
    let of_it = subscriber
        .connect_sync(move |_| _ = &captured)
        .topic("a")
        .await
        .unwrap();
    subscriber.subscribe("b.*").await.unwrap();
    let clone = subscriber.clone();
    drop(subscriber);
    assert!(of_it.is_connected() && hub.has_subscribers("b.c").unwrap());
    drop(clone);
    assert!(!of_it.is_connected() && gate.is_open());
    assert!(!hub.has_subscribers("*").unwrap());
}

/// Those that are made when it has gone are nobody's, and end at once.
async fn one_that_is_made_too_late_hears_nothing(on: Runtime) {
    let hub = hub_on(&on);
    let listen = hub.subscriber("s").connect_sync(|_| ()).topic("a");
    let listener = listen.await.unwrap();
    assert!(!listener.is_connected());
    assert_eq!(published(&hub, "a", 1).await, 0);
}

fn named(_: &Msg) {}

async fn named_later(_: Arc<Msg>) {}

/// What one has connected is nobody else's.
async fn a_named_function_is_one_listener_for_each_subscriber(on: Runtime) {
    let hub = hub_on(&on);
    let (one, two) = (hub.subscriber("s"), hub.subscriber("s"));
    let of_one = one.connect_sync(named).topics(["a", "b"]).await.unwrap();
    let of_two = two.connect_sync(named).topic("a").await.unwrap();
    let of_hub = hub.connect_sync(named).topic("a").await.unwrap();
    assert!(of_one.id() != of_two.id() && of_one.id() != of_hub.id() && of_two.id() != of_hub.id());
    assert_eq!(published(&hub, "a", 1).await, 3);
    let again = one.clone().connect_sync(named).topic("c.*").await.unwrap();
    assert_eq!(again.id(), of_one.id());

    assert!(two.disconnect(named).now().unwrap());
    assert!(of_one.is_connected() && of_hub.is_connected() && !of_two.is_connected());
    assert!(!two.disconnect(named).now().unwrap());
    assert!(one.disconnect(named).topics(["c.*", "x"]).await.unwrap());
    assert!(!one.disconnect(named).topics(["c.*", "x"]).await.unwrap());
    assert!(one.disconnect(named).topic("a..").await.is_err());
    assert!(!one.disconnect(named).topics([""; 0]).await.unwrap());
    assert_eq!(
        [
            published(&hub, "a", 1).await,
            published(&hub, "b", 1).await,
            published(&hub, "c.d", 1).await
        ],
        [2, 1, 0]
    );
    assert!(hub.disconnect(named).and_wait().await.unwrap());
    assert!(of_one.is_connected() && !of_hub.is_connected());
    assert!(one.disconnect(named).topics(["a", "b"]).await.unwrap());
    assert!(!of_one.is_connected(), "it is left with nothing");

    // Methods of one object, sync and async.
    let object = Arc::new(Object(Log::new()));
    let of_one = one.connect_method_sync(&object, Object::sync).topic("a");
    let of_two = two.connect_method_sync(&object, Object::sync).topic("a");
    let (of_one, of_two) = (of_one.await.unwrap(), of_two.await.unwrap());
    assert!(one.disconnect_method(&object, Object::sync).now().unwrap());
    assert!(!of_one.is_connected() && of_two.is_connected());

    let of_one = one.connect(named_later).topic("a").await.unwrap();
    let of_two = two.connect(named_later).topic("a").await.unwrap();
    assert!(one.remove_listener(&of_one).await);
    assert!(of_two.is_connected());
    drop(two);
    assert!(!of_two.is_connected() && !hub.has_subscribers("*").unwrap());
}

struct Slow(Log<String>, Gate);

impl Slow {
    async fn hear(self: Arc<Self>, m: Arc<Msg>) {
        held(&self.0, &self.1)(m).await;
    }
}

/// By callback, too.
async fn disconnecting_may_wait(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    let (log, gate) = (Log::new(), Gate::new());
    let object = Arc::new(Slow(log.clone(), gate.clone()));
    let listener = subscriber
        .connect_method(&object, Slow::hear)
        .topics(["a", "b"])
        .await
        .unwrap();
    hub.publish("a", 1).now().unwrap();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["begins 1"]);
    let some = subscriber.disconnect_method(&object, Slow::hear).topic("a");
    assert_eq!(executor.run_until(some.and_wait()), Some(Ok(true)));
    assert!(listener.is_connected(), "it goes on with the others");
    let rest = subscriber.disconnect_method(&object, Slow::hear).topic("b");
    let mut rest = Box::pin(rest.and_wait());
    assert!(executor.run_until(&mut rest).is_none(), "it runs");
    assert!(!listener.is_connected());
    gate.open();
    assert_eq!(executor.run_until(&mut rest), Some(Ok(true)));
    assert_eq!(log.take(), ["ends 1"]);
}

/// Numbers are given by each hub, and by its responders apart.
async fn a_listener_of_that_number_elsewhere_is_another_one(on: Runtime) {
    let (hub, other) = (hub_on(&on), hub_on(&on));
    let subscriber = hub.subscriber("s");
    let own = subscriber.connect_sync(|_| ()).topic("a").await.unwrap();
    let responder = hub.respond_sync(|_: &Msg| 1).topic("a").await.unwrap();
    let elsewhere = other.connect_sync(|_| ()).topic("a").await.unwrap();
    assert_eq!((own.id(), own.id()), (responder.id(), elsewhere.id()));
    assert!(!subscriber.remove_listener(&responder).await);
    assert!(!subscriber.remove_listener(&elsewhere).await);
    assert!(responder.is_connected() && elsewhere.is_connected());
    assert!(subscriber.remove_listener(&own).await);
    assert!(!own.is_connected());
}

/// One that has ended and still runs is waited for, however many come after it.
async fn what_still_runs_is_not_forgotten(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    let (log, gate) = (Log::new(), Gate::new());
    let running = subscriber.connect(held(&log, &gate)).topic("a");
    let running = running.await.unwrap();
    hub.publish("a", 1).now().unwrap();
    executor.run_until_stalled();
    assert!(running.disconnect());
    for _ in 0..100 {
        let one = subscriber.connect_sync(|_| ()).topic("b").await.unwrap();
        assert!(one.disconnect());
    }
    let mut removed = Box::pin(subscriber.remove_all_listeners());
    assert!(executor.run_until(&mut removed).is_none(), "it runs");
    gate.open();
    assert!(executor.run_until(&mut removed).is_some());
    assert_eq!(log.take(), ["begins 1", "ends 1"]);
}

struct Object(Log<String>);

impl Object {
    fn sync(&self, m: &Msg) {
        self.0.push(text(m));
    }

    async fn later(self: Arc<Self>, m: Arc<Msg>) {
        self.0.push(text(&m));
    }
}

async fn methods_hold_their_object_weakly_or_not(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    let log = Log::new();
    let (weak, strong) = (Arc::new(Object(log.clone())), Arc::new(Object(log.clone())));
    let of_hub = hub
        .connect_method_sync(&weak, Object::sync)
        .topic("a")
        .await
        .unwrap();
    let of_it = subscriber
        .connect_method(&weak, Object::later)
        .topics(["a", "*"])
        .await
        .unwrap();
    let again = hub
        .connect_method_sync(&weak, Object::sync)
        .topic("b")
        .await
        .unwrap();
    assert_eq!(of_hub.id(), again.id());
    let kept = subscriber
        .connect_method(&strong, Object::later)
        .strong()
        .topic("a")
        .await
        .unwrap();
    let held = hub
        .connect_method_sync(&strong, Object::sync)
        .strong()
        .topic("a")
        .await
        .unwrap();
    assert_eq!(published(&hub, "a", 1).await, 4);
    hub.idle().await;
    assert_eq!(log.take(), vec!["a 1"; 12]);
    assert_eq!(published(&hub, "b", 1).await, 2);

    drop((weak, strong));
    assert_eq!(published(&hub, "a", 1).await, 2);
    assert!(!of_hub.is_connected() && !of_it.is_connected() && kept.is_connected());
    assert!(held.disconnect() && subscriber.remove_listener(&kept).await);
    assert_eq!(published(&hub, "a", 1).await, 0);

    let object = Arc::new(Object(log));
    hub.connect_method(&object, Object::later)
        .topics(["a", "b"])
        .await
        .unwrap();
    assert!(hub.disconnect_method(&object, Object::later).now().unwrap());
    assert!(!hub.has_subscribers("*").unwrap());
}

on_each_runtime! {
    they_hear_as_those_of_the_hub_do,
    removing_one_waits_for_what_runs_and_drops_what_waits,
    removing_all_waits_for_each,
    removing_all_a_second_time_waits_as_well,
    nobody_elses_listener_is_removed,
    they_end_with_the_last_clone_of_their_subscriber,
    one_that_is_made_too_late_hears_nothing,
    a_named_function_is_one_listener_for_each_subscriber,
    disconnecting_may_wait,
    a_listener_of_that_number_elsewhere_is_another_one,
    what_still_runs_is_not_forgotten,
    methods_hold_their_object_weakly_or_not,
}
