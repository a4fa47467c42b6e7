//! What `aiopubsub` answered to some scripts, and what the hub and the model answer. Made by `recorded.py`, whose head says what
//! the lines mean.
//!
//! `has_subscribers` of the original asks for subsets, and answers otherwise once a topic has been published; the hub asks
//! whether patterns overlap. So what the original says there is has to be there, and the rest is the model's to say.

use std::collections::HashMap;

use futures_lite::future::{block_on, poll_once};

use crate::model::{Kind, Known, Model};
use crate::real::{End, Plan, Real};
use crate::{IDS, PATTERNS, SUBSCRIBERS, by_listener};

const SCRIPTS: &str = include_str!("recorded.txt");
/// Queues of the original are unbounded.
const MANY: usize = 1_000;

fn pattern(text: &str) -> usize {
    let which = PATTERNS.iter().position(|one| *one == text);
    which.unwrap_or_else(|| panic!("no pattern {text}"))
}

/// As the original tells them, in no order.
fn sorted(mut answers: Vec<String>) -> Vec<String> {
    answers.sort();
    answers
}

/// The topics of notices, as the model knows them.
fn notice((is_added, which, count): (bool, usize, usize)) -> String {
    let what = if is_added { "added" } else { "removed" };
    let pattern = PATTERNS[which].replace('*', r"\*");
    format!("Hub.{what}Subscriber.{pattern}:{count}")
}

fn heard(heard: Vec<(usize, u32)>) -> Vec<String> {
    let heard = by_listener(heard);
    heard
        .iter()
        .map(|(who, what)| format!("{who}:{what}"))
        .collect()
}

/// The hub and the model, which do the same.
struct Both {
    real: Real,
    model: Model,
    /// The topic of each message.
    topics: HashMap<u32, String>,
}

impl Both {
    fn queue(&mut self, owner: usize, id: &str) -> usize {
        let id = IDS.iter().position(|one| *one == id).expect("an id");
        let kind = Kind::Queue { owner, id };
        let at = self.model.at(|known| known.kind == kind);
        at.unwrap_or_else(|| self.model.make(usize::MAX, kind, 0))
    }

    /// What came of a change.
    fn notices(&mut self) -> [Vec<String>; 2] {
        let told = self.real.notices();
        let told = told
            .iter()
            .map(|one| format!("{}:{}", one.topic(), one.subscribers()));
        let expected = std::mem::take(&mut self.model.notices);
        [told.collect(), expected.into_iter().map(notice).collect()].map(sorted)
    }

    fn listen(&mut self, owner: usize, number: usize, kind: &str, patterns: &str) {
        let patterns: Vec<_> = patterns.split(',').collect();
        let (is_later, fails) = (kind == "later", kind == "fails");
        let plan = Plan {
            owner: Some(owner),
            is_later,
            fails,
            is_once: false,
            priority: 0,
        };
        self.real.connect(number, &plan, &patterns);
        let kind = Kind::Closure {
            owner: Some(owner),
            is_later,
            fails,
            is_once: false,
        };
        let at = self.model.make(number, kind, 0);
        patterns
            .iter()
            .for_each(|one| self.model.add(at, pattern(one)));
    }

    fn remove(&mut self, number: usize) {
        let mut connections = self.real.connections.iter();
        let (_, listener) = connections
            .find(|one| one.0 == number)
            .expect("it is there");
        // It is one subscriber's, whichever that is.
        let subscribers = self.real.subscribers.iter();
        let removed = subscribers.filter(|one| block_on(one.remove_listener(listener)));
        assert_eq!(removed.count(), 1);
        assert!(self.model.end(|known| known.number == number));
    }

    fn publish(&mut self, topic: &str, number: u32) -> [Vec<String>; 2] {
        self.topics.insert(number, topic.to_owned());
        let end = [End::Await, End::Now, End::Prefixed][number as usize % 3];
        let reached = self.real.publish(topic, number, end);
        let (expected, count) = self.model.publish(topic, number);
        assert_eq!(reached, count);
        let names = |all: Vec<usize>| {
            let mut all = all;
            all.sort_unstable();
            all.iter().map(ToString::to_string).collect()
        };
        let heard = self.real.heard().into_iter().map(|(who, _)| who);
        [names(heard.collect()), names(expected)]
    }

    fn consume(&mut self, owner: usize, id: &str) -> [Vec<String>; 2] {
        let next = block_on(poll_once(self.real.subscribers[owner].consume_from(id)));
        let next = next.map(|next| next.expect("nothing is lost, and it was subscribed to"));
        let got = next.map(|message| format!("{}:{}", message.topic(), message.0));
        let at = self.queue(owner, id);
        let expected = self.model.consume(at).map(|next| {
            let number = next.expect("nothing is lost");
            format!("{}:{number}", self.topics[&number])
        });
        [got, expected].map(|one| vec![one.unwrap_or_else(|| "nothing".to_owned())])
    }

