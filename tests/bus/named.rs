//! Messages that go by a name, with a body or without.

use std::sync::Arc;

use fanfare::Bus;
use fanfare::bus::{Body, Dep, Emit, Emits, Handled, MessageInfo, MessageKind};

use crate::kit::{Lines, Told, builder, failures, short, texts};
use crate::runtime::Runtime;

async fn names_have_handlers(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .provide(log.clone())
        .named("started", async |log: Dep<Lines>| {
            log.push("started".into());
        })
        .named(
            "user.created",
            async |user: Body<String>, log: Dep<Lines>| {
                assert_eq!(
                    (user.name(), user.info().name()),
                    ("user.created", Some("user.created"))
                );
                assert_eq!(user.info().message(), "user.created");
                log.push(format!("body {}", *user));
            },
        )
        .named(
            "user.created",
            async |log: Dep<Lines>, info: MessageInfo| {
                log.push(format!("bodiless {}", info.kind()));
            },
        )
        .named_command("length", async |text: Body<String>| text.into_arc().len())
        .named_query(String::from("time"), async || 7u8)
        .start()
        .await
        .unwrap();
    let handled = bus.handle_named("started", ()).await.unwrap();
    let Handled::Event(delivery) = handled else {
        panic!("{handled:?}")
    };
    assert!(delivery.count() == 1 && delivery.join().await.is_ok());
    assert_eq!(log.take(), ["started"]);
    // Nobody takes it.
    drop(bus.handle_named("started", 'x').key("k").await.unwrap());
    bus.idle().await;
    assert_eq!(log.take(), ["started"]);

    bus.handle_named("user.created", "Ada".to_owned())
        .detached();
    bus.idle().await;
    let mut heard = log.take();
    heard.sort();
    assert_eq!(heard, ["bodiless event", "body Ada"]);

    for key in [None, Some("k")] {
        let mut handle = bus.handle_named("length", "Ada".to_owned());
        if let Some(key) = key {
            handle = handle.key(key);
        }
        let handled = handle.await.unwrap();
        assert_eq!(handled.kind(), MessageKind::Command);
        assert_eq!(handled.reply::<usize>().unwrap(), 3);
    }
    let handled = bus.handle_named("time", ()).await.unwrap();
    assert_eq!(handled.kind(), MessageKind::Query);
    assert_eq!(handled.reply::<u8>().unwrap(), 7);
}

/// All handlers share the body.
async fn bodies_are_shared(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .provide(log.clone())
        .named("n", async |body: Body<Arc<()>>, log: Dep<Lines>| {
            log.push(format!("{:?}", Arc::as_ptr(&body)));
        })
        .named("n", async |log: Dep<Lines>, body: Body<Arc<()>>| {
            log.push(format!("{:?}", Arc::as_ptr(&body.clone())));
        })
        .start()
        .await
        .unwrap();
    let body = Arc::new(());
    bus.handle_named("n", body.clone()).detached();
    bus.idle().await;
    assert_eq!(
        log.take(),
        [
            format!("{:?}", Arc::as_ptr(&body)),
            format!("{:?}", Arc::as_ptr(&body))
        ]
    );
    assert_eq!(Arc::strong_count(&body), 1);
}

async fn wrong_bodies_are_given_back(on: Runtime) {
    let bus = builder(&on)
        .named("text", async |_: Body<String>| ())
        .named("text", async || ())
        .named_command("length", async |text: Body<String>| text.len())
        .start()
        .await
        .unwrap();
    let told = failures(&bus);
    for name in ["text", "length"] {
        let error = bus.handle_named(name, 7u8).await.unwrap_err();
        assert!(error.is_wrong_body() && !error.is_unhandled() && !error.is_stopped());
        let text = error.to_string();
        let expected = format!(
            "message `{name}`: its handlers take a body of type `alloc::string::String`, not `u8`"
        );
        assert_eq!(text, expected);
        assert_eq!(error.into_inner(), Some(7));
    }
    let error = bus.handle_named("nothing", 7u8).await.unwrap_err();
    assert!(error.is_unhandled() && !error.is_wrong_body());
    assert_eq!(error.to_string(), "message `nothing`: nobody handles it");
    assert_eq!(error.into_inner(), Some(7));
    assert_eq!(told.len(), 0);

    bus.handle_named("text", 7u8).detached();
    bus.handle_named("nothing", 8u8).detached();
    let all = told.take();
    assert_eq!(
        all.iter()
            .filter_map(fanfare::bus::FailedMessage::event::<u8>)
            .map(|body| *body)
            .collect::<Vec<_>>(),
        [7, 8]
    );
    assert!(all[1].is_unhandled() && !all[0].is_unhandled());
    assert_eq!(short(&all[1]), "event `nothing`: nobody handles it");
}

