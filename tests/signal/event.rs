//! What an event tells its callbacks.

use std::sync::Arc;

use fanfare::{AsSender, Event, SenderId, Signal, by_address};

use crate::common::{Gate, Log, Person};
use crate::runtime::Runtime;

/// Sends with these senders, and gives what `look` saw in a sync callback and in an async one.
async fn looked<T: Send + 'static>(
    on: &Runtime,
    senders: Vec<SenderId>,
    look: fn(&Event<u8>) -> T,
) -> [T; 2] {
    let signal = on.builder(0u8).reply::<T>().build();
    signal.connect_sync(look).await;
    signal.connect(move |ev| async move { look(&ev) }).await;
    let report = signal.send().senders(&senders).await.join().await;
    let seen: Result<[T; 2], _> = report.into_replies().try_into();
    seen.unwrap_or_else(|_| panic!("two replies"))
}

async fn it_tells_the_signal(on: Runtime) {
    let signal = on.builder(()).name("named").build();
    let log = Log::new();
    let info = |ev: &Event<()>| (ev.signal().id(), ev.signal().name().map(str::to_owned));
    signal
        .connect_with_sync(log.clone(), move |log, ev| log.push(info(ev)))
        .await;
    signal
        .connect_with(
            log.clone(),
            move |log, ev| async move { log.push(info(&ev)) },
        )
        .await;
    let _ = signal.clone().send().await.join().await;
    let told = (signal.id(), Some("named".to_owned()));
    assert_eq!(log.take(), [told.clone(), told]);
}

async fn it_tells_the_keys_as_the_send_named_them(on: Runtime) {
    let signal = on.builder(()).key::<u8>().build();
    let log = Log::new();
    signal
        .connect_with_sync(log.clone(), |log, ev: &Event<(), u8>| {
            log.push(ev.keys().to_vec());
        })
        .await;
    let _ = signal.send().join().await;
    let _ = signal.send().key(3).keys([1, 3, 2]).key(0).join().await;
    assert_eq!(log.take(), [vec![], vec![3, 1, 3, 2, 0]]);
}

async fn it_tells_the_senders_as_the_send_named_them(on: Runtime) {
    let (ashley, mike) = (Person(1), Person(2));
    let ids = vec![mike.as_sender(), ashley.as_sender(), mike.as_sender()];
    let seen = looked(&on, ids.clone(), |ev| ev.senders().to_vec()).await;
    assert_eq!(seen, [ids.clone(), ids]);
    assert_eq!(looked(&on, vec![], |ev| ev.senders().len()).await, [0, 0]);
}

async fn it_is_from_the_senders_that_were_named(on: Runtime) {
    let people = Arc::new([Person(1), Person(1), Person(1)]);
    let signal = on.signal(());
    let log = Log::new();
    let state = (people.clone(), log.clone());
    signal
        .connect_with_sync(state, |(people, log), ev| {
            let [one, two, three] = &**people;
            log.push([
                ev.is_from(one),
                ev.is_from(two),
                ev.is_from(by_address(three)),
            ]);
        })
        .await;
    let _ = signal.send().senders([&people[0], &people[2]]).join().await;
    let _ = signal.send().join().await;
    assert_eq!(log.take(), [[true, false, true], [false; 3]]);
}

async fn the_sender_itself_can_be_had_where_it_came_as_an_arc(on: Runtime) {
    let ashley = Arc::new(Person(7));
    let sender = |ev: &Event<u8>| ev.sender_as::<Person>();
    for id in [
        ashley.as_sender(),
        Box::new(ashley.clone()).as_sender(),
        SenderId::method(&ashley, Person::clone),
        SenderId::of_arc(&ashley),
    ] {
        for had in looked(&on, vec![id], sender).await {
            assert!(Arc::ptr_eq(&had.expect("an arc"), &ashley));
        }
    }
    let other_type = |ev: &Event<u8>| ev.sender_as::<u8>().is_none();
    assert_eq!(
        looked(&on, vec![ashley.as_sender()], other_type).await,
        [true; 2]
    );
    for id in [
        (*ashley).as_sender(),
        by_address(&*ashley),
        std::pin::Pin::new(&*ashley).as_sender(),
        SenderId::unique(),
    ] {
        assert_eq!(looked(&on, vec![id], sender).await, [None, None]);
    }
    assert_eq!(looked(&on, vec![], sender).await, [None, None]);
}

async fn of_several_senders_it_is_the_first_that_fits_and_lives(on: Runtime) {
    struct Other;
    impl AsSender for Other {}
    let (bare, other) = (Person(0), Arc::new(Other));
    let (dead, first, second) = (Person(1), Person(2), Person(3));
    let [dead, first, second] = [dead, first, second].map(Arc::new);
    let ids = vec![
        bare.as_sender(),
        other.as_sender(),
        dead.as_sender(),
        first.as_sender(),
        second.as_sender(),
    ];
    drop(dead);
    for had in looked(&on, ids, Event::sender_as::<Person>).await {
        assert!(Arc::ptr_eq(&had.expect("an arc"), &first));
    }
}

