//! The router, as the tests use it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem::take;

use fanfare::router::{
    Call, Listen, Message, Notice, Presence, RegisterProblem, RequestProblem, Route, Router,
    SendProblem, Sender, SenderBuilder, SenderInfo,
};
use fanfare::testing::SeededExecutor;
use fanfare::{Connection, Subscription};
use futures_lite::future::block_on;

use crate::model::{Answer, Place, Registered, There};

/// What is sent, asked and replied.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Datum {
    Number(u32),
    Text(String),
    Info(SenderInfo),
}

impl From<SenderInfo> for Datum {
    fn from(info: SenderInfo) -> Self {
        Self::Info(info)
    }
}

thread_local! {
    /// Who heard something, in order: everything happens on the thread of its test.
    static HEARD: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

fn heard_by(number: usize) {
    HEARD.with_borrow_mut(|heard| heard.push(number));
}

/// A listener that there is once, however often it is connected.
pub(crate) fn function<const N: usize>(_: &Message<Datum>) {
    heard_by(N);
}

/// How a message is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Await,
    Now,
    Join,
}

pub(crate) struct Real {
    pub(crate) executor: SeededExecutor,
    pub(crate) router: Router<Datum>,
    pub(crate) senders: BTreeMap<String, Sender<Datum>>,
    pub(crate) connections: BTreeMap<usize, Connection<Route>>,
    presence: Subscription<Presence>,
    notices: Subscription<Notice>,
}

pub(crate) fn route((sender, event): &Place) -> Route {
    match (sender, event) {
        (None, None) => Route::any(),
        (Some(sender), None) => Route::of_sender(sender),
        (None, Some(event)) => Route::of_event(event),
        (Some(sender), Some(event)) => Route::new(sender, event),
    }
}

/// Handlers of these methods.
fn with_handlers(builder: SenderBuilder<Datum>, methods: &[String]) -> SenderBuilder<Datum> {
    let number = |call: &Call<Datum>| match call.payload() {
        Datum::Number(number) => *number,
        other => panic!("no number: {other:?}"),
    };
    methods
        .iter()
        .fold(builder, |builder, method| match method.as_str() {
            "*" => builder.on_any_request_sync(move |call: &Call<Datum>| {
                Datum::Text(format!("any {}:{}", call.method(), number(call)))
            }),
            "fail" => builder.on_request("fail", |_| async { Err::<Datum, _>("on purpose") }),
            method => builder.on_request_sync(method, move |call: &Call<Datum>| {
                Datum::Text(format!("{}:{}", call.method(), number(call)))
            }),
        })
}

impl Real {
    pub(crate) fn new() -> Self {
        let executor = SeededExecutor::new(1);
        let builder = Router::builder().spawner(executor.clone()).announce();
        let router = builder.build();
        take_heard();
        Self {
            executor,
            senders: BTreeMap::new(),
            connections: BTreeMap::new(),
            presence: router.presence().subscribe().capacity(1_000).now(),
            notices: router.notices(),
            router,
        }
    }

    /// Connects a listener that writes down this number, async or not; tells which places it was not taken off again.
    pub(crate) fn listen(
        &mut self,
        number: usize,
        is_later: bool,
        priority: i32,
        places: &[Place],
    ) -> Vec<bool> {
        self.detached();
        let listen = if is_later {
            let later = move |_| async move { heard_by(number) };
            self.router.connect(later)
        } else {
            self.router
                .connect_sync(move |_: &Message<Datum>| heard_by(number))
        };
        let connection = listen
            .priority(priority)
            .routes(places.iter().map(route))
            .now();
        self.connections.insert(number, connection);
        self.stays(places)
    }

    /// The same of one of the functions, which there are once.
    pub(crate) fn listen_function(&mut self, number: usize, places: &[Place]) -> Vec<bool> {
        self.detached();
        let listen: Listen<Datum> = match number {
            0 => self.router.connect_sync(function::<0>),
            _ => self.router.connect_sync(function::<1>),
        };
        let connection = listen.routes(places.iter().map(route)).now();
        self.connections.insert(number, connection);
        self.stays(places)
    }

    fn stays(&mut self, places: &[Place]) -> Vec<bool> {
        let detached = self.detached();
        let stays = places.iter().map(route);
        stays.map(|route| !detached.contains(&route)).collect()
    }

