//! How a bus ends.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use event_listener::{Event, EventListener};
use futures_lite::future;

use super::core::Core;
use super::info::MessageInfo;
use crate::signal::{Deadline, Sleep, capture};
use crate::sync::{Arc, AtomicBool, OnceLock, Ordering};

/// How a bus ends: when it was closed, and what was left of it when a stop was out of time.
#[derive(Default)]
pub(super) struct Ending {
    /// Notified by who closes, and by who cuts off.
    news: Event,
    /// Set once, by the first stop whose time was up.
    cut_off: OnceLock<Unfinished>,
    /// Whether a stop has come to its end, or the bus is gone. Set once, before the news of it.
    is_over: AtomicBool,
}

impl Ending {
    fn set_over(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.news.notify(usize::MAX);
    }

    /// Waits until a stop has come to its end, or the bus is gone.
    #[cfg(feature = "signals")]
    pub(super) async fn is_over(&self) {
        loop {
            let news = self.news.listen();
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            news.await;
        }
    }
}

/// The bus is gone.
impl Drop for Core {
    fn drop(&mut self) {
        self.ending.set_over();
    }
}

/// What was not finished when the time of a [`stop`](crate::Bus::stop) was up.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Unfinished {
    /// The messages that had not begun, or that an engine ran, in the order in which they were sent. They are aborted.
    pub messages: Vec<MessageInfo>,
    /// How many others ran in the task that waits for them. They go on.
    pub in_place: usize,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.messages.len() + self.in_place;
        write!(
            f,
            "{count} messages were not finished when the bus was stopped"
        )?;
        for (place, message) in self.messages.iter().enumerate() {
            write!(f, "{} {message}", if place > 0 { "," } else { ":" })?;
        }
        match (self.in_place, self.messages.len()) {
            (0, _) => Ok(()),
            (_, 0) => f.write_str(": all run in tasks that wait for them"),
            (count, _) => write!(f, ", and {count} that run in tasks that wait for them"),
        }
    }
}

impl std::error::Error for Unfinished {}

impl Core {
    pub(super) fn close(&self) -> bool {
        let is_news = self.gate.close();
        self.ending.news.notify(usize::MAX);
        is_news
    }

    pub(super) async fn stopped(&self) -> Result<(), Unfinished> {
        loop {
            let news = self.ending.news.listen();
            if let Some(unfinished) = self.ending.cut_off.get() {
                return Err(unfinished.clone());
            }
            if !self.gate.is_closed() {
                news.await;
                continue;
            }
            let is_empty = async {
                self.gate.empty().await;
                true
            };
            let has_news = async {
                news.await;
                false
            };
            if future::or(is_empty, has_news).await {
                // It may be empty because a stop has cut off what was there.
                return self.ending.cut_off.get().cloned().map_or(Ok(()), Err);
            }
        }
    }

    /// The time of a stop is up.
    fn cut_off(&self) -> Result<(), Unfinished> {
        let all = self.gate.count();
        if all == 0 {
            self.ending.set_over();
            return Ok(());
        }
        let (messages, aborts) = self.running.cut_off();
        let unfinished = Unfinished {
            in_place: all.saturating_sub(messages.len()),
            messages,
        };
        drop(self.ending.cut_off.set(unfinished.clone()));
        self.ending.set_over();
        for abort in aborts {
            // It wakes whoever runs it.
            drop(capture(|| abort.abort()));
        }
        Err(unfinished)
    }
}

/// A bus that is being stopped. Made by [`Bus::stop`](crate::Bus::stop), which has closed it already.
#[must_use = "the bus is closed, but nothing waits for its messages without `.await`"]
pub struct Stopping<'a> {
    core: &'a Arc<Core>,
    deadline: Deadline,
    sleep: Option<Sleep>,
    listener: Option<EventListener>,
    /// Whether another stop had cut off what there was when this one began.
    is_after: bool,
}

impl<'a> Stopping<'a> {
    pub(super) fn new(core: &'a Arc<Core>, time: Duration) -> Self {
        Self {
            core,
            deadline: Deadline::after(&core.timer(), time),
            sleep: None,
            listener: None,
            is_after: core.ending.cut_off.get().is_some(),
        }
    }
}

/// Nothing in it is ever pinned.
impl Unpin for Stopping<'_> {}

impl Future for Stopping<'_> {
    type Output = Result<(), Unfinished>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            let Some(listener) = &mut this.listener else {
                match this.core.gate.listen() {
                    Some(listener) => this.listener = Some(listener),
                    None => {
                        this.core.ending.set_over();
                        // Another stop may have cut off what this one waited for.
                        let cut_off = this.core.ending.cut_off.get();
                        let cut_off = cut_off.filter(|_| !this.is_after);
                        return Poll::Ready(cut_off.cloned().map_or(Ok(()), Err));
                    }
                }
                continue;
            };
            if Pin::new(listener).poll(cx).is_pending() {
                break;
            }
            this.listener = None;
        }
        let sleep = this.sleep.get_or_insert_with(|| this.deadline.sleep());
        ready!(sleep.poll(cx));
        Poll::Ready(this.core.cut_off())
    }
}

impl fmt::Debug for Stopping<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopping")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
