//! A message on its way to its handlers, and what one of them answers: what dispatchers see.

use std::any::{Any, TypeId, type_name};
use std::fmt;

use super::content::Content;
use super::core::Core;
use super::error::Problem;
use super::info::MessageInfo;
use super::inject::{DependencyError, Followers};
use super::reply::Reply;
use crate::signal::{AnyReply, Outcome, Quiet, drop_quietly};
use crate::sync::{Arc, Lock};

/// A message on its way to its handlers, as a [`Dispatcher`](crate::dispatcher::Dispatcher) of the bus sees it:
/// `cx.payload_as::<bus::Message>()`.
///
/// # Examples
/// A dispatcher that has handlers know who asks:
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::dispatcher::{Context, Dispatcher};
/// use fanfare::{Bus, bus};
/// use fanfare::bus::{Extension, Message};
///
/// struct WhoAmI;
/// impl bus::Query for WhoAmI { type Reply = String; }
///
/// struct Login { user: String }
/// impl Dispatcher for Login {
///     fn before(&self, cx: &Context) {
///         if let Some(message) = cx.payload_as::<Message>() {
///             message.extend(self.user.clone());
///         }
///     }
/// }
///
/// let bus = Bus::builder()
///     .dispatcher(Login { user: "Ada".into() })
///     .query(async |_: WhoAmI, user: Extension<String>| (*user).clone())
///     .start().await?;
/// assert_eq!(bus.query(WhoAmI).await?, "Ada");
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Message {
    pub(super) info: MessageInfo,
    pub(super) content: Content,
    pub(super) core: Arc<Core>,
    /// What dispatchers have added for handlers. Written by them, read by injection; few, so a row.
    extensions: Lock<Vec<(TypeId, Quiet<Added>)>>,
}

type Added = Arc<dyn Any + Send + Sync>;

impl Message {
    pub(super) fn new(info: MessageInfo, content: Content, core: Arc<Core>) -> Self {
        Self {
            info,
            content,
            core,
            extensions: Lock::new(Vec::new()),
        }
    }

    pub(super) fn into_parts(self) -> (MessageInfo, Content) {
        (self.info, self.content)
    }

    /// Which message.
    #[must_use]
    pub fn info(&self) -> &MessageInfo {
        &self.info
    }

    /// Shows the message itself, if it is an `M`. While `look` looks at a command or a query, nobody else can have it, its handler neither. `None` also for a command or a query that its handler has been given already:
    /// `before`, and `call` until the receiver is called, are the places to look.
    pub fn show<M: 'static, T>(&self, look: impl FnOnce(&M) -> T) -> Option<T> {
        self.content.show(look)
    }

    /// Adds something for handlers, which take it as an [`Extension`](super::Extension). One of the same type that was there before gives
    /// way.
    pub fn extend<T: Send + Sync + 'static>(&self, value: T) {
        self.add(Arc::new(value));
    }

    fn add<T: Send + Sync + 'static>(&self, value: Arc<T>) {
        let (id, value) = (TypeId::of::<T>(), Quiet::new(value as Added));
        let mut extensions = self.extensions.hold();
        let before = extensions.iter_mut().find(|(of, _)| *of == id);
        let before = match before {
            Some((_, place)) => Some(std::mem::replace(place, value)),
            None => {
                extensions.push((id, value));
                None
            }
        };
        drop(extensions);
        drop(before);
    }

    /// Takes back what was added of this type. Handlers that have it keep it.
    pub fn take_extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let mut extensions = self.extensions.hold();
        let place = extensions
            .iter()
            .position(|(of, _)| *of == TypeId::of::<T>())?;
        let (_, added) = extensions.swap_remove(place);
        drop(extensions);
        added.into_inner().downcast().ok()
    }

    /// What was added of this type.
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let extensions = self.extensions.hold();
        let (_, added) = extensions.iter().find(|(of, _)| *of == TypeId::of::<T>())?;
        Arc::clone(added).downcast().ok()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

