//! What handles of one topic can be used for, and what they cost.

use std::panic::{RefUnwindSafe, UnwindSafe};

use fanfare::hub::{Pattern, PatternPart, SpellingError, Topic, TopicError, TopicProblem};
use static_assertions::assert_impl_all;

assert_impl_all!(Topic: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Pattern: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
assert_impl_all!(PatternPart<'static>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
assert_impl_all!(TopicError: Send, Sync, std::error::Error);
assert_impl_all!(SpellingError: Send, Sync, std::error::Error);
assert_impl_all!(TopicProblem: Send, Sync);

#[test]
fn handles_and_errors_are_small() {
    let word = size_of::<usize>();
    assert_eq!(size_of::<Topic>(), word);
    assert_eq!(size_of::<Option<Topic>>(), word);
    assert_eq!(size_of::<Pattern>(), 2 * word);
    assert_eq!(size_of::<Result<Topic, TopicError>>(), 2 * word);
}
