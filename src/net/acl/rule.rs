//! One thing that is allowed or denied.

use std::fmt;

use super::glob::Glob;
use crate::net::carrier::Identity;

/// What a peer of a server's may have a right to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Right {
    /// To have a sender of this name, and to send this event of it.
    Publish,
    /// To listen to this event of this sender.
    Listen,
    /// To ask this of this sender.
    Request,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Publish => "publish",
            Self::Listen => "listen to",
            Self::Request => "request",
        })
    }
}

/// A right to something, of somebody: what an [`Acl`](super::Acl) allows or denies.
///
/// Names are patterns: each `*` in them stands for any text. What is not said is any.
///
/// # Examples
/// ```
/// use fanfare::net::Rule;
///
/// Rule::publish("plant.*").event("temperature").by("sensor-*");
/// Rule::listen("*").event("#alarm"); // everybody, those as well of whom nobody knows who they are
/// Rule::request("valve").method("open").by("operator");
/// Rule::anything("*").by("admin");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use = "a rule does nothing until an `Acl` allows or denies it"]
pub struct Rule {
    right: Option<Right>,
    sender: Glob,
    /// An event or a method.
    name: Option<Glob>,
    by: Option<Glob>,
}

impl Rule {
    /// To have these senders, and to send their events.
    pub fn publish(senders: impl AsRef<str>) -> Self {
        Self::of(Some(Right::Publish), senders.as_ref())
    }

    /// To listen to these senders.
    pub fn listen(senders: impl AsRef<str>) -> Self {
        Self::of(Some(Right::Listen), senders.as_ref())
    }

    /// To ask these senders.
    pub fn request(senders: impl AsRef<str>) -> Self {
        Self::of(Some(Right::Request), senders.as_ref())
    }

    /// All three.
    pub fn anything(senders: impl AsRef<str>) -> Self {
        Self::of(None, senders.as_ref())
    }

    fn of(right: Option<Right>, senders: &str) -> Self {
        Self {
            right,
            sender: Glob::new(senders),
            name: None,
            by: None,
        }
    }

    /// These events alone.
    pub fn event(mut self, events: impl AsRef<str>) -> Self {
        self.name = Some(Glob::new(events.as_ref()));
        self
    }

    /// These methods alone. It is the same as [`event`](Self::event), of requests.
    pub fn method(self, methods: impl AsRef<str>) -> Self {
        self.event(methods)
    }

    /// Of those alone of whom it is known that this is one of their names: by their token or by their certificate. A `*` is everybody of
    /// whom it is known who he is.
    pub fn by(mut self, names: impl AsRef<str>) -> Self {
        self.by = Some(Glob::new(names.as_ref()));
        self
    }

    fn is_of(&self, who: Option<&Identity>, right: Right) -> bool {
        let by = match (&self.by, who) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(by), Some(who)) => who.names().iter().any(|name| by.is(name)),
        };
        by && self.right.is_none_or(|own| own == right)
    }

    /// Whether it is about this, exactly.
    pub(super) fn is(
        &self,
        who: Option<&Identity>,
        right: Right,
        sender: &str,
        name: &str,
    ) -> bool {
        let named = self.name.as_ref().is_none_or(|own| own.is(name));
        named && self.sender.is(sender) && self.is_of(who, right)
    }

    /// Whether it is about something of this: where nothing is said, of anything.
    pub(super) fn touches(
        &self,
        who: Option<&Identity>,
        right: Right,
        sender: Option<&str>,
        name: Option<&str>,
    ) -> bool {
        let own_name = self.name.as_ref();
        let named = own_name.is_none_or(|own| name.is_none_or(|name| own.is(name)));
        let sent = sender.is_none_or(|sender| self.sender.is(sender));
        named && sent && self.is_of(who, right)
    }

    /// Whether it is about all of this.
    pub(super) fn covers(
        &self,
        who: Option<&Identity>,
        right: Right,
        sender: Option<&str>,
        name: Option<&str>,
    ) -> bool {
        let covers = |own: &Glob, given: Option<&str>| match given {
            Some(given) => own.is(given),
            None => own.is_any(),
        };
        let named = self.name.as_ref().is_none_or(|own| covers(own, name));
        named && covers(&self.sender, sender) && self.is_of(who, right)
    }
}

/// As text: `listen to #alarm of * by anybody`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.right {
            Some(right) => write!(f, "{right} ")?,
            None => f.write_str("do anything with ")?,
        }
        match &self.name {
            Some(name) => write!(f, "{name} of {}", self.sender)?,
            None => write!(f, "{}", self.sender)?,
        }
        match &self.by {
            Some(by) => write!(f, " by {by}"),
            None => f.write_str(" by anybody"),
        }
    }
}