async fn each_of_several_senders_can_be_had(on: Runtime) {
    let people = [1, 2, 3].map(|number| Arc::new(Person(number)));
    let text: Arc<str> = Arc::from("no type with a size");
    let mut ids = people.each_ref().map(AsSender::as_sender).to_vec();
    ids.extend([SenderId::of_arc(&text), SenderId::unique()]);
    let look = |ev: &Event<u8>| {
        let people = ev.senders().iter().filter_map(SenderId::downcast::<Person>);
        people.map(|person| person.0).collect::<Vec<_>>()
    };
    assert_eq!(looked(&on, ids, look).await, [[1, 2, 3], [1, 2, 3]]);
}

async fn it_is_its_payload(on: Runtime) {
    let signal = on.signal(String::from("text"));
    let log = Log::new();
    signal
        .connect_with_sync(log.clone(), |log, ev: &Event<String>| {
            assert!(std::ptr::eq(ev.payload(), &**ev));
            log.push(ev.to_string());
        })
        .await;
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), ["text"]);
}

async fn an_event_does_not_keep_its_senders_alive(on: Runtime) {
    let signal = on.builder(()).reply::<[bool; 2]>().build();
    let (started, go) = (Gate::new(), Gate::new());
    let state = (started.clone(), go.clone());
    signal
        .connect_with(state, |(started, go), ev: Arc<Event<()>>| async move {
            let before = ev.sender_as::<Person>().is_some();
            started.open();
            go.wait().await;
            [before, ev.sender_as::<Person>().is_some()]
        })
        .await;
    let ashley = Arc::new(Person(1));
    let delivery = signal.send().sender(&ashley).await;
    started.wait().await;
    assert_eq!(Arc::strong_count(&ashley), 1);
    drop(ashley);
    go.open();
    assert_eq!(delivery.join().await.replies(), [[true, false]]);
}

/// Sends in each of the ways, and gives the events that async callbacks got.
async fn shared(signal: &Signal<u8>, log: &Log<Arc<Event<u8>>>) -> Vec<Vec<Arc<Event<u8>>>> {
    assert!(signal.send().join().await.is_ok());
    let joined = log.take();
    assert!(signal.send().await.join().await.is_ok());
    let delivered = log.take();
    assert!(signal.send().now().unwrap().join().await.is_ok());
    let from_sync_code = log.take();
    signal.send().fold((), |(), ()| ()).await;
    vec![joined, delivered, from_sync_code, log.take()]
}

async fn one_event_is_shared_by_all_async_callbacks_of_a_send(on: Runtime) {
    let (signal, log) = (on.signal(1u8), Log::new());
    for number in 0..6 {
        let keeps = log.clone();
        signal
            .connect(move |ev| {
                keeps.push(ev);
                async {}
            })
            .priority(number % 2)
            .await;
        signal.connect_sync(|ev| assert_eq!(**ev, 1)).await;
    }
    let sends = shared(&signal, &log).await;
    for events in &sends {
        assert_eq!(events.len(), 6);
        assert!(events.iter().all(|event| Arc::ptr_eq(event, &events[0])));
    }
    for (at, events) in sends.iter().enumerate() {
        for others in &sends[at + 1..] {
            assert!(
                !Arc::ptr_eq(&events[0], &others[0]),
                "each send has its own"
            );
        }
    }
}

async fn an_event_can_be_kept(on: Runtime) {
    let signal = on.builder(String::new()).name("gone").build();
    let log = Log::new();
    let keeps = log.clone();
    signal
        .connect(move |ev| {
            keeps.push(ev);
            async {}
        })
        .await;
    let ashley = Person(1);
    let send = signal.send().with("kept".into()).key("a").sender(&ashley);
    let _ = send.await.join().await;
    let id = signal.id();
    drop(signal);
    let event = log.take().pop().expect("one event");
    assert_eq!((event.as_str(), event.keys()), ("kept", &["a".into()][..]));
    assert_eq!(
        (event.signal().id(), event.signal().name()),
        (id, Some("gone"))
    );
    assert!(event.is_from(&ashley));
}

on_each_runtime![
    it_tells_the_signal,
    it_tells_the_keys_as_the_send_named_them,
    it_tells_the_senders_as_the_send_named_them,
    it_is_from_the_senders_that_were_named,
    the_sender_itself_can_be_had_where_it_came_as_an_arc,
    of_several_senders_it_is_the_first_that_fits_and_lives,
    each_of_several_senders_can_be_had,
    it_is_its_payload,
    an_event_does_not_keep_its_senders_alive,
    one_event_is_shared_by_all_async_callbacks_of_a_send,
    an_event_can_be_kept,
];
