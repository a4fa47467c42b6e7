//! One link, as its tasks and its handles share it.

use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use async_lock::Semaphore;
use futures_lite::future::or;

use super::due::{Due, What};
use super::end::End;
use super::error::{RequestError, Unsendable};
use super::handler::Handler;
use super::queue::{Pushed, Queue};
use super::reason::CloseReason;
use super::replies::Replies;
use super::serving::Serving;
use super::waiting::{Class, Entry};
use crate::net::carrier::{Carrier, PeerInfo};
use crate::net::codec::CodecError;
use crate::net::limits::Limits;
use crate::net::wire::{Call, CallOf, Code, Format, Id, RemoteError, ReplyOf, Response, Said};
use crate::spawn::{Spawner, Timer};
use crate::sync::{Arc, AtomicBool, AtomicU64, AtomicUsize, Lock, OnceLock, Ordering, next_number};

/// The most room that is made for a message before its size is known.
const USUAL_FRAME: usize = 1024;

/// How many pings may be without an answer, at most.
const PINGS: usize = 256;

/// The number of the link made last.
static LAST: AtomicU64 = AtomicU64::new(0);

/// What the builder has gathered.
pub(super) struct Settings<V> {
    pub(super) limits: Limits,
    pub(super) handler: Arc<dyn Handler<V>>,
    pub(super) spawner: Arc<dyn Spawner>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) requires_hello: bool,
    /// At least one.
    pub(super) formats: Vec<Arc<dyn Format<V>>>,
}

pub(super) struct Core<V> {
    pub(super) id: u64,
    pub(super) carrier: Arc<dyn Carrier>,
    pub(super) info: PeerInfo,
    pub(super) limits: Limits,
    pub(super) handler: Arc<dyn Handler<V>>,
    pub(super) spawner: Arc<dyn Spawner>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) requires_hello: bool,
    /// What the other side may speak; the first is spoken until it is known.
    formats: Vec<Arc<dyn Format<V>>>,
    /// Which of them it speaks. Written once, by who reads, or at once where there is no choice.
    format: OnceLock<Arc<dyn Format<V>>>,
    pub(super) queue: Queue,
    pub(super) replies: Replies,
    pub(super) serving: Serving,
    pub(super) due: Due,
    /// The call that says hello, 0 where there is none.
    pub(super) hello: AtomicU64,
    /// How many more requests may be without a reply: what the other side has said it takes. Written once, by who reads, before it is
    /// known that both know of each other.
    pub(super) window: OnceLock<Arc<Semaphore>>,
    /// Whether both know of each other. By who reads, or at once. Relaxed suffices: whether a message just before or after it is sent
    /// in the plain way, the other side understands it.
    is_greeted: AtomicBool,
    start: Instant,
    /// When something was heard last, in microseconds since the start. By who reads; the one who looks after the time reads it, and a
    /// value that is late only has it look once more.
    heard: AtomicU64,
    /// Who reads is waiting for something on this side, and hears nothing.
    pub(super) is_busy: AtomicBool,
    /// The first message has begun to come. By who reads.
    pub(super) has_begun: AtomicBool,
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
    /// How many events were sent before each ping that has no answer yet. By who looks after the time, and who reads.
    pings: Lock<VecDeque<u64>>,
    /// How large the last call was, within bounds. By who sends; a guess and nothing more.
    frame_size: AtomicUsize,
    /// Handles that keep the link.
    pub(super) handles: AtomicUsize,
    pub(super) end: End,
}

impl<V> Core<V> {
    pub(super) fn new(carrier: Arc<dyn Carrier>, settings: Settings<V>) -> Self {
        let Settings {
            limits,
            handler,
            spawner,
            timer,
            requires_hello,
            formats,
        } = settings;
        let format = OnceLock::new();
        if let [only] = &formats[..] {
            let _ = format.set(Arc::clone(only));
        }
        Self {
            id: next_number(&LAST),
            info: carrier.info(),
            queue: Queue::new(&limits),
            serving: Serving::new(limits.requests),
            start: timer.now(),
            carrier,
            limits,
            handler,
            spawner,
            timer,
            requires_hello,
            formats,
            format,
            replies: Replies::new(),
            due: Due::new(),
            hello: AtomicU64::new(0),
            window: OnceLock::new(),
            is_greeted: AtomicBool::new(false),
            heard: AtomicU64::new(0),
            is_busy: AtomicBool::new(false),
            has_begun: AtomicBool::new(false),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            pings: Lock::new(VecDeque::new()),
            frame_size: AtomicUsize::new(USUAL_FRAME),
            handles: AtomicUsize::new(1),
            end: End::new(),
        }
    }