    fn sizes(&self, topic: &str) -> [Vec<String>; 2] {
        let matching = self
            .model
            .standing
            .iter()
            .filter(|known| known.matches(topic));
        let is_queue =
            |known: &&Known| known.kind.is_later() || matches!(known.kind, Kind::Queue { .. });
        let expected = matching.filter(is_queue).map(|known| known.waiting.len());
        let shown = |mut sizes: Vec<usize>| {
            sizes.sort_unstable();
            sizes.iter().map(ToString::to_string).collect()
        };
        let mut sizes = self.real.hub.queue_sizes(topic).unwrap();
        // Sync listeners have none.
        let none = self
            .model
            .standing
            .iter()
            .filter(|known| known.matches(topic));
        let none = none.filter(|known| !is_queue(known)).count();
        sizes.sort_unstable();
        sizes.drain(..none).for_each(|size| assert_eq!(size, 0));
        [shown(sizes), shown(expected.collect())]
    }
}

/// Replays one script, and counts its steps by what they do.
fn replay((number, script): (usize, &str), steps: &mut HashMap<String, usize>) {
    let mut both = Both {
        real: Real::new(SUBSCRIBERS),
        model: Model::new(MANY),
        topics: HashMap::new(),
    };
    for (place, step) in script.split("; ").enumerate() {
        let at = || format!("line {}, step {}: {step}", number + 1, place + 1);
        let (words, answer) = step.split_once(" =").unwrap_or_else(|| panic!("{}", at()));
        let words: Vec<_> = words.split(' ').collect();
        let answer: Vec<_> = answer.split_whitespace().collect();
        let who = |text: &str| text.parse::<usize>().unwrap_or_else(|_| panic!("{}", at()));
        *steps.entry(words[0].to_owned()).or_default() += 1;
        let answers = match words[..] {
            ["subscribe", owner, id, wanted] => {
                let subscribe = both.real.subscribers[who(owner)].subscribe(wanted).id(id);
                subscribe.capacity(MANY).now().unwrap();
                let queue = both.queue(who(owner), id);
                both.model.add(queue, pattern(wanted));
                both.notices()
            }
            ["unsubscribe", owner, id, wanted] => {
                let removed = both.real.subscribers[who(owner)].unsubscribe_from(id, wanted);
                let queue = both.queue(who(owner), id);
                let expected = both.model.remove(queue, pattern(wanted));
                assert_eq!(removed.unwrap(), expected, "{}", at());
                assert_eq!(expected, !answer.is_empty(), "{}", at());
                both.notices()
            }
            ["listen", owner, number, kind, patterns] => {
                both.listen(who(owner), who(number), kind, patterns);
                both.notices()
            }
            ["remove", number] => {
                both.remove(who(number));
                both.notices()
            }
            ["remove_all", owner] => {
                block_on(both.real.subscribers[who(owner)].remove_all_listeners());
                let is_its = |known: &Known| {
                    known.kind.owner() == Some(who(owner))
                        && matches!(known.kind, Kind::Closure { .. })
                };
                both.model.end(is_its);
                both.notices()
            }
            ["publish", topic, number] => both.publish(topic, who(number) as u32),
            ["run"] => {
                both.real.executor.run_until_stalled();
                [both.real.heard(), both.model.run()].map(heard)
            }
            ["consume", owner, id] => both.consume(who(owner), id),
            ["sizes", topic] => both.sizes(topic),
            ["has", wanted] => {
                let has = both.real.hub.has_subscribers(wanted).unwrap();
                assert!(has || answer == ["False"], "{}", at());
                let is_any = both
                    .model
                    .standing
                    .iter()
                    .any(|known| !known.patterns.is_empty());
                assert!(wanted != "*" || is_any == (answer == ["True"]), "{}", at());
                assert!(wanted != "*" || has == is_any, "{}", at());
                continue;
            }
            _ => panic!("{}", at()),
        };
        let [real, model] = answers;
        assert_eq!(real, answer, "the hub, {}", at());
        assert_eq!(model, answer, "the model, {}", at());
    }
    assert_eq!(both.real.failed(), both.model.failed);
}

#[test]
fn the_hub_and_the_model_answer_as_the_original_did() {
    let mut steps = HashMap::new();
    for script in SCRIPTS.lines().enumerate() {
        replay(script, &mut steps);
    }
    let kinds = [
        "subscribe",
        "unsubscribe",
        "listen",
        "remove",
        "remove_all",
        "publish",
        "run",
        "consume",
        "sizes",
        "has",
    ];
    for kind in kinds {
        assert!(
            steps.get(kind).is_some_and(|count| *count > 40),
            "{kind}: {steps:?}"
        );
    }
    assert_eq!(steps.len(), kinds.len());
}
