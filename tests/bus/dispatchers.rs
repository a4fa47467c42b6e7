//! Code of one's own around messages and calls.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare::bus::{Answer, Dep, DependencyError, Extension, Message, MessageKind};
use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Results, Timed};
use fanfare::{Backoff, BoxFuture, Bus, bus};

use crate::common::ON_PURPOSE;
use crate::kit::{Do, Find, Lines, Once, Told, Try, builder, failures, short};
use crate::runtime::Runtime;

/// Writes down what it sees.
struct Logs(&'static str, Lines);

impl Logs {
    fn write(&self, line: &str) {
        self.1.push(format!("{} {line}", self.0));
    }
}

impl Dispatcher for Logs {
    fn before(&self, cx: &Context) {
        let message = cx.payload_as::<Message>().expect("it is one");
        let number = message.show::<Try, _>(|command| command.0);
        let number = number.or_else(|| message.show::<Told, _>(|told| told.0));
        assert!(message.show::<Once, _>(|_| ()).is_none());
        let info = short(message.info());
        self.write(&format!(
            "before {} {info} {number:?} to {}",
            cx.identifier(),
            cx.receivers()
        ));
    }

    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let (name, log, cx) = (self.0, self.1.clone(), cx.clone());
        Box::pin(async move {
            let handler = receiver.name().unwrap_or_default().to_owned();
            let outcome = receiver.call().await;
            let answer = Answer::in_outcome(&outcome);
            let error = answer.and_then(|answer| answer.error());
            let is_ok = Answer::is_ok_in(&outcome);
            assert_eq!(is_ok, answer.is_some_and(Answer::is_ok));
            let reply = answer.and_then(|answer| answer.reply::<Result<u32, String>>());
            log.push(format!("{name} {handler} {is_ok} {error:?} {reply:?}"));
            let message = cx.payload_as::<Message>().expect("it is one");
            assert_eq!(
                message.show::<Try, _>(|_| ()),
                None,
                "the handler was given it"
            );
            outcome
        })
    }

    fn after(&self, cx: &Context, results: &Results<'_>) {
        self.write(&format!(
            "after {} {}",
            cx.identifier(),
            results.replies::<Answer>().count()
        ));
    }
}

async fn they_see_messages_and_answers(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .name("shop")
        .dispatcher(Logs("out", log.clone()))
        .dispatcher(Logs("in", log.clone()))
        .command_with(
            async |command: Try| {
                if command.0 > 2 {
                    Err("no".to_owned())
                } else {
                    Ok(command.0)
                }
            },
            |options| options.name("tries"),
        )
        .event_with(
            async |_: Told| Err::<(), _>("never"),
            |options| options.name("hears"),
        );
    let bus = bus.start().await.unwrap();
    for (number, tells) in [
        (2, "tries true None Some(Ok(2))"),
        (3, "tries false Some(\"no\") Some(Err(\"no\"))"),
    ] {
        assert_eq!(bus.execute(Try(number)).await.unwrap().is_ok(), number == 2);
        assert_eq!(
            log.take(),
            [
                format!("out before shop.commands command `Try` Some({number}) to 1"),
                format!("in before shop.commands command `Try` Some({number}) to 1"),
                format!("in {tells}"),
                format!("out {tells}"),
                "in after shop.commands 1".to_owned(),
                "out after shop.commands 1".to_owned(),
            ]
        );
    }
    assert!(!bus.publish(Told(7)).key("k").join().await.unwrap().is_ok());
    let seen = log.take();
    assert_eq!(
        seen[0],
        "out before shop.events event `Told` of key \"k\" Some(7) to 1"
    );
    assert_eq!(seen[2], "in hears false Some(\"never\") None");
    // What goes nowhere is not sent.
    assert!(bus.query(Find(1)).await.is_err());
    assert_eq!(log.len(), 0);
}

