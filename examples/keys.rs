//! Keys: strings, numbers, any hashable value, or an enum of one's own.
//!
//! `cargo run --example keys`

use fanfare::{Key, Signal};

/// A key that is made when the program is compiled.
const ALARM: Key = Key::from_static("alarm");

/// A value that can be hashed and compared can be a key.
#[derive(PartialEq, Eq, Hash)]
struct Seat {
    row: u8,
    number: u8,
}

/// All there is to listen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Topic {
    Sport,
    Weather,
    Music,
}

/// Keys of any kind, side by side in one signal.
async fn any_keys() {
    let signal = Signal::new("");
    signal
        .connect_sync(|text| println!("a string: {}", **text))
        .keys(["news", "alarm"])
        .await;
    signal
        .connect_sync(|text| println!("a number: {}", **text))
        .key(7)
        .await;
    signal
        .connect_sync(|text| println!("a value: {}", **text))
        .key(Key::of(Seat { row: 3, number: 12 }))
        .await;
    let all = signal
        .connect_sync(|text| println!("all, this one with {:?}: {}", text.keys(), **text))
        .await;

    // A send names any number of keys. Who listens to several of them is called once.
    let send = signal.send().keys(["news", "alarm"]).with("both");
    assert_eq!(send.await.count(), 2);

    assert!(all.disconnect());

    // Strings of all types are one kind of key, integers of all types another.
    let alarm = String::from("alarm");
    assert_eq!(signal.send().key(alarm).with("String").await.count(), 1);
    assert_eq!(signal.send().key(ALARM).with("const").await.count(), 1);
    assert_eq!(signal.send().key(7u64).with("u64").await.count(), 1);
    assert_eq!(signal.send().key("7").with("digits").await.count(), 0);

    let seat = Key::of(Seat { row: 3, number: 12 });
    assert_eq!(signal.send().key(seat).with("taken").await.count(), 1);
    let seat = Key::of(Seat { row: 3, number: 13 });
    assert_eq!(signal.send().key(seat).with("taken").await.count(), 0);
}

/// Keys of one type: nothing can be misspelled, and nothing is faster.
async fn own_keys() {
    let signal = Signal::builder("").key::<Topic>().build();
    let radio = signal
        .connect_sync(|text| println!("the radio on {:?}: {}", text.keys(), **text))
        .keys([Topic::Weather, Topic::Music])
        .await;

    // What a connection listens to may change while it is there.
    let tell = async |topic, text| signal.send().key(topic).with(text).await.count();
    assert_eq!(tell(Topic::Weather, "rain").await, 1);
    assert!(radio.remove_keys([Topic::Weather]));
    assert!(radio.add_keys([Topic::Sport]));
    assert_eq!(tell(Topic::Weather, "sun").await, 0);
    assert_eq!(tell(Topic::Sport, "one nil").await, 1);
}

fn main() {
    smol::block_on(async {
        any_keys().await;
        own_keys().await;
    });
}
