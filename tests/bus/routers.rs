//! Routers of one's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::bus::{
    Body, Dep, Event, HandlerId, HandlerInfo, Message, MessageKind, Published, Router,
};
use fanfare::{Bus, bus};

use crate::common::Log;
use crate::kit::{Do, Lines, Once, Told, builder, failures, short};
use crate::runtime::Runtime;

/// Names with a star at the end.
struct Prefixes;

impl Router for Prefixes {
    fn route(&self, message: &Message, handlers: &[HandlerInfo]) -> Vec<HandlerId> {
        let name = message.info().message();
        let fits = |handler: &&HandlerInfo| match handler.message().strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == handler.message(),
        };
        handlers.iter().filter(fits).map(HandlerInfo::id).collect()
    }
}

async fn names_as_patterns(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .provide(log.clone())
        .events(|events| events.router(Prefixes))
        .named("user.*", async |user: Body<String>, log: Dep<Lines>| {
            log.push(format!("{} {}", user.name(), *user));
        })
        .named("user.created", async |log: Dep<Lines>| {
            log.push("created".into());
        })
        .named("*", async |number: Body<u8>, log: Dep<Lines>| {
            log.push(format!("{} {}", number.name(), *number));
        })
        .event(async |told: Told, log: Dep<Lines>| log.push(format!("told {}", told.0)));
    let bus = bus.start().await.unwrap();
    let heard = || {
        let mut all = log.take();
        all.sort();
        all
    };
    let sent = bus
        .handle_named("user.created", "Ada".to_owned())
        .await
        .unwrap();
    let fanfare::bus::Handled::Event(delivery) = sent else {
        panic!("an event")
    };
    assert_eq!(delivery.count(), 2);
    assert!(delivery.join().await.is_ok());
    assert_eq!(heard(), ["created", "user.created Ada"]);
    bus.handle_named("user.deleted", "Ada".to_owned())
        .detached();
    bus.idle().await;
    assert_eq!(heard(), ["user.deleted Ada"]);
    // Those who could not take the body are not asked.
    bus.handle_named("user.created", 7u8).detached();
    bus.idle().await;
    assert_eq!(heard(), ["created", "user.created 7"]);
    let error = bus.handle_named("other", 'x').await.unwrap_err();
    assert!(error.is_unhandled());
    assert_eq!(error.into_inner(), Some('x'));
    assert!(bus.publish(Told(1)).join().await.unwrap().is_ok());
    assert_eq!(heard(), ["told 1"]);
}

/// A router of events that reads names leaves commands and queries their own.
async fn names_of_other_kinds_beside_them(on: Runtime) {
    let bus = builder(&on)
        .events(|events| events.router(Prefixes))
        .named("user.*", async |_: Body<String>| ())
        .named_command("length", async |text: Body<String>| text.len())
        .named_query("time", async || 7u8);
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    let handled = bus.handle_named("length", "Ada".to_owned()).await.unwrap();
    assert_eq!(handled.reply::<usize>().unwrap(), 3);
    let handled = bus.handle_named("time", ()).await.unwrap();
    assert_eq!(handled.kind(), MessageKind::Query);
    bus.handle_named("length", "Ada".to_owned()).detached();
    bus.idle().await;
    assert_eq!(told.len(), 0);
    let error = bus.handle_named("length", 7u8).await.unwrap_err();
    assert!(error.is_wrong_body(), "{error}");
    assert_eq!(error.into_inner(), Some(7));
}

/// The odd ones to the first.
struct ByContent;

impl Router for ByContent {
    fn route(&self, message: &Message, handlers: &[HandlerInfo]) -> Vec<HandlerId> {
        assert_eq!(message.show::<Once, _>(|once| once.0), None, "it is none");
        let number = message
            .show::<Do, _>(|command| command.0)
            .expect("it is there");
        let named = |name: &str| {
            handlers
                .iter()
                .find(|handler| handler.name() == name)
                .map(HandlerInfo::id)
        };
        match number {
            0 => Vec::new(),
            100 => handlers.iter().map(HandlerInfo::id).collect(),
            101 => handlers
                .iter()
                .chain(handlers)
                .map(HandlerInfo::id)
                .filter(|id| Some(*id) == named("odd"))
                .collect(),
            _ if number % 2 == 1 => named("odd").into_iter().collect(),
            _ => named("even").into_iter().collect(),
        }
    }

    fn check(&self, kind: MessageKind, handlers: &[HandlerInfo]) -> Result<(), String> {
        assert_eq!(kind, MessageKind::Command);
        match handlers.len() {
            2 => Ok(()),
            count => Err(format!(
                "two are wanted for `{}`, and there are {count}",
                handlers[0].message()
            )),
        }
    }
}

fn by_content(on: &Runtime) -> bus::BusBuilder {
    builder(on)
        .commands(|commands| commands.router(ByContent))
        .command_with(
            async |command: Do| command.0 * 2,
            |options| options.name("even"),
        )
}

