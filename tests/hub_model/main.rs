//! Random sequences over a few topics and patterns, against a small model: the rules of `aiopubsub`, with each callback and
//! each queue once however many of its patterns match, and its rule of matching, written down anew.

use std::sync::{Arc, Mutex};

use fanfare::Connection;
use fanfare::hub::{Hub, Message, Notice, Pattern, Subscriber};
use futures_lite::future::{block_on, poll_once};
use proptest::collection::vec;
use proptest::prelude::*;

use self::model::{Kind, Known, Model, is_subset_of};

mod model;

const TOPICS: [&str; 8] = ["a", "b", "a.a", "a.b", "b.a", "a.a.a", "a.b.a", "b.b.b.b"];
const PATTERNS: [&str; 14] = [
    "a", "a.b", "b.a", "a.a.a", "*", "a.*", "b.*", "*.a", "*.b.*", "a.*.a", "*.*", "*.*.*",
    "*.a.*", "b.b.b.b",
];
const IDS: [&str; 2] = ["default", "other"];
/// What a queue holds in this test.
const CAPACITY: usize = 4;
const SUBSCRIBERS: usize = 2;
/// Named functions; others are closures, which are new each time.
const FUNCTIONS: usize = 2;

type Heard = Arc<Mutex<Vec<(usize, u32)>>>;

#[derive(Debug, Clone)]
enum Op {
    /// What a failing sequence shrinks to where an operation does not matter.
    Nothing,
    Subscribe(usize, usize, usize),
    Unsubscribe(usize, usize, usize),
    Consume(usize, usize),
    /// Of the hub, or of a subscriber: patterns, priority, once.
    Connect(Option<usize>, Vec<usize>, i32, bool),
    /// A named function, of the hub or of a subscriber.
    ConnectFunction(Option<usize>, usize, Vec<usize>),
    DisconnectFunction(Option<usize>, usize, Option<usize>),
    AddPattern(usize, usize),
    RemovePattern(usize, usize),
    Disconnect(usize),
    Remove(usize, usize),
    RemoveAll(usize),
    DropSubscriber(usize),
    Publish(usize, End),
    /// Whether anybody listens, how much waits.
    Look(usize, usize),
}

#[derive(Debug, Clone, Copy)]
enum End {
    Await,
    Now,
    Join,
    Prefixed,
}

fn op() -> impl Strategy<Value = Op> {
    let pattern = || 0..PATTERNS.len();
    let subscriber = || 0..SUBSCRIBERS;
    let id = || 0..IDS.len();
    let end = prop_oneof![
        Just(End::Await),
        Just(End::Now),
        Just(End::Join),
        Just(End::Prefixed)
    ];
    prop_oneof![
        1 => Just(Op::Nothing),
        8 => (subscriber(), id(), pattern()).prop_map(|(who, id, pattern)| Op::Subscribe(who, id, pattern)),
        4 => (subscriber(), id(), pattern()).prop_map(|(who, id, pattern)| Op::Unsubscribe(who, id, pattern)),
        8 => (subscriber(), id()).prop_map(|(who, id)| Op::Consume(who, id)),
        6 => (proptest::option::of(subscriber()), vec(pattern(), 0..4), prop_oneof![4 => Just(0), 1 => -1..2], prop::bool::weighted(0.2))
            .prop_map(|(who, patterns, priority, is_once)| Op::Connect(who, patterns, priority, is_once)),
        3 => (proptest::option::of(subscriber()), 0..FUNCTIONS, vec(pattern(), 0..3))
            .prop_map(|(who, which, patterns)| Op::ConnectFunction(who, which, patterns)),
        3 => (proptest::option::of(subscriber()), 0..FUNCTIONS, proptest::option::of(pattern()))
            .prop_map(|(who, which, pattern)| Op::DisconnectFunction(who, which, pattern)),
        2 => (any::<usize>(), pattern()).prop_map(|(which, pattern)| Op::AddPattern(which, pattern)),
        2 => (any::<usize>(), pattern()).prop_map(|(which, pattern)| Op::RemovePattern(which, pattern)),
        2 => any::<usize>().prop_map(Op::Disconnect),
        1 => (subscriber(), any::<usize>()).prop_map(|(who, which)| Op::Remove(who, which)),
        1 => subscriber().prop_map(Op::RemoveAll),
        1 => subscriber().prop_map(Op::DropSubscriber),
        14 => (0..TOPICS.len(), end).prop_map(|(topic, end)| Op::Publish(topic, end)),
        3 => (pattern(), 0..TOPICS.len()).prop_map(|(pattern, topic)| Op::Look(pattern, topic)),
    ]
}

