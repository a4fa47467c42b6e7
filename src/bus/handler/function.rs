//! Functions as handlers.

use std::any::type_name;
use std::marker::PhantomData;

use super::takes::{Names, Takes, Unseen};
use crate::bus::inject::Argument;
use crate::sync::Arc;

/// What can be a handler: an async function or closure of the message and up to eight injected [arguments](Argument), in any order; or
/// a value that implements [`Handler`](super::Handler).
///
/// `K` is the kind of message, `S` the shape of the handler, which is found by the compiler. What it finds is the one argument that
/// [is](Takes) such a message. A handler of a named message may do without.
#[diagnostic::on_unimplemented(
    message = "this is not a handler of such a message",
    label = "no argument of it is the message, it has too many, or it borrows what it captures",
    note = "a handler is an async function, or an async closure that says the types of its arguments, of the message and at most eight injected values",
    note = "a command or a query comes as itself, an event `E` as `Arc<E>`, `Published<E>` or, if it is `Clone`, as itself, and the body of a named message as `Body<B>`",
    note = "a message type says what it is: `impl fanfare::bus::Command for .. {{ type Reply = ..; }}`",
    note = "an `async move` closure that uses what it captures borrows from it: write `move |..| {{ let it = it.clone(); async move {{ .. }} }}`, or take it as a `Dep`",
    note = "a value that handles implements `fanfare::bus::Handler`"
)]
pub trait IntoHandler<K, S>: Sized + Send + Sync + 'static {
    /// How it takes the message.
    #[doc(hidden)]
    type Taken: Takes<K>;

    /// What it takes beside the message.
    #[doc(hidden)]
    type Args;

    /// What it returns: the future of its reply.
    #[doc(hidden)]
    type Returned;

    #[doc(hidden)]
    fn call(this: &Arc<Self>, taken: Self::Taken, args: Self::Args) -> Self::Returned;

    #[doc(hidden)]
    fn name() -> &'static str {
        type_name::<Self>()
    }
}

/// Where the message stands among the arguments.
#[derive(Debug)]
pub struct Here<M>(PhantomData<M>);

/// The message at one place.
macro_rules! at {
    ([$($before:ident)*] [$($after:ident)*]) => {
        #[diagnostic::do_not_recommend]
        impl<K, Fun, Out, M, $($before,)* $($after,)*>
            IntoHandler<K, (($($before,)*), Here<M>, ($($after,)*))> for Fun
        where
            Fun: Fn($($before,)* M, $($after,)*) -> Out + Send + Sync + 'static,
            M: Takes<K>,
        {
            type Taken = M;
            type Args = ($($before,)* $($after,)*);
            type Returned = Out;

            #[allow(non_snake_case, reason = "named as their types are")]
            fn call(
                this: &Arc<Self>,
                taken: M,
                ($($before,)* $($after,)*): Self::Args,
            ) -> Out {
                this($($before,)* taken, $($after,)*)
            }
        }
    };
}

/// The message at each place: the first is before all of `after`.
macro_rules! at_each {
    ([$($before:ident)*] []) => {
        at!([$($before)*] []);
    };
    ([$($before:ident)*] [$next:ident $($after:ident)*]) => {
        at!([$($before)*] [$next $($after)*]);
        at_each!([$($before)* $next] [$($after)*]);
    };
}

/// No message at all.
macro_rules! nowhere {
    ($($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<Fun, Out, $($name: Argument),*> IntoHandler<Names, (Unseen, ($($name,)*))> for Fun
        where
            Fun: Fn($($name),*) -> Out + Send + Sync + 'static,
        {
            type Taken = Unseen;
            type Args = ($($name,)*);
            type Returned = Out;

            #[allow(non_snake_case, reason = "named as their types are")]
            fn call(this: &Arc<Self>, _: Unseen, ($($name,)*): Self::Args) -> Out {
                this($($name),*)
            }
        }
    };
}

macro_rules! functions {
    ($($name:ident)*) => {
        at_each!([] [$($name)*]);
        nowhere!($($name)*);
    };
}

functions!();
functions!(A);
functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D E);
functions!(A B C D E F);
functions!(A B C D E F G);
functions!(A B C D E F G H);
