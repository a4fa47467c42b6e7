//! A handler with all that it takes, ready to be called.

use std::marker::PhantomData;

use super::function::IntoHandler;
use super::output::{EventOutput, HandlerFuture, NamedOutput, RequestOutput};
use super::takes::{Asked, Takes};
use crate::bus::core::{Core, Target};
use crate::bus::handed::{Answer, Message};
use crate::bus::info::CausedBy;
use crate::bus::inject::{About, Argument, Call, DependencyError, Followers, Making};
use crate::bus::message::MessageKind;
use crate::bus::provide::Sources;
use crate::bus::reply::Reply;
use crate::signal::{Event, Quiet};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A handler whose types are forgotten.
pub(in crate::bus) trait AnyHandler: Send + Sync {
    fn call(self: Arc<Self>, message: Arc<Event<Message, Target>>) -> BoxFuture<'static, Answer>;
}

/// A handler of commands or queries that nothing stands in front of: no option, no dispatcher, no key.
pub(in crate::bus) trait PlainHandler<M, R>: Send + Sync {
    fn call<'a>(
        &'a self,
        message: M,
        core: &'a Arc<Core>,
        cause: Option<&'a CausedBy>,
    ) -> BoxFuture<'a, Finished<M, R>>;
}

/// What a plain call came to.
pub(in crate::bus) struct Finished<M, R> {
    /// Or why there is none, with the message.
    pub(in crate::bus) reply: Result<R, Box<(DependencyError, M)>>,
    pub(in crate::bus) is_ok: bool,
    pub(in crate::bus) followers: Option<Followers>,
}

/// `A` says what becomes of the output.
pub(in crate::bus) struct Bound<F, K, S, A>
where
    F: IntoHandler<K, S, Args: Argument>,
{
    function: Quiet<Arc<F>>,
    sources: <F::Args as Argument>::Source,
    name: Arc<str>,
    kind: MessageKind,
    types: PhantomData<fn(K, S, A)>,
}

impl<F, K, S, A> Bound<F, K, S, A>
where
    F: IntoHandler<K, S, Args: Argument, Returned: HandlerFuture + Send>,
{
    pub(super) fn new(
        function: Arc<F>,
        sources: &Sources<'_>,
        name: &Arc<str>,
        kind: MessageKind,
    ) -> Self {
        Self {
            function: Quiet::new(function),
            sources: F::Args::source(sources),
            name: Arc::clone(name),
            kind,
            types: PhantomData,
        }
    }

    #[inline]
    async fn args(&self, call: &Call<'_>) -> Result<F::Args, DependencyError> {
        F::Args::get(&self.sources, call).await
    }

    #[inline]
    async fn run(&self, taken: F::Taken, args: F::Args) -> <F::Returned as HandlerFuture>::Output {
        F::call(&self.function, taken, args).finish().await
    }
}

/// Makes an answer of what a handler gives.
pub(in crate::bus) trait Answers<O>: 'static {
    fn answer(output: O, call: &Call<'_>) -> Answer;
}

/// Of a command or a query.
pub(super) struct OfRequest<R, X>(PhantomData<(R, X)>);
/// Of an event.
pub(super) struct OfEvent;
/// Of a named command or query.
pub(super) struct OfNamed<X>(PhantomData<X>);

impl<O: RequestOutput<R, X>, R: Reply, X: 'static> Answers<O> for OfRequest<R, X> {
    fn answer(output: O, call: &Call<'_>) -> Answer {
        Answer::new(output.split(call))
    }
}

impl<O: EventOutput> Answers<O> for OfEvent {
    fn answer(output: O, call: &Call<'_>) -> Answer {
        output.answer(call)
    }
}

impl<O: NamedOutput<X>, X: 'static> Answers<O> for OfNamed<X> {
    fn answer(output: O, call: &Call<'_>) -> Answer {
        output.answer(call)
    }
}

impl<F, K, S, A> AnyHandler for Bound<F, K, S, A>
where
    F: IntoHandler<K, S, Args: Argument, Returned: HandlerFuture<Output: Send> + Send>,
    K: 'static,
    S: 'static,
    A: Answers<<F::Returned as HandlerFuture>::Output>,
{
    fn call(self: Arc<Self>, message: Arc<Event<Message, Target>>) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let about = About::Message {
                message: &message,
                handler: &self.name,
            };
            let mut call = Call::new(&message.core, about, Making::nothing());
            let args = match self.args(&call).await {
                Ok(args) => args,
                Err(error) => return Answer::unmet(error).of_handler(&self.name),
            };
            // Not before: who is not called is not given the message.
            let Some(taken) = F::Taken::take(&message) else {
                return Answer::of_taken();
            };
            let output = self.run(taken, args).await;
            let answer = A::answer(output, &call).with_followers(call.take_followers());
            answer.of_handler(&self.name)
        })
    }
}

impl<F, K, S, X> PlainHandler<F::Taken, <F::Taken as Asked<K>>::Reply>
    for Bound<F, K, S, OfRequest<<F::Taken as Asked<K>>::Reply, X>>
where
    F: IntoHandler<K, S, Args: Argument, Taken: Asked<K>, Returned: HandlerFuture + Send>,
    <F::Returned as HandlerFuture>::Output: RequestOutput<<F::Taken as Asked<K>>::Reply, X>,
    K: 'static,
    S: 'static,
    X: 'static,
{
    fn call<'a>(
        &'a self,
        message: F::Taken,
        core: &'a Arc<Core>,
        cause: Option<&'a CausedBy>,
    ) -> BoxFuture<'a, Finished<F::Taken, <F::Taken as Asked<K>>::Reply>> {
        Box::pin(async move {
            let about = About::Plain {
                kind: self.kind,
                message: std::any::type_name::<F::Taken>(),
                cause,
                handler: &self.name,
            };
            let mut call = Call::new(core, about, Making::nothing());
            let args = match self.args(&call).await {
                Ok(args) => args,
                Err(error) => {
                    return Finished {
                        is_ok: false,
                        reply: Err(Box::new((error, message))),
                        followers: None,
                    };
                }
            };
            let reply = self.run(message, args).await.split(&call);
            Finished {
                is_ok: reply.error().is_none(),
                reply: Ok(reply),
                followers: call.take_followers(),
            }
        })
    }
}
