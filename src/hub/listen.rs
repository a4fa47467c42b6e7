//! Listening to topics with callbacks.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::error::TopicError;
use super::handle::Hub;
use super::into::IntoPattern;
use super::listeners::Its;
use super::message::{Body, Message};
use super::pattern::Pattern;
use crate::signal::{Backoff, ConnectBuilder, Connection, Filterable, Method, Overflow, passed_on};
use crate::sync::Arc;

/// A listener in the making: say which [`topics`](Self::topics) it listens to, and end it in `.await` or [`now`](Self::now).
///
/// An async listener is called one message at a time, in the order in which they were published, across all its patterns,
/// unless it is [`concurrent`](Self::concurrent). A sync one is called within the publish. If the callback can be named (a function, a
/// method of one object) and is connected already, the patterns are added to that connection, and the options given here replace
/// its old ones. What one subscriber has connected is not what another has, nor the hub's own.
#[must_use = "nothing listens until the builder is ended by `.await` or `.now()`"]
pub struct Listen<M, O = (), R = ()> {
    connect: ConnectBuilder<Body<M>, R, Pattern, O>,
    patterns: Vec<Pattern>,
    error: Option<TopicError>,
    is_ordered: bool,
    /// Who will know of it.
    owner: Owner<M>,
}

/// Who knows of a listener: a subscriber, and the hub, which has messages kept for it. A responder is known to nobody.
pub(super) struct Owner<M> {
    pub(super) subscriber: Option<Its>,
    pub(super) hub: Option<Hub<M>>,
}

impl<M, O, R> Listen<M, O, R> {
    pub(super) fn new(
        connect: ConnectBuilder<Body<M>, R, Pattern, O>,
        is_ordered: bool,
        owner: Owner<M>,
    ) -> Self {
        let connect = match &owner.subscriber {
            Some(its) => connect.of_owner(&its.owner),
            None => connect,
        };
        Self {
            connect,
            patterns: Vec::new(),
            error: None,
            is_ordered,
            owner,
        }
    }

    /// Listens to what is published under topics that match this pattern.
    pub fn topic(mut self, pattern: impl IntoPattern) -> Self {
        match pattern.into_pattern() {
            Ok(pattern) => self.patterns.push(pattern),
            Err(error) => drop(self.error.get_or_insert(error)),
        }
        self
    }

    /// As [`topic`](Self::topic), for each of these patterns. A message comes once, however many of them match it.
    pub fn topics<I>(mut self, patterns: I) -> Self
    where
        I: IntoIterator<Item: IntoPattern>,
    {
        for pattern in patterns {
            self = self.topic(pattern);
        }
        self
    }

    /// Has calls of an async listener begin when their message comes, whether others are running or not.
    pub fn concurrent(mut self) -> Self {
        self.is_ordered = false;
        self
    }

    /// Calls for messages with equal keys one at a time, in the order in which they were published, and others beside them.
    /// See [`ConnectBuilder::ordered_by`].
    pub fn ordered_by<Q: Hash>(
        mut self,
        key: impl Fn(&Message<M>) -> Q + Send + Sync + 'static,
    ) -> Self {
        self.connect = self.connect.ordered_by(key);
        self.is_ordered = false;
        self
    }

    /// Lets at most this many calls run at a time. See [`ConnectBuilder::max_in_flight`].
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.connect = self.connect.max_in_flight(calls);
        self.is_ordered = false;
        self
    }

    /// Narrows the listener to the messages for which `predicate` holds. See [`ConnectBuilder::when`].
    pub fn when(mut self, predicate: impl Fn(&Message<M>) -> bool + Send + Sync + 'static) -> Self {
        self.connect = self.connect.when(predicate);
        self
    }

    /// Ends the listener when this object dies. See [`ConnectBuilder::track`].
    pub fn track<T: Send + Sync + 'static>(mut self, object: &Arc<T>) -> Self {
        self.connect = self.connect.track(object);
        self
    }

    passed_on! {
        connect, "ConnectBuilder", "crate::ConnectBuilder":
        once() "Ends the listener with its first call.";
        times(count: usize) "Ends the listener with its `count`th call.";
        priority(priority: i32) "Has it called before listeners of lower priority.";
        name(name: impl AsRef<str>) "A name for reports, failures and logs.";
        group(name: impl AsRef<str>) "Shares messages with the other listeners of this group: one of them gets each, the least busy first.";
        queue(capacity: usize, overflow: Overflow) "Lets at most this many messages wait for their turn.";
        timeout(time: Duration) "Stops a call that has not finished after this time.";
        retry(backoff: Backoff) "Calls again what has failed.";
        debounce(time: Duration) "Calls once no other message has come for this long, with the last one.";
        throttle(time: Duration) "Lets a message pass, and none other for this long after it.";
        cancel_on_disconnect() "Has the end of the listener cancel the calls that run.";
    }
}

impl<M, R> Listen<M, Method, R> {
    /// Keeps the method's object alive as long as the listener.
    pub fn strong(self) -> Listen<M, (), R> {
        Listen {
            connect: self.connect.strong(),
            patterns: self.patterns,
            error: self.error,
            is_ordered: self.is_ordered,
            owner: self.owner,
        }
    }
}

