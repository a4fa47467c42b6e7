//! Who sends: identity by address.

use std::any::{Any, TypeId};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;

use crate::sync::{Arc, AtomicU64, Weak, next_number};

/// The identity of a sender: its address, never its value.
///
/// One made from an `Arc` also holds that `Arc` weakly. The address then cannot be given to another object as long as
/// this id, or a connection made with it, is there; and the connection goes when the object dies.
///
/// One made from a plain reference is the address and nothing more. **If the object is dropped, or moved, another one
/// can come to stand at its address and be taken for it**: for senders that do not live as long as the connections to
/// them, use an `Arc`, or [`SenderId::unique`]. A struct and its first field have one address, too.
#[derive(Clone)]
pub struct SenderId {
    address: Address,
    object: Object,
}

/// What senders are compared by. The kinds never equal each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address {
    place: Place,
    /// Of a sender that is one method of another.
    method: Option<TypeId>,
}

/// One word in the usual case: sends hash it.
impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.place {
            Place::At(address) => state.write_usize(address),
            Place::Unique(number) => state.write_u64(number),
        }
        if let Some(method) = &self.method {
            method.hash(state);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    At(usize),
    Unique(u64),
}

impl Address {
    pub(crate) fn of<T: ?Sized>(value: *const T) -> Self {
        Self {
            place: Place::At(value.addr()),
            method: None,
        }
    }
}

#[derive(Clone)]
enum Object {
    Bare,
    Shared(Weak<dyn Any + Send + Sync>),
    Unsized(Arc<dyn Liveness>),
}

impl Object {
    #[inline]
    fn is_alive(&self) -> bool {
        match self {
            Self::Bare => true,
            Self::Shared(object) => object.strong_count() > 0,
            Self::Unsized(object) => object.is_alive(),
        }
    }
}

/// Tells whether an object is there, as far as that is known.
pub(crate) struct Life(Object);

impl Life {
    #[inline]
    pub(crate) fn goes_on(&self) -> bool {
        self.0.is_alive()
    }
}

trait Liveness: Send + Sync {
    fn is_alive(&self) -> bool;
    /// The `Arc<T>`, its type erased.
    fn upgrade(&self) -> Option<Box<dyn Any>>;
}

impl<T: ?Sized + Send + Sync + 'static> Liveness for Weak<T> {
    fn upgrade(&self) -> Option<Box<dyn Any>> {
        Some(Box::new(Weak::upgrade(self)?))
    }

    fn is_alive(&self) -> bool {
        self.strong_count() > 0
    }
}

impl SenderId {
    /// An identity of its own, equal to no object's and to no other token.
    #[must_use]
    pub fn unique() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self {
            address: Address {
                place: Place::Unique(next_number(&LAST)),
                method: None,
            },
            object: Object::Bare,
        }
    }

    /// One method of an object as a sender, different from the object itself and from its other methods.
    ///
    /// After `asyncio_dispatch`, where a bound method is identified by the pair of object and function.
    ///
    /// # Examples
    /// ```
    /// use fanfare::{AsSender, SenderId};
    ///
    /// struct Valve { open: bool }
    /// impl AsSender for Valve {}
    /// impl Valve {
    ///     fn opened(&self) {}
    ///     fn closed(&self) {}
    /// }
    ///
    /// let valve = Valve { open: true };
    /// assert_eq!(SenderId::method(&valve, Valve::opened), SenderId::method(&valve, Valve::opened));
    /// assert_ne!(SenderId::method(&valve, Valve::opened), SenderId::method(&valve, Valve::closed));
    /// ```
    #[must_use]
    pub fn method<M: 'static>(sender: impl IntoSender, _method: M) -> Self {
        let mut id = sender.into_sender();
        id.address.method = Some(TypeId::of::<M>());
        id
    }

    /// The object in an `Arc` of any type: one that is no [`AsSender`], or whose size the compiler does not know, such as
    /// `Arc<dyn Widget>`.
    ///
    /// An `Arc` of an [`AsSender`] goes straight to `.sender(&arc)`, which does not allocate; this does.
    #[must_use]
    pub fn of_arc<T>(object: &Arc<T>) -> Self
    where
        T: ?Sized + Send + Sync + 'static,
    {
        Self {
            object: Object::Unsized(Arc::new(Arc::downgrade(object))),
            ..Self::at(&**object)
        }
    }

    /// Whether the object may still be there: false once an object that came as an `Arc` is gone.
    #[must_use]
    #[inline]
    pub fn is_alive(&self) -> bool {
        self.object.is_alive()
    }

    pub(crate) fn at<T: ?Sized>(value: &T) -> Self {
        Self {
            address: Address::of(ptr::from_ref(value)),
            object: Object::Bare,
        }
    }

    /// The object in an `Arc` of a known type, sender or not.
    pub(crate) fn of_object<T: Send + Sync + 'static>(object: &Arc<T>) -> Self {
        Self {
            object: Object::Shared(Arc::downgrade(object) as Weak<dyn Any + Send + Sync>),
            ..Self::at(&**object)
        }
    }

    /// What tells whether the object is there, and nothing else.
    pub(crate) fn life(&self) -> Life {
        Life(self.object.clone())
    }

    pub(crate) fn address(&self) -> Address {
        self.address
    }

    /// Whether the object's life is known, so that it can be waited for and cleaned up after.
    pub(crate) fn is_held(&self) -> bool {
        !matches!(self.object, Object::Bare)
    }

    /// The object itself, if it came as an `Arc<T>` and is still alive.
    #[must_use]
    pub fn downcast<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        match &self.object {
            Object::Shared(object) => object.upgrade()?.downcast().ok(),
            Object::Unsized(object) => object.upgrade()?.downcast().ok().map(|object| *object),
            Object::Bare => None,
        }
    }
}

