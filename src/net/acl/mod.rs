//! Who may do what: [`Acl`], of [`Rule`]s.

mod glob;
mod rule;

pub use rule::{Right, Rule};

use std::fmt;

use super::carrier::Identity;
use crate::sync::Arc;

/// Who may publish, listen to and request what, at a server. Clones share it.
///
/// Something is permitted if no rule denies it, and if it is allowed: by a rule, or because the list is [open](Self::open), where
/// everything is. The order of rules is of no account.
///
/// It is looked at whenever a peer does something, so [`ServerRouter::set_acl`](crate::net::ServerRouter::set_acl) holds from then on;
/// listeners and senders that have lost their right are ended then, and their peers are told why.
///
/// Who listens to *any* sender or event, gets what he has a right to, of all that there is.
///
/// # Examples
/// ```
/// use fanfare::net::{Acl, Identity, Right, Rule};
///
/// let acl = Acl::closed()
///     .allow(Rule::publish("sensor-*").by("sensor-*"))
///     .allow(Rule::listen("*"))
///     .deny(Rule::listen("*").event("debug"))
///     .allow(Rule::request("valve").by("operator"));
/// let operator = Identity::new(["operator"]);
/// assert!(acl.permits(Some(&operator), Right::Request, "valve", "open"));
/// assert!(!acl.permits(None, Right::Request, "valve", "open"));
/// assert!(!acl.permits(Some(&operator), Right::Listen, "valve", "debug")); // denied wins
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a list does nothing until it is given to a server"]
pub struct Acl(Arc<Rules>);

#[derive(Clone, PartialEq, Eq)]
struct Rules {
    is_open: bool,
    allowed: Vec<Rule>,
    denied: Vec<Rule>,
}

impl Acl {
    /// Everybody may do everything that is not denied. What a server has that was given none.
    pub fn open() -> Self {
        Self::of(true)
    }

    /// Nobody may do anything that is not allowed.
    pub fn closed() -> Self {
        Self::of(false)
    }

    fn of(is_open: bool) -> Self {
        Self(Arc::new(Rules {
            is_open,
            allowed: Vec::new(),
            denied: Vec::new(),
        }))
    }

    /// Allows this, unless it is denied.
    pub fn allow(mut self, rule: Rule) -> Self {
        Arc::make_mut(&mut self.0).allowed.push(rule);
        self
    }

    /// Denies this, whatever is allowed.
    pub fn deny(mut self, rule: Rule) -> Self {
        Arc::make_mut(&mut self.0).denied.push(rule);
        self
    }

    /// Whether somebody has this right: `None` is one of whom it is not known who he is. The name is that of an event or a method.
    #[must_use]
    pub fn permits(&self, who: Option<&Identity>, right: Right, sender: &str, name: &str) -> bool {
        let Rules {
            is_open,
            allowed,
            denied,
        } = &*self.0;
        let is = |rules: &[Rule]| rules.iter().any(|rule| rule.is(who, right, sender, name));
        (*is_open || is(allowed)) && !is(denied)
    }

    /// Whether somebody may have a right to something of this, where nothing said is anything. What it is exactly that he has a right to,
    /// [`permits`](Self::permits) tells of each message.
    pub(crate) fn may_permit(
        &self,
        who: Option<&Identity>,
        right: Right,
        sender: Option<&str>,
        name: Option<&str>,
    ) -> bool {
        let Rules {
            is_open,
            allowed,
            denied,
        } = &*self.0;
        let is_allowed = |rule: &Rule| rule.touches(who, right, sender, name);
        let is_denied = |rule: &Rule| rule.covers(who, right, sender, name);
        (*is_open || allowed.iter().any(is_allowed)) && !denied.iter().any(is_denied)
    }

    /// Whether it permits everything, so that nothing has to be looked at.
    pub(crate) fn permits_everything(&self) -> bool {
        self.0.is_open && self.0.denied.is_empty()
    }
}

impl Default for Acl {
    fn default() -> Self {
        Self::open()
    }
}

impl fmt::Debug for Acl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rules {
            is_open,
            allowed,
            denied,
        } = &*self.0;
        f.debug_struct("Acl")
            .field("is_open", is_open)
            .field("allowed", allowed)
            .field("denied", denied)
            .finish()
    }
}
