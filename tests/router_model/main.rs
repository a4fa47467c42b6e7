//! Random sequences over a few senders and events, against a small model: the rules of `pysig`, with each listener once however many
//! of its places match, and a listener of one event of any sender whatever the event is called.

use fanfare::router::Route;
use proptest::collection::vec;
use proptest::prelude::*;

use self::model::{Answer, Model, Registered};
use self::ops::{Op, op};
use self::real::{Real, function, route};

mod model;
mod ops;
mod real;
mod recorded;

const SENDERS: [&str; 2] = ["s", "t"];
const EVENTS: [&str; 4] = ["a", "b", "#alarm", "#fault"];
const METHODS: [&str; 4] = ["read", "size", "fail", "other"];
/// What senders may reply to, `*` being any.
const HANDLED: [&str; 4] = ["read", "size", "fail", "*"];
/// Named functions; others are closures, which are new each time.
const FUNCTIONS: usize = 2;

/// Async listeners are called when the executor comes to them: who they are is compared, and of the others the order.
fn apart(heard: Vec<usize>, is_later: impl Fn(usize) -> bool) -> (Vec<usize>, Vec<usize>) {
    let (mut later, at_once): (Vec<_>, Vec<_>) =
        heard.into_iter().partition(|number| is_later(*number));
    later.sort_unstable();
    (at_once, later)
}

fn run(ops: Vec<Op>) -> Result<(), TestCaseError> {
    let (mut real, mut model) = (Real::new(), Model::default());
    let mut later = std::collections::HashSet::new();
    for (turn, op) in ops.into_iter().enumerate() {
        // Those of functions are below.
        let number = FUNCTIONS + turn;
        match op {
            Op::Nothing => {}
            Op::Listen(is_later, priority, places) => {
                if is_later {
                    later.insert(number);
                }
                let stays = real.listen(number, is_later, priority, &places);
                model.known(number).priority = priority;
                prop_assert_eq!(stays, model.listen(number, &places));
            }
            Op::ListenFunction(which, places) => {
                let stays = real.listen_function(which, &places);
                model.known(which).priority = 0;
                prop_assert_eq!(stays, model.listen(which, &places));
            }
            Op::DisconnectFunction(which, place) => {
                let disconnect = match which {
                    0 => real.router.disconnect(function::<0>),
                    _ => real.router.disconnect(function::<1>),
                };
                let (removed, expected) = match place {
                    None => (disconnect.now(), model.end(which)),
                    Some(place) => {
                        let removed = disconnect.route(route(&place)).now();
                        let expected = model.unlisten(which, &place);
                        if expected && model.known(which).places.is_empty() {
                            model.end(which);
                        }
                        (removed, expected)
                    }
                };
                prop_assert_eq!(removed, expected);
            }
            Op::AddPlace(which, _) | Op::RemovePlace(which, _) | Op::Disconnect(which)
                if !real.connections.is_empty() =>
            {
                let mut connections = real.connections.iter();
                let (number, connection) = connections
                    .nth(which % real.connections.len())
                    .expect("one of them");
                let number = *number;
                let stands = model.listeners.iter().any(|one| one.number == number);
                match op {
                    Op::AddPlace(_, place) => {
                        prop_assert_eq!(connection.add_keys([route(&place)]), stands);
                        if stands {
                            model.listen(number, &[place]);
                        }
                    }
                    Op::RemovePlace(_, place) => {
                        let removed = connection.remove_keys([route(&place)]);
                        prop_assert_eq!(removed, model.unlisten(number, &place));
                    }
                    _ => prop_assert_eq!(connection.disconnect(), model.end(number)),
                }
            }
            Op::AddPlace(..) | Op::RemovePlace(..) | Op::Disconnect(_) => {}
            Op::Register(sender, there) => {
                let told = real.register(sender, there.as_ref());
                let expected = model.register(sender, there);
                match (told, expected) {
                    (Registered::Told(told), Registered::Told(expected)) => {
                        let is_later = |number| later.contains(&number);
                        prop_assert_eq!(apart(told, is_later), apart(expected, is_later));
                    }
                    (told, expected) => prop_assert_eq!(told, expected),
                }
            }
            Op::Leave(sender, way) => {
                let heard = real.disconnect(sender, way).map(|(heard, _)| heard);
                let expected = model.disconnect(sender).map(|(heard, _)| heard);
                let is_later = |number| later.contains(&number);
                let apart = |heard| apart(heard, is_later);
                prop_assert_eq!(heard.map(apart), expected.map(apart));
            }
            Op::Send(sender, event, end) => {
                let heard = real.send(sender, event, end);
                match (heard, model.send(sender, event)) {
                    (Answer::Done(heard), Answer::Done(expected)) => {
                        let is_later = |number| later.contains(&number);
                        prop_assert_eq!(apart(heard, is_later), apart(expected, is_later));
                    }
                    (heard, expected) => prop_assert_eq!(heard, expected),
                }
            }
            Op::Request(sender, method, number) => {
                let reply = real.request(sender, method, number);
                prop_assert_eq!(reply, model.request(sender, method, number));
            }
        }
        for (number, connection) in &real.connections {
            let stands = model.listeners.iter().any(|one| one.number == *number);
            prop_assert_eq!(connection.is_connected(), stands, "listener {}", number);
        }
        let mut listed: Vec<Vec<Route>> = real
            .router
            .all_queue_sizes()
            .into_iter()
            .map(|(routes, _)| routes)
            .collect();
        let known = model.listeners.iter();
        let mut expected: Vec<Vec<Route>> = known
            .map(|one| one.places.iter().map(route).collect())
            .collect();
        for lists in [&mut listed, &mut expected] {
            lists
                .iter_mut()
                .for_each(|routes| routes.sort_by_key(ToString::to_string));
            lists.sort_by_key(|routes| format!("{routes:?}"));
        }
        prop_assert_eq!(listed, expected);
    }
    let there = real
        .router
        .senders()
        .into_iter()
        .map(|info| info.name().to_owned());
    prop_assert!(there.eq(model.senders.into_keys()));
    Ok(())
}

proptest! {
    #[test]
    fn the_router_does_what_the_model_does(ops in vec(op(), 1..60)) {
        run(ops)?;
    }
}