impl PartialEq for SenderId {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl Eq for SenderId {}

impl Hash for SenderId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address.hash(state);
    }
}

// The object behind it is never touched, only asked whether it lives.
impl UnwindSafe for SenderId {}
impl RefUnwindSafe for SenderId {}

impl fmt::Debug for SenderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.address.method.is_some() {
            "a method of "
        } else {
            ""
        };
        match self.address.place {
            Place::At(address) => write!(f, "SenderId({kind}what is at {address:#x})"),
            Place::Unique(number) => write!(f, "SenderId({kind}unique {number})"),
        }
    }
}

/// A type whose values can be named as senders. The body is there already: `impl AsSender for Ashley {}` is enough.
///
/// A value is itself by where it is: `.sender(self)` inside its methods and `.sender(&value)` outside mean the same
/// object, and so does `.sender(&arc)` where it lives in an `Arc`. `Arc`, `Rc`, `Box`, `Pin` and references are seen
/// through. A type may give another identity by writing the body, such as a token made with [`SenderId::unique`].
///
/// # Examples
/// ```
/// use fanfare::{AsSender, Event, Signal};
///
/// struct Ashley { age: u8 }
/// impl AsSender for Ashley {}
///
/// let (ashley, other) = (Ashley { age: 30 }, Ashley { age: 30 });
/// let signal = Signal::new(());
/// signal.connect_sync(|_| println!("Ashley speaks")).sender(&ashley).now();
/// # futures_lite::future::block_on(async {
/// assert_eq!(signal.send().sender(&ashley).await.count(), 1);
/// assert_eq!(signal.send().sender(&other).await.count(), 0); // equal, but somebody else
/// # });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sender yet",
    label = "not a sender",
    note = "write `impl fanfare::AsSender for {Self} {{}}`, or pass `fanfare::by_address(&value)`"
)]
pub trait AsSender {
    /// Who this is.
    fn as_sender(&self) -> SenderId {
        SenderId::at(self)
    }
}

/// The identity of any value by its address, for types that do not implement [`AsSender`].
///
/// Only the address is kept; see [`SenderId`] for what that means when the value is dropped or moves. A zero-sized value
/// has no address of its own and is refused by the compiler, at the moment when it makes code.
///
/// It is the address of what the reference points to: `by_address(&arc)` is that of the handle, not of the object, and each
/// clone has another. For an `Arc` of a type that is no [`AsSender`] there is [`SenderId::of_arc`].
///
/// # Examples
/// ```
/// use fanfare::by_address;
///
/// let (one, two) = (String::from("same"), String::from("same"));
/// assert_eq!(by_address(&one), by_address(&one));
/// assert_ne!(by_address(&one), by_address(&two));
/// ```
#[must_use]
pub fn by_address<T>(value: &T) -> SenderId {
    const {
        assert!(
            size_of::<T>() != 0,
            "a zero-sized value has no address of its own: put it in an `Arc`, or use `SenderId::unique()`"
        );
    };
    SenderId::at(value)
}

impl AsSender for SenderId {
    fn as_sender(&self) -> SenderId {
        self.clone()
    }
}

impl<T: AsSender> AsSender for &T {
    fn as_sender(&self) -> SenderId {
        (*self).into_sender()
    }
}

impl<T: AsSender> AsSender for Box<T> {
    fn as_sender(&self) -> SenderId {
        (&**self).into_sender()
    }
}

impl<T: AsSender> AsSender for Rc<T> {
    fn as_sender(&self) -> SenderId {
        (**self).as_sender()
    }
}

impl<T: AsSender + Send + Sync + 'static> AsSender for Arc<T> {
    fn as_sender(&self) -> SenderId {
        let mut id = (**self).as_sender();
        // A type with an identity of its own keeps it; one known by its address is held where it stands.
        if id.address == SenderId::at(&**self).address {
            id.object = Object::Shared(Arc::downgrade(self) as Weak<dyn Any + Send + Sync>);
        }
        id
    }
}

/// The address only: a pinned `Arc` cannot be taken out of its pin to be held.
impl<T: Deref<Target: AsSender + Sized>> AsSender for Pin<T> {
    fn as_sender(&self) -> SenderId {
        (&**self).into_sender()
    }
}

/// What `.sender(..)` takes: a reference to a sender, or a [`SenderId`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a sender",
    label = "not a reference to a sender",
    note = "a type becomes a sender with `impl fanfare::AsSender for Type {{}}`, and its values are passed by reference: `.sender(&value)`",
    note = "any other value is one by its address: `.sender(fanfare::by_address(&value))`"
)]
pub trait IntoSender: sealed::Sealed {
    #[doc(hidden)]
    fn into_sender(self) -> SenderId;
}

impl<S: AsSender> IntoSender for &S {
    fn into_sender(self) -> SenderId {
        const {
            assert!(
                size_of::<S>() != 0,
                "a zero-sized sender has no address of its own: put it in an `Arc`, or use `SenderId::unique()`"
            );
        };
        self.as_sender()
    }
}

impl IntoSender for SenderId {
    fn into_sender(self) -> SenderId {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl<S> Sealed for &S {}
    impl Sealed for super::SenderId {}
}
