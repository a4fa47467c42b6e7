//! What is known of a message beside what it says.

use std::fmt;

use super::inject::{Argument, Call, DependencyError, Needs};
use super::message::MessageKind;
use super::provide::Sources;
use crate::signal::Key;
use crate::sync::{Arc, AtomicU64, next_number};

/// The number of a message, which no other message of this process has; later ones are higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MessageId(u64);

impl MessageId {
    pub(super) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(next_number(&LAST))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a message is about: the name of its type, or its own name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subject {
    Type(&'static str),
    Name(Arc<str>),
}

impl Subject {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Type(name) => name,
            Self::Name(name) => name,
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

/// Which message: its number, what it is about, its key, and what brought it about. Clones are cheap, and are of the same message.
///
/// A handler that wants it takes it as an argument.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::Bus;
/// use fanfare::bus::{Command, MessageInfo};
///
/// struct Order;
/// impl Command for Order { type Reply = String; }
///
/// let bus = Bus::builder()
///     .command(async |_: Order, info: MessageInfo| format!("{} for {:?}", info.kind(), info.key()))
///     .start().await?;
/// assert_eq!(bus.execute(Order).key("Ada").await?, r#"command for Some("Ada")"#);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct MessageInfo(Arc<Info>);

struct Info {
    id: MessageId,
    kind: MessageKind,
    subject: Subject,
    key: Option<Key>,
    cause: Option<CausedBy>,
}

/// What brought a message about: the one whose handler emitted or sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CausedBy {
    id: MessageId,
    kind: MessageKind,
    subject: Subject,
    handler: Arc<str>,
    root: MessageId,
}

impl MessageInfo {
    pub(super) fn new(
        kind: MessageKind,
        subject: Subject,
        key: Option<Key>,
        cause: Option<CausedBy>,
    ) -> Self {
        Self(Arc::new(Info {
            id: MessageId::next(),
            kind,
            subject,
            key,
            cause,
        }))
    }

    /// The message's number.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.0.id
    }

    /// Whether it is an event, a command or a query.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        self.0.kind
    }

    /// What it is about: the full name of its type, or its own name, if it was sent by name.
    #[must_use]
    pub fn message(&self) -> &str {
        self.0.subject.text()
    }

    /// Its name, if it was sent by name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.0.subject {
            Subject::Type(_) => None,
            Subject::Name(name) => Some(name),
        }
    }

    /// The partition key: messages of one kind with equal keys are handled one at a time, in order.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        self.0.key.as_ref()
    }

    /// What brought it about, if that was another message.
    #[must_use]
    pub fn cause(&self) -> Option<&CausedBy> {
        self.0.cause.as_ref()
    }

    /// The first message of those that brought each other about: itself, if nothing did. All that follow from one message have
    /// this in common, for logs.
    #[must_use]
    pub fn root(&self) -> MessageId {
        self.0.cause.as_ref().map_or(self.0.id, |cause| cause.root)
    }

    /// It as the cause of what this handler of it emits.
    pub(super) fn as_cause(&self, handler: &Arc<str>) -> CausedBy {
        CausedBy {
            id: self.0.id,
            kind: self.0.kind,
            subject: self.0.subject.clone(),
            handler: Arc::clone(handler),
            root: self.root(),
        }
    }
}

impl Argument for MessageInfo {
    type Source = ();

    fn needs(needs: &mut Needs) {
        needs.of_message("MessageInfo");
    }

    fn source(_: &Sources<'_>) {}

    async fn get((): &(), call: &Call<'_>) -> Result<Self, DependencyError> {
        let info = call.info().cloned();
        info.ok_or_else(DependencyError::of_message::<Self>)
    }
}

impl CausedBy {
    /// The number of the message.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// Whether it is an event, a command or a query.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        self.kind
    }

    /// What it is about: the full name of its type, or its own name.
    #[must_use]
    pub fn message(&self) -> &str {
        self.subject.text()
    }

    /// The handler of it that brought this about.
    #[must_use]
    pub fn handler(&self) -> &str {
        &self.handler
    }
}

/// The kind, what it is about, and its key, if it has one.
impl fmt::Display for MessageInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind(), self.message())?;
        match self.key() {
            Some(key) => write!(f, " of key {key:?}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for MessageInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageInfo")
            .field("id", &self.id().0)
            .field("kind", &self.kind())
            .field("message", &self.message())
            .field("key", &self.key())
            .field("cause", &self.cause())
            .finish()
    }
}
