//! Functions that provide.

use crate::bus::inject::Argument;

/// A function or closure that makes what is provided, from up to eight injected arguments, sync or async.
///
/// The usual one is [`Dep`](crate::bus::Dep): what is made depends on it, and it is made before.
#[diagnostic::on_unimplemented(
    message = "this cannot provide anything",
    label = "not a function of injected arguments, or it borrows what it captures",
    note = "a provider is a function or closure, sync or async, of up to eight arguments such as `Dep<T>`",
    note = "a closure says the types of its arguments: `|users: Dep<Users>| ..`",
    note = "an `async move` closure that uses what it captures borrows from it: write `move |..| {{ let it = it.clone(); async move {{ .. }} }}`, or take it as a `Dep`",
    note = "a value that is there already is for `.provide(..)`"
)]
pub trait Provider<A>: Send + Sync + 'static {
    /// What it takes.
    #[doc(hidden)]
    type Args: Argument;

    /// What it gives.
    #[doc(hidden)]
    type Gives;

    #[doc(hidden)]
    fn call(&self, args: Self::Args) -> Self::Gives;
}

macro_rules! provider {
    ($($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<Fun, Gives, $($name: Argument),*> Provider<($($name,)*)> for Fun
        where
            Fun: Fn($($name),*) -> Gives + Send + Sync + 'static,
        {
            type Args = ($($name,)*);
            type Gives = Gives;

            #[allow(non_snake_case, reason = "named as their types are")]
            fn call(&self, ($($name,)*): Self::Args) -> Gives {
                self($($name),*)
            }
        }
    };
}

provider!();
provider!(A);
provider!(A B);
provider!(A B C);
provider!(A B C D);
provider!(A B C D E);
provider!(A B C D E F);
provider!(A B C D E F G);
provider!(A B C D E F G H);
