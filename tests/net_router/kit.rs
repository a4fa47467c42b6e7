//! Servers and clients of JSON values in one process, connections that a test cuts, and who writes down what it hears.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use fanfare::BoxFuture;
use fanfare::net::local::{self, LocalDialer};
use fanfare::net::{
    Carrier, CarrierError, ClientRouter, ClientRouterBuilder, Dialer, Framing, PeerInfo, Progress,
    RemoteSender, ServerRouter, ServerRouterBuilder, Status,
};
use fanfare::router::{Call, Message, Router, Sender};
use fanfare::testing::{ManualClock, SeededExecutor};
use serde_json::Value;

use crate::common::{Gate, Log};
use crate::runtime::Runtime;

/// What messages and requests carry in these tests.
pub(crate) type V = Value;

/// What was heard: sender, event and data, as `s a 1`.
pub(crate) type Heard = Log<String>;

/// A server in this process, and what connects to it.
pub(crate) struct Net {
    pub(crate) on: Runtime,
    pub(crate) router: Router<V>,
    pub(crate) server: ServerRouter<V>,
    pub(crate) dialer: LocalDialer,
}

impl Net {
    pub(crate) async fn new(on: &Runtime) -> Self {
        Self::with(on, |builder| builder).await
    }

    pub(crate) async fn with(
        on: &Runtime,
        say: impl FnOnce(ServerRouterBuilder<V>) -> ServerRouterBuilder<V>,
    ) -> Self {
        let router = Router::builder().spawner(on.spawner()).announce().build();
        let (listener, dialer) = local::listen();
        let builder = ServerRouter::builder(router.clone()).spawner(on.spawner());
        let server = say(builder.listen(listener)).start().await;
        Self {
            on: on.clone(),
            router,
            server: server.expect("it listens"),
            dialer,
        }
    }

    pub(crate) fn builder(&self) -> ClientRouterBuilder<V> {
        let builder = ClientRouter::builder().spawner(self.on.spawner());
        builder.connect(self.dialer.clone())
    }

    pub(crate) async fn client(&self) -> ClientRouter<V> {
        self.builder().start().await.expect("it is let in")
    }

    /// A client whose connections the test cuts.
    pub(crate) async fn cuttable(&self) -> (ClientRouter<V>, Cuts) {
        let cuts = Cuts::new(self.dialer.clone());
        let client = self.builder().connect(cuts.clone()).start().await;
        (client.expect("it is let in"), cuts)
    }
}

/// A sender of the server's process.
pub(crate) fn near(router: &Router<V>, name: &str, events: &[&str]) -> Sender<V> {
    let register = router.sender(name).events(events).register();
    register.now().expect("the name is free")
}

/// A sender of a client.
pub(crate) async fn far(client: &ClientRouter<V>, name: &str, events: &[&str]) -> RemoteSender<V> {
    let register = client.sender(name).events(events).register();
    register.await.expect("the server takes it")
}

pub(crate) fn text(m: &Message<V>) -> String {
    format!("{} {} {}", m.sender(), m.event(), **m)
}

/// A sync listener that writes down what it hears.
pub(crate) fn writes(log: &Heard) -> impl Fn(&Message<V>) + Send + Sync + 'static + use<> {
    let log = log.clone();
    move |m| log.push(text(m))
}

/// An async listener that does.
pub(crate) fn writes_async(
    log: &Heard,
) -> impl Fn(Arc<Message<V>>) -> BoxFuture<'static, ()> + Send + Sync + 'static + use<> {
    let log = log.clone();
    move |m| {
        let log = log.clone();
        Box::pin(async move {
            futures_lite::future::yield_now().await;
            log.push(text(&m));
        })
    }
}

/// A handler that says who was asked what.
pub(crate) fn says(call: &Call<V>) -> V {
    format!("{} {} {}", call.sender(), call.method(), **call).into()
}

/// Lets others go on until this holds; the watchdog ends what never does.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        futures_lite::future::yield_now().await;
    }
}

/// A client and the server have said all there was to say: what was sent before has been passed on.
pub(crate) async fn settled(client: &ClientRouter<V>) {
    client.server_version().await.expect("it is connected");
}

/// What becomes of a client's connection, as words.
pub(crate) fn status(client: &ClientRouter<V>) -> Log<String> {
    let log = Log::new();
    let words = log.clone();
    let write = move |status: &Status| {
        words.push(match status {
            Status::Connected => "connected".into(),
            Status::Disconnected { unconfirmed, .. } => format!("disconnected {unconfirmed}"),
            Status::Resumed { unconfirmed, .. } => format!("resumed {unconfirmed}"),
            Status::SenderEnded { sender, reason } => format!("ended {sender}: {reason}"),
            Status::Failed { .. } => "failed".into(),
            Status::Closed => "closed".into(),
            other => format!("{other}"),
        });
    };
    client
        .status()
        .connect_sync(move |event| write(event))
        .now();
    log
}

