//! What handlers reply.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use crate::signal::AnyReply;
use crate::sync::Arc;

/// What a command or a query is answered with. It tells whether it is an error, and that decides what becomes of it: an error
/// is a failure of the handler, whose follow-up events are not dispatched, and which is told by
/// [`failures`](crate::Bus::failures) where nobody waits for the reply.
///
/// A `Result` is an error where it is an `Err`, whatever is in its `Ok`. Types of the standard library are none. A type of one's
/// own takes one line:
///
/// ```
/// struct Balance(i64);
/// impl fanfare::bus::Reply for Balance {}
/// ```
///
/// A type of another crate, which that line cannot be written for, goes into a `Result`, an `Option`, a `Box` or a `Vec`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known as a reply",
    label = "whether this is an error is not known",
    note = "for a type of yours, write `impl fanfare::bus::Reply for {Self} {{}}`",
    note = "for a type of another crate, reply with a `Result`, an `Option` or a `Box` of it",
    note = "the error in a `Result` has to be `Display`"
)]
pub trait Reply: Send + 'static {
    /// The error, if it is one.
    fn error(&self) -> Option<&dyn fmt::Display> {
        None
    }
}

impl<T: Send + 'static, E: fmt::Display + Send + 'static> Reply for Result<T, E> {
    fn error(&self) -> Option<&dyn fmt::Display> {
        self.as_ref().err().map(|error| error as _)
    }
}

macro_rules! never_an_error {
    ($($kind:ty),* $(,)?) => {
        $(impl Reply for $kind {})*
    };
    ($($kind:ty, of $($of:ident),+;)*) => {
        $(impl<$($of: Send + 'static),+> Reply for $kind {})*
    };
}

never_an_error!(
    (),
    bool,
    char,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    f32,
    f64,
    String,
    &'static str,
    PathBuf,
    Duration,
    Instant,
    SystemTime,
    AnyReply,
);

never_an_error!(
    Option<T>, of T;
    Vec<T>, of T;
    VecDeque<T>, of T;
    HashSet<T, S>, of T, S;
    HashMap<T, U, S>, of T, U, S;
    BTreeSet<T>, of T;
    BTreeMap<T, U>, of T, U;
    (T,), of T;
    (T, U), of T, U;
    (T, U, V), of T, U, V;
    (T, U, V, W), of T, U, V, W;
);

impl<T: Send + 'static, const N: usize> Reply for [T; N] {}

impl<T: ?Sized + Send + 'static> Reply for Box<T> {}

impl<T: ?Sized + Send + Sync + 'static> Reply for Arc<T> {}

#[cfg(feature = "serde")]
impl Reply for serde_json::Value {}
