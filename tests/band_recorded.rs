//! What `bands` 0.1.3 answered to some scripts, and what this crate answers. Made by `tests/band_recorded/record.py`, whose
//! head says what the lines mean.
//!
//! Replies to a send on a bound channel agree in their order. The original goes from channel to channel in an unbound send,
//! in the order in which they were first asked for, and this crate as receivers were connected: there the same receivers
//! answer, and in the same order where both orders are one.

use std::sync::Arc;

use fanfare::{Band, Callback, Channel, Event};
use futures_lite::future::block_on;

const SCRIPTS: &str = include_str!("band_recorded/scripts.txt");

type Named = Channel<(), String>;

fn function<const N: usize>(_: &Event<()>) -> String {
    format!("f{N}")
}

async fn function_later<const N: usize>(_: Arc<Event<()>>) -> String {
    format!("f{N}")
}

struct Object(u8);

impl Object {
    fn a(&self, _: &Event<()>) -> String {
        format!("m{}a", self.0)
    }

    async fn b(self: Arc<Self>, _: Arc<Event<()>>) -> String {
        format!("m{}b", self.0)
    }
}

/// What the scripts talk of.
struct Stage {
    unbound: Named,
    parents: [Arc<u8>; 3],
    objects: [Arc<Object>; 2],
    handle: Callback<(), String>,
}

impl Stage {
    fn new() -> Self {
        Self {
            unbound: Band::new().channel("name").expect("it is new"),
            parents: [0, 1, 2].map(Arc::new),
            objects: [0, 1].map(|number| Arc::new(Object(number))),
            handle: Callback::sync(|_: &Event<()>| "f3".to_owned()),
        }
    }

    fn channel(&self, name: &str) -> Named {
        match name.parse::<usize>() {
            Ok(number) => self.unbound.bound(&self.parents[number]),
            Err(_) => self.unbound.clone(),
        }
    }

    fn connect(&self, to: &Named, receiver: &str) {
        let [one, other] = &self.objects;
        match receiver {
            "f0" => to.connect_sync(function::<0>).now(),
            "f1" => to.connect(function_later::<1>).now(),
            "f2" => to.connect_sync(function::<2>).now(),
            "f3" => to.connect_callback(&self.handle).now(),
            "m0a" => to.connect_method_sync(one, Object::a).now(),
            "m0b" => to.connect_method(one, Object::b).now(),
            "m1a" => to.connect_method_sync(other, Object::a).strong().now(),
            "m1b" => to.connect_method(other, Object::b).strong().now(),
            unknown => panic!("no receiver {unknown}"),
        };
    }

    fn disconnect(&self, from: &Named, receiver: &str) {
        let [one, other] = &self.objects;
        match receiver {
            "f0" => from.disconnect(function::<0>),
            "f1" => from.disconnect(function_later::<1>),
            "f2" => from.disconnect(function::<2>),
            "f3" => from.disconnect_callback(&self.handle),
            "m0a" => from.disconnect_method(one, Object::a),
            "m0b" => from.disconnect_method(one, Object::b),
            "m1a" => from.disconnect_method(other, Object::a),
            "m1b" => from.disconnect_method(other, Object::b),
            unknown => panic!("no receiver {unknown}"),
        }
        .now();
    }
}

/// Replays one script; counts its sends that agree in order, and those that need not.
fn replay((number, script): (usize, &str)) -> (usize, usize) {
    let (mut ordered, mut unordered) = (0, 0);
    let stage = Stage::new();
    for (place, step) in script.split("; ").enumerate() {
        let words: Vec<_> = step.split(' ').collect();
        let at = || format!("line {}, step {}: {step}", number + 1, place + 1);
        match words[..] {
            ["connect", channel, receiver] => stage.connect(&stage.channel(channel), receiver),
            ["disconnect", channel, receiver] => {
                stage.disconnect(&stage.channel(channel), receiver);
            }
            ["send", channel, sign, ref answered @ ..] => {
                let send = stage.channel(channel);
                let mut replies = block_on(send.send(()).join()).into_replies();
                let mut answered = answered.to_vec();
                if sign == "~" {
                    unordered += 1;
                    replies.sort_unstable();
                    answered.sort_unstable();
                } else {
                    ordered += 1;
                }
                assert_eq!(replies, answered, "{}", at());
            }
            _ => panic!("{}", at()),
        }
    }
    (ordered, unordered)
}

#[test]
fn answers_as_the_original_did() {
    let scripts = SCRIPTS.lines().enumerate();
    assert_eq!(scripts.clone().count(), 200);
    let (ordered, unordered) = scripts
        .map(replay)
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert_eq!((ordered, unordered), (1397, 180), "all of them were sent");
}
