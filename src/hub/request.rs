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
use crate::signal::{CallbackFuture, Failure, Silence, SyncReply, Unanswered};
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
    ///
    /// # Errors
    /// Awaited, it gives a [`RequestError`]: where the topic is none, nobody responds, all responders fail, the time is up or the hub
    /// is closed. It gives the payload back where nobody was given it.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::time::Duration;
    /// use fanfare::hub::{Hub, Message};
    ///
    /// let hub = Hub::<String>::new();
    /// hub.respond_sync(|m: &Message<String>| -> String { panic!("no {m} here") }).topic("files.*").name("files").await?;
    ///
    /// let error = hub.request("files.read", "readme".into()).timeout(Duration::from_secs(1)).await.unwrap_err();
    /// assert!(error.is_failed());
    /// assert_eq!(error.to_string(), "no reply: callback `files` panicked: no readme here");
    /// # Ok::<(), fanfare::hub::TopicError>(()) }).unwrap();
    /// ```
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
        subscriber: None,
        hub: None,
    }
}

/// A request in the making, made by `.await`: responders run inside the task that awaits it, concurrently, until one replies. It
/// waits where a responder says how many calls it takes at a time.
///
/// # Cancel safety
/// Dropped while it waits for room, it has asked nobody. After that, dropping it cancels the responders' calls, as a reply of one
/// of them does with the others'.
#[must_use = "nothing is asked until the builder is awaited"]
pub struct Request<'a, M> {
    hub: &'a Hub<M>,
    topic: Result<Topic, TopicError>,
    payload: M,
    timeout: Option<Duration>,
}

impl<M> Request<'_, M> {
    /// Waits no longer than this: for room, and then for a reply.
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
        let topic = match topic {
            Ok(topic) => topic,
            Err(error) => return Err(RequestError::of_topic(payload, error)),
        };
        let responders = &hub.shared.responders;
        let mut send = responders.send_wide(Pattern::from(&topic));
        send = send.with(Body::new(topic, payload));
        if let Some(time) = timeout {
            send = send.timeout(time);
        }
        send.ask().await.map_err(RequestError::of_silence)
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
    failures: Vec<Failure>,
}

enum Why {
    Topic(TopicError),
    Silence(Silence),
}

impl<M> RequestError<M> {
    fn of_topic(payload: M, error: TopicError) -> Self {
        Self {
            payload: Some(payload),
            why: Why::Topic(error),
            failures: Vec::new(),
        }
    }

    fn of_silence(unanswered: Unanswered<Body<M>>) -> Self {
        Self {
            payload: unanswered.payload.map(Body::into_payload),
            why: Why::Silence(unanswered.why),
            failures: unanswered.failures,
        }
    }

    fn is(&self, why: Silence) -> bool {
        matches!(&self.why, Why::Silence(own) if *own == why)
    }

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
            Why::Silence(_) => None,
        }
    }

    /// Whether nobody responds under the topic; or those who do have let it pass, because of a predicate or since they are blocked.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.is(Silence::Nobody)
    }

    /// Whether the [time](Request::timeout) was up: while it waited for a responder to have room, in which case nobody was given
    /// the payload and it is here, or while responders were running.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        self.is(Silence::TimedOut)
    }

    /// Whether everybody who was asked has failed: the [`failures`](Self::failures) tell how.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.is(Silence::Failed)
    }

    /// Whether the hub is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is(Silence::Closed)
    }

    /// The responders that have failed, and why, in the order in which they did: with their names, and the messages of panics.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }
}

impl<M> fmt::Display for RequestError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.why {
            Why::Topic(error) => return write!(f, "not asked: {error}"),
            Why::Silence(Silence::Nobody) => {
                "not asked: nobody responds under this topic, or lets it come; `hub.respond(..).topic(..)` does"
            }
            Why::Silence(Silence::Closed) => "not asked: the hub is closed",
            Why::Silence(Silence::TimedOut) if self.payload.is_some() => {
                "not asked: the time was up before there was room for it with all responders"
            }
            Why::Silence(Silence::TimedOut) => "no reply: the time was up",
            Why::Silence(Silence::Failed) if self.failures.is_empty() => {
                "no reply: those who were asked put the call off, and reply to nobody"
            }
            Why::Silence(Silence::Failed) => "no reply",
        })?;
        for (place, failure) in self.failures.iter().enumerate() {
            write!(f, "{} {failure}", if place > 0 { ";" } else { ":" })?;
        }
        Ok(())
    }
}

impl<M> fmt::Debug for RequestError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestError({self})")
    }
}

impl<M> std::error::Error for RequestError<M> {}
