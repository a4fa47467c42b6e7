//! The hub, as the tests use it.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fanfare::hub::{ConsumeError, Hub, Message, Notice, Pattern, Subscriber};
use fanfare::testing::SeededExecutor;
use fanfare::{Connection, Subscription};
use futures_lite::future::{block_on, poll_once};

/// Who heard what, in order.
pub(crate) type Heard = Arc<Mutex<Vec<(usize, u32)>>>;

/// A message: its number, and where who hears it writes that down.
pub(crate) type Payload = (u32, Heard);

pub(crate) struct Real {
    pub(crate) executor: SeededExecutor,
    pub(crate) hub: Hub<Payload>,
    pub(crate) subscribers: Vec<Subscriber<Payload>>,
    pub(crate) connections: Vec<(usize, Connection<Pattern>)>,
    heard: Heard,
    notices: Subscription<Notice>,
    failed: Arc<AtomicUsize>,
}

/// How a message is published.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Await,
    Now,
    /// Runs all listeners, and whatever else waits.
    Join,
    Prefixed,
}

/// A listener that is to be connected.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Of this subscriber, or of the hub.
    pub(crate) owner: Option<usize>,
    pub(crate) is_later: bool,
    pub(crate) fails: bool,
    pub(crate) is_once: bool,
    pub(crate) priority: i32,
}

/// A listener that there is once, however often it is connected.
pub(crate) fn function<const N: usize>(m: &Message<Payload>) {
    m.1.lock().unwrap().push((N, m.0));
}

/// Fails without a word: no hook writes it.
fn fail() {
    resume_unwind(Box::new("on purpose"));
}

impl Real {
    pub(crate) fn new(subscribers: usize) -> Self {
        let executor = SeededExecutor::new(1);
        let hub = Hub::builder().spawner(executor.clone()).build();
        let failed = Arc::new(AtomicUsize::new(0));
        let counted = failed.clone();
        let failures = hub.failures();
        let counts = failures.connect_sync(move |_| _ = counted.fetch_add(1, Ordering::SeqCst));
        counts.now();
        Self {
            executor,
            subscribers: (0..subscribers).map(|_| hub.subscriber("s")).collect(),
            connections: Vec::new(),
            heard: Heard::default(),
            notices: hub.notices(),
            failed,
            hub,
        }
    }

    /// Connects a listener that writes down this number.
    pub(crate) fn connect(&mut self, number: usize, plan: &Plan, patterns: &[&str]) {
        let heard = Arc::clone(&self.heard);
        let fails = plan.fails;
        let hear = move |m: &Message<Payload>| {
            heard.lock().unwrap().push((number, m.0));
            if fails {
                fail();
            }
        };
        let owner = plan.owner.map(|owner| &self.subscribers[owner]);
        let listen = if plan.is_later {
            let hear = Arc::new(hear);
            let later = move |m: Arc<Message<Payload>>| {
                let hear = Arc::clone(&hear);
                async move { hear(&m) }
            };
            match owner {
                None => self.hub.connect(later),
                Some(owner) => owner.connect(later),
            }
        } else {
            match owner {
                None => self.hub.connect_sync(hear),
                Some(owner) => owner.connect_sync(hear),
            }
        };
        let listen = listen
            .topics(patterns.iter().copied())
            .priority(plan.priority);
        let listen = if plan.is_once { listen.once() } else { listen };
        self.connections.push((number, listen.now().unwrap()));
    }

    /// What the queue has next, if anything: a number, or what there is instead.
    pub(crate) fn consume(&self, who: usize, id: &str) -> Option<Result<u32, ConsumeError>> {
        let next = block_on(poll_once(self.subscribers[who].consume_from(id)));
        next.map(|next| next.map(|message| message.0))
    }

    /// Tells how many listeners it reached.
    pub(crate) fn publish(&self, topic: &str, number: u32, end: End) -> usize {
        let payload = (number, Arc::clone(&self.heard));
        match (end, topic.split_once('.')) {
            (End::Now, _) => self.hub.publish(topic, payload).now().unwrap().count(),
            (End::Join, _) => {
                let join = self.hub.publish(topic, payload).join();
                let report = self.executor.run_until(join).expect("it waits for nobody");
                self.executor.run_until_stalled();
                report.unwrap().count()
            }
            (End::Prefixed, Some((prefix, rest))) => {
                let publisher = self.hub.publisher(prefix).unwrap();
                publisher.publish(rest, payload).now().unwrap().count()
            }
            (End::Await | End::Prefixed, _) => {
                let publish = self.hub.publish(topic, payload).into_future();
                block_on(publish).unwrap().count()
            }
        }
    }

    /// Who has heard what since the last time.
    pub(crate) fn heard(&self) -> Vec<(usize, u32)> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    /// What the hub has told since the last time.
    pub(crate) fn notices(&mut self) -> Vec<Notice> {
        let next = || self.notices.try_recv().ok();
        std::iter::from_fn(next)
            .map(|notice| Notice::clone(&notice))
            .collect()
    }

    /// How many calls have failed so far.
    pub(crate) fn failed(&self) -> usize {
        self.failed.load(Ordering::SeqCst)
    }
}
