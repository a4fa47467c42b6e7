//! What a connect may say beside its filters.

use std::any::Any;

use smallvec::SmallVec;

use super::group::Membership;
use crate::signal::event::Event;
use crate::signal::flow::{Debouncer, Flow, Promise};
use crate::signal::panic::{Panic, Quiet, capture, drop_quietly};
use crate::signal::target::Object;
use crate::sync::{Arc, AtomicUsize, Ordering};

pub(crate) type Predicate<P, K> = Box<dyn Fn(&Event<P, K>) -> bool + Send + Sync>;
pub(crate) type OrderOf<P, K> = Box<dyn Fn(&Event<P, K>) -> u64 + Send + Sync>;

/// Options of a later connect of the same callback replace these.
pub(crate) struct Options<P, K> {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) priority: i32,
    /// All must hold.
    pub(crate) when: Vec<Quiet<Predicate<P, K>>>,
    /// How many calls are left. Counted down by sends, without a lock.
    pub(crate) times: Option<AtomicUsize>,
    /// All must live; each is kept alive for the length of a call.
    pub(crate) track: Vec<Object>,
    /// What a strong method keeps alive.
    pub(crate) keep: Option<Quiet<Arc<dyn Any + Send + Sync>>>,
    /// How calls are made, if there is anything to it.
    pub(crate) flow: Option<Arc<Flow>>,
    /// What few connections say. Apart, since builders are moved with each word.
    pub(crate) rare: Option<Box<Rare<P, K>>>,
}

pub(crate) struct Rare<P, K> {
    pub(crate) debounce: Option<Debouncer>,
    /// Calls with equal numbers keep their order.
    pub(crate) ordered_by: Option<Quiet<OrderOf<P, K>>>,
    pub(crate) group: Option<Membership>,
    /// The policies, in words.
    pub(crate) words: Vec<String>,
}

/// Nothing.
impl<P, K> Default for Rare<P, K> {
    fn default() -> Self {
        Self {
            debounce: None,
            ordered_by: None,
            group: None,
            words: Vec::new(),
        }
    }
}

/// What the options say to one event.
pub(super) enum Considered {
    Granted(Held),
    Refused,
    /// A tracked object has died.
    Gone,
    Failed(Panic),
}

/// What the options say to one more call.
pub(super) enum Spent {
    Granted,
    /// Granted, and never again.
    Last,
    Refused,
}

impl<P, K> Options<P, K> {
    pub(crate) fn new() -> Self {
        Self {
            name: None,
            priority: 0,
            when: Vec::new(),
            times: None,
            track: Vec::new(),
            keep: None,
            flow: None,
            rare: None,
        }
    }

    pub(crate) fn rare(&mut self) -> &mut Rare<P, K> {
        self.rare.get_or_insert_default()
    }

    pub(super) fn debounce(&self) -> Option<&Debouncer> {
        self.rare.as_ref()?.debounce.as_ref()
    }

    /// Its place in a group.
    pub(super) fn membership(&self) -> Option<&Membership> {
        self.rare.as_ref()?.group.as_ref()
    }

    pub(super) fn membership_mut(&mut self) -> Option<&mut Membership> {
        self.rare.as_mut()?.group.as_mut()
    }

    /// Whether its calls on executors are counted from the moment they are handed over: who drains the signal names those
    /// that have a name, and a group looks for its least busy member.
    pub(super) fn has_calls_counted(&self) -> bool {
        self.name.is_some() || self.membership().is_some()
    }

    /// The policies, in words.
    pub(super) fn words(&self) -> &[String] {
        self.rare.as_ref().map_or(&[], |rare| &rare.words)
    }

    /// Whether calls are to be cancelled when the connection ends.
    pub(super) fn cancels(&self) -> bool {
        self.flow.as_ref().is_some_and(|flow| flow.cancels())
    }

    /// Whether they say anything at all.
    pub(super) fn is_default(&self) -> bool {
        !self.is_guarded() && !self.has_calls_counted() && self.keep.is_none()
    }

    /// Whether a send has to ask them.
    pub(super) fn is_guarded(&self) -> bool {
        !self.when.is_empty()
            || self.times.is_some()
            || !self.track.is_empty()
            || self.flow.is_some()
            || self.debounce().is_some()
    }

    /// Whether a send may have to wait for them.
    pub(super) fn may_hold_up(&self) -> bool {
        self.debounce().is_none() && self.flow.as_ref().is_some_and(|flow| flow.may_hold_up())
    }

    /// Whether `.times(n)` has left no call.
    pub(super) fn is_spent(&self) -> bool {
        self.times
            .as_ref()
            .is_some_and(|times| times.load(Ordering::Relaxed) == 0)
    }

