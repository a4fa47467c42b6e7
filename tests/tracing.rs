//! Spans and events, as a subscriber of the user's sees them. Alone in its process: what `tracing` remembers of who listens
//! is the process's.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use fanfare::dispatcher::{Context, Dispatcher, Level, Logged, Outcome, Receiver};
use fanfare::{BoxFuture, Inline, Schedule, Signal};
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
    /// Those of the lines.
    levels: Vec<(&'static str, tracing::Level)>,
}

impl Collector {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("nobody panics").lines)
    }

    /// The level of the last event of this name.
    fn level_of(&self, name: &str) -> Option<tracing::Level> {
        let seen = self.0.lock().expect("nobody panics");
        let mut levels = seen.levels.iter().rev();
        levels.find(|(told, _)| *told == name).map(|told| told.1)
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
        let (name, level) = (event.metadata().name(), event.metadata().level());
        let line = format!("{name}{} in{within}", text.0);
        seen.levels.push((name, *level));
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
fn a_call_that_options_have_a_say_in_is_an_event_too() {
    seen(|collector| {
        let signal = Signal::builder(0u32).spawner(Inline).build();
        let copy = Signal::new(0u32);
        signal
            .connect_sync(|_| ())
            .name("when")
            .when(|_| true)
            .now();
        signal
            .connect_sync(|_| ())
            .name("sequential")
            .sequential()
            .now();
        signal.forward_to(&copy).name("forward").now();
        drop(signal.send().now());
        let names = |line: &String| {
            line.split("connection.name=")
                .nth(1)
                .map(|rest| rest.split(' ').next().unwrap().to_owned())
        };
        let called: Vec<_> = collector.take().iter().filter_map(names).collect();
        assert_eq!(called, ["\"when\"", "\"sequential\"", "\"forward\""]);
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
fn that_listeners_of_a_router_are_detached_is_an_event() {
    seen(|collector| {
        let router = fanfare::Router::<u32>::builder().name("plant").build();
        let listen = || router.connect_sync(|_| ()).sender("s");
        let (_, _) = (listen().event("b").now(), listen().events(["a", "b"]).now());
        let sender = router.sender("s").event("a").register().now();
        listen().event("#connect").now();
        assert!(sender.is_ok());
        let lines = collector.take();
        let told: Vec<_> = lines
            .iter()
            .filter(|line| line.starts_with("detached"))
            .collect();
        assert_eq!(told.len(), 2, "{lines:?}");
        for (line, what) in told
            .iter()
            .zip(["2 b of s does not declare", "1 #connect of s announce()"])
        {
            let (listeners, what) = what.split_once(' ').expect("two parts");
            let (route, reason) = what.split_at(what.find(" of s").expect("a route") + 5);
            for part in [
                "signal.name=\"plant\"",
                &format!("route={route}"),
                &format!("listeners={listeners}"),
                reason.trim(),
            ] {
                assert!(line.contains(part), "{line}: {part}");
            }
        }
        assert_eq!(collector.level_of("detached"), Some(tracing::Level::WARN));
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
            let name = metadata.name();
            assert!(
                !["callback", "sending", "sent", "failed"].contains(&name),
                "on purpose"
            );
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
    let plain = Signal::builder(0u32).reply::<u32>().build();
    let logged = Signal::builder(0u32).reply::<u32>();
    let logged = logged.dispatcher(Logged::new("shop")).build();
    for signal in [plain, logged] {
        signal.connect_sync(|ev| **ev + 1).now();
        signal.connect(|ev| async move { **ev + 2 }).now();
        assert_eq!(block_on(signal.send().join()).into_replies(), [1, 2]);
        assert_eq!(signal.failure_count(), 0);
    }
}

/// Skips callbacks of this name.
struct Skips(&'static str);

impl Dispatcher for Skips {
    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        if receiver.name() == Some(self.0) {
            receiver.skip()
        } else {
            receiver.call()
        }
    }
}

/// What `Logged` told since the last time, without the spans and without the numbers of sends.
fn logged(collector: &Collector) -> Vec<String> {
    let lines = collector.take().into_iter();
    let lines = lines.filter(|line| line.contains("dispatcher.name"));
    let shown = |line: String| {
        let line = line.split(" in").next().unwrap_or_default();
        let words = line.split(' ').filter(|word| !word.starts_with("send="));
        words.collect::<Vec<_>>().join(" ")
    };
    lines.map(shown).collect()
}

#[test]
fn a_logged_signal_tells_of_sends_and_failures_under_its_name() {
    seen(|collector| {
        let signal = Signal::builder(0u32).name("orders");
        let signal = signal
            .dispatcher(Logged::new("shop"))
            .dispatcher(Skips("audit"));
        let signal = signal.build();
        for name in ["show", "audit"] {
            signal.connect_sync(|_| ()).name(name).now();
        }
        let fails = signal.connect_sync(|_| panic!("on purpose"));
        fails.name("store").now();
        assert!(!block_on(signal.send().join()).is_ok());
        let of = "dispatcher.name=\"shop\" identifier=\"orders\"";
        let expected = [
            format!("sending message=sending {of} receivers=3 payload=\"u32\""),
            format!(
                "failed message=callback `store` panicked: on purpose {of} connection.id=3 connection.name=\"store\""
            ),
            format!("sent message=sent {of} replied=1 failed=1 skipped=1"),
        ];
        assert_eq!(logged(collector), expected);
        assert_eq!(collector.level_of("sending"), Some(tracing::Level::DEBUG));
        assert_eq!(collector.level_of("failed"), Some(tracing::Level::WARN));
        assert_eq!(collector.level_of("sent"), Some(tracing::Level::DEBUG));
        drop(signal.send().now());
        assert_eq!(logged(collector), expected);
    });
}

#[test]
fn the_events_of_a_send_have_its_number() {
    seen(|collector| {
        let signal = Signal::builder(()).dispatcher(Logged::new("shop")).build();
        for _ in 0..2 {
            drop(signal.send().now());
        }
        let lines = collector.take();
        let number = |line: &String| {
            let mut words = line.split(' ');
            words
                .find(|word| word.starts_with("send="))
                .map(String::from)
        };
        let numbers: Vec<_> = lines.iter().filter_map(number).collect();
        assert_eq!(numbers.len(), 4);
        assert_eq!(numbers[0], numbers[1]);
        assert_eq!(numbers[2], numbers[3]);
        assert_ne!(numbers[0], numbers[2]);
    });
}

#[test]
fn the_levels_of_a_logged_signal_can_be_set() {
    let levels = [
        (Level::Error, Some(tracing::Level::ERROR)),
        (Level::Warn, Some(tracing::Level::WARN)),
        (Level::Info, Some(tracing::Level::INFO)),
        (Level::Debug, Some(tracing::Level::DEBUG)),
        (Level::Trace, Some(tracing::Level::TRACE)),
        (Level::Off, None),
    ];
    for (level, expected) in levels {
        for is_of_sends in [true, false] {
            seen(|collector| {
                let quiet = Logged::new("shop")
                    .sends_at(Level::Off)
                    .failures_at(Level::Off);
                let dispatcher = if is_of_sends {
                    quiet.sends_at(level)
                } else {
                    quiet.failures_at(level)
                };
                let signal = Signal::builder(()).dispatcher(dispatcher).build();
                signal.connect_sync(|_| panic!("on purpose")).now();
                drop(signal.send().now());
                let of_sends = expected.filter(|_| is_of_sends);
                assert_eq!(collector.level_of("sending"), of_sends);
                assert_eq!(collector.level_of("sent"), of_sends);
                assert_eq!(
                    collector.level_of("failed"),
                    expected.filter(|_| !is_of_sends)
                );
            });
        }
    }
}
