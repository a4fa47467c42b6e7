//! What a subscriber gets to see.

use std::cell::Cell;
use std::fmt::{self, Write};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, with_default};
use tracing::{Level, Metadata, Subscriber};
use tracing_core::span::Current;

use super::shape::ALONE;
use super::{called, failed, failure_lost, here, send};
use crate::signal::event::{SignalId, SignalInfo};
use crate::signal::failure::{Cause, ConnectionId, Failure};
use crate::signal::inspect::ConnectionKind;
use crate::sync::{Arc, AtomicU64, Lock, next_number};

/// Writes down what it is told, as lines. Spans are numbered from 1.
struct Collector {
    level: Level,
    spans: AtomicU64,
    made: Lock<Vec<&'static Metadata<'static>>>,
    entered: Lock<Vec<Id>>,
    lines: Arc<Lock<Vec<String>>>,
}

impl Collector {
    fn write(&self, line: String) {
        self.lines.hold().push(line);
    }
}

impl Subscriber for Collector {
    /// Asked every time: an answer for good would outlive this subscriber, and hold for threads without one.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = next_number(&self.spans);
        let mut fields = Fields(String::new());
        span.record(&mut fields);
        self.write(format!("new {id}: {}{}", head(span.metadata()), fields.0));
        self.made.hold().push(span.metadata());
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.write(format!("{}{}", head(event.metadata()), fields.0));
    }

    fn enter(&self, span: &Id) {
        self.write(format!("enter {}", span.into_u64()));
        self.entered.hold().push(span.clone());
    }

    fn exit(&self, span: &Id) {
        self.write(format!("exit {}", span.into_u64()));
        self.entered.hold().pop();
    }

    fn current_span(&self) -> Current {
        match self.entered.hold().last() {
            Some(id) => Current::new(id.clone(), self.made.hold()[id.into_u64() as usize - 1]),
            None => Current::none(),
        }
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.write(format!("clone {}", id.into_u64()));
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        self.write(format!("drop {}", id.into_u64()));
        false
    }
}

fn head(metadata: &Metadata<'_>) -> String {
    format!(
        "{} {} {}",
        metadata.level(),
        metadata.target(),
        metadata.name()
    )
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = write!(self.0, " {field}={value:?}");
        assert!(written.is_ok());
    }
}

/// What a subscriber that wants this level and those above is told.
fn told(level: Level, act: impl FnOnce()) -> Vec<String> {
    let _alone = ALONE.hold();
    let lines = Arc::new(Lock::new(Vec::new()));
    let collector = Collector {
        level,
        spans: AtomicU64::new(0),
        made: Lock::new(Vec::new()),
        entered: Lock::new(Vec::new()),
        lines: Arc::clone(&lines),
    };
    with_default(collector, act);
    let told = lines.hold();
    told.clone()
}

fn orders() -> SignalInfo {
    SignalInfo::new(SignalId(7), Some("orders".into()))
}

fn aborted(name: Option<&str>) -> Failure {
    Failure::new(ConnectionId(3), name.map(Arc::from), Cause::Aborted)
}

#[test]
fn a_send_is_a_span_for_as_long_as_it_is_held() {
    let told = told(Level::DEBUG, || drop(send(&orders())));
    let span = r#"new 1: DEBUG fanfare send signal.id=7 signal.name="orders""#;
    assert_eq!(told, [span, "enter 1", "exit 1", "drop 1"]);
}

#[test]
fn a_signal_without_a_name_has_none_in_its_span() {
    let told = told(Level::DEBUG, || {
        drop(send(&SignalInfo::new(SignalId(8), None)));
    });
    assert_eq!(told[0], "new 1: DEBUG fanfare send signal.id=8");
}

#[test]
fn what_runs_later_runs_within_the_span() {
    let told = told(Level::TRACE, || {
        let span = send(&orders());
        let later = here();
        drop(span);
        let other = later.clone();
        drop(later);
        let result = other.within(|| {
            called(ConnectionId(3), || None, ConnectionKind::AsyncCallback);
            5
        });
        assert_eq!(result, 5);
    });
    let rest = [
        "enter 1",
        "clone 1",
        "exit 1",
        "drop 1",
        "clone 1",
        "drop 1",
        "enter 1",
        r#"TRACE fanfare callback message=called connection.id=3 connection.kind="async""#,
        "exit 1",
        "drop 1",
    ];
    assert_eq!(told[1..], rest);
}

#[test]
fn a_panic_leaves_the_span() {
    let told = told(Level::DEBUG, || {
        let span = send(&orders());
        let later = here();
        drop(span);
        let run = || later.within(|| panic!("within"));
        assert!(std::panic::catch_unwind(run).is_err());
    });
    assert_eq!(told[told.len() - 3..], ["enter 1", "exit 1", "drop 1"]);
}

#[test]
fn a_call_is_an_event() {
    let told = told(Level::TRACE, || {
        called(
            ConnectionId(3),
            || Some("store".into()),
            ConnectionKind::SyncCallback,
        );
    });
    let event = r#"TRACE fanfare callback message=called connection.id=3 connection.name="store" connection.kind="sync""#;
    assert_eq!(told, [event]);
}

#[test]
fn no_name_is_looked_up_for_nobody() {
    let looked_up = Cell::new(0);
    let call = || {
        let name = || {
            looked_up.set(looked_up.get() + 1);
            None
        };
        called(ConnectionId(3), name, ConnectionKind::SyncCallback);
    };
    assert_eq!(told(Level::DEBUG, call), [""; 0]);
    assert_eq!(looked_up.get(), 0);
    assert_eq!(told(Level::TRACE, call).len(), 1);
    assert_eq!(looked_up.get(), 1);
}

#[test]
fn a_failure_is_a_warning_that_names_its_signal() {
    let told = told(Level::WARN, || {
        let span = send(&orders());
        failed(&orders(), &aborted(Some("store")));
        failed(&orders(), &aborted(None));
        drop(span);
    });
    let head = r#"WARN fanfare failure message=callback"#;
    let signal = r#"signal.id=7 signal.name="orders" connection.id=3"#;
    let expected = [
        format!("{head} `store` was aborted {signal} connection.name=\"store\""),
        format!("{head} of connection 3 was aborted {signal}"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_lost_failure_is_an_error() {
    let told = told(Level::ERROR, || {
        failed(&orders(), &aborted(None));
        failure_lost(&orders(), &aborted(None));
    });
    let event = concat!(
        "ERROR fanfare failure_lost message=told of a failure, callback of connection 3 was aborted ",
        r#"signal.id=7 signal.name="orders" connection.id=3"#,
    );
    assert_eq!(told, [event]);
}
