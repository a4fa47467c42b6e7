//! Who a sender is: an address, never a value.

use std::collections::HashSet;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use fanfare::{AsSender, SenderId, Signal, by_address};

use crate::common::Person;
use crate::runtime::Runtime;

/// How many callbacks a send by this sender reaches.
fn heard(signal: &Signal<()>, sender: impl fanfare::IntoSender) -> usize {
    signal.send().sender(sender).now().unwrap().count()
}

async fn equal_values_are_different_senders(on: Runtime) {
    let (ashley, twin) = (Person(1), Person(1));
    assert_eq!(ashley, twin);
    let signal = on.signal(());
    signal.connect_sync(|_| ()).sender(&ashley).await;
    assert_eq!(heard(&signal, &ashley), 1);
    assert_eq!(heard(&signal, &twin), 0);
}

async fn a_value_may_change_and_stays_who_it_is(on: Runtime) {
    let mut ashley = Person(1);
    let signal = on.signal(());
    signal.connect_sync(|_| ()).sender(&ashley).await;
    ashley.0 = 2;
    assert_eq!(heard(&signal, &ashley), 1);
}

async fn an_arc_is_seen_through(on: Runtime) {
    let ashley = Arc::new(Person(1));
    let twin = Arc::new(Person(1));
    let signal = on.signal(());
    signal.connect_sync(|_| ()).sender(&ashley).await;
    let ids = [
        ashley.as_sender(),
        ashley.clone().as_sender(),
        (*ashley).as_sender(),
        (&&*ashley).as_sender(),
        (&&ashley).as_sender(),
        by_address(&*ashley),
        SenderId::of_arc(&ashley),
        Box::new(ashley.clone()).as_sender(),
        Arc::new(ashley.clone()).as_sender(),
        Rc::new(ashley.clone()).as_sender(),
        Pin::new(ashley.clone()).as_sender(),
        Pin::new(&*ashley).as_sender(),
    ];
    for (at, id) in ids.into_iter().enumerate() {
        assert_eq!(heard(&signal, id), 1, "spelling {at}");
    }
    assert_eq!(heard(&signal, &twin), 0);
}

async fn a_box_is_seen_through(on: Runtime) {
    let ashley = Box::new(Person(1));
    let signal = on.signal(());
    signal.connect_sync(|_| ()).sender(&ashley).await;
    assert_eq!(heard(&signal, &*ashley), 1);
    assert_eq!(heard(&signal, by_address(&*ashley)), 1);
    assert_eq!(heard(&signal, &Pin::new(&*ashley)), 1);
    let moved = ashley;
    assert_eq!(heard(&signal, &moved), 1);
    assert_eq!(heard(&signal, &Pin::new(moved)), 1);
}

async fn an_rc_is_seen_through(on: Runtime) {
    let signal = on.signal(());
    let ashley = Rc::new(Person(1));
    signal.connect_sync(|_| ()).sender(&*ashley).now();
    assert_eq!(heard(&signal, &ashley), 1);
    assert_eq!(heard(&signal, &Rc::clone(&ashley)), 1);
    assert_eq!(heard(&signal, &Rc::new(Person(1))), 0);
    assert_eq!(heard(&signal, &Pin::new(ashley)), 1);
}

async fn self_is_the_object_that_others_name(on: Runtime) {
    struct Ashley {
        _age: u8,
        said: Signal<()>,
    }
    impl AsSender for Ashley {}
    impl Ashley {
        fn speak(&self) -> usize {
            self.said.send().sender(self).now().unwrap().count()
        }
    }

    let said = on.signal(());
    let make = || Ashley {
        _age: 30,
        said: said.clone(),
    };
    let (ashley, other) = (Arc::new(make()), make());
    said.connect_sync(|_| ()).sender(&ashley).await;
    assert_eq!(ashley.speak(), 1);
    assert_eq!(other.speak(), 0);
}

async fn any_value_can_be_a_sender_by_its_address(on: Runtime) {
    let (one, other) = (String::from("same"), String::from("same"));
    let signal = on.signal(());
    signal.connect_sync(|_| ()).sender(by_address(&one)).await;
    assert_eq!(heard(&signal, by_address(&one)), 1);
    assert_eq!(heard(&signal, by_address(&other)), 0);
}

async fn senders_of_different_types_can_be_named_together(on: Runtime) {
    let (text, ashley) = (String::new(), Person(1));
    let token = SenderId::unique();
    let signal = on.signal(());
    let all = [by_address(&text), ashley.as_sender(), token.clone()];
    signal.connect_sync(|_| ()).senders(all.clone()).await;
    for id in all.clone() {
        assert_eq!(heard(&signal, id), 1);
    }
    // By reference and by value.
    assert_eq!(signal.send().senders(&all).now().unwrap().count(), 1);
    assert_eq!(heard(&signal, &token), 1);
}