struct Real {
    hub: Hub<(u32, Heard)>,
    subscribers: Vec<Subscriber<(u32, Heard)>>,
    heard: Heard,
    connections: Vec<(usize, Connection<Pattern>)>,
}

fn function<const N: usize>(m: &Message<(u32, Heard)>) {
    m.1.lock().unwrap().push((N, m.0));
}

fn names(patterns: &[usize]) -> Vec<&'static str> {
    patterns.iter().map(|one| PATTERNS[*one]).collect()
}

fn pattern(which: usize) -> Pattern {
    Pattern::new(PATTERNS[which]).unwrap()
}

/// Of each pattern apart: those of one connection that ends are in no order.
fn by_pattern(mut notices: Vec<(bool, usize, usize)>) -> Vec<(bool, usize, usize)> {
    notices.sort_by_key(|(_, pattern, _)| *pattern);
    notices
}

impl Real {
    fn new() -> Self {
        let hub = Hub::new();
        let subscribers = (0..SUBSCRIBERS).map(|_| hub.subscriber("s")).collect();
        let (heard, connections) = (Heard::default(), Vec::new());
        Self {
            hub,
            subscribers,
            heard,
            connections,
        }
    }

    fn publish(&self, topic: &str, number: u32, end: End) -> usize {
        let payload = (number, Arc::clone(&self.heard));
        match end {
            End::Await => block_on(self.hub.publish(topic, payload).into_future())
                .unwrap()
                .count(),
            End::Now => self.hub.publish(topic, payload).now().unwrap().count(),
            End::Join => block_on(self.hub.publish(topic, payload).join())
                .unwrap()
                .count(),
            End::Prefixed => {
                let Some((prefix, rest)) = topic.split_once('.') else {
                    return self.publish(topic, number, End::Await);
                };
                self.hub
                    .publisher(prefix)
                    .unwrap()
                    .publish(rest, payload)
                    .now()
                    .unwrap()
                    .count()
            }
        }
    }
}