/// What a handler answered, its type forgotten, as a [`Dispatcher`](crate::dispatcher::Dispatcher) of the bus sees it: the reply in an
/// [`Outcome`]. For events that is `()`.
///
/// An answer may be an error, and is a reply of the call all the same: a dispatcher that wants to know whether a handler has
/// succeeded asks [`Answer::is_ok_in`].
pub struct Answer {
    pub(super) reply: AnyReply,
    pub(super) error: Option<Arc<str>>,
    /// What is to be dispatched once it is known to have succeeded.
    pub(super) followers: Option<Followers>,
    /// Who answered, if that was a handler.
    pub(super) handler: Option<Arc<str>>,
    /// Whether there is no reply, because something could not be injected; then the reply is that.
    pub(super) is_unmet: bool,
}

impl Answer {
    /// An answer in the place of a handler's: this reply. It has to be of the type of the message's replies, `()` for an event. What the
    /// handler has emitted belongs to its own answer, and goes with that.
    pub fn new<R: Reply>(reply: R) -> Self {
        let error = reply.error().map(|error| error.to_string().into());
        Self {
            reply: AnyReply::of(reply),
            error,
            followers: None,
            handler: None,
            is_unmet: false,
        }
    }

    /// Of an event's handler, whose error nobody is replied to with.
    pub(super) fn of_event<E: fmt::Display>(result: Result<(), E>) -> Self {
        Self {
            error: result.err().map(|error| error.to_string().into()),
            ..Self::new(())
        }
    }

    /// Something could not be injected.
    pub(super) fn unmet(error: DependencyError) -> Self {
        Self {
            error: Some(error.to_string().into()),
            reply: AnyReply::of(error),
            followers: None,
            handler: None,
            is_unmet: true,
        }
    }

    /// Somebody else has taken the message.
    pub(super) fn of_taken() -> Self {
        Self::unmet(DependencyError::failed::<Message>(
            "it was taken by an earlier call".to_owned(),
        ))
    }

    pub(super) fn with_followers(mut self, followers: Option<Followers>) -> Self {
        self.followers = followers;
        self
    }

    pub(super) fn of_handler(mut self, name: &Arc<str>) -> Self {
        self.handler = Some(Arc::clone(name));
        self
    }

    /// What the handler has emitted, if it has succeeded.
    pub(super) fn take_followers(&mut self) -> Option<Followers> {
        if self.is_unmet || self.error.is_some() {
            return None;
        }
        self.followers.take()
    }

    /// It is known now what came of the call: what the handler has emitted follows if it has succeeded, and has not happened
    /// otherwise.
    pub(super) fn settle(mut self, core: &Arc<Core>) -> Result<Self, Problem> {
        if let Some(followers) = self.take_followers() {
            followers.follow(core);
        }
        drop(self.followers.take());
        if self.is_unmet {
            let unmet = self.typed().map_err(Problem::Failed)?;
            return Err(Problem::Unmet(unmet));
        }
        Ok(self)
    }

    /// The answer in an outcome, if that is one.
    #[must_use]
    pub fn in_outcome(outcome: &Outcome) -> Option<&Self> {
        outcome.reply()
    }

    /// Whether an outcome is an answer, and no error: the handler has succeeded.
    #[must_use]
    pub fn is_ok_in(outcome: &Outcome) -> bool {
        Self::in_outcome(outcome).is_some_and(Self::is_ok)
    }

    /// Whether it is no error.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.error.is_none()
    }

    /// The text of the error, if it is one.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The reply, if it is an `R`.
    #[must_use]
    pub fn reply<R: 'static>(&self) -> Option<&R> {
        self.reply.downcast_ref()
    }

    /// The reply, with its type again.
    pub(super) fn typed<R: 'static>(self) -> Result<R, Arc<str>> {
        self.reply.downcast().map_err(|reply| {
            let (given, expected) = (reply.type_name(), type_name::<R>());
            drop_quietly(reply);
            format!("a dispatcher answered with `{given}` where `{expected}` is the reply").into()
        })
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("reply", &self.reply)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