async fn one_of_several_by_content(on: Runtime) {
    let bus = by_content(&on).command_with(async |_: Do| 1, |options| options.name("odd"));
    let bus = bus.start().await.unwrap();
    for key in [None, Some("k")] {
        let send = |number| {
            let request = bus.execute(Do(number));
            if let Some(key) = key {
                request.key(key)
            } else {
                request
            }
        };
        assert_eq!(send(5).await.unwrap(), 1);
        assert_eq!(send(6).await.unwrap(), 12);
        assert_eq!(send(101).await.unwrap(), 1, "chosen twice is chosen");
        let error = send(0).await.unwrap_err();
        assert!(error.is_unhandled());
        assert_eq!(error.into_message(), Some(Do(0)));
        let error = send(100).await.unwrap_err();
        assert!(!error.is_unhandled());
        assert_eq!(
            short(&error),
            "no reply to command `Do`: the router chose 2 handlers where there has to be one"
        );
        assert_eq!(error.into_message(), Some(Do(100)));
    }
    let handled = bus.handle(Do(5)).await.unwrap();
    assert_eq!(handled.reply::<u32>().unwrap(), 1);
    let error = bus.handle(Do(0)).await.unwrap_err();
    assert!(error.is_unhandled());
    assert_eq!(error.into_inner(), Some(Do(0)));
    let told = failures(&bus);
    bus.execute(Do(0)).detached();
    bus.execute(Do(100)).detached();
    bus.handle(Do(0)).detached();
    let back: Vec<_> = told
        .take()
        .iter()
        .map(fanfare::bus::FailedMessage::take_message::<Do>)
        .collect();
    assert_eq!(back, [Some(Do(0)), Some(Do(100)), Some(Do(0))]);
    bus.idle().await;
}

/// It says what is wrong with the handlers, in the place of the usual rule.
async fn a_router_checks(on: Runtime) {
    let error = by_content(&on).start().await.unwrap_err();
    assert_eq!(
        short(&error),
        "the bus was not started:\n- two are wanted for `Do`, and there are 1"
    );
}

/// One after the other.
#[derive(Default)]
struct RoundRobin(AtomicUsize);

impl Router for RoundRobin {
    fn route(&self, _: &Message, handlers: &[HandlerInfo]) -> Vec<HandlerId> {
        let turn = self.0.fetch_add(1, Ordering::SeqCst);
        vec![handlers[turn % handlers.len()].id()]
    }
}

impl Event for Log<u32> {}

/// Asked once a message, by whatever end, and what it is shown of handlers is right.
async fn asked_once(on: Runtime) {
    let log = Log::<u32>::new();
    let handler = |number: u32| {
        move |log: Published<Log<u32>>| {
            log.push(number);
            std::future::ready(())
        }
    };
    let bus = builder(&on)
        .events(|events| events.router(RoundRobin::default()))
        .event(handler(0))
        .event(handler(1))
        .event(handler(2));
    let bus = bus.start().await.unwrap();
    let delivery = bus.publish(log.clone()).await.unwrap();
    assert_eq!(delivery.count(), 1);
    drop(delivery.join().await);
    drop(bus.publish(log.clone()).join().await.unwrap());
    bus.publish(log.clone()).detached();
    bus.idle().await;
    drop(bus.publish(log.clone()).now().unwrap());
    bus.idle().await;
    drop(bus.handle(log.clone()).await.unwrap());
    bus.idle().await;
    bus.handle(log.clone()).detached();
    bus.idle().await;
    assert_eq!(log.take(), [0, 1, 2, 0, 1, 2]);
}

/// What a router knows of handlers.
struct Looks(Log<String>);
impl Router for Looks {
    fn route(&self, message: &Message, handlers: &[HandlerInfo]) -> Vec<HandlerId> {
        for handler in handlers {
            let (id, name, is_named) = (handler.id(), handler.name(), handler.is_named());
            self.0.push(short(format!(
                "{id} {name} `{}` {is_named}",
                handler.message()
            )));
        }
        self.0.push(short(message.info()));
        Vec::new()
    }
}

#[test]
fn what_it_is_shown() {
    let log = Log::new();
    let bus = Bus::builder()
        .events(|events| events.router(Looks(log.clone())))
        .event_with(async |_: Told| (), |options| options.name("a"))
        .event_with(async |_: Arc<Once>| (), |options| options.name("b"))
        .event_with(async |_: Told| (), |options| options.name("c"))
        .named_with("n", async || (), |options| options.name("d"))
        .named_with("m", async |_: Body<u8>| (), |options| options.name("e"))
        .start()
        .now()
        .unwrap();
    bus.publish(Told(1)).detached();
    assert_eq!(
        log.take(),
        ["0 a `Told` false", "2 c `Told` false", "event `Told`"]
    );
    bus.handle_named("m", 7u16).detached();
    assert_eq!(log.take(), ["3 d `n` true", "event `m`"]);
    bus.handle_named("x", 7u8).key(1).detached();
    assert_eq!(
        log.take(),
        ["3 d `n` true", "4 e `m` true", "event `x` of key 1"]
    );
}

on_each_runtime!(
    names_as_patterns,
    names_of_other_kinds_beside_them,
    one_of_several_by_content,
    a_router_checks,
    asked_once,
);