/// What handlers may know and messages do not say.
struct Login(&'static str);
impl Dispatcher for Login {
    fn before(&self, cx: &Context) {
        let message = cx.payload_as::<Message>().expect("it is one");
        if self.0 == "nobody" {
            return;
        }
        message.extend(format!("not {}", self.0));
        message.extend(self.0.to_owned());
        message.extend(7u8);
        assert_eq!(
            message.extension::<String>().as_deref().map(String::as_str),
            Some(self.0)
        );
        assert!(message.extension::<u16>().is_none());
    }
}

async fn they_extend_messages(on: Runtime) {
    for who in ["Ada", "nobody"] {
        let log = Lines::new();
        let bus = builder(&on)
            .dispatcher(Login(who))
            .provide(log.clone())
            .query(
                async |_: Find, user: Extension<String>, seven: Extension<u8>| {
                    Some(format!("{} {}", *user, *seven))
                },
            )
            .event(async |_: Told, user: Extension<String>, log: Dep<Lines>| {
                log.push((*user).clone());
            })
            .named("n", async |user: Extension<String>, log: Dep<Lines>| {
                log.push((*user).clone());
            });
        let bus = bus.start().await.unwrap();
        let answer = bus.query(Find(1)).await;
        let report = bus.publish(Told(1)).join().await.unwrap();
        bus.handle_named("n", ()).detached();
        bus.idle().await;
        if who == "Ada" {
            assert_eq!(answer.unwrap().as_deref(), Some("Ada 7"));
            assert!(report.is_ok());
            assert_eq!(log.take(), ["Ada", "Ada"]);
        } else {
            let error = answer.unwrap_err();
            assert!(
                error.dependency().is_some_and(DependencyError::is_missing),
                "{error}"
            );
            assert!(!report.is_ok());
        }
    }
}

/// Answers in the place of handlers, and fails, by what is asked.
struct Answers;
impl Dispatcher for Answers {
    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let message = cx.payload_as::<Message>().expect("it is one");
        match message.show::<Try, _>(|command| command.0) {
            Some(0) => receiver.reply(Answer::new(Ok::<u32, String>(100))),
            Some(1) => receiver.reply(Answer::new(Err::<u32, _>("refused".to_owned()))),
            Some(2) => receiver.reply(Answer::new("of another type")),
            Some(3) => receiver.reply("no answer at all"),
            Some(4) => receiver.fail("not allowed"),
            Some(5) => receiver.skip(),
            _ => receiver.call(),
        }
    }
}

async fn they_answer_fail_and_skip(on: Runtime) {
    let bus = builder(&on).dispatcher(Answers).command_with(
        async |command: Try| Ok(command.0),
        |options| options.name("tries"),
    );
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    assert_eq!(bus.execute(Try(0)).await.unwrap(), Ok(100));
    assert_eq!(bus.execute(Try(1)).await.unwrap(), Err("refused".into()));
    assert_eq!(bus.execute(Try(6)).key("k").await.unwrap(), Ok(6));
    let expected = [
        "a dispatcher answered with `&str` where `core::result::Result<u32, alloc::string::String>` is the reply",
        "a dispatcher had it fail: a dispatcher replied with `&str` where callbacks reply `fanfare::bus::handed::Answer`",
        "a dispatcher had it fail: not allowed",
        "a dispatcher skipped the handler",
    ];
    for (number, expected) in (2..).zip(expected) {
        for request in [bus.execute(Try(number)), bus.execute(Try(number)).key("k")] {
            let error = request.await.unwrap_err();
            assert_eq!(error.to_string().split_once(": ").unwrap().1, expected);
            assert_eq!(
                error.into_message(),
                Some(Try(number)),
                "no handler was given it"
            );
        }
    }
    assert_eq!(told.len(), 0);
    bus.execute(Try(1)).detached();
    bus.idle().await;
    bus.execute(Try(4)).detached();
    bus.idle().await;
    let failed = told.take();
    assert_eq!(failed[0].error(), Some("refused"));
    assert_eq!(
        short(&failed[1]),
        "command `Try`, handler `tries`: a dispatcher had it fail: not allowed"
    );
    assert!(format!("{:?}", Answer::new(Ok::<u32, String>(1))).starts_with("Answer"));
}

/// A transaction around each command, which is there for its handler.
struct Transactions(Lines);

#[derive(Debug)]
struct Transaction(Mutex<Vec<String>>);