fn run(ops: Vec<Op>) -> Result<(), TestCaseError> {
    let (mut real, mut model) = (Real::new(), Model::default());
    let mut notices = real.hub.notices();
    for (turn, op) in ops.into_iter().enumerate() {
        // Those of functions are below.
        let number = FUNCTIONS + turn;
        match op {
            Op::Nothing => {}
            Op::Subscribe(owner, id, which) => {
                let subscribe = real.subscribers[owner]
                    .subscribe(PATTERNS[which])
                    .id(IDS[id]);
                subscribe.capacity(CAPACITY).now().unwrap();
                let kind = Kind::Queue { owner, id };
                let at = model.at(|known| known.kind == kind);
                let at = at.unwrap_or_else(|| model.make(number, kind, 0));
                model.add(at, which);
            }
            Op::Unsubscribe(owner, id, which) => {
                let removed = real.subscribers[owner]
                    .unsubscribe_from(IDS[id], PATTERNS[which])
                    .unwrap();
                let at = model.at(|known| known.kind == Kind::Queue { owner, id });
                prop_assert_eq!(removed, at.is_some_and(|at| model.remove(at, which)));
            }
            Op::Consume(owner, id) => {
                let got = block_on(poll_once(real.subscribers[owner].consume_from(IDS[id])));
                let got = got.map(|got| {
                    got.map(|message| message.0)
                        .map_err(|error| error.to_string())
                });
                let expected = match model.at(|known| known.kind == Kind::Queue { owner, id }) {
                    None => Some(Err("nothing was subscribed to".to_owned())),
                    Some(at) => model
                        .consume(at)
                        .map(|got| got.map_err(|lost| format!("{lost} messages were lost"))),
                };
                match (got, expected) {
                    (Some(Err(got)), Some(Err(expected))) => {
                        prop_assert!(got.starts_with(&expected), "{got}: {expected}");
                    }
                    (got, expected) => prop_assert_eq!(got, expected),
                }
            }
            Op::Connect(owner, patterns, priority, is_once) => {
                let heard = Arc::clone(&real.heard);
                let callback =
                    move |m: &Message<(u32, Heard)>| heard.lock().unwrap().push((number, m.0));
                let listen = match owner {
                    None => real.hub.connect_sync(callback),
                    Some(owner) => real.subscribers[owner].connect_sync(callback),
                };
                let listen = listen.topics(names(&patterns)).priority(priority);
                let listen = if is_once { listen.once() } else { listen };
                real.connections.push((number, listen.now().unwrap()));
                let at = model.make(number, Kind::Closure { owner, is_once }, priority);
                patterns.into_iter().for_each(|which| model.add(at, which));
            }
            Op::ConnectFunction(owner, which, patterns) => {
                let listen = match (owner, which) {
                    (None, 0) => real.hub.connect_sync(function::<0>),
                    (None, _) => real.hub.connect_sync(function::<1>),
                    (Some(owner), 0) => real.subscribers[owner].connect_sync(function::<0>),
                    (Some(owner), _) => real.subscribers[owner].connect_sync(function::<1>),
                };
                listen.topics(names(&patterns)).now().unwrap();
                let kind = Kind::Function { owner, which };
                let at = model.at(|known| known.kind == kind);
                let at = at.unwrap_or_else(|| model.make(which, kind, 0));
                patterns.into_iter().for_each(|which| model.add(at, which));
            }
            Op::DisconnectFunction(owner, which, only) => {
                let disconnect = match (owner, which) {
                    (None, 0) => real.hub.disconnect(function::<0>),
                    (None, _) => real.hub.disconnect(function::<1>),
                    (Some(owner), 0) => real.subscribers[owner].disconnect(function::<0>),
                    (Some(owner), _) => real.subscribers[owner].disconnect(function::<1>),
                };
                let kind = Kind::Function { owner, which };
                let expected = match (only, model.at(|known| known.kind == kind)) {
                    (None, _) => model.end(|known| known.kind == kind),
                    (Some(only), Some(at)) => {
                        let removed = model.remove(at, only);
                        if removed && model.standing[at].patterns.is_empty() {
                            model.end(|known| known.kind == kind);
                        }
                        removed
                    }
                    (Some(_), None) => false,
                };
                let got = match only {
                    None => disconnect.now(),
                    Some(only) => block_on(disconnect.topic(PATTERNS[only]).and_wait()),
                };
                prop_assert_eq!(got.unwrap(), expected);
            }
            Op::AddPattern(which, _)
            | Op::RemovePattern(which, _)
            | Op::Disconnect(which)
            | Op::Remove(_, which)
                if !real.connections.is_empty() =>
            {
                let (number, connection) = &real.connections[which % real.connections.len()];
                let at = model.at(|known| known.number == *number);
                match op {
                    Op::AddPattern(_, one) => {
                        prop_assert_eq!(connection.add_keys([pattern(one)]), at.is_some());
                        at.into_iter().for_each(|at| model.add(at, one));
                    }
                    Op::RemovePattern(_, one) => {
                        let expected = at.is_some_and(|at| model.remove(at, one));
                        prop_assert_eq!(connection.remove_keys([pattern(one)]), expected);
                    }
                    Op::Remove(who, _) => {
                        let is_its = |known: &Known| {
                            known.number == *number
                                && matches!(known.kind, Kind::Closure { owner, .. } if owner == Some(who))
                        };
                        let removed = block_on(real.subscribers[who].remove_listener(connection));
                        prop_assert_eq!(removed, model.end(is_its));
                    }
                    _ => prop_assert_eq!(
                        connection.disconnect(),
                        model.end(|known| known.number == *number)
                    ),
                }
            }
            Op::AddPattern(..) | Op::RemovePattern(..) | Op::Disconnect(_) | Op::Remove(..) => {}
            Op::RemoveAll(who) => {
                block_on(real.subscribers[who].remove_all_listeners());
                model.end(|known| match known.kind {
                    Kind::Closure { owner, .. } | Kind::Function { owner, .. } => {
                        owner == Some(who)
                    }
                    Kind::Queue { .. } => false,
                });
            }
            Op::DropSubscriber(who) => {
                real.subscribers[who] = real.hub.subscriber("new");
                model.end(|known| match known.kind {
                    Kind::Closure { owner, .. } | Kind::Function { owner, .. } => {
                        owner == Some(who)
                    }
                    Kind::Queue { owner, .. } => owner == who,
                });
            }
            Op::Publish(topic, end) => {
                let (topic, message) = (TOPICS[topic], turn as u32);
                let count = real.publish(topic, message, end);
                let heard = std::mem::take(&mut *real.heard.lock().unwrap());
                let expected = model.publish(topic, message);
                prop_assert_eq!(count, expected.len());
                let expected: Vec<_> = expected
                    .into_iter()
                    .map(|number| (number, message))
                    .collect();
                prop_assert_eq!(heard, expected, "{}", topic);
            }
            Op::Look(which, topic) => look(&real, &model, which, TOPICS[topic])?,
        }
        let told = std::iter::from_fn(|| notices.try_recv().ok()).map(|notice| {
            let which = PATTERNS
                .iter()
                .position(|one| *one == notice.pattern().to_string());
            (
                matches!(**notice, Notice::Added { .. }),
                which.unwrap(),
                notice.subscribers(),
            )
        });
        prop_assert_eq!(
            by_pattern(told.collect()),
            by_pattern(std::mem::take(&mut model.notices))
        );
    }
    Ok(())
}

