//! Values as handlers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fanfare::bus::types::IntoHandler;
use fanfare::bus::{Body, Dep, Emits, Handler, MessageInfo, Of, Published};

use crate::kit::{Do, Find, Lines, Told, Try, builder};
use crate::runtime::Runtime;

/// Handles whatever comes.
#[derive(Default)]
struct Counter(AtomicU32);

impl Counter {
    fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

impl Handler<Do> for Counter {
    type Needs = ();
    type Output = u32;

    async fn handle(&self, command: Do, (): ()) -> u32 {
        command.0 + self.next()
    }
}

impl Handler<Try> for Counter {
    type Needs = (Dep<Lines>, MessageInfo);
    type Output = Result<Emits<u32, Told>, String>;

    async fn handle(&self, command: Try, (log, info): Self::Needs) -> Self::Output {
        log.push(format!("{} {}", info.kind(), self.next()));
        Ok(Emits::new(command.0, Told(command.0)))
    }
}

impl Handler<Find> for Counter {
    type Needs = Dep<Lines>;
    type Output = Option<String>;

    async fn handle(&self, find: Find, log: Dep<Lines>) -> Option<String> {
        log.push(format!("find {}", find.0));
        Some(self.next().to_string())
    }
}

impl Handler<Arc<Told>> for Counter {
    type Needs = (Dep<Lines>,);
    type Output = ();

    async fn handle(&self, told: Arc<Told>, (log,): Self::Needs) {
        log.push(format!("told {}", told.0));
    }
}

impl Handler<Body<u8>> for Counter {
    type Needs = ();
    type Output = u8;

    async fn handle(&self, body: Body<u8>, (): ()) -> u8 {
        *body + 1
    }
}

/// One of one message: nothing has to be said.
struct Echo;

impl Handler<Published<Told>> for Echo {
    type Needs = Dep<Lines>;
    type Output = Result<(), String>;

    async fn handle(&self, told: Published<Told>, log: Dep<Lines>) -> Self::Output {
        log.push(format!("echo {}", told.0));
        Ok(())
    }
}

async fn a_value_handles_a_message(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .provide(log.clone())
        .event(Echo)
        .event(Arc::new(Echo));
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.publish(Told(1)).join().await.unwrap().count(), 2);
    assert_eq!(log.take(), ["echo 1", "echo 1"]);
}

/// Of a kind each: what the message is says which.
async fn one_value_handles_several(on: Runtime) {
    let (log, counter) = (Lines::new(), Arc::new(Counter::default()));
    let bus = builder(&on)
        .provide(log.clone())
        .query::<_, Of<Find>, _>(Arc::clone(&counter))
        .event::<_, Of<Arc<Told>>>(Arc::clone(&counter))
        .command::<_, Of<Do>, _>(Arc::clone(&counter))
        .command_with::<_, Of<Try>, _>(
            Arc::clone(&counter),
            fanfare::bus::HandlerOptions::sequential,
        )
        .named_command::<_, Of<Body<u8>>, _>("add", Arc::clone(&counter))
        .start()
        .await
        .unwrap();
    assert_eq!(bus.execute(Do(10)).await.unwrap(), 10);
    assert_eq!(bus.execute(Do(10)).key("k").await.unwrap(), 11);
    assert_eq!(bus.execute(Try(5)).await.unwrap(), Ok(5));
    bus.idle().await;
    assert_eq!(bus.query(Find(7)).await.unwrap().as_deref(), Some("3"));
    assert_eq!(log.take(), ["command 2", "told 5", "find 7"]);
    let handled = bus.handle_named("add", 7u8).await.unwrap();
    assert_eq!(handled.reply::<u8>().unwrap(), 8);
}

/// Handlers that are given around before they are given to a bus.
async fn a_function_that_takes_handlers(on: Runtime) {
    fn name<K, S, H: IntoHandler<K, S>>(_: &H) -> &'static str {
        std::any::type_name::<H>()
    }
    assert!(name::<fanfare::bus::Events, _, _>(&Echo).ends_with("Echo"));
    let log = Lines::new();
    let bus = builder(&on).provide(log.clone()).event(Echo).start().await;
    drop(bus.unwrap().publish(Told(3)).join().await.unwrap());
    assert_eq!(log.take(), ["echo 3"]);
}

on_each_runtime!(
    a_value_handles_a_message,
    one_value_handles_several,
    a_function_that_takes_handlers,
);
