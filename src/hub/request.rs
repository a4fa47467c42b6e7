//! Requests, and who replies to them.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use super::error::TopicError;
use super::handle::Hub;
use super::into::IntoTopic;
use super::listen::{Listen, Owner};
use super::message::{Body, Message};
use super::pattern::Pattern;
use super::publisher::Publisher;
use super::topic::Topic;
use crate::signal::{CallbackFuture, SyncReply};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

impl<M: Send + Sync + 'static> Hub<M> {
    /// Has an async callback reply to requests under the [`topics`](Listen::topics) that are given. Requests run beside each
    /// other.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::hub::Hub;
    ///
    /// let hub = Hub::<u32>::new();
    /// hub.respond(|m| async move { ***m * 2 }).topic("math.double").await?;
    /// assert_eq!(hub.request("math.double", 21).await?, 42);
    ///
    /// let error = hub.request("math.half", 21).await.unwrap_err();
    /// assert!(error.is_unanswered());
    /// assert_eq!(error.into_payload(), Some(21));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn respond<F, Fut>(&self, callback: F) -> Listen<M, (), M>
    where
        F: Fn(Arc<Message<M>>) -> Fut + Send + Sync + 'static, // sync: respond_sync
        Fut: CallbackFuture<Output = M> + Send + 'static,
    {
        Listen::new(self.shared.responders.connect(callback), false, nobody())
    }

    /// As [`respond`](Self::respond), with a sync callback.
    pub fn respond_sync<F, T, X>(&self, callback: F) -> Listen<M, (), M>
    where
        F: Fn(&Message<M>) -> T + Send + Sync + 'static, // async: respond
        T: SyncReply<M, X>,
    {
        Listen::new(
            self.shared.responders.connect_sync(callback),
            false,
            nobody(),
        )
    }

    /// Asks whoever responds under a topic, and gives the first reply. Listeners do not hear of requests.
    pub fn request(&self, topic: impl IntoTopic, payload: M) -> Request<'_, M> {
        Request {
            hub: self,
            topic: topic.into_topic(),
            payload,
            timeout: None,
        }
    }
}

impl<M: Send + Sync + 'static> Publisher<M> {
    /// Asks whoever responds under the prefix and this topic. See [`Hub::request`].
    pub fn request(&self, topic: impl IntoTopic, payload: M) -> Request<'_, M> {
        Request {
            hub: self.hub(),
            topic: topic.into_topic().map(|topic| self.prefix().join(&topic)),
            payload,
            timeout: None,
        }
    }
}

/// Nobody has to know of a responder.
fn nobody<M>() -> Owner<M> {
    Owner {
        listeners: None,
        hub: None,
    }
}

/// A request in the making, made by `.await`: responders run inside the task that awaits it, concurrently, until one replies.
#[must_use = "nothing is asked until the builder is awaited"]
pub struct Request<'a, M> {
    hub: &'a Hub<M>,
    topic: Result<Topic, TopicError>,
    payload: M,
    timeout: Option<Duration>,
}

impl<M> Request<'_, M> {
    /// Waits no longer than this.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

impl<'a, M: Send + Sync + 'static> Request<'a, M> {
    async fn ask(self) -> Result<M, RequestError<M>> {
        let Self {
            hub,
            topic,
            payload,
            timeout,
        } = self;
        let failed = |payload, why| RequestError { payload, why };
        let topic = match topic {
            Ok(topic) => topic,
            Err(error) => return Err(failed(Some(payload), Why::Topic(error))),
        };
        let responders = &hub.shared.responders;
        let mut send = responders.send_wide(Pattern::from(&topic));
        if responders.is_closed() {
            return Err(failed(Some(payload), Why::Closed));
        }
        if !send.reaches_somebody() {
            return Err(failed(Some(payload), Why::Unanswered));
        }
        let mut send = send.with(Body::new(topic, payload));
        if let Some(time) = timeout {
            send = send.timeout(time);
        }
        let reply = send.first().await;
        reply.ok_or_else(|| failed(None, Why::Failed))
    }
}

/// Asks, and gives the first reply.
impl<'a, M: Send + Sync + 'static> IntoFuture for Request<'a, M> {
    type Output = Result<M, RequestError<M>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ask())
    }
}

impl<M: fmt::Debug> fmt::Debug for Request<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("topic", &self.topic)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// A request without a reply.
pub struct RequestError<M> {
    payload: Option<M>,
    why: Why,
}

enum Why {
    Topic(TopicError),
    Unanswered,
    Failed,
    Closed,
}

impl<M> RequestError<M> {
    /// What was asked, if nobody was given it.
    #[must_use]
    pub fn into_payload(self) -> Option<M> {
        self.payload
    }

    /// What is wrong with the topic, if that is the reason.
    #[must_use]
    pub fn topic_error(&self) -> Option<&TopicError> {
        match &self.why {
            Why::Topic(error) => Some(error),
            _ => None,
        }
    }

    /// Whether nobody responds under the topic.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        matches!(self.why, Why::Unanswered)
    }

    /// Whether the hub is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.why, Why::Closed)
    }
}

impl<M> fmt::Display for RequestError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Topic(error) => write!(f, "not asked: {error}"),
            Why::Unanswered => f.write_str(
                "not asked: nobody responds under this topic; `hub.respond(..).topic(..)` does",
            ),
            Why::Failed => f.write_str(
                "no reply: every responder has failed, or run out of time, or let it pass",
            ),
            Why::Closed => f.write_str("not asked: the hub is closed"),
        }
    }
}

impl<M> fmt::Debug for RequestError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestError({self})")
    }
}

impl<M> std::error::Error for RequestError<M> {}
