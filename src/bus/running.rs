//! Messages that an engine runs.

use std::future::Future;

use futures_lite::future;
use futures_util::future::{AbortHandle, Abortable};
use slab::Slab;

use super::content::Content;
use super::core::{Core, Ticket};
use super::error::Problem;
use super::handed::Message;
use super::info::MessageInfo;
use super::owed::{Came, Owed};
use crate::bus::engine::Job;
use crate::signal::{Cause, Deadline, Panic, Waiting, capture, elsewhere};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock};

/// The messages that were given to an engine and are not finished.
#[derive(Default)]
pub(super) struct Running(Lock<Slab<(MessageInfo, AbortHandle)>>);

impl Running {
    fn add(&self, info: MessageInfo, abort: AbortHandle) -> usize {
        self.0.hold().insert((info, abort))
    }

    fn remove(&self, place: usize) {
        // Dropped without the lock: a waker may be in it.
        let removed = self.0.hold().try_remove(place);
        drop(removed);
    }

    /// Which they are, in the order in which they were sent.
    pub(super) fn list(&self) -> Vec<MessageInfo> {
        let running = self.0.hold();
        let mut list: Vec<_> = running.iter().map(|(_, (info, _))| info.clone()).collect();
        drop(running);
        list.sort_by_key(MessageInfo::id);
        list
    }

    pub(super) fn abort_all(&self) {
        let running = self.0.hold();
        let all: Vec<_> = running
            .iter()
            .map(|(_, (_, abort))| abort.clone())
            .collect();
        drop(running);
        for abort in all {
            // It wakes.
            drop(capture(|| abort.abort()));
        }
    }
}

/// A message in the list of those that run. It is taken off before the bus can come to rest.
struct Listed {
    core: Arc<Core>,
    place: usize,
    _ticket: Ticket,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.core.running.remove(self.place);
    }
}

/// Where a message is until it begins.
type Parcel = Arc<Lock<Option<Message>>>;

fn take(parcel: &Parcel) -> Option<Message> {
    parcel.hold().take()
}

impl Core {
    /// Gives a message to its engine. What it comes to is owed to whoever has the end of it that is given back.
    pub(super) fn submit<V: Came>(
        self: &Arc<Self>,
        message: Message,
        ticket: Ticket,
        deadline: Option<Deadline>,
        work: impl FnOnce(Message) -> BoxFuture<'static, V> + Send + 'static,
    ) -> Waiting<Owed<V>> {
        let info = message.info.clone();
        let parcel: Parcel = Arc::new(Lock::new(Some(message)));
        let (abort, aborted) = AbortHandle::new_pair();
        let listed = Listed {
            core: Arc::clone(self),
            place: self.running.add(info.clone(), abort),
            _ticket: ticket,
        };
        let end = Endings {
            core: Arc::clone(self),
            info: info.clone(),
            parcel: Arc::clone(&parcel),
        };
        let at_its_end = end.clone();
        let begun = async move {
            match take(&parcel) {
                Some(message) => work(message).await,
                None => V::lost(Problem::aborted(), None),
            }
        };
        let begun = Abortable::new(begun, aborted);
        let all = async move {
            match within(deadline, begun).await {
                None => at_its_end.late(),
                Some(Ok(value)) => at_its_end.owed(value),
                Some(Err(_)) => at_its_end.cut_off(),
            }
        };
        let lost = move |panic| end.lost(panic);
        let (task, waiting) = elsewhere(Box::pin(all), Box::new(lost), listed);
        let engine = &self.section(info.kind()).engine;
        // If it panics, it drops the job, and that is heard.
        drop(capture(|| engine.submit(Job::new(info, task))));
        waiting
    }
}

/// Does it before the deadline, or not at all.
pub(super) async fn within<T>(
    deadline: Option<Deadline>,
    work: impl Future<Output = T>,
) -> Option<T> {
    let Some(deadline) = deadline else {
        return Some(work.await);
    };
    if deadline.has_passed() {
        return None;
    }
    let mut sleep = deadline.sleep();
    let is_late = future::poll_fn(|cx| sleep.poll(cx).map(|()| None));
    future::or(async { Some(work.await) }, is_late).await
}

/// What a message comes to that an engine runs.
#[derive(Clone)]
struct Endings {
    core: Arc<Core>,
    info: MessageInfo,
    parcel: Parcel,
}

impl Endings {
    fn owed<V: Came>(&self, value: V) -> Owed<V> {
        Owed::new(value, self.info.clone(), Arc::clone(&self.core))
    }

    fn content(&self) -> Option<Content> {
        take(&self.parcel).map(|message| message.into_parts().1)
    }

    /// The time of a stop was up.
    fn cut_off<V: Came>(&self) -> Owed<V> {
        let content = self.content();
        let problem = match &content {
            Some(_) => Problem::Stopped,
            None => Problem::aborted(),
        };
        self.owed(V::lost(problem, content))
    }

    /// Its time was up.
    fn late<V: Came>(&self) -> Owed<V> {
        self.owed(V::lost(Problem::TimedOut, self.content()))
    }

    /// It was dropped, or panicked outside of any handler.
    fn lost<V: Came>(&self, panic: Option<Panic>) -> Owed<V> {
        let cause = panic.map_or(Cause::Aborted, Cause::Panicked);
        self.owed(V::lost(Problem::Call(cause), self.content()))
    }
}
