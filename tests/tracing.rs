//! Spans and events, as a subscriber of the user's sees them. Alone in its process: what `tracing` remembers of who listens
//! is the process's.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use fanfare::{Inline, Schedule, Signal};
use futures_lite::future::{block_on, yield_now};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, set_default};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

/// One at a time, for the same reason.
static ALONE: Mutex<()> = Mutex::new(());

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    spans: Vec<(&'static Metadata<'static>, String)>,
    entered: Vec<usize>,
    lines: Vec<String>,
}

impl Collector {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("nobody panics").lines)
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let written = write!(self.0, " {field}={value:?}");
        assert!(written.is_ok());
    }
}

impl Subscriber for Collector {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "fanfare"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text(String::new());
        span.record(&mut text);
        let mut seen = self.0.lock().expect("nobody panics");
        seen.spans.push((span.metadata(), text.0));
        Id::from_u64(seen.spans.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let mut seen = self.0.lock().expect("nobody panics");
        let within = seen.entered.last().map_or("-", |span| &seen.spans[*span].1);
        let line = format!("{}{} in{within}", event.metadata().name(), text.0);
        seen.lines.push(line);
    }

    fn enter(&self, span: &Id) {
        let mut seen = self.0.lock().expect("nobody panics");
        seen.entered.push(span.into_u64() as usize - 1);
    }

    fn exit(&self, _: &Id) {
        self.0.lock().expect("nobody panics").entered.pop();
    }

    fn current_span(&self) -> Current {
        let seen = self.0.lock().expect("nobody panics");
        match seen.entered.last() {
            Some(span) => Current::new(Id::from_u64(*span as u64 + 1), seen.spans[*span].0),
            None => Current::none(),
        }
    }
}

/// Runs with a subscriber of its own.
fn seen(act: impl FnOnce(&Collector)) {
    let _alone = ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let collector = Collector::default();
    let _default = set_default(collector.clone());
    act(&collector);
}

#[test]
fn each_call_is_an_event_in_the_span_of_its_send() {
    seen(|collector| {
        let signal = Signal::builder(0u32).name("orders").spawner(Inline).build();
        let id = signal.id();
        signal.connect_sync(|_| ()).name("show").now();
        signal.connect(|_| yield_now()).name("store").now();
        let _events = signal.subscribe().now();
        let span = format!("in signal.id={id} signal.name=\"orders\"");
        let expected = [
            format!(
                "callback message=called connection.id=1 connection.name=\"show\" connection.kind=\"sync\" {span}"
            ),
            format!(
                "callback message=called connection.id=2 connection.name=\"store\" connection.kind=\"async\" {span}"
            ),
            format!("callback message=called connection.id=3 connection.kind=\"stream\" {span}"),
        ];
        drop(signal.send().now());
        assert_eq!(collector.take(), expected);
        assert!(block_on(signal.send().join()).is_ok());
        assert_eq!(collector.take(), expected);
    });
}

#[test]
fn what_an_async_callback_tells_is_within_the_span_of_its_send() {
    let tells = |signal: &Signal<u32>| {
        signal
            .connect(|_| async {
                yield_now().await;
                tracing::info!(target: "fanfare", "told");
            })
            .now()
    };
    seen(|collector| {
        for schedule in [Schedule::Spawn, Schedule::Eager] {
            let signal = Signal::builder(0u32)
                .spawner(Inline)
                .schedule(schedule)
                .build();
            let connection = tells(&signal);
            let told = format!("message=told in signal.id={}", signal.id());
            drop(signal.send().now());
            assert!(collector.take()[1].ends_with(&told));
            assert!(block_on(signal.send().join()).is_ok());
            assert!(collector.take()[1].ends_with(&told));
            connection.disconnect();
            signal
                .connect(|_| async { tracing::info!(target: "fanfare", "told") })
                .sequential()
                .now();
            drop(signal.send().now());
            assert!(collector.take()[1].ends_with(&told));
        }
    });
}

#[test]
fn failures_are_events_and_those_of_failure_callbacks_too() {
    seen(|collector| {
        let signal = Signal::builder(0u32).name("orders").build();
        signal
            .failures()
            .connect_sync(|_| panic!("on purpose"))
            .now();
        signal
            .connect_sync(|_| panic!("on purpose"))
            .name("store")
            .now();
        drop(signal.send().now());
        let lines = collector.take();
        let names: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(names, ["callback", "failure", "callback", "failure_lost"]);
        assert!(lines[1].contains("callback `store` panicked: on purpose"));
        assert!(lines[3].contains("signal.name=\"orders.failures\""));
    });
}

#[test]
fn a_subscriber_that_panics_stops_no_callback() {
    struct Bad;
    impl Subscriber for Bad {
        fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
            Interest::sometimes()
        }
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            assert!(metadata.name() != "callback", "on purpose");
            false
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }
    let _alone = ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let _default = set_default(Bad);
    let signal = Signal::builder(0u32).reply::<u32>().build();
    signal.connect_sync(|ev| **ev + 1).now();
    signal.connect(|ev| async move { **ev + 2 }).now();
    assert_eq!(block_on(signal.send().join()).into_replies(), [1, 2]);
}
