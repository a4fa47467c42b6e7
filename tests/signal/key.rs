//! Keys are compared by hash and equality.

use std::hash::{Hash, Hasher};

use fanfare::{Key, Signal};

use crate::runtime::Runtime;

/// Whether a connection to `one` gets a send of `other`: whether they hash and compare alike.
fn is_same(on: &Runtime, one: &Key, other: &Key) -> bool {
    let signal = on.signal(());
    signal.connect_sync(|_| ()).key(one).now();
    let reached = signal.send().key(other).now().unwrap().count() == 1;
    assert_eq!(one == other, reached, "{one:?} and {other:?}");
    reached
}

async fn an_integer_is_one_key_whatever_its_width_and_sign(on: Runtime) {
    let sevens: [Key; 10] = [
        7i8.into(),
        7i16.into(),
        7i32.into(),
        7i64.into(),
        7isize.into(),
        7u8.into(),
        7u16.into(),
        7u32.into(),
        7u64.into(),
        7usize.into(),
    ];
    for one in &sevens {
        for other in &sevens {
            assert!(is_same(&on, one, other));
        }
        assert_eq!(one.as_integer(), Some(7));
    }
}

async fn integers_of_any_size_stay_apart(on: Runtime) {
    let numbers: [Key; 8] = [
        (-1i8).into(),
        255u8.into(),
        i64::MIN.into(),
        i64::MAX.into(),
        (i64::MAX as u64 + 1).into(),
        u64::MAX.into(),
        0.into(),
        u32::MAX.into(),
    ];
    for (at, one) in numbers.iter().enumerate() {
        for (also_at, other) in numbers.iter().enumerate() {
            assert_eq!(is_same(&on, one, other), at == also_at);
        }
    }
    assert!(is_same(&on, &(-1i8).into(), &(-1i64).into()));
    assert!(is_same(&on, &(i64::MAX as u64).into(), &i64::MAX.into()));
    assert!(is_same(&on, &usize::MAX.into(), &u64::MAX.into()));
    assert_eq!(Key::from(u64::MAX).as_integer(), Some(u64::MAX.into()));
    assert_eq!(Key::from(-1).as_integer(), Some(-1));
}

async fn an_integer_of_128_bits_is_the_same_key_where_64_can_hold_it(on: Runtime) {
    assert!(is_same(&on, &Key::of(7u128), &7.into()));
    assert!(is_same(&on, &Key::of(-7i128), &(-7).into()));
    assert!(is_same(&on, &Key::of(u64::MAX as u128), &u64::MAX.into()));
    assert!(is_same(
        &on,
        &Key::of(i128::from(u64::MAX)),
        &u64::MAX.into()
    ));
    assert!(is_same(&on, &Key::of(u128::MAX), &Key::of(u128::MAX)));
    assert!(!is_same(&on, &Key::of(u128::MAX), &(-1).into()));
    assert!(!is_same(&on, &Key::of(1u128 << 64), &0.into()));
}

async fn kinds_stay_apart(on: Runtime) {
    let kinds: [Key; 6] = [
        "1".into(),
        1.into(),
        true.into(),
        "true".into(),
        Key::of((1,)),
        Key::of([1u8]),
    ];
    for (at, one) in kinds.iter().enumerate() {
        for (also_at, other) in kinds.iter().enumerate() {
            assert_eq!(is_same(&on, one, other), at == also_at);
        }
    }
}

async fn a_char_is_a_string(on: Runtime) {
    assert!(is_same(&on, &'é'.into(), &"é".into()));
    assert!(is_same(&on, &Key::of('1'), &"1".into()));
}

async fn a_string_is_one_key_however_it_is_held(on: Runtime) {
    const SHORT: Key = Key::from_static("logs");
    const LONG: Key =
        Key::from_static("a key that is longer than what is held inline, much longer");
    let texts = [
        "",
        "é",
        "exactly 24 bytes of text",
        "exactly 25 bytes of text!",
    ];
    let long = "x".repeat(10_000);
    for text in texts.into_iter().chain([long.as_str()]) {
        let owned = String::from(text);
        for other in [Key::from(&owned), Key::from(owned.clone()), Key::of(owned)] {
            assert!(is_same(&on, &text.into(), &other));
            assert_eq!(other.as_str(), Some(text));
        }
        assert!(!is_same(&on, &text.into(), &format!("{text}.").into()));
    }
    assert!(is_same(&on, &SHORT, &"logs".into()));
    assert!(is_same(&on, &LONG, &LONG.as_str().expect("a text").into()));
    assert!(is_same(&on, &Key::of("logs"), &SHORT));
}