/// A name and a body that several kinds go by: events first, and a body that fits.
async fn one_name_of_several_kinds(on: Runtime) {
    let bus = builder(&on)
        .named("n", async |_: Body<u8>| ())
        .named_command("n", async |_: Body<u16>| "command")
        .named_query("n", async |_: Body<u32>| "query")
        .start()
        .await
        .unwrap();
    let kind = |handled: Handled| handled.kind();
    assert_eq!(
        kind(bus.handle_named("n", 1u8).await.unwrap()),
        MessageKind::Event
    );
    assert_eq!(
        kind(bus.handle_named("n", 1u16).await.unwrap()),
        MessageKind::Command
    );
    assert_eq!(
        kind(bus.handle_named("n", 1u32).await.unwrap()),
        MessageKind::Query
    );
    assert!(
        bus.handle_named("n", 1u64)
            .await
            .unwrap_err()
            .is_wrong_body()
    );
}

async fn replies_and_events_of_all_sorts(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .provide(log.clone())
        .event(async |told: Told, log: Dep<Lines>| log.push(format!("told {}", told.0)))
        .named("fails", async || {
            Err("on its own".to_owned()) as Result<(), String>
        })
        .named("goes.on", async || Emits::new((), Told(1)))
        .named("may", async |emit: Emit| {
            emit.named("last", 5u8);
            Ok::<_, String>(Emits::new((), [Told(2)].into_iter().collect::<Vec<_>>()))
        })
        .named("last", async |five: Body<u8>, log: Dep<Lines>| {
            log.push(format!("last {}", *five));
        })
        .named_command("emits", async || Emits::new(6u8, Told(3)))
        .named_query("result", async || {
            Ok::<_, String>(Emits::new(6u8, Some(Told(4))))
        })
        .named_query("error", async || Err::<Emits<u8, Told>, _>("no".to_owned()))
        .start()
        .await
        .unwrap();
    let told = failures(&bus);
    bus.handle_named("fails", ()).detached();
    bus.idle().await;
    assert_eq!(texts(&told).len(), 1);
    for (name, expected) in [("goes.on", &["told 1"][..]), ("may", &["last 5", "told 2"])] {
        bus.handle_named(name, ()).detached();
        bus.idle().await;
        let mut heard = log.take();
        heard.sort();
        assert_eq!(heard, expected, "{name}");
    }
    let handled = bus.handle_named("emits", ()).await.unwrap();
    assert_eq!(handled.reply::<u8>().unwrap(), 6);
    let handled = bus.handle_named("result", ()).await.unwrap();
    assert_eq!(handled.reply::<Result<u8, String>>().unwrap(), Ok(6));
    let handled = bus.handle_named("error", ()).await.unwrap();
    assert_eq!(
        handled.reply::<Result<u8, String>>().unwrap(),
        Err("no".into())
    );
    bus.idle().await;
    let mut heard = log.take();
    heard.sort();
    assert_eq!(heard, ["told 3", "told 4"]);
    assert_eq!(told.len(), 0);
}

#[test]
fn bodies_show() {
    let log = Lines::new();
    let bus =
        Bus::builder()
            .provide(log.clone())
            .named("n", async |body: Body<u8>, log: Dep<Lines>| {
                log.push(format!("{body:?}"));
            });
    let bus = bus.spawner(fanfare::Inline).start().now().unwrap();
    bus.handle_named("n", 7u8).detached();
    assert_eq!(log.take(), [r#"Body { name: "n", body: 7, .. }"#]);
}

on_each_runtime!(
    names_have_handlers,
    bodies_are_shared,
    wrong_bodies_are_given_back,
    one_name_of_several_kinds,
    replies_and_events_of_all_sorts,
);
