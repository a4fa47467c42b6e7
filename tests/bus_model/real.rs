//! The bus, and who writes down what its handlers do.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Once};

use fanfare::Bus;
use fanfare::bus::{
    Body, BusBuilder, Command, Emit, Event, FailedMessage, Handled, MessageId, MessageInfo, Query,
};
use fanfare::testing::SeededExecutor;
use futures_lite::future::{block_on, poll_once, yield_now};

use crate::model::child;
use crate::plans::{Ends, Plan, Plans};
use crate::{COMMANDS, EVENTS, End, Tag, What};

pub(crate) struct E<const N: usize>(Tag);
impl<const N: usize> Event for E<N> {}

pub(crate) struct C<const N: usize>(Tag);
impl<const N: usize> Command for C<N> {
    type Reply = Result<(), String>;
}

pub(crate) struct Q(Tag);
impl Query for Q {
    type Reply = Result<(), String>;
}

const NAME: &str = "n";
const ON_PURPOSE: &str = "on purpose";

/// A handler began, or came to its end.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) is_begin: bool,
    pub(crate) what: What,
    pub(crate) tag: Tag,
    pub(crate) handler: usize,
    pub(crate) id: MessageId,
    pub(crate) key: Option<String>,
    pub(crate) cause: Option<(MessageId, String)>,
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Entry>>>);

impl Log {
    fn push(&self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }

    pub(crate) fn take(&self) -> Vec<Entry> {
        mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Who waits for what was sent.
pub(crate) struct Pending<'a> {
    pub(crate) future: Pin<Box<dyn Future<Output = ()> + 'a>>,
    /// After so many steps he gives up.
    patience: Option<usize>,
    pub(crate) is_done: bool,
}

pub(crate) struct Real {
    pub(crate) bus: Bus,
    pub(crate) executor: SeededExecutor,
    pub(crate) log: Log,
    told: Arc<Mutex<Vec<FailedMessage>>>,
}

/// What all handlers do.
async fn act(plan: Plan, tag: Tag, info: MessageInfo, emit: Emit, log: Log) -> Result<(), String> {
    let mut entry = Entry {
        is_begin: true,
        what: plan.what,
        tag,
        handler: plan.number,
        id: info.id(),
        key: info
            .key()
            .map(|key| key.as_str().expect("a text").to_owned()),
        cause: info
            .cause()
            .map(|cause| (cause.id(), cause.handler().to_owned())),
    };
    log.push(entry.clone());
    for (place, (event, has_own_key)) in plan.emits.iter().enumerate() {
        if place == 1 {
            yield_now().await;
        }
        let tag = child(&entry.tag, plan.number, place);
        match (event, has_own_key) {
            (0, false) => emit.event(E::<0>(tag)),
            (1, false) => emit.event(E::<1>(tag)),
            (2, false) => emit.event(E::<2>(tag)),
            (0, true) => emit.event_with_key(E::<0>(tag), "own"),
            (1, true) => emit.event_with_key(E::<1>(tag), "own"),
            (2, true) => emit.event_with_key(E::<2>(tag), "own"),
            _ => emit.named(NAME, tag),
        }
    }
    for _ in 0..plan.waits {
        yield_now().await;
    }
    entry.is_begin = false;
    log.push(entry);
    match plan.ends {
        Ends::Well => Ok(()),
        Ends::Err => Err("no".to_owned()),
        Ends::Panic => panic!("{ON_PURPOSE}"),
    }
}

fn add(builder: BusBuilder, plan: &Plan, log: &Log) -> BusBuilder {
    let (plan, log) = (plan.clone(), log.clone());
    let name = format!("h{}", plan.number);
    macro_rules! handles {
        ($method:ident, $message:ty, $tag:expr) => {
            builder.$method(
                move |message: $message, info: MessageInfo, emit: Emit| {
                    let tag: fn(&$message) -> Tag = $tag;
                    act(plan.clone(), tag(&message), info, emit, log.clone())
                },
                |options| options.name(name),
            )
        };
    }
    match plan.what {
        What::Event(0) => handles!(event_with, Arc<E<0>>, |event| event.0.clone()),
        What::Event(1) => handles!(event_with, Arc<E<1>>, |event| event.0.clone()),
        What::Event(2) => handles!(event_with, Arc<E<2>>, |event| event.0.clone()),
        What::Event(_) => builder.named_with(
            NAME,
            move |body: Body<Tag>, info: MessageInfo, emit: Emit| {
                act(plan.clone(), (*body).clone(), info, emit, log.clone())
            },
            |options| options.name(name),
        ),
        What::Command(0) => handles!(command_with, C<0>, |command| command.0.clone()),
        What::Command(_) => handles!(command_with, C<1>, |command| command.0.clone()),
        What::Query => handles!(query_with, Q, |query| query.0.clone()),
    }
}

/// Panics that are part of the test are not worth a message.
fn keep_quiet() {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let text = payload.downcast_ref::<&str>().copied();
            let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            if text != Some(ON_PURPOSE) {
                usual(info);
            }
        }));
    });
}

