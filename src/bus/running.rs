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
pub(super) struct Running(Lock<All>);

#[derive(Default)]
struct All {
    messages: Slab<(MessageInfo, AbortHandle)>,
    /// Whether a stop was out of time: whoever comes now is aborted at once.
    is_cut_off: bool,
}

impl Running {
    fn add(&self, info: MessageInfo, abort: AbortHandle) -> usize {
        let mut all = self.0.hold();
        if all.is_cut_off {
            // Nothing waits for it yet, so it wakes nobody.
            abort.abort();
        }
        all.messages.insert((info, abort))
    }

    fn remove(&self, place: usize) {
        // Dropped without the lock: a waker may be in it.
        let removed = self.0.hold().messages.try_remove(place);
        drop(removed);
    }

    /// From now on nothing runs. Tells which there are, in the order in which they were sent, and what aborts them.
    pub(super) fn cut_off(&self) -> (Vec<MessageInfo>, Vec<AbortHandle>) {
        let mut all = self.0.hold();
        all.is_cut_off = true;
        let (mut infos, mut aborts) = (Vec::new(), Vec::new());
        for (_, (info, abort)) in &all.messages {
            infos.push(info.clone());
            aborts.push(abort.clone());
        }
        drop(all);
        infos.sort_by_key(MessageInfo::id);
        (infos, aborts)
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

/// A message until it begins, and what it says until a handler is given it.
type Parcel = Arc<Lock<Unbegun>>;

struct Unbegun {
    message: Option<Message>,
    /// Of what is for one handler: it may wait for that when it has begun.
    content: Option<Content>,
}

impl Unbegun {
    fn new(message: Message) -> Self {
        Self {
            content: message.content.again(),
            message: Some(message),
        }
    }

    /// What it says, if no handler was given it.
    fn take_content(&mut self) -> Option<Content> {
        let of_message = self.message.take().map(|message| message.into_parts().1);
        let content = of_message.or_else(|| self.content.take());
        content.filter(|content| !content.is_given())
    }
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
        let parcel: Parcel = Arc::new(Lock::new(Unbegun::new(message)));
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
            let message = parcel.hold().message.take();
            match message {
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
        self.parcel.hold().take_content()
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
