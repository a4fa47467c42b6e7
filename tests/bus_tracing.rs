//! What a subscriber of `tracing` is told of a bus: each call, and each failure. Alone in its process: what `tracing` remembers of who
//! listens is the process's.
#![cfg(feature = "tracing")]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use fanfare::bus::{Command, Event, Query};
use fanfare::{Bus, Inline};
use futures_lite::future::block_on;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, with_default};
use tracing::{Metadata, Subscriber};

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<String>>>);

impl Collector {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
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
        let mut text = Text(String::from("span"));
        span.record(&mut text);
        self.0.lock().unwrap().push(text.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = Text(event.metadata().name().to_owned());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Do(u32);
impl Command for Do {
    type Reply = Result<u32, String>;
}
struct Find;
impl Query for Find {
    type Reply = u32;
}
struct Done;
impl Event for Done {}

/// The handlers that were called.
fn called(lines: &[String]) -> Vec<&str> {
    let calls = lines.iter().filter(|line| line.contains("message=called"));
    calls
        .filter_map(|line| line.split("connection.name=\"").nth(1)?.split('"').next())
        .collect()
}

#[test]
fn calls_of_handlers_are_told() {
    let collector = Collector::default();
    let bus = Bus::builder()
        .name("shop")
        .spawner(Inline)
        .command_with(
            async |command: Do| {
                if command.0 > 2 {
                    Err("too much".to_owned())
                } else {
                    Ok(command.0)
                }
            },
            |options| options.name("does"),
        )
        .query_with(async |_: Find| 7, |options| options.name("finds"))
        .event_with(async |_: Arc<Done>| (), |options| options.name("first"))
        .event_with(async |_: Arc<Done>| (), |options| options.name("second"))
        .start()
        .now()
        .unwrap();
    // Nobody listens: the same without.
    assert_eq!(block_on(bus.execute(Do(1)).into_future()).unwrap(), Ok(1));
    with_default(collector.clone(), || {
        assert_eq!(block_on(bus.execute(Do(1)).into_future()).unwrap(), Ok(1));
        let lines = collector.take();
        assert_eq!(called(&lines), ["does"], "{lines:?}");
        assert!(
            lines
                .iter()
                .any(|line| line.contains("signal.name=\"shop.commands\"")),
            "{lines:?}"
        );
        assert_eq!(block_on(bus.query(Find).into_future()).unwrap(), 7);
        assert_eq!(called(&collector.take()), ["finds"]);
        bus.publish(Done).detached();
        assert_eq!(called(&collector.take()), ["first", "second"]);
        bus.execute(Do(3)).key("k").detached();
        let lines = collector.take();
        assert!(called(&lines).contains(&"does"), "{lines:?}");
        assert!(block_on(bus.execute(Do(3)).into_future()).unwrap().is_err());
    });
    collector.take();
    assert_eq!(block_on(bus.execute(Do(2)).into_future()).unwrap(), Ok(2));
    assert_eq!(collector.take(), [""; 0]);
}