fn look(real: &Real, model: &Model, which: usize, topic: &str) -> Result<(), TestCaseError> {
    // A topic that both stand for, if there is one with up to five parts.
    let has_both = |one: &str, other: &str| {
        words()
            .iter()
            .any(|word| is_subset_of(word, one) && is_subset_of(word, other))
    };
    let mut in_use = model.standing.iter().flat_map(|known| &known.patterns);
    let expected = in_use.any(|one| has_both(PATTERNS[*one], PATTERNS[which]));
    prop_assert_eq!(real.hub.has_subscribers(PATTERNS[which]).unwrap(), expected);
    let matches = |known: &&Known| {
        known
            .patterns
            .iter()
            .any(|one| is_subset_of(topic, PATTERNS[*one]))
    };
    let mut expected: Vec<_> = model
        .standing
        .iter()
        .filter(matches)
        .map(|known| known.waiting.len())
        .collect();
    let mut sizes = real.hub.queue_sizes(topic).unwrap();
    expected.sort_unstable();
    sizes.sort_unstable();
    // Sync listeners have no queue.
    sizes.retain(|size| *size > 0);
    expected.retain(|size| *size > 0);
    prop_assert_eq!(sizes, expected);
    for (who, subscriber) in real.subscribers.iter().enumerate() {
        for (id, size) in subscriber.queue_sizes() {
            let is_it = |known: &&Known| {
                known.kind
                    == Kind::Queue {
                        owner: who,
                        id: IDS.iter().position(|one| *one == id).unwrap(),
                    }
            };
            prop_assert_eq!(
                size,
                model.standing.iter().find(is_it).unwrap().waiting.len()
            );
        }
    }
    Ok(())
}

/// Every topic of `a` and `b` with up to five parts.
fn words() -> Vec<String> {
    let mut words: Vec<String> = vec!["a".into(), "b".into()];
    let mut last = words.clone();
    for _ in 0..4 {
        last = last
            .iter()
            .flat_map(|word| ["a", "b"].map(|part| format!("{word}.{part}")))
            .collect();
        words.extend(last.iter().cloned());
    }
    words
}

/// Those that were chosen by hand, so that the alphabet is known to be worth something.
#[test]
fn the_rule_is_the_crates() {
    for topic in words() {
        for one in PATTERNS {
            let expected = is_subset_of(&topic, one);
            let matches = Pattern::new(one).unwrap().matches(&topic.parse().unwrap());
            assert_eq!(matches, expected, "{topic} at {one}");
        }
    }
    for topic in TOPICS {
        let matching = PATTERNS
            .iter()
            .filter(|one| is_subset_of(topic, one))
            .count();
        assert!((1..PATTERNS.len()).contains(&matching), "{topic}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_hub_does_what_the_model_says(ops in vec(op(), 1..60)) {
        run(ops)?;
    }
}