    pub(super) fn format(&self) -> &dyn Format<V> {
        &**self.format.get().unwrap_or(&self.formats[0])
    }

    /// As [`format`](Self::format), once the first message has come: JSON begins as an object does, and what begins otherwise is
    /// the other.
    pub(super) fn settle_format(&self, frame: &[u8]) -> &dyn Format<V> {
        let format = self.format.get_or_init(|| {
            let is_object = frame.first() == Some(&b'{');
            let fits = |format: &&Arc<dyn Format<V>>| (format.name() == "json") == is_object;
            let chosen = self.formats.iter().find(fits).unwrap_or(&self.formats[0]);
            Arc::clone(chosen)
        });
        &**format
    }

    /// Whether the other side has not said hello, and knows what the original does.
    pub(super) fn is_plain(&self) -> bool {
        !self.is_greeted.load(Ordering::Relaxed)
    }

    /// The other side has said hello, and takes so many requests at a time.
    pub(super) fn greet(&self, requests: u32) {
        let requests = usize::try_from(requests).unwrap_or(usize::MAX).max(1);
        let _ = self.window.set(Arc::new(Semaphore::new(requests)));
        self.is_greeted.store(true, Ordering::Relaxed);
        self.queue.end_lockstep();
        self.due.poke();
    }

    /// What the other side is told of how many requests it may have under way.
    pub(super) fn requests_taken(&self) -> u32 {
        // More than may be owed to it at a time would only have to wait.
        let taken = self.limits.requests.min(self.limits.max_queue());
        u32::try_from(taken).unwrap_or(u32::MAX).max(1)
    }

    pub(super) fn now(&self) -> Instant {
        self.timer.now()
    }

    /// Something has come.
    pub(super) fn heard_now(&self) {
        let since = self.now().saturating_duration_since(self.start);
        let since = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        self.heard.store(since, Ordering::Relaxed);
    }

    pub(super) fn last_heard(&self) -> Instant {
        self.start + Duration::from_micros(self.heard.load(Ordering::Relaxed))
    }

    /// A call as a frame.
    pub(super) fn frame_of(&self, call: &CallOf<'_, V>) -> Result<Vec<u8>, Unsendable> {
        // Messages are often as large as the one before, or a little larger.
        let usual = self.frame_size.load(Ordering::Relaxed);
        let mut frame = Vec::with_capacity(usual + usual / 8);
        let format = self.format();
        let written = unless_it_panics(|| format.call(call, &mut frame));
        written.map_err(Unsendable::Unwritable)?;
        if frame.len() != usual {
            let size = frame.len().clamp(64, USUAL_FRAME);
            self.frame_size.store(size, Ordering::Relaxed);
        }
        self.fits(frame)
    }

    fn fits(&self, frame: Vec<u8>) -> Result<Vec<u8>, Unsendable> {
        let (size, max) = (frame.len(), self.limits.frame.min(self.info.max_frame()));
        if size > max {
            return Err(Unsendable::TooLarge { size, max });
        }
        Ok(frame)
    }

    /// Has a message written, or tells why not. Never waits.
    pub(super) fn push(&self, entry: Entry) -> Result<Option<Entry>, Unsendable> {
        match self.queue.push(entry) {
            Pushed::Taken | Pushed::Dropped => Ok(None),
            Pushed::Full(entry) => Ok(Some(entry)),
            Pushed::Shut => Err(Unsendable::Closed(self.end.reason_or_announced())),
            Pushed::TooSlow => {
                self.end_with(CloseReason::QueueFull);
                Err(Unsendable::Closed(CloseReason::QueueFull))
            }
        }
    }