impl Dispatcher for Transactions {
    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let (log, cx) = (self.0.clone(), cx.clone());
        Box::pin(async move {
            let message = cx.payload_as::<Message>().expect("it is one");
            if message.info().kind() != MessageKind::Command {
                return receiver.call().await;
            }
            message.extend(Transaction(Mutex::default()));
            let outcome = receiver.call().await;
            let transaction = message.extension::<Transaction>().expect("it was added");
            let done = transaction.0.lock().unwrap().join(", ");
            let end = if Answer::is_ok_in(&outcome) {
                "commit"
            } else {
                "roll back"
            };
            log.push(format!("{end} {done}"));
            outcome
        })
    }
}

async fn a_transaction_around_a_command(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .dispatcher(Transactions(log.clone()))
        .command_with(
            async |command: Try, transaction: Extension<Transaction>| {
                transaction
                    .0
                    .lock()
                    .unwrap()
                    .push(format!("insert {}", command.0));
                transaction.0.lock().unwrap().push("log".into());
                match command.0 {
                    0 => panic!("{ON_PURPOSE}"),
                    1 => Err("no".to_owned()),
                    number => Ok(number),
                }
            },
            |options| options.retry(Backoff::new(Duration::ZERO).attempts(2)),
        );
    let bus = bus.start().await.unwrap();
    assert!(bus.execute(Try(0)).await.is_err());
    assert!(bus.execute(Try(1)).key("k").await.unwrap().is_err());
    assert_eq!(bus.execute(Try(2)).await.unwrap(), Ok(2));
    let expected = [
        "roll back insert 0, log",
        "roll back insert 0, log",
        "roll back insert 1, log",
        "roll back insert 1, log",
        "commit insert 2, log",
    ];
    assert_eq!(log.take(), expected, "each attempt has its own");
}

/// Tries again what has failed, whatever the handler says of that.
struct Again(usize);
impl Dispatcher for Again {
    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        // A receiver is called once: what can be had again is the whole message, by who sent it. So this one counts.
        let message = cx.payload_as::<Message>().expect("it is one");
        message.extend(self.0);
        receiver.call()
    }
}

#[derive(Clone)]
struct Flaky;
impl bus::Command for Flaky {
    type Reply = Result<usize, String>;
}

/// Ready-made ones: timing, and retries, which are the handler's.
async fn with_ready_made_ones(on: Runtime) {
    let (timed, count) = (Timed::new(), AtomicUsize::new(0));
    let bus = builder(&on)
        .dispatcher(timed.clone())
        .dispatcher(Again(5))
        .command_with(
            move |_: Flaky, limit: Extension<usize>| {
                let count = count.fetch_add(1, Ordering::SeqCst);
                async move {
                    if count < 2 {
                        Err("not yet".to_owned())
                    } else {
                        Ok(*limit)
                    }
                }
            },
            |options| options.name("flaky").retry(Backoff::new(Duration::ZERO)),
        );
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.execute(Flaky).await.unwrap(), Ok(5));
    assert!(format!("{timed:?}").contains("Timed"));
}

/// None of them is asked where nothing of the kind is said, and the handler is called the same.
async fn the_same_without_them(on: Runtime) {
    struct Nothing;
    impl Dispatcher for Nothing {}
    for bus in [
        builder(&on),
        builder(&on).dispatcher(Nothing),
        builder(&on).stats(),
        builder(&on).dispatcher(Arc::new(Nothing)),
    ] {
        let bus = bus
            .command(async |command: Do| command.0)
            .query(async |_: Find| None)
            .event(async |_: Told| Err::<(), _>("no"));
        let bus: Bus = bus.start().await.unwrap();
        assert_eq!(bus.execute(Do(1)).await.unwrap(), 1);
        assert_eq!(bus.query(Find(1)).key("k").await.unwrap(), None);
        let report = bus.publish(Told(1)).join().await.unwrap();
        assert_eq!(report.failures().count(), 1);
    }
}

on_each_runtime!(
    they_see_messages_and_answers,
    they_extend_messages,
    they_answer_fail_and_skip,
    a_transaction_around_a_command,
    with_ready_made_ones,
    the_same_without_them,
);