    /// Takes over what older options of the same connection have in hand.
    pub(super) fn succeed(&mut self, older: &Self) {
        if let (Some(flow), Some(old)) = (self.flow.as_mut().and_then(Arc::get_mut), &older.flow) {
            flow.succeed(old);
        }
        let newer = self.rare.as_mut().and_then(|rare| rare.debounce.as_mut());
        if let (Some(debounce), Some(old)) = (newer, older.debounce()) {
            debounce.succeed(old);
        }
        if let (Some(membership), Some(old)) = (self.membership_mut(), older.membership()) {
            membership.succeed(old);
        }
    }

    /// Has sends that wait look again.
    pub(super) fn wake_senders(&self) {
        if let Some(lane) = self.flow.as_ref().and_then(|flow| flow.lane.as_ref()) {
            lane.wake_senders();
        }
    }

    /// The connection has ended.
    pub(super) fn close(&self) {
        if let Some(debounce) = self.debounce() {
            debounce.close();
        }
        if let Some(flow) = &self.flow {
            flow.close();
        }
    }

    /// Whether all tracked objects are there.
    pub(super) fn is_supported(&self) -> bool {
        self.track.iter().all(|object| object.strong_count() > 0)
    }

    /// Keeps what is tracked alive; false if something has died.
    pub(super) fn hold(&self, held: &mut Held) -> bool {
        for object in &self.track {
            match object.upgrade() {
                Some(object) => held.objects.push(object),
                None => return false,
            }
        }
        true
    }

    /// Asks whether this event may come to the callback. Spends nothing.
    pub(super) fn consider(&self, event: &Event<P, K>) -> Considered {
        let mut held = Held::default();
        held.flow.clone_from(&self.flow);
        if !self.hold(&mut held) {
            return Considered::Gone;
        }
        for when in &self.when {
            match capture(|| when(event)) {
                Ok(true) => {}
                Ok(false) => return Considered::Refused,
                Err(panic) => return Considered::Failed(panic),
            }
        }
        let ordered_by = self.rare.as_ref().and_then(|rare| rare.ordered_by.as_ref());
        if let Some(ordered_by) = ordered_by {
            match capture(|| ordered_by(event)) {
                Ok(order) => held.order = order,
                Err(panic) => return Considered::Failed(panic),
            }
        }
        Considered::Granted(held)
    }

    /// Whether a throttle lets one more pass.
    pub(super) fn lets_pass(&self) -> bool {
        self.flow.as_ref().is_none_or(|flow| flow.lets_pass())
    }

    /// Whether an event of a send would come to a call of that send.
    pub(super) fn would_call(&self) -> bool {
        let would_pass = |flow: &Arc<Flow>| flow.would_let_pass();
        self.debounce().is_none() && self.flow.as_ref().is_none_or(would_pass)
    }

    /// Whether a throttle and `.times(n)` would let one more pass.
    pub(super) fn may_pass(&self) -> bool {
        let would_pass = |flow: &Arc<Flow>| flow.would_let_pass();
        !self.is_spent() && self.flow.as_ref().is_none_or(would_pass)
    }

    /// Takes one of the calls that `.times(n)` left.
    pub(super) fn spend(&self) -> Spent {
        let Some(times) = &self.times else {
            return Spent::Granted;
        };
        let spent = times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        });
        match spent {
            Ok(1) => Spent::Last,
            Ok(_) => Spent::Granted,
            Err(_) => Spent::Refused,
        }
    }
}

/// What goes with a call for its length.
#[derive(Default)]
pub(crate) struct Held {
    /// Tracked objects.
    pub(super) objects: SmallVec<[Arc<dyn Any + Send + Sync>; 1]>,
    pub(crate) flow: Option<Arc<Flow>>,
    /// Calls with equal numbers keep their order.
    pub(crate) order: u64,
    /// A place that was got hold of before the send began.
    pub(crate) promise: Option<Promise>,
}

impl Held {
    /// Whether the call takes more than calling.
    pub(crate) fn is_managed(&self) -> bool {
        self.flow.is_some()
    }

    /// What is kept alive, for a call that may be made elsewhere, and go on when its send does not wait for it any more.
    pub(crate) fn companions(&self) -> Self {
        let mut companions = Self::default();
        companions.objects.clone_from(&self.objects);
        companions
    }

    /// For a call that is put off: it keeps nobody alive meanwhile.
    pub(super) fn without_objects(mut self) -> Self {
        drop_quietly(std::mem::take(&mut self.objects));
        self
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.objects.is_empty() {
            drop_quietly(std::mem::take(&mut self.objects));
        }
    }
}
