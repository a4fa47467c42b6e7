//! A handler that is to be, until the bus starts.

use std::any::{Any, TypeId, type_name};

use super::bound::{AnyHandler, Bound, OfEvent, OfNamed, OfRequest, PlainHandler};
use super::function::IntoHandler;
use super::options::Plan;
use super::output::{EventOutput, HandlerFuture, NamedOutput, RequestOutput};
use super::takes::{Asked, Events, Names, Takes};
use crate::bus::content::{Content, Copier, OwnedBody};
use crate::bus::info::Subject;
use crate::bus::inject::{Argument, Need, Needs};
use crate::bus::message::{Event, MessageKind};
use crate::bus::provide::Sources;
use crate::sync::Arc;

/// A handler that is to be.
pub(in crate::bus) struct Registration {
    pub(in crate::bus) kind: MessageKind,
    pub(in crate::bus) subject: Subject,
    /// The type of the message, or for named ones of its body, if the handler takes that.
    pub(in crate::bus) of: Option<(TypeId, &'static str)>,
    pub(in crate::bus) name: Arc<str>,
    pub(in crate::bus) needs: Vec<Need>,
    pub(in crate::bus) plan: Plan,
    pub(in crate::bus) accept: Accept,
    finish: Box<Finish>,
}

type Finish = dyn FnOnce(&Sources<'_>, &Arc<str>) -> Made + Send + Sync;

/// How a message that was sent as any becomes the content of one of its kind, and comes out of it again.
#[derive(Clone, Copy)]
pub(in crate::bus) struct Accept {
    pub(in crate::bus) pack: fn(OwnedBody, Option<Copier>) -> Content,
    pub(in crate::bus) unpack: fn(Content) -> Option<OwnedBody>,
}

impl Accept {
    /// Of a command or a query, and of what nobody knows.
    pub(in crate::bus) const OWNED: Self = Self {
        pack: Content::of_request,
        unpack: Content::into_body,
    };

    fn of_event<E: Event>() -> Self {
        Self {
            pack: |body, _| match body.downcast::<E>() {
                Ok(event) => Content::of_event::<E>(Arc::from(event)),
                Err(_) => unreachable!("messages are found by their type"),
            },
            unpack: |content| Some(Box::new(content.into_shared_inner::<E>()?)),
        }
    }
}

/// A handler that can be called.
pub(in crate::bus) struct Made {
    pub(in crate::bus) any: Arc<dyn AnyHandler>,
    /// An `Arc<dyn PlainHandler<M, R>>`, of commands and queries with a type.
    pub(in crate::bus) plain: Option<Box<dyn Any + Send + Sync>>,
}

impl Registration {
    fn new<K, S, F>(
        kind: MessageKind,
        subject: Subject,
        of: Option<(TypeId, &'static str)>,
        accept: Accept,
        plan: Plan,
        finish: impl FnOnce(&Sources<'_>, &Arc<str>) -> Made + Send + Sync + 'static,
    ) -> Self
    where
        F: IntoHandler<K, S, Args: Argument>,
    {
        let name = plan.name.clone().unwrap_or_else(|| F::name().into());
        Self {
            kind,
            subject,
            of,
            name,
            needs: Needs::of(F::Args::needs),
            plan,
            accept,
            finish: Box::new(finish),
        }
    }

    pub(in crate::bus) fn request<K, F, S, X>(kind: MessageKind, function: F, plan: Plan) -> Self
    where
        F: IntoHandler<K, S, Args: Argument, Taken: Asked<K>>,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: RequestOutput<<F::Taken as Asked<K>>::Reply, X>,
        K: 'static,
        S: 'static,
        X: 'static,
    {
        let name = type_name::<F::Taken>();
        let of = Some((TypeId::of::<F::Taken>(), name));
        let finish = move |sources: &Sources<'_>, name: &Arc<str>| {
            let bound = Bound::<F, K, S, OfRequest<<F::Taken as Asked<K>>::Reply, X>>::new(
                Arc::new(function),
                sources,
                name,
                kind,
            );
            let bound = Arc::new(bound);
            let plain: Arc<dyn PlainHandler<F::Taken, <F::Taken as Asked<K>>::Reply>> =
                Arc::clone(&bound) as _;
            Made {
                any: bound,
                plain: Some(Box::new(plain)),
            }
        };
        Self::new::<K, S, F>(kind, Subject::Type(name), of, Accept::OWNED, plan, finish)
    }

    pub(in crate::bus) fn event<F, S>(function: F, plan: Plan) -> Self
    where
        F: IntoHandler<Events, S, Args: Argument>,
        F::Returned: HandlerFuture<Output: EventOutput> + Send,
        <F::Taken as Takes<Events>>::Message: Event,
        S: 'static,
    {
        let kind = MessageKind::Event;
        let name = type_name::<<F::Taken as Takes<Events>>::Message>();
        let of = TypeId::of::<<F::Taken as Takes<Events>>::Message>();
        let finish = move |sources: &Sources<'_>, name: &Arc<str>| {
            let function = Arc::new(function);
            let bound = Bound::<F, Events, S, OfEvent>::new(function, sources, name, kind);
            Made {
                any: Arc::new(bound),
                plain: None,
            }
        };
        let accept = Accept::of_event::<<F::Taken as Takes<Events>>::Message>();
        let (subject, of) = (Subject::Type(name), Some((of, name)));
        Self::new::<Events, S, F>(kind, subject, of, accept, plan, finish)
    }

    pub(in crate::bus) fn named_event<F, S>(name: &str, function: F, plan: Plan) -> Self
    where
        F: IntoHandler<Names, S, Args: Argument>,
        F::Returned: HandlerFuture<Output: EventOutput> + Send,
        S: 'static,
    {
        let kind = MessageKind::Event;
        let finish = move |sources: &Sources<'_>, name: &Arc<str>| {
            let function = Arc::new(function);
            let bound = Bound::<F, Names, S, OfEvent>::new(function, sources, name, kind);
            Made {
                any: Arc::new(bound),
                plain: None,
            }
        };
        let (subject, of) = (Subject::Name(name.into()), F::Taken::body());
        Self::new::<Names, S, F>(kind, subject, of, Accept::OWNED, plan, finish)
    }

    pub(in crate::bus) fn named_request<F, S, X>(
        kind: MessageKind,
        name: &str,
        function: F,
        plan: Plan,
    ) -> Self
    where
        F: IntoHandler<Names, S, Args: Argument>,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: NamedOutput<X>,
        S: 'static,
        X: 'static,
    {
        let finish = move |sources: &Sources<'_>, name: &Arc<str>| {
            let function = Arc::new(function);
            let bound = Bound::<F, Names, S, OfNamed<X>>::new(function, sources, name, kind);
            Made {
                any: Arc::new(bound),
                plain: None,
            }
        };
        let (subject, of) = (Subject::Name(name.into()), F::Taken::body());
        Self::new::<Names, S, F>(kind, subject, of, Accept::OWNED, plan, finish)
    }

    /// Puts it together, from what is provided.
    pub(in crate::bus) fn finish(self, sources: &Sources<'_>) -> Made {
        (self.finish)(sources, &self.name)
    }
}
