//! Where the calls of one connection wait for their turn.

use std::task::{Context, Poll, Wake, Waker};

use event_listener::Event;

use super::lineup::{Entered, Lineup, Refusal, Rules, Standing};
use crate::signal::notes::Notes;
use crate::signal::places::{InLine, Places};
use crate::sync::{Arc, Lock, Weak};

/// The calls of one connection that run, and those that wait. Shared by the connection and its calls.
///
/// The lineup is changed under its lock, by sends that bring calls, by calls that end, and by who stops them. Nothing of
/// the user's runs under it: wakers, jobs and what they hold are taken out and dealt with after it is released.
#[derive(Debug)]
pub(crate) struct Lane {
    lineup: Lock<Lineup<Tell>>,
    /// Told of each place that becomes free, for sends that wait.
    room: Event,
}

/// How to tell a call that waits that its turn has come, or that it was put out.
#[derive(Default)]
pub(super) enum Tell {
    /// It has not said yet.
    #[default]
    Nobody,
    Task(Waker),
    Job(Box<dyn Parked>),
}

/// A call that waits for its turn without a task of its own.
pub(super) trait Parked: Send {
    /// Its turn has come: hands it over to its executor.
    fn go(self: Box<Self>);
    fn refuse(self: Box<Self>, why: Refusal);
}

/// A call's place in a lane. Dropping it leaves the lane, and lets the next one run.
#[derive(Debug)]
pub(crate) struct Turn {
    lane: Arc<Lane>,
    number: u64,
    order: u64,
    /// As far as it is known without a look.
    runs: bool,
}

/// A place that is promised to a send, until it is used or dropped.
#[derive(Debug)]
pub(crate) struct Promise {
    lane: Option<Arc<Lane>>,
}

thread_local! {
    /// The lanes this thread is handing jobs of to executors. One that runs them on the spot ends them in there.
    static HANDING: Notes = const { Notes::new() };
}

impl Lane {
    pub(crate) fn new(rules: Rules) -> Arc<Self> {
        Arc::new(Self {
            lineup: Lock::new(Lineup::new(rules)),
            room: Event::new(),
        })
    }

    pub(crate) fn rules(&self) -> Rules {
        self.lineup.hold().rules
    }

    /// Has other rules from now on. Nobody who waits is put out. Whoever calls this holds locks, and has everybody
    /// [`look_again`](Self::look_again) when they are released.
    pub(crate) fn set_rules(&self, rules: Rules) {
        let mut lineup = self.lineup.hold();
        // Lines are there from the beginning, or not at all.
        let is_ordered = lineup.rules.is_ordered;
        lineup.rules = Rules {
            is_ordered,
            ..rules
        };
    }

    /// Lets those come, and those run, that may by new rules.
    pub(crate) fn look_again(self: &Arc<Self>) {
        self.room.notify(usize::MAX);
        self.grant();
    }

    pub(crate) fn waiting(&self) -> usize {
        self.lineup.hold().waiting()
    }

    pub(crate) fn running(&self) -> usize {
        self.lineup.hold().running()
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lineup.hold().lost()
    }

    /// A place for a call that is to come, if there is one.
    pub(crate) fn promise(self: &Arc<Self>) -> Option<Promise> {
        let lane = self.lineup.hold().reserve().then(|| Arc::clone(self))?;
        Some(Promise { lane: Some(lane) })
    }

    /// Told when there may be a place: look again after this.
    pub(crate) fn line_up(self: &Arc<Self>) -> InLine {
        InLine::at(Arc::clone(self) as Arc<dyn Places>)
    }

    /// A call comes.
    pub(crate) fn enter(
        self: &Arc<Self>,
        order: u64,
        promise: Option<Promise>,
    ) -> Result<Turn, Refusal> {
        // Of a lane that has been replaced meanwhile, it is worth nothing here.
        let promise = promise.filter(|promise| promise.is_of(self));
        let mut put_out = Vec::new();
        let mut lineup = self.lineup.hold();
        let is_promised = promise.is_some();
        let entered = lineup.enter(order, is_promised, Tell::Nobody, &mut put_out);
        drop(lineup);
        if let Some(mut promise) = promise {
            promise.lane = None;
        }
        for tell in put_out {
            tell.put_out(Refusal::Overflow);
        }
        let (number, runs) = match entered {
            Entered::Runs(number) => (number, true),
            Entered::Waits(number) => (number, false),
            Entered::Refused(why) => return Err(why),
        };
        Ok(Turn {
            lane: Arc::clone(self),
            number,
            order,
            runs,
        })
    }

    /// Puts out everything that waits, and takes no more calls.
    pub(crate) fn close(&self) {
        let put_out = self.lineup.hold().close();
        self.room.notify(usize::MAX);
        for tell in put_out {
            tell.put_out(Refusal::Stopped);
        }
    }

    /// Has all sends that wait look again.
    pub(crate) fn wake_senders(&self) {
        self.room.notify(usize::MAX);
    }

