//! A message with a name, from its sender to its handlers.

use std::any::type_name;
use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use super::anything::Sorted;
use super::content::Content;
use super::error::Problem;
use super::handle::{Bus, type_of};
use super::handled::{HandleError, Handled};
use super::info::Subject;
use super::message::MessageKind;
use crate::signal::{IntoKey, Key};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A message with a name, in the making. `.await` has it handled, [`detached`](Self::detached) leaves it. Made by
/// [`Bus::handle_named`].
///
/// # Cancel safety
/// As [`RequestFuture`](super::RequestFuture), and once an event was handed over it goes on.
#[must_use = "nothing is sent until the builder is ended by `.await` or `.detached()`"]
pub struct HandleNamed<'a, 'n, B> {
    bus: &'a Bus,
    name: &'n str,
    body: B,
    key: Option<Key>,
    timeout: Option<Duration>,
}

impl<'a, 'n, B: Send + Sync + 'static> HandleNamed<'a, 'n, B> {
    pub(super) fn new(bus: &'a Bus, name: &'n str, body: B) -> Self {
        Self {
            bus,
            name,
            body,
            key: None,
            timeout: None,
        }
    }

    /// A partition key: messages of one kind with equal keys are handled one at a time, in order.
    pub fn key(mut self, key: impl IntoKey<Key>) -> Self {
        self.key = Some(key.into_key());
        self
    }

    /// Waits no longer than this for a reply, and for its turn before that. It is nothing to an event, which is waited for by nobody.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Leaves it: what fails is told by [`failures`](Bus::failures), also that nobody handles it.
    pub fn detached(self) {
        let (bus, timeout) = (self.bus, self.timeout);
        self.sort().leave(bus, timeout);
    }

    /// Finds out what it is.
    fn sort(self) -> Sorted {
        let Self {
            bus,
            name,
            body,
            key,
            ..
        } = self;
        let mut content = Content::of_event(Arc::new(body));
        let subject = Subject::Name(name.into());
        let mut problem = Problem::Unhandled;
        for kind in MessageKind::ALL {
            let section = bus.core.section(kind);
            match section.of_body(name, type_of::<B>()) {
                Ok(line) => {
                    let (subject, key) = (subject.clone(), key.clone());
                    let sorted = Sorted::new(bus, section, Ok(line), subject, content, key);
                    if !sorted.is_unhandled() {
                        return sorted;
                    }
                    // Its router has chosen nobody.
                    content = sorted.into_content();
                }
                Err(Problem::Unhandled) => {}
                Err(other) => problem = other,
            }
        }
        Sorted::unhandled(bus, subject, content, key, problem)
    }
}

impl<'a, 'n: 'a, B: Send + Sync + 'static> IntoFuture for HandleNamed<'a, 'n, B> {
    type Output = Result<Handled, HandleError<B>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let (bus, name, timeout) = (self.bus, self.name, self.timeout);
        Box::pin(async move {
            let handled = self.sort().handle(bus, timeout).await;
            handled.map_err(|(problem, content)| {
                let sent = content.and_then(Content::into_shared_inner);
                HandleError::new(sent, name, problem)
            })
        })
    }
}

impl<B> fmt::Debug for HandleNamed<'_, '_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandleNamed")
            .field("name", &self.name)
            .field("body", &type_name::<B>())
            .field("key", &self.key)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