    /// What listeners were taken off since the last time.
    pub(crate) fn detached(&mut self) -> Vec<Route> {
        let mut detached = Vec::new();
        while let Ok(notice) = self.notices.try_recv() {
            if let Notice::Detached { route, .. } = &**notice {
                detached.push(route.clone());
            }
        }
        detached
    }

    pub(crate) fn register(&mut self, name: &str, declared: Option<&There>) -> Registered {
        let mut builder = self.router.sender(name);
        if let Some(There { events, methods }) = declared {
            // Nothing said of events is the same as none, if something is said of requests.
            if !events.is_empty() || methods.is_none() {
                builder = builder.events(events);
            }
            builder = with_handlers(builder, methods.as_deref().unwrap_or_default());
        }
        match block_on(builder.register().into_future()) {
            Ok(sender) => {
                self.told(name, &sender.info().clone(), true);
                self.senders.insert(name.to_owned(), sender);
                Registered::Told(self.heard())
            }
            Err(error) if error.problem() == RegisterProblem::NameTaken => Registered::Taken,
            Err(error) => {
                assert_eq!(error.problem(), RegisterProblem::NothingDeclared);
                Registered::Nothing
            }
        }
    }

    /// Has a sender go, in one of the ways; who heard of it.
    pub(crate) fn disconnect(
        &mut self,
        name: &str,
        way: usize,
    ) -> Option<(Vec<usize>, SenderInfo)> {
        let sender = self.senders.remove(name)?;
        let info = sender.info().clone();
        match way % 3 {
            0 => drop(sender),
            1 => assert!(sender.disconnect() && !sender.disconnect()),
            _ => assert!(self.router.remove_sender(name) && !self.router.remove_sender(name)),
        }
        self.told(name, &info, false);
        Some((self.heard(), info))
    }

    fn told(&mut self, name: &str, info: &SenderInfo, is_connected: bool) {
        let told = self.presence.try_recv().expect("it was told of");
        assert_eq!((told.is_connected(), told.info()), (is_connected, info));
        assert_eq!(info.name(), name);
        assert!(self.presence.is_empty());
        assert_eq!(
            self.router.sender_info(name),
            is_connected.then(|| info.clone())
        );
    }

    pub(crate) fn send(&mut self, sender: &str, event: &str, end: End) -> Answer<Vec<usize>> {
        let Some(sender) = self.senders.get(sender) else {
            return Answer::NobodyThere;
        };
        let heard = sender.has_listeners(event);
        let send = sender.send(event, Datum::Number(1));
        let sent = match end {
            End::Await => block_on(send.into_future()).map(|delivery| delivery.count()),
            End::Now => send.now().map(|delivery| delivery.count()),
            End::Join => block_on(send.join()).map(|report| report.count()),
        };
        match sent {
            Ok(count) => {
                let all = self.heard();
                assert_eq!((all.len(), !all.is_empty()), (count, heard));
                Answer::Done(all)
            }
            Err(error) => {
                assert_eq!(error.problem(), SendProblem::Undeclared);
                assert_eq!(error.into_payload(), Some(Datum::Number(1)));
                Answer::Unknown
            }
        }
    }

    pub(crate) fn request(&self, sender: &str, method: &str, number: u32) -> Answer<String> {
        let request = self.router.request(sender, method, Datum::Number(number));
        match block_on(request.into_future()) {
            Ok(Datum::Text(reply)) => Answer::Done(reply),
            Ok(other) => panic!("no text: {other:?}"),
            Err(error) => {
                let problem = error.problem();
                let expected = (problem != RequestProblem::Failed).then_some(Datum::Number(number));
                assert_eq!(error.into_payload(), expected);
                match problem {
                    RequestProblem::UnknownSender => Answer::NobodyThere,
                    RequestProblem::NoRequests => Answer::Unsupported,
                    RequestProblem::UnknownMethod => Answer::Unknown,
                    RequestProblem::Failed => Answer::Failed,
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    /// Who heard something since the last time, async ones after those that are not.
    pub(crate) fn heard(&self) -> Vec<usize> {
        self.executor.run_until_stalled();
        take_heard()
    }
}

fn take_heard() -> Vec<usize> {
    HEARD.with_borrow_mut(take)
}