impl<M: Send + Sync + 'static, O: Filterable, R: Send + 'static> Listen<M, O, R> {
    /// Listens. What `.await` does, from sync code. Without any topic, it listens to nothing until its connection is given some.
    ///
    /// # Errors
    /// Where the text of a pattern is malformed: nothing listens then.
    pub fn now(self) -> Result<Connection<Pattern>, TopicError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut connect = self.connect.keys(self.patterns.iter().cloned());
        if self.is_ordered {
            connect = connect.sequential();
        }
        let (connection, added) = connect.now_and_tell();
        let Owner { subscriber, hub } = self.owner;
        if let Some(its) = subscriber {
            its.add(&connection);
        }
        if let Some(hub) = hub.filter(|_| added > 0) {
            hub.catch_up(&connection, &self.patterns);
        }
        Ok(connection)
    }
}

impl<M: Send + Sync + 'static, O: Filterable, R: Send + 'static> IntoFuture for Listen<M, O, R> {
    type Output = Result<Connection<Pattern>, TopicError>;
    type IntoFuture = ListenFuture<M, O, R>;

    fn into_future(self) -> Self::IntoFuture {
        ListenFuture { listen: Some(self) }
    }
}

impl<M, O, R> fmt::Debug for Listen<M, O, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listen")
            .field("patterns", &self.patterns)
            .finish_non_exhaustive()
    }
}

/// A listen that has been awaited. Made by `.await` on a [`Listen`].
///
/// # Cancel safety
/// The first poll connects and is ready. Before it nothing listens.
#[must_use = "futures do nothing unless awaited"]
pub struct ListenFuture<M, O = (), R = ()> {
    listen: Option<Listen<M, O, R>>,
}

/// Nothing in it is ever pinned.
impl<M, O, R> Unpin for ListenFuture<M, O, R> {}

impl<M: Send + Sync + 'static, O: Filterable, R: Send + 'static> Future for ListenFuture<M, O, R> {
    type Output = Result<Connection<Pattern>, TopicError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let listen = self.listen.take().expect("polled after it was ready");
        Poll::Ready(listen.now())
    }
}

impl<M, O, R> fmt::Debug for ListenFuture<M, O, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenFuture").finish_non_exhaustive()
    }
}

/// `.connect*` of a hub and of a subscriber: `$hub` is the hub, `Owner { subscriber: $owner, hub: Some($hub.clone()) }` the subscriber whose listeners they are.
macro_rules! connect_methods {
    ($this:ident => $hub:expr, $owner:expr) => {
        /// Connects an async listener, a function or closure from `Arc<Message>` to a future. As
        /// [`Signal::connect`](crate::Signal::connect) does.
        pub fn connect<F, Fut>(&self, callback: F) -> Listen<M>
        where
            F: Fn(Arc<Message<M>>) -> Fut + Send + Sync + 'static, // sync: connect_sync; with state: connect_with
            Fut: CallbackFuture<Output = ()> + Send + 'static,
        {
            let $this = self;
            Listen::new(
                $hub.shared.signal.connect(callback),
                true,
                Owner {
                    subscriber: $owner,
                    hub: Some($hub.clone()),
                },
            )
        }

        /// Connects a sync listener: a function or closure that borrows the message, and runs within the publish. As
        /// [`Signal::connect_sync`](crate::Signal::connect_sync) does.
        pub fn connect_sync<F, T, X>(&self, callback: F) -> Listen<M>
        where
            F: Fn(&Message<M>) -> T + Send + Sync + 'static, // async: connect
            T: SyncReply<(), X>,
        {
            let $this = self;
            Listen::new(
                $hub.shared.signal.connect_sync(callback),
                false,
                Owner {
                    subscriber: $owner,
                    hub: Some($hub.clone()),
                },
            )
        }

        /// Connects an async method of an object, which is held weakly unless `.strong()` says otherwise. As
        /// [`Signal::connect_method`](crate::Signal::connect_method) does.
        pub fn connect_method<T, F, Fut>(&self, object: &Arc<T>, method: F) -> Listen<M, Method>
        where
            T: Send + Sync + 'static,
            F: Fn(Arc<T>, Arc<Message<M>>) -> Fut + Send + Sync + 'static, // async, with self: Arc<Self>
            Fut: CallbackFuture<Output = ()> + Send + 'static,
        {
            let $this = self;
            Listen::new(
                $hub.shared.signal.connect_method(object, method),
                true,
                Owner {
                    subscriber: $owner,
                    hub: Some($hub.clone()),
                },
            )
        }

        /// Connects a sync method of an object, which is held weakly unless `.strong()` says otherwise. As
        /// [`Signal::connect_method_sync`](crate::Signal::connect_method_sync) does.
        pub fn connect_method_sync<T, F, U, X>(
            &self,
            object: &Arc<T>,
            method: F,
        ) -> Listen<M, Method>
        where
            T: Send + Sync + 'static,
            F: Fn(&T, &Message<M>) -> U + Send + Sync + 'static, // not async: that is connect_method
            U: SyncReply<(), X>,
        {
            let $this = self;
            let connect = $hub.shared.signal.connect_method_sync(object, method);
            Listen::new(
                connect,
                false,
                Owner {
                    subscriber: $owner,
                    hub: Some($hub.clone()),
                },
            )
        }

        /// Connects an async listener with state; each call gets a clone of it. As
        /// [`Signal::connect_with`](crate::Signal::connect_with) does.
        pub fn connect_with<S, F, Fut>(&self, state: S, callback: F) -> Listen<M>
        where
            S: Clone + Send + Sync + 'static,
            F: Fn(S, Arc<Message<M>>) -> Fut + Send + Sync + 'static,
            Fut: CallbackFuture<Output = ()> + Send + 'static,
        {
            let $this = self;
            Listen::new(
                $hub.shared.signal.connect_with(state, callback),
                true,
                Owner {
                    subscriber: $owner,
                    hub: Some($hub.clone()),
                },
            )
        }
    };
}
pub(super) use connect_methods;