    /// Lets those run that may.
    fn grant(self: &Arc<Self>) {
        let address = Arc::as_ptr(self).addr();
        if HANDING.with(|handing| handing.count(address)) > 0 {
            // Whoever began it goes on as soon as this returns: a thousand calls on the spot are no deep recursion.
            return;
        }
        loop {
            let granted = self.lineup.hold().grant();
            match granted {
                None => return,
                Some((_, Tell::Nobody)) => {}
                Some((_, Tell::Task(waker))) => waker.wake(),
                Some((_, Tell::Job(job))) => {
                    let _handing = Handing::begin(address);
                    job.go();
                }
            }
        }
    }

    /// Stops a call that waits.
    fn stop(&self, number: u64) {
        let put_out = self.lineup.hold().put_out(number, Refusal::Stopped);
        if let Some(tell) = put_out {
            self.room.notify_additional(1);
            tell.put_out(Refusal::Stopped);
        }
    }
}

impl Places for Lane {
    fn room(&self) -> &Event {
        &self.room
    }
}

impl Tell {
    fn put_out(self, why: Refusal) {
        match self {
            Self::Nobody => {}
            Self::Task(waker) => waker.wake(),
            Self::Job(job) => job.refuse(why),
        }
    }
}

impl std::fmt::Debug for Tell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nobody => "Nobody",
            Self::Task(_) => "Task",
            Self::Job(_) => "Job",
        })
    }
}

struct Handing;

impl Handing {
    fn begin(address: usize) -> Self {
        HANDING.with(|handing| handing.begin(address));
        Self
    }
}

impl Drop for Handing {
    fn drop(&mut self) {
        HANDING.with(Notes::end);
    }
}

impl Promise {
    /// Whether it is a place of what stands at that address.
    pub(crate) fn is_at(&self, address: usize) -> bool {
        self.lane
            .as_ref()
            .is_some_and(|own| Arc::as_ptr(own).addr() == address)
    }

    fn is_of(&self, lane: &Arc<Lane>) -> bool {
        self.lane.as_ref().is_some_and(|own| Arc::ptr_eq(own, lane))
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if let Some(lane) = self.lane.take() {
            lane.lineup.hold().give_back();
            lane.room.notify_additional(1);
        }
    }
}

impl Turn {
    /// Whether the call may run now; cheap once it may.
    pub(crate) fn runs(&mut self) -> bool {
        if !self.runs {
            let standing = self.lane.lineup.hold().standing(self.number);
            self.runs = standing == Standing::Runs;
        }
        self.runs
    }

    /// Ready when the call may run, or never will.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        if self.runs {
            return Poll::Ready(Ok(()));
        }
        // Cloned and dropped outside the lock: a waker is its executor's code.
        let waker = cx.waker().clone();
        let mut lineup = self.lane.lineup.hold();
        let (stale, standing) = match lineup.standing(self.number) {
            Standing::Waits => {
                let tell = lineup.tell(self.number);
                let stale = tell.map(|tell| std::mem::replace(tell, Tell::Task(waker)));
                (stale, Poll::Pending)
            }
            Standing::Runs => (None, Poll::Ready(Ok(()))),
            Standing::Out(why) => (None, Poll::Ready(Err(why))),
        };
        drop(lineup);
        drop(stale);
        self.runs = standing == Poll::Ready(Ok(()));
        standing
    }

    /// Wakes whoever stops the call while it waits, without a task.
    pub(super) fn stopper(&self) -> Waker {
        Waker::from(Arc::new(Stopper {
            lane: Arc::downgrade(&self.lane),
            number: self.number,
        }))
    }

    /// How to park the job that this turn has become part of.
    pub(super) fn parking(&self) -> Parking {
        Parking {
            lane: Arc::clone(&self.lane),
            number: self.number,
        }
    }
}

impl Turn {
    /// Leaves the lane. The next one runs once what this gives is dropped.
    pub(super) fn leave(self) -> Leaving {
        Leaving(Arc::clone(&self.lane))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut lineup = self.lane.lineup.hold();
        let tell = lineup.leave(self.number, self.order);
        drop(lineup);
        drop(tell);
        self.lane.room.notify_additional(1);
    }
}

/// A turn that is over. Dropping it lets the next one run.
pub(super) struct Leaving(Arc<Lane>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.grant();
    }
}

/// Where a job waits whose turn has not come.
pub(super) struct Parking {
    lane: Arc<Lane>,
    number: u64,
}

impl Parking {
    /// Leaves the job in the lane until its turn comes, which may be now.
    pub(super) fn park(self, job: Box<dyn Parked>) {
        let mut lineup = self.lane.lineup.hold();
        match lineup.standing(self.number) {
            Standing::Waits => {
                let tell = lineup.tell(self.number);
                let stale = tell.map(|tell| std::mem::replace(tell, Tell::Job(job)));
                drop(lineup);
                drop(stale);
            }
            Standing::Runs => {
                drop(lineup);
                let _handing = Handing::begin(Arc::as_ptr(&self.lane).addr());
                job.go();
                drop(_handing);
                self.lane.grant();
            }
            Standing::Out(why) => {
                drop(lineup);
                job.refuse(why);
            }
        }
    }
}

struct Stopper {
    lane: Weak<Lane>,
    number: u64,
}

impl Wake for Stopper {
    fn wake(self: Arc<Self>) {
        if let Some(lane) = self.lane.upgrade() {
            lane.stop(self.number);
        }
    }
}
