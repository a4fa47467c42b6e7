//! Random sequences over a few topics and patterns, against a small model: the rules of `aiopubsub`, with each callback and
//! each queue once however many of its patterns match, and its rule of matching, written down anew.

use std::mem::take;

use fanfare::hub::{ConsumeError, Notice, Pattern};
use futures_lite::future::{block_on, poll_once};
use proptest::collection::vec;
use proptest::prelude::*;

use self::look::look;
use self::model::{Kind, Known, Model};
use self::ops::{Op, op};
use self::real::{End, Plan, Real, function};

mod look;
mod matching;
mod model;
mod ops;
mod real;
mod recorded;

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

fn told(notices: Vec<Notice>) -> Vec<(bool, usize, usize)> {
    let told = notices.into_iter().map(|notice| {
        let text = notice.pattern().to_string();
        let which = PATTERNS.iter().position(|one| *one == text);
        let is_added = matches!(notice, Notice::Added { .. });
        (is_added, which.expect("one of these"), notice.subscribers())
    });
    by_pattern(told.collect())
}

/// What async listeners heard: each in order, and no two of them.
fn by_listener(mut heard: Vec<(usize, u32)>) -> Vec<(usize, u32)> {
    heard.sort_by_key(|(number, _)| *number);
    heard
}

fn run(ops: Vec<Op>) -> Result<(), TestCaseError> {
    let (mut real, mut model) = (Real::new(SUBSCRIBERS), Model::new(CAPACITY));
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
                let got = real.consume(owner, IDS[id]);
                let expected = match model.at(|known| known.kind == Kind::Queue { owner, id }) {
                    None => Some(Err(ConsumeError::NoSubscription(IDS[id].into()))),
                    Some(at) => model.consume(at).map(|got| got.map_err(ConsumeError::Lost)),
                };
                prop_assert_eq!(got, expected);
            }
            Op::Connect(plan, patterns) => {
                real.connect(number, &plan, &names(&patterns));
                let Plan {
                    owner,
                    is_later,
                    fails,
                    is_once,
                    priority,
                } = plan;
                let kind = Kind::Closure {
                    owner,
                    is_later,
                    fails,
                    is_once,
                };
                let at = model.make(number, kind, priority);
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
                            known.number == *number && known.kind.owner() == Some(who)
                        };
                        let remove = real.subscribers[who].remove_listener(connection);
                        let removed = block_on(poll_once(remove));
                        prop_assert_eq!(removed, Some(model.end(is_its)), "none is running");
                    }
                    _ => prop_assert_eq!(
                        connection.disconnect(),
                        model.end(|known| known.number == *number)
                    ),
                }
            }
            Op::AddPattern(..) | Op::RemovePattern(..) | Op::Disconnect(_) | Op::Remove(..) => {}
            Op::RemoveAll(who) => {
                let remove = real.subscribers[who].remove_all_listeners();
                prop_assert!(block_on(poll_once(remove)).is_some(), "none is running");
                model.end(|known| {
                    known.kind.owner() == Some(who) && !matches!(known.kind, Kind::Queue { .. })
                });
            }
            Op::DropSubscriber(who) => {
                real.subscribers[who] = real.hub.subscriber("new");
                model.end(|known| known.kind.owner() == Some(who));
            }
            Op::Publish(topic, end) => {
                let (topic, message) = (TOPICS[topic], turn as u32);
                let count = real.publish(topic, message, end);
                let (expected, reached) = model.publish(topic, message);
                prop_assert_eq!(count, reached);
                let expected: Vec<_> = expected.into_iter().map(|one| (one, message)).collect();
                let heard = real.heard();
                if let End::Join = end {
                    let is_sync = |(number, _): &(usize, u32)| {
                        let mut sync = expected.iter();
                        sync.any(|(one, _)| one == number)
                    };
                    let (sync, later): (Vec<_>, Vec<_>) = heard.into_iter().partition(is_sync);
                    prop_assert_eq!(sync, expected, "{}", topic);
                    prop_assert_eq!(by_listener(later), by_listener(model.run()));
                    prop_assert_eq!(real.failed(), model.failed);
                } else {
                    prop_assert_eq!(heard, expected, "{}", topic);
                }
            }
            Op::Run => {
                real.executor.run_until_stalled();
                prop_assert_eq!(by_listener(real.heard()), by_listener(model.run()));
                prop_assert_eq!(real.failed(), model.failed);
            }
            Op::Look(which, topic) => look(&real, &model, which, TOPICS[topic])?,
        }
        prop_assert_eq!(told(real.notices()), by_pattern(take(&mut model.notices)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_hub_does_what_the_model_says(ops in vec(op(), 1..60)) {
        run(ops)?;
    }
}