async fn a_unique_sender_is_nobody_else(on: Runtime) {
    let tokens: Vec<SenderId> = (0..100).map(|_| SenderId::unique()).collect();
    let different: HashSet<_> = tokens.iter().cloned().collect();
    assert_eq!(different.len(), 100);
    let signal = on.signal(());
    signal.connect_sync(|_| ()).sender(tokens[0].clone()).await;
    assert_eq!(heard(&signal, tokens[0].clone()), 1);
    assert_eq!(heard(&signal, tokens[1].clone()), 0);
    assert!(tokens[0].is_alive());
}

struct Valve {
    _open: bool,
}

impl AsSender for Valve {}

impl Valve {
    fn opened(&self) {}

    fn closed(&self) {}
}

/// After `asyncio_dispatch`: a bound method is the pair of object and function.
async fn a_method_is_a_sender_apart_from_its_object(on: Runtime) {
    let (valve, other) = (Arc::new(Valve { _open: true }), Valve { _open: true });
    let signal = on.signal(());
    let opened = SenderId::method(&valve, Valve::opened);
    signal.connect_sync(|_| ()).sender(opened).await;
    assert_eq!(heard(&signal, SenderId::method(&valve, Valve::opened)), 1);
    assert_eq!(heard(&signal, SenderId::method(&*valve, Valve::opened)), 1);
    assert_eq!(heard(&signal, SenderId::method(&valve, Valve::closed)), 0);
    assert_eq!(heard(&signal, SenderId::method(&other, Valve::opened)), 0);
    assert_eq!(heard(&signal, &valve), 0);
}

trait Widget: Send + Sync {}

impl Widget for Valve {}

async fn an_arc_of_an_unsized_type_can_be_a_sender(on: Runtime) {
    let valve = Arc::new(Valve { _open: true });
    let widget: Arc<dyn Widget> = valve.clone();
    let other: Arc<dyn Widget> = Arc::new(Valve { _open: true });
    let slice: Arc<[u8]> = Arc::new([]);
    let signal = on.signal(());
    let ids = [SenderId::of_arc(&widget), SenderId::of_arc(&slice)];
    let connection = signal.connect_sync(|_| ()).senders(ids).await;
    assert_eq!(heard(&signal, SenderId::of_arc(&widget)), 1);
    assert_eq!(heard(&signal, SenderId::of_arc(&slice)), 1);
    assert_eq!(heard(&signal, SenderId::of_arc(&other)), 0);
    assert_eq!(heard(&signal, &valve), 1, "the object is the same");
    drop((widget, slice));
    assert!(connection.is_connected());
    drop(valve);
    assert!(!connection.is_connected());
}

async fn a_zero_sized_value_in_an_arc_has_an_identity(on: Runtime) {
    struct Nothing;
    impl AsSender for Nothing {}
    let (one, other) = (Arc::new(Nothing), Arc::new(Nothing));
    let signal = on.signal(());
    signal.connect_sync(|_| ()).sender(&one).await;
    assert_eq!(heard(&signal, &one), 1);
    assert_eq!(heard(&signal, &one.clone()), 1);
    assert_eq!(heard(&signal, &other), 0);
}

/// Not where it is, but what it says.
struct Session {
    token: SenderId,
}

impl AsSender for Session {
    fn as_sender(&self) -> SenderId {
        self.token.clone()
    }
}

impl Session {
    fn opened(&self) {}

    fn closed(&self) {}
}

async fn a_type_may_have_another_identity(on: Runtime) {
    let token = SenderId::unique();
    let session = || Session {
        token: token.clone(),
    };
    let (one, moved) = (Arc::new(session()), Box::new(session()));
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).sender(&one).await;
    assert_eq!(heard(&signal, &one), 1);
    assert_eq!(heard(&signal, &moved), 1);
    assert_eq!(heard(&signal, token.clone()), 1);
    assert_eq!(heard(&signal, by_address(&*one)), 0);
    // The token goes on when the object that had it dies.
    drop(one);
    assert!(connection.is_connected());
    assert_eq!(heard(&signal, &moved), 1);
}

async fn a_method_of_a_type_with_another_identity_is_a_sender_of_its_own(_: Runtime) {
    let session = Session {
        token: SenderId::unique(),
    };
    let opened = SenderId::method(&session, Session::opened);
    assert_eq!(opened, SenderId::method(&session, Session::opened));
    assert_ne!(opened, session.as_sender());
    assert_ne!(opened, SenderId::method(&session, Session::closed));
}

on_each_runtime![
    equal_values_are_different_senders,
    a_value_may_change_and_stays_who_it_is,
    an_arc_is_seen_through,
    a_box_is_seen_through,
    an_rc_is_seen_through,
    self_is_the_object_that_others_name,
    any_value_can_be_a_sender_by_its_address,
    senders_of_different_types_can_be_named_together,
    a_unique_sender_is_nobody_else,
    a_method_is_a_sender_apart_from_its_object,
    an_arc_of_an_unsized_type_can_be_a_sender,
    a_zero_sized_value_in_an_arc_has_an_identity,
    a_type_may_have_another_identity,
    a_method_of_a_type_with_another_identity_is_a_sender_of_its_own,
];