    /// The same, and waits for room.
    pub(super) async fn push_waiting(&self, mut entry: Entry) -> Result<(), Unsendable> {
        while let Some(full) = self.push(entry)? {
            let room = self.queue.room();
            match self.push(full)? {
                None => break,
                Some(full) => entry = full,
            }
            room.await;
        }
        Ok(())
    }

    /// Tells the other side something about the link, if it understands that.
    pub(super) fn tell(&self, call: &Call<V>) {
        if self.is_plain() {
            return;
        }
        let (id, call, deadline) = (None, Said::Call(call), None);
        if let Ok(frame) = self.frame_of(&CallOf { id, call, deadline }) {
            let class = Class::Owed;
            // One that has ended needs no word.
            let _ = self.push(Entry {
                frame,
                class,
                id: None,
            });
        }
    }

    /// Asks the other side whether it is there.
    pub(super) fn ping(&self) {
        {
            let mut pings = self.pings.hold();
            if pings.len() == PINGS {
                // It says much, and nothing to these: what they would show is not known.
                return;
            }
            pings.push_back(self.queue.accepted());
        }
        self.tell(&Call::Ping);
    }

    /// It is there, and has read what was sent before it was asked.
    pub(super) fn pong(&self) {
        if let Some(events) = self.pings.hold().pop_front() {
            self.queue.confirm(events);
        }
    }

    /// Replies, if a reply is wanted.
    pub(super) fn reply(&self, id: Option<Id>, result: &Result<Response<V>, RemoteError>) {
        let Some(id) = id.or_else(|| self.is_plain().then_some(Id::Null)) else {
            return;
        };
        let mut frame = Vec::with_capacity(64);
        let format = self.format();
        let reply = ReplyOf { id: &id, result };
        let written = unless_it_panics(|| format.reply(&reply, &mut frame));
        let fitting = written
            .map_err(Unsendable::Unwritable)
            .and_then(|()| self.fits(frame));
        let frame = fitting.or_else(|problem| {
            // The other side has to know, or it waits.
            let failed = RemoteError::failed(Code::Failed, problem);
            let mut frame = Vec::new();
            let reply = ReplyOf {
                id: &id,
                result: &Err(failed),
            };
            format.reply(&reply, &mut frame).map(|()| frame)
        });
        if let Ok(frame) = frame {
            let class = Class::Owed;
            // One that has ended is owed nothing.
            let _ = self.push(Entry {
                frame,
                class,
                id: None,
            });
        }
    }

    /// Ends when everything that waits is written, or when the time for it is up.
    pub(super) fn announce(&self, reason: CloseReason) {
        if self.end.announced.set(reason).is_ok() {
            self.due
                .add(self.now() + self.limits.handshake, What::LastWords);
            self.queue.shut();
        }
    }

    /// Ends at once. Of several reasons, the first one stands.
    pub(super) fn end_with(&self, reason: CloseReason) {
        if !self.end.decide(reason.clone()) {
            return;
        }
        self.queue.clear();
        self.replies.fail_all(&RequestError::Closed(reason));
        self.serving.cancel_all();
        self.end.tell();
    }

    pub(super) fn malformed(&self, error: CodecError) {
        self.end_with(CloseReason::Malformed(error));
    }
}

/// What reads and writes payloads is code of whoever made them.
pub(super) fn unless_it_panics<T>(
    code: impl FnOnce() -> Result<T, CodecError>,
) -> Result<T, CodecError> {
    catch_unwind(AssertUnwindSafe(code))
        .unwrap_or_else(|_| Err(CodecError::of_reading("the payload's code panicked")))
}

/// Does this until the link ends, which it does with it.
pub(super) async fn until_ended<V>(core: &Core<V>, work: impl Future<Output = ()>) {
    let _ends = EndsIfDropped(core);
    or(work, async {
        core.end.wait().await;
    })
    .await;
}

/// Ends the link with a task of it: an executor may drop its tasks, and a carrier of somebody's may panic.
struct EndsIfDropped<'a, V>(&'a Core<V>);

impl<V> Drop for EndsIfDropped<'_, V> {
    fn drop(&mut self) {
        // Unless it has ended, which is how the task usually comes to its end.
        self.0.end_with(CloseReason::Dropped);
    }
}