impl Real {
    pub(crate) fn new(plans: &Plans, seed: u64) -> Self {
        keep_quiet();
        const { assert!(EVENTS == 4 && COMMANDS == 2, "as many as there are types") };
        let (executor, log) = (SeededExecutor::new(seed), Log::default());
        let mut builder = Bus::builder().spawner(executor.clone());
        if plans.workers > 0 {
            builder = builder.workers(plans.workers);
        }
        for plan in &plans.handlers {
            builder = add(builder, plan, &log);
        }
        let bus = builder.start().now().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&told);
        let hears = bus
            .failures()
            .connect_sync(move |failed| written.lock().unwrap().push((**failed).clone()));
        drop(hears.now());
        Self {
            bus,
            executor,
            log,
            told,
        }
    }

    /// What nobody waited for: who it was, or what nobody handles.
    pub(crate) fn failures(&self) -> Vec<String> {
        let told = mem::take(&mut *self.told.lock().unwrap());
        let word = |failed: &FailedMessage| match failed.handler() {
            Some(handler) if failed.panic().is_some() => format!("{handler} Panic"),
            Some(handler) => format!("{handler} {}", failed.error().map_or("?", |_| "Err")),
            None => {
                assert!(failed.is_unhandled(), "{failed}");
                let of = |text: &str| failed.info().message().contains(text);
                let what = (0..EVENTS)
                    .map(What::Event)
                    .chain((0..COMMANDS).map(What::Command))
                    .chain([What::Query]);
                let what = what.into_iter().find(|what| match what {
                    What::Event(3) => failed.info().name().is_some(),
                    What::Event(event) => of(&format!("E<{event}>")),
                    What::Command(command) => of(&format!("C<{command}>")),
                    What::Query => of("::Q"),
                });
                format!("nobody {:?}", what.expect("one of these"))
            }
        };
        told.iter().map(word).collect()
    }

    /// Sends a message, and gives who waits for it.
    pub(crate) fn send(
        &self,
        what: What,
        tag: Tag,
        key: Option<&'static str>,
        end: End,
    ) -> Option<Pending<'_>> {
        let bus = &self.bus;
        macro_rules! send {
            ($sent:expr, $join:ident) => {{
                let mut sent = $sent;
                if let Some(key) = key {
                    sent = sent.key(key);
                }
                match end {
                    End::Detached => {
                        sent.detached();
                        return None;
                    }
                    _ => $join(sent),
                }
            }};
        }
        fn wait<'a, S: std::future::IntoFuture<IntoFuture: 'a> + 'a>(
            sent: S,
        ) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
            let sent = sent.into_future();
            Box::pin(async move { drop(sent.await) })
        }
        fn join<'a, T: Event>(
            sent: fanfare::bus::Publish<'a, T>,
        ) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
            Box::pin(async move { drop(sent.join().await) })
        }
        let is_any = matches!(end, End::Handle);
        let future = match what {
            What::Event(0) if is_any => send!(bus.handle(E::<0>(tag)), wait),
            What::Event(1) if is_any => send!(bus.handle(E::<1>(tag)), wait),
            What::Event(2) if is_any => send!(bus.handle(E::<2>(tag)), wait),
            What::Event(0) => send!(bus.publish(E::<0>(tag)), join),
            What::Event(1) => send!(bus.publish(E::<1>(tag)), join),
            What::Event(2) => send!(bus.publish(E::<2>(tag)), join),
            What::Event(_) => {
                let mut sent = bus.handle_named(NAME, tag);
                if let Some(key) = key {
                    sent = sent.key(key);
                }
                if let End::Detached = end {
                    sent.detached();
                    return None;
                }
                let sent = sent.into_future();
                Box::pin(async move {
                    // Handed over, as an event is: who waits joins it.
                    if let (Ok(Handled::Event(delivery)), false) = (sent.await, is_any) {
                        drop(delivery.join().await);
                    }
                }) as Pin<Box<dyn Future<Output = ()>>>
            }
            What::Command(0) if is_any => send!(bus.handle(C::<0>(tag)), wait),
            What::Command(_) if is_any => send!(bus.handle(C::<1>(tag)), wait),
            What::Command(0) => send!(bus.execute(C::<0>(tag)), wait),
            What::Command(_) => send!(bus.execute(C::<1>(tag)), wait),
            What::Query if is_any => send!(bus.handle(Q(tag)), wait),
            What::Query => send!(bus.query(Q(tag)), wait),
        };
        let patience = match end {
            End::GiveUp(steps) => Some(steps),
            _ => None,
        };
        Some(Pending {
            future,
            patience,
            is_done: false,
        })
    }

    /// One step of the executor, and of each who waits.
    pub(crate) fn step(&self, pending: &mut [Pending<'_>]) {
        self.executor.tick();
        for waits in pending.iter_mut().filter(|waits| !waits.is_done) {
            waits.is_done = block_on(poll_once(&mut waits.future)).is_some();
            match &mut waits.patience {
                Some(0) => {
                    waits.future = Box::pin(async {});
                    waits.is_done = true;
                }
                Some(patience) => *patience -= 1,
                None => {}
            }
        }
    }

    pub(crate) fn run_all(&self, pending: &mut [Pending<'_>]) {
        loop {
            let was_busy = self.executor.tick();
            let waiting = pending.iter().filter(|waits| !waits.is_done).count();
            if !was_busy && waiting == 0 {
                return;
            }
            self.step(pending);
        }
    }
}
