//! The builder of a listener of a client.

use std::fmt;
use std::future::IntoFuture;
use std::hash::Hash;
use std::time::Duration;

use super::handle::Handle;
use super::held::Held;
use super::places::Source;
use super::unheard::ListenError;
use crate::router::{Listen, Message, Places, Route, place_methods};
use crate::signal::{Backoff, Connection, Filterable, Method, Overflow, passed_on};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A listener of a client in the making: say what it listens to, and end it in `.await` or [`now`](Self::now). It takes what a
/// [`Listen`] takes, which all of it happens on this side; what nobody here listens to does not come over the network.
#[must_use = "nothing listens until the builder is ended by `.await` or `.now()`"]
pub struct RemoteListen<V, O = ()> {
    handle: Arc<Handle<V>>,
    listen: Listen<V, O>,
    places: Places,
}

impl<V, O> RemoteListen<V, O> {
    pub(super) fn new(handle: &Arc<Handle<V>>, listen: Listen<V, O>) -> Self {
        Self {
            handle: Arc::clone(handle),
            listen,
            places: Places::default(),
        }
    }

    place_methods!("Listens to");

    /// Calls for messages with equal keys one at a time, in the order in which they came. See [`Listen::ordered_by`].
    pub fn ordered_by<Q: Hash>(
        mut self,
        key: impl Fn(&Message<V>) -> Q + Send + Sync + 'static,
    ) -> Self {
        self.listen = self.listen.ordered_by(key);
        self
    }

    /// Narrows the listener to the messages for which `predicate` holds. It is looked at on this side. See [`Listen::when`].
    pub fn when(mut self, predicate: impl Fn(&Message<V>) -> bool + Send + Sync + 'static) -> Self {
        self.listen = self.listen.when(predicate);
        self
    }

    /// Ends the listener when this object dies. See [`Listen::track`].
    pub fn track<T: Send + Sync + 'static>(mut self, object: &Arc<T>) -> Self {
        self.listen = self.listen.track(object);
        self
    }

    passed_on! {
        listen, "Listen", "crate::router::Listen":
        concurrent() "Has calls of an async listener begin when their message comes, whether others are running or not.";
        max_in_flight(calls: usize) "Lets at most this many calls run at a time.";
        once() "Ends the listener with its first call.";
        times(count: usize) "Ends the listener with its `count`th call.";
        priority(priority: i32) "Has it called before listeners of this client of lower priority.";
        name(name: impl AsRef<str>) "A name for reports, failures and logs.";
        group(name: impl AsRef<str>) "Shares messages with the other listeners of this client that are of this group.";
        queue(capacity: usize, overflow: Overflow) "Lets at most this many messages wait for their turn.";
        timeout(time: Duration) "Stops a call that has not finished after this time.";
        retry(backoff: Backoff) "Calls again what has failed.";
        debounce(time: Duration) "Calls once no other message has come for this long, with the last one.";
        throttle(time: Duration) "Lets a message pass, and none other for this long after it.";
        cancel_on_disconnect() "Has the end of the listener cancel the calls that run.";
    }
}

impl<V> RemoteListen<V, Method> {
    /// Keeps the method's object alive as long as the listener.
    pub fn strong(self) -> RemoteListen<V> {
        RemoteListen {
            handle: self.handle,
            listen: self.listen.strong(),
            places: self.places,
        }
    }
}

impl<V: Send + Sync + 'static, O: Filterable> RemoteListen<V, O> {
    /// Listens from now on, as soon and as long as the server is connected to. What it does not take is taken off, which a
    /// [notice](super::ClientRouter::notices) tells.
    pub fn now(self) -> Connection<Route> {
        self.listen.routes(self.places.heard()).now()
    }

    async fn listen(self) -> Result<Connection<Route>, ListenError> {
        let routes = self.places.heard();
        let held = Held::all(&self.handle, routes.iter().cloned().map(Source::Route)).await?;
        let connection = self.listen.routes(routes).now();
        drop(held);
        Ok(connection)
    }
}

/// Listens, and is ready when the server has it: what is sent after that, anywhere, is heard.
///
/// Where the server is not connected to, it waits until it is, no longer than [`Limits::request_timeout`](crate::net::Limits::request_timeout)
/// says.
///
/// # Errors
/// The server has not taken it, was not connected to in time, or the client is closed: nothing listens.
///
/// # Cancel safety
/// Dropped before it is ready, nothing listens.
impl<V, O> IntoFuture for RemoteListen<V, O>
where
    V: Send + Sync + 'static,
    O: Filterable + Send + 'static,
{
    type Output = Result<Connection<Route>, ListenError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.listen())
    }
}

impl<V, O> fmt::Debug for RemoteListen<V, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteListen")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}