/// Connects, and cuts what it has connected.
#[derive(Clone)]
pub(crate) struct Cuts(Arc<Inner>);

struct Inner {
    dialer: Box<dyn Dialer>,
    made: Mutex<Vec<Arc<Cuttable>>>,
    is_refused: AtomicBool,
    attempts: AtomicUsize,
}

impl Cuts {
    pub(crate) fn new(dialer: impl Dialer) -> Self {
        Self(Arc::new(Inner {
            dialer: Box::new(dialer),
            made: Mutex::new(Vec::new()),
            is_refused: AtomicBool::new(false),
            attempts: AtomicUsize::new(0),
        }))
    }

    fn take(&self) -> Vec<Arc<Cuttable>> {
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *made)
    }

    /// Both sides find out.
    pub(crate) async fn cut(&self) {
        for carrier in self.take() {
            carrier.cut.open();
            carrier.carrier.close().await;
        }
    }

    /// This side finds out, and the server does not.
    pub(crate) fn cut_here(&self) {
        for carrier in self.take() {
            carrier.cut.open();
            // It is kept, or its other side would know.
            std::mem::forget(Arc::clone(&carrier.carrier));
        }
    }

    /// Lets nobody connect from now on, or again.
    pub(crate) fn refuse(&self, refuse: bool) {
        self.0.is_refused.store(refuse, Ordering::SeqCst);
    }

    pub(crate) fn attempts(&self) -> usize {
        self.0.attempts.load(Ordering::SeqCst)
    }
}

impl Dialer for Cuts {
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        Box::pin(async move {
            self.0.attempts.fetch_add(1, Ordering::SeqCst);
            if self.0.is_refused.load(Ordering::SeqCst) {
                let refused = io::ErrorKind::ConnectionRefused.into();
                return Err(CarrierError::io("connecting", refused));
            }
            let carrier = Arc::new(Cuttable {
                carrier: self.0.dialer.dial(framing).await?,
                cut: Gate::new(),
            });
            let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
            made.push(Arc::clone(&carrier));
            Ok(carrier as Arc<dyn Carrier>)
        })
    }
}

/// A carrier that ends when it is told to.
struct Cuttable {
    carrier: Arc<dyn Carrier>,
    cut: Gate,
}

impl Cuttable {
    async fn until_cut<T>(
        &self,
        step: impl Future<Output = Result<T, CarrierError>>,
    ) -> Result<T, CarrierError> {
        let cut = async {
            self.cut.wait().await;
            Err(CarrierError::ended())
        };
        futures_lite::future::or(cut, step).await
    }
}

impl Carrier for Cuttable {
    fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        Box::pin(self.until_cut(self.carrier.send(frame)))
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), CarrierError>> {
        Box::pin(self.until_cut(self.carrier.flush()))
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        Box::pin(self.until_cut(self.carrier.recv()))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        if self.cut.is_open() {
            // What is cut cannot be closed in order.
            return Box::pin(std::future::ready(()));
        }
        self.carrier.close()
    }

    fn info(&self) -> PeerInfo {
        self.carrier.info()
    }

    fn progress(&self) -> Progress {
        self.carrier.progress()
    }
}

/// A server and clients whose executor and clock a test moves by hand.
pub(crate) struct ByHand {
    pub(crate) executor: SeededExecutor,
    pub(crate) clock: ManualClock,
}

impl ByHand {
    pub(crate) fn new() -> Self {
        Self {
            executor: SeededExecutor::new(7),
            clock: ManualClock::new(),
        }
    }

    /// What it gives, if it is ready once nothing more happens by itself.
    pub(crate) fn until<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.executor.run_until(future)
    }

    /// What it gives at once.
    pub(crate) fn now<T>(&self, future: impl Future<Output = T>) -> T {
        self.until(future).expect("it does not wait")
    }

    pub(crate) fn run(&self) {
        self.executor.run_until_stalled();
    }

    pub(crate) fn router(&self) -> Router<V> {
        let builder = Router::builder().spawner(self.executor.clone());
        builder.timer(self.clock.clone()).announce().build()
    }

    pub(crate) fn server(
        &self,
        router: &Router<V>,
        say: impl FnOnce(ServerRouterBuilder<V>) -> ServerRouterBuilder<V>,
    ) -> (ServerRouter<V>, LocalDialer) {
        let (listener, dialer) = local::listen();
        let builder = ServerRouter::builder(router.clone()).listen(listener);
        let builder = builder
            .spawner(self.executor.clone())
            .timer(self.clock.clone());
        let server = self.now(say(builder).start()).expect("it listens");
        (server, dialer)
    }

    pub(crate) fn builder(&self, dialer: impl Dialer) -> ClientRouterBuilder<V> {
        let builder = ClientRouter::builder().connect(dialer);
        builder
            .spawner(self.executor.clone())
            .timer(self.clock.clone())
    }

    pub(crate) fn client(&self, dialer: impl Dialer) -> ClientRouter<V> {
        let started = self.now(self.builder(dialer).start());
        started.expect("it is let in")
    }
}
