//! Arguments that are injected.

use std::fmt;
use std::future::Future;

use super::call::Call;
use super::error::DependencyError;
use super::needs::Needs;
use crate::bus::provide::Sources;

/// What a handler or a provider can take as an argument, beside the message.
///
/// | argument | is |
/// |---|---|
/// | [`Dep<T>`](super::Dep) | what was provided as a `T` |
/// | `Option<Dep<T>>` | the same, or `None` where nobody provides it |
/// | [`Emit`](super::Emit) | takes events that follow |
/// | [`MessageInfo`](super::super::MessageInfo) | which message it is, and what caused it |
/// | [`Bus`](crate::Bus) | the bus, for messages that this one causes |
/// | [`WeakBus`](super::super::WeakBus) | the bus, for who keeps it |
/// | [`Extension<T>`](super::Extension) | what a dispatcher has added |
/// | [`Deps`](super::Deps) | whatever is provided, asked for by type |
/// | `T` where `T:` [`Inject`] | made from other arguments |
/// | a tuple of these | each of them |
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be injected",
    label = "an argument of this type cannot be injected",
    note = "what was provided as a `{Self}` comes as a `Dep<{Self}>`",
    note = "other arguments are `Option<Dep<T>>`, `Emit`, `MessageInfo`, `Bus`, `WeakBus`, `Extension<T>`, `Deps`, and types with `impl Inject`",
    note = "a handler has one message and at most eight other arguments"
)]
pub trait Argument: Sized + Send + 'static {
    /// Where it comes from, found once, when the bus starts.
    #[doc(hidden)]
    type Source: Send + Sync + 'static;

    #[doc(hidden)]
    fn needs(needs: &mut Needs);

    #[doc(hidden)]
    fn source(sources: &Sources<'_>) -> Self::Source;

    #[doc(hidden)]
    fn get(
        source: &Self::Source,
        call: &Call<'_>,
    ) -> impl Future<Output = Result<Self, DependencyError>> + Send;
}

/// A type that is injected, made for each call from other injected arguments.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::Bus;
/// use fanfare::bus::{Dep, Inject, MessageInfo, Query};
///
/// struct Accounts(Vec<&'static str>);
///
/// /// Who asks: the message's key is an account.
/// struct Account(String);
///
/// impl Inject for Account {
///     type Needs = (Dep<Accounts>, MessageInfo);
///     type Error = &'static str;
///
///     async fn inject((accounts, info): Self::Needs) -> Result<Self, Self::Error> {
///         let name = info.key().and_then(|key| key.as_str()).ok_or("nobody asks")?;
///         let known = accounts.0.contains(&name);
///         known.then(|| Self(name.to_owned())).ok_or("unknown account")
///     }
/// }
///
/// struct Whose;
/// impl Query for Whose { type Reply = String; }
///
/// let bus = Bus::builder()
///     .provide(Accounts(vec!["Ada"]))
///     .query(async |_: Whose, account: Account| account.0)
///     .start().await?;
/// assert_eq!(bus.query(Whose).key("Ada").await?, "Ada");
/// let error = bus.query(Whose).key("Eve").await.unwrap_err();
/// assert!(error.to_string().ends_with("unknown account"));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub trait Inject: Sized + Send + 'static {
    /// What it is made from: an argument, or a tuple of up to eight. All of it has to be there when the bus starts.
    type Needs: Argument;

    /// Why it could not be made. The call fails then, with this as its text.
    type Error: fmt::Display;

    /// Makes one, for one call.
    fn inject(needs: Self::Needs) -> impl Future<Output = Result<Self, Self::Error>> + Send;
}

#[diagnostic::do_not_recommend]
impl<T: Inject> Argument for T {
    type Source = <T::Needs as Argument>::Source;

    fn needs(needs: &mut Needs) {
        T::Needs::needs(needs);
    }

    fn source(sources: &Sources<'_>) -> Self::Source {
        T::Needs::source(sources)
    }

    async fn get(source: &Self::Source, call: &Call<'_>) -> Result<Self, DependencyError> {
        let needs = T::Needs::get(source, call).await?;
        let made = T::inject(needs).await;
        made.map_err(|error| DependencyError::failed::<T>(error.to_string()))
    }
}

macro_rules! tuple {
    ($($name:ident)*) => {
        impl<$($name: Argument),*> Argument for ($($name,)*) {
            type Source = ($($name::Source,)*);

            fn needs(_needs: &mut Needs) {
                $($name::needs(_needs);)*
            }

            #[allow(clippy::unused_unit, reason = "of no arguments")]
            fn source(_sources: &Sources<'_>) -> Self::Source {
                ($($name::source(_sources),)*)
            }

            #[allow(non_snake_case, reason = "named as their types are")]
            async fn get(
                ($($name,)*): &Self::Source,
                _call: &Call<'_>,
            ) -> Result<Self, DependencyError> {
                Ok(($($name::get($name, _call).await?,)*))
            }
        }
    };
}

tuple!();
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