async fn any_hashable_value_can_be_a_key(on: Runtime) {
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct User(u32);
    #[derive(PartialEq, Eq, Hash)]
    struct Other(u32);
    assert!(is_same(&on, &Key::of(User(1)), &Key::of(User(1))));
    assert!(!is_same(&on, &Key::of(User(1)), &Key::of(User(2))));
    assert!(!is_same(&on, &Key::of(User(1)), &Key::of(Other(1))));
    assert!(!is_same(&on, &Key::of(User(1)), &1.into()));
    assert!(is_same(&on, &Key::of(("a", 1)), &Key::of(("a", 1))));
    assert_eq!(Key::of(User(1)).downcast_ref(), Some(&User(1)));
    assert_eq!(Key::of(User(1)).downcast_ref::<u32>(), None);
}

async fn a_plain_value_is_the_same_key_through_of(on: Runtime) {
    assert!(is_same(&on, &Key::of(7u16), &7.into()));
    assert!(is_same(&on, &Key::of(u64::MAX), &u64::MAX.into()));
    assert!(is_same(&on, &Key::of(true), &true.into()));
    assert!(is_same(&on, &Key::of('c'), &'c'.into()));
    assert!(is_same(&on, &Key::of("text"), &"text".into()));
    assert!(is_same(
        &on,
        &Key::of(Box::<str>::from("text")),
        &"text".into()
    ));
    assert!(is_same(&on, &Key::of(Key::from(1)), &1.into()));
    assert!(is_same(&on, &Key::of(Key::of((1,))), &Key::of((1,))));
}

async fn the_accessors_answer_for_their_own_kind_alone(_: Runtime) {
    let (text, number, value) = (Key::from("7"), Key::from(7), Key::of((7,)));
    assert_eq!((text.as_str(), text.as_integer()), (Some("7"), None));
    assert_eq!((number.as_str(), number.as_integer()), (None, Some(7)));
    assert_eq!((value.as_str(), value.as_integer()), (None, None));
    assert_eq!(Key::from(true).as_integer(), None);
    assert_eq!(value.downcast_ref(), Some(&(7,)));
}

async fn a_key_can_be_named_by_reference(on: Runtime) {
    let signal = on.signal(());
    let keys = [Key::from("a"), Key::from(1)];
    let connection = signal.connect_sync(|_| ()).keys(&keys).await;
    assert_eq!(signal.send().key(&keys[1]).await.count(), 1);
    assert!(connection.remove_keys(&keys));
    assert_eq!(signal.send().keys(&keys).await.count(), 0);
}

/// Equal whatever their case, and all of one hash.
#[derive(Debug)]
struct Careless(&'static str);

impl PartialEq for Careless {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Careless {}

impl Hash for Careless {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0.hash(state);
    }
}

async fn a_key_type_decides_what_is_equal(on: Runtime) {
    let signal: Signal<(), (), Careless> = on.builder(()).key().build();
    let connection = signal.connect_sync(|_| ()).key(Careless("a")).await;
    signal.connect_sync(|_| ()).key(Careless("b")).await;
    assert_eq!(signal.send().key(Careless("A")).await.count(), 1);
    assert_eq!(signal.send().key(Careless("B")).await.count(), 1);
    assert_eq!(signal.send().key(Careless("c")).await.count(), 0);
    let both = [Careless("B"), Careless("A"), Careless("a")];
    assert_eq!(signal.send().keys(both).await.count(), 2);
    assert!(connection.remove_keys([Careless("A")]));
    assert_eq!(signal.send().key(Careless("a")).await.count(), 0);
}

on_each_runtime![
    an_integer_is_one_key_whatever_its_width_and_sign,
    integers_of_any_size_stay_apart,
    an_integer_of_128_bits_is_the_same_key_where_64_can_hold_it,
    kinds_stay_apart,
    a_char_is_a_string,
    a_string_is_one_key_however_it_is_held,
    any_hashable_value_can_be_a_key,
    a_plain_value_is_the_same_key_through_of,
    the_accessors_answer_for_their_own_kind_alone,
    a_key_can_be_named_by_reference,
    a_key_type_decides_what_is_equal,
];
