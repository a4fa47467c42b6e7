//! The builder of a sender.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::future::IntoFuture;

use compact_str::CompactString;

use super::call::Asked;
use super::desk::Desk;
use super::handle::Router;
use super::handler::{Making, Refused};
use super::info::{Requests, SenderInfo};
use super::lifecycle::is_telling;
use super::notice::DetachReason;
use super::roster::Told;
use super::route::is_of_router;
use super::sender::{Live, Sender};
use super::unregistered::{RegisterError, RegisterProblem};
use crate::signal::{Connection, Signal, Tally};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A sender in the making: say what it sends and what it replies to, and end it in [`register`](Self::register). Made by
/// [`Router::sender`].
#[must_use = "no sender is there until the builder is ended by `.register().await` or `.register().now()`"]
pub struct SenderBuilder<V> {
    router: Router<V>,
    name: CompactString,
    /// In the order in which they were declared.
    events: Option<Vec<CompactString>>,
    known_events: HashSet<CompactString>,
    /// In the order in which their methods were first given one.
    handlers: Vec<(Option<CompactString>, Making)>,
    known_methods: HashMap<Option<CompactString>, usize>,
}

impl<V: Send + Sync + 'static> SenderBuilder<V> {
    pub(super) fn new(router: Router<V>, name: &str) -> Self {
        Self {
            router,
            name: name.into(),
            events: None,
            known_events: HashSet::new(),
            handlers: Vec::new(),
            known_methods: HashMap::new(),
        }
    }

    /// Declares an event: what is declared can be sent, and nothing else. One whose name begins with `#` is a channel, which all
    /// senders share who declare it.
    pub fn event(self, name: impl AsRef<str>) -> Self {
        self.events([name])
    }

    /// As [`event`](Self::event), for each of these. An empty list is a declaration, too: of a sender that is there, and sends
    /// nothing.
    pub fn events<I>(mut self, names: I) -> Self
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let events = self.events.get_or_insert_default();
        for name in names {
            let name = CompactString::from(name.as_ref());
            // These two every sender has.
            if !is_of_router(&name) && self.known_events.insert(name.clone()) {
                events.push(name);
            }
        }
        self
    }

    pub(super) fn handlers(&self) -> &Signal<V, Result<V, Refused>, Asked> {
        &self.router.shared.handlers
    }

    /// One for this method, or for any.
    pub(super) fn handle(mut self, method: Option<&str>, handler: Making) -> Self {
        let method = method.map(CompactString::from);
        match self.known_methods.entry(method.clone()) {
            Entry::Occupied(known) => self.handlers[*known.get()].1 = handler,
            Entry::Vacant(new) => {
                new.insert(self.handlers.len());
                self.handlers.push((method, handler));
            }
        }
        self
    }

    /// Registers the sender, by `.await` or [`now`](Register::now): gives its name to it, takes listeners off what it does not declare,
    /// and tells that it has come.
    ///
    /// # Errors
    /// Ended, it gives a [`RegisterError`] where it has no name, declares neither events nor requests, where the name is taken, and on
    /// a closed router.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::router::{RegisterProblem, Router};
    ///
    /// let router = Router::<f64>::new();
    /// let thermometer = router.sender("thermometer").event("temperature").register().await?;
    /// let error = router.sender("thermometer").event("humidity").register().await.unwrap_err();
    /// assert_eq!(error.problem(), RegisterProblem::NameTaken);
    /// drop(thermometer);
    /// assert!(router.sender("thermometer").event("humidity").register().await.is_ok());
    /// # Ok::<(), fanfare::router::RegisterError>(()) }).unwrap();
    /// ```
    pub fn register(self) -> Register<V> {
        Register { sender: self }
    }

    fn problem(&self) -> Option<RegisterProblem> {
        let events = self.events.as_deref();
        if self.router.shared.signal.is_closed() {
            Some(RegisterProblem::Closed)
        } else if self.name.is_empty() {
            Some(RegisterProblem::NoName)
        } else if events.is_none() && self.handlers.is_empty() {
            Some(RegisterProblem::NothingDeclared)
        } else if events.is_some_and(|events| events.iter().any(CompactString::is_empty)) {
            Some(RegisterProblem::NamelessEvent)
        } else {
            None
        }
    }

    /// The sender, and what is told once everybody has been told of it.
    fn take_place(self) -> Result<(Sender<V>, Told), RegisterError> {
        if let Some(problem) = self.problem() {
            return Err(RegisterError::new(problem, self.name));
        }
        let Self {
            router,
            name,
            events,
            handlers,
            ..
        } = self;
        let mut made = HashMap::<CompactString, Connection<Asked>>::new();
        let mut any_request = None;
        let mut requests = (!handlers.is_empty()).then(Requests::default);
        for (method, handler) in handlers {
            let what = method.as_deref().unwrap_or("*");
            let handler = handler(format!("{name}.{what}"));
            let Some(requests) = &mut requests else {
                unreachable!("there is one")
            };
            match method {
                Some(method) => {
                    requests.methods.push(method.clone());
                    made.insert(method, handler);
                }
                None => {
                    requests.takes_any = true;
                    any_request = Some(handler);
                }
            }
        }
        let info = SenderInfo::new(&name, events.unwrap_or_default(), requests);
        let desk = Arc::new(Desk::new(info, made, any_request));
        let live = Arc::new(Live::new(&router, &desk));
        let heard = &router.shared.heard;
        let Some((told, undeclared)) = heard.roster.claim(&live) else {
            desk.close();
            return Err(RegisterError::new(RegisterProblem::NameTaken, name));
        };
        for route in undeclared {
            router.shared.detach(&route, &DetachReason::Undeclared);
        }
        heard.settle();
        router.shared.tell_of(&name);
        Ok((Sender::new(live), told))
    }
}

impl<V> fmt::Debug for SenderBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.handlers.iter().map(|(method, _)| method.as_deref());
        f.debug_struct("SenderBuilder")
            .field("name", &self.name)
            .field("events", &self.events)
            .field(
                "methods",
                &methods
                    .map(|method| method.unwrap_or("*"))
                    .collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}

/// A sender that is to be registered: `.await` or [`now`](Self::now) does it. Made by [`SenderBuilder::register`].
#[must_use = "no sender is there until this is ended by `.await` or `.now()`"]
pub struct Register<V> {
    sender: SenderBuilder<V>,
}

impl<V: Send + Sync + 'static> Register<V> {
    /// Registers the sender. What `.await` does, from sync code: if another thread is just telling that the one that had this name before
    /// has gone, it goes on to tell that this one has come, and is not waited for.
    ///
    /// # Errors
    /// See [`SenderBuilder::register`].
    pub fn now(self) -> Result<Sender<V>, RegisterError> {
        let (sender, _) = self.sender.take_place()?;
        Ok(sender)
    }

    async fn register(self) -> Result<Sender<V>, RegisterError> {
        let (sender, told) = self.sender.take_place()?;
        if !is_telling() {
            told.wait().await;
        }
        Ok(sender)
    }
}

/// Registers the sender. It has its name with the first poll; dropped after that, before it is ready, it has come and gone.
impl<V: Send + Sync + 'static> IntoFuture for Register<V> {
    type Output = Result<Sender<V>, RegisterError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.register())
    }
}

impl<V> fmt::Debug for Register<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register")
            .field("sender", &self.sender)
            .finish()
    }
}
