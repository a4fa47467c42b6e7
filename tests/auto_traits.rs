//! The auto traits of every public type and future. This file is a test by compiling.

use fanfare::band::{
    AnyReply, BandBuilder, BandDrain, ChannelSend, EnteredBand, NamedDelivery, NamedSend, NotSent,
    Scoped, TypeConflict,
};
use fanfare::bus::{
    self, Answer, BusBuilder, CausedBy, Command, Dep, DependencyError, Deps, Emit, Emits,
    Extension, FailedMessage, Handle, HandleError, HandleNamed, Handled, HandlerId, HandlerInfo,
    HandlerOptions, Job, KindSettings, MessageId, MessageInfo, MessageKind, Published, Query,
    Start, StartError, StartProblem, Stopping, Unfinished, WeakBus,
};
use fanfare::dispatcher::{
    Context, OnExecutor, OnThread, Outcome, Receiver, Reply, Results, Task, Timed, Times,
};
use fanfare::futures::{
    ConnectFuture, DeliveryJoin, DisconnectAndWait, DisconnectFuture, FoldFuture, JoinFuture,
    NextFuture, Recv, SendFuture, SubscribeFuture,
};
use fanfare::hub::testing::MockHub;
use fanfare::hub::{
    Body, ConsumeError, Hub, HubBuilder, HubDrain, Listen, ListenFuture, Message, Notice, Pattern,
    PatternPart, Publish, PublishError, PublishFuture, Publisher, Request, RequestError,
    SpellingError, Subscribe, Subscriber, ThrottledPublisher, Topic, TopicError, TopicProblem,
    Unlisten, UnlistenFuture, WeakHub,
};
use fanfare::router::{self, Route, Router};
use fanfare::testing::{ManualClock, Recorder, SeededExecutor};
use fanfare::types::{Diverges, First, Fold, Method, OnChannel, Returns, TryFold};
use fanfare::{
    Backoff, Band, BlockGuard, Bus, CallCounts, Callback, Cause, Channel, ChannelDef,
    ConnectBuilder, Connection, ConnectionId, ConnectionInfo, ConnectionKind, Delivery,
    DisconnectBuilder, Event, Executor, Failure, ForwardBuilder, Inline, Inspection, Key,
    NextBuilder, Overflow, Panic, RecvError, Report, Schedule, ScopedConnection, SendBuilder,
    SenderId, Signal, SignalBuilder, SignalId, SignalInfo, SignalSink, SubscribeBuilder,
    Subscription, ThreadTimer, TryRecvError, WeakSignal,
};
use static_assertions::{assert_impl_all, assert_not_impl_any};
use std::cell::Cell;
use std::future::IntoFuture;
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// Sendable between threads and no more: not shareable, not movable once pinned.
struct OnlySend(
    #[expect(dead_code, reason = "it is here for what it is not")] Cell<u8>,
    PhantomPinned,
);
/// Sendable and shareable, not movable once pinned.
struct Pinned(PhantomPinned);

macro_rules! handles {
    ($($kind:ty),* $(,)?) => { $(assert_impl_all!($kind: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);)* };
}
macro_rules! sent {
    ($($kind:ty),* $(,)?) => { $(assert_impl_all!($kind: Send, Sync, Unpin);)* };
}

// Whatever the payload, reply and key are, as long as a signal can have them.
handles!(
    Signal<Pinned, OnlySend, Key>,
    WeakSignal<Pinned, OnlySend, Key>,
    Callback<Pinned, OnlySend, Key>,
    Connection<Pinned>,
    BlockGuard<Pinned>,
    ScopedConnection<Pinned>,
    DisconnectAndWait<Pinned>,
    Subscription<u8>,
    Key, SenderId, SignalId, SignalInfo, ConnectionId, Schedule, Inline, First, Returns, Diverges,
    CallCounts, ConnectionInfo, ConnectionKind, Inspection, Overflow, RecvError, TryRecvError,
    Backoff, ThreadTimer, ManualClock, SeededExecutor, Times,
    Recorder<Pinned, Pinned>,
    Band, Channel<Pinned, OnlySend>, ChannelDef<Pinned, OnlySend>, TypeConflict,
);
sent!(
    SignalBuilder<Pinned, OnlySend, Key>,
    ConnectBuilder<Pinned, OnlySend, Key>,
    ConnectBuilder<Pinned, OnlySend, Key, Method>,
    ConnectFuture<Pinned, OnlySend, Key>,
    DisconnectBuilder<Pinned, OnlySend, Key>,
    DisconnectFuture<Pinned, OnlySend, Key>,
    SendBuilder<'static, u8, OnlySend, Key>,
    SendFuture<'static, Pinned, OnlySend, Key>,
    ForwardBuilder<Pinned, OnlySend, OnlySend, Key>,
    SignalSink<Pinned, OnlySend, Key>,
    SubscribeBuilder<Pinned, OnlySend, Key>,
    SubscribeFuture<Pinned, OnlySend, Key>,
    NextBuilder<Pinned, OnlySend, Key>,
    NextFuture<u8>,
    Recv<'static, u8>,
    Delivery<u8>,
    DeliveryJoin<u8>,
    Event<u8, Key>,
    Report<u8>,
    Failure, Cause, Panic, Executor, Method,
    Context, Receiver, OnExecutor, OnThread, Task, Timed,
    Fold<u8, u8>, TryFold<u8, u8>,
    ConnectBuilder<Pinned, OnlySend, Key, OnChannel>,
    ConnectBuilder<Pinned, OnlySend, Key, OnChannel<Method>>,
    ConnectFuture<Pinned, OnlySend, Key, OnChannel>,
    DisconnectBuilder<Pinned, OnlySend, Key, OnChannel>,
    DisconnectFuture<Pinned, OnlySend, Key, OnChannel>,
    SubscribeBuilder<Pinned, OnlySend, Key, OnChannel>,
    SubscribeFuture<Pinned, OnlySend, Key, OnChannel>,
    NextBuilder<Pinned, OnlySend, Key, OnChannel>,
    ChannelSend<'static, u8, OnlySend>,
    NamedSend<u8>, NotSent<u8>, BandBuilder,
    Scoped<u8>,
);
// Replies need not be `Sync`.
assert_impl_all!(Outcome: Send, Unpin);
assert_impl_all!(Results<'static>: Unpin);
assert_impl_all!(Reply<'static>: Copy, Unpin);
// A guard is of the thread that it was made on.
assert_not_impl_any!(EnteredBand: Send, Sync);
assert_impl_all!(EnteredBand: Unpin);
// A scope is what the future in it is.
assert_impl_all!(Scoped<OnlySend>: Send);
assert_not_impl_any!(Scoped<OnlySend>: Sync, Unpin);
assert_impl_all!(BandDrain: Send, Sync, Unpin);
assert_impl_all!(<BandDrain as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<NamedSend<u8> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(NamedDelivery: Send, Unpin);
assert_impl_all!(AnyReply: Send, Unpin);
// Callbacks' futures need not be `Sync`; those that run them are all the same.
sent!(
    JoinFuture<'static, Pinned, u8, Key>,
    FoldFuture<'static, Pinned, u8, Key, First>
);
assert_impl_all!(JoinFuture<'static, Pinned, OnlySend, Key>: Send, Unpin);
assert_impl_all!(FoldFuture<'static, Pinned, OnlySend, Key, First>: Send, Unpin);
assert_impl_all!(Delivery<OnlySend>: Send, Unpin);
assert_impl_all!(DeliveryJoin<OnlySend>: Send, Unpin);
assert_impl_all!(Report<OnlySend>: Send, Unpin);

// Hubs.
handles!(
    Hub<Pinned>,
    WeakHub<Pinned>,
    Publisher<Pinned>,
    Subscriber<Pinned>,
    ThrottledPublisher<Pinned>,
    Topic,
    Pattern,
    PatternPart<'static>,
    TopicError,
    TopicProblem,
    SpellingError,
    Notice,
    ConsumeError,
    Body<u8>,
    MockHub<Pinned>,
);
sent!(
    HubBuilder<Pinned>,
    HubDrain<Pinned>,
    Listen<Pinned>,
    Listen<Pinned, Method>,
    ListenFuture<Pinned>,
    Listen<Pinned, Method, Pinned>,
    ListenFuture<Pinned, Method, Pinned>,
    Unlisten<Pinned>,
    UnlistenFuture<Pinned>,
    Publish<'static, u8>,
    PublishFuture<'static, Pinned>,
    PublishError<u8>,
    Subscribe<'static, Pinned>,
    Request<'static, u8>,
    RequestError<u8>,
    Message<u8>,
);
assert_impl_all!(<Publish<'static, Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<Subscribe<'static, Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<Request<'static, Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<HubDrain<Pinned> as IntoFuture>::IntoFuture: Send, Unpin);

// Routers.
handles!(
    Router<Pinned>,
    router::WeakRouter<Pinned>,
    router::Sender<Pinned>,
    router::SenderInfo,
    Route,
    router::Presence,
    router::Notice,
    router::DetachReason,
    router::RegisterError,
    router::RegisterProblem,
    router::RequestProblem,
    router::SendProblem,
);
sent!(
    router::RouterBuilder<Pinned>,
    router::RouterDrain<Pinned>,
    router::Listen<Pinned>,
    router::Listen<Pinned, Method>,
    router::ListenFuture<Pinned>,
    router::Subscribe<Pinned>,
    router::SubscribeFuture<Pinned>,
    router::Unlisten<Pinned>,
    router::UnlistenFuture<Pinned>,
    router::SenderBuilder<Pinned>,
    router::Register<Pinned>,
    router::SendMessage<'static, u8>,
    router::SendMessageFuture<'static, Pinned>,
    router::Request<'static, u8>,
    router::RequestError<u8>,
    router::SendError<u8>,
    router::Message<u8>,
    router::Call<u8>,
    router::Asked,
    Subscription<Pinned, Route>,
);
assert_impl_all!(<router::SendMessage<'static, Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<router::Request<'static, Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<router::Register<Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<router::RouterDrain<Pinned> as IntoFuture>::IntoFuture: Send, Unpin);

// Buses.
impl Command for OnlySend {
    type Reply = Vec<OnlySend>;
}
impl Query for OnlySend {
    type Reply = Vec<OnlySend>;
}
impl bus::Event for Pinned {}

handles!(
    Bus,
    WeakBus,
    Deps,
    Emit,
    MessageInfo,
    MessageId,
    MessageKind,
    CausedBy,
    HandlerId,
    HandlerInfo,
    StartProblem,
    StartError,
    Unfinished,
    FailedMessage,
    Dep<u8>,
    Extension<u8>,
    Published<u8>,
    bus::Body<u8>,
);
sent!(
    BusBuilder, Start, KindSettings, DependencyError, Stopping<'static>, bus::Message, bus::Delivery,
    HandlerOptions<bus::Commands, OnlySend>,
    HandlerOptions<bus::Names, OnlySend>,
    Dep<Pinned>, Extension<Pinned>, Published<Pinned>, bus::Body<Pinned>,
    bus::Request<'static, bus::Commands, u8>,
    bus::Publish<'static, u8>,
    bus::PublishFuture<'static, Pinned>,
    bus::PublishError<u8>,
    Handle<'static, u8>,
    HandleNamed<'static, 'static, u8>,
    bus::RequestError<u8>,
    HandleError<u8>,
    // Neither messages nor handlers' futures need be `Sync`.
    bus::RequestError<Sent>,
    bus::RequestFuture<'static, bus::Commands, Sent>,
    bus::RequestFuture<'static, bus::Queries, Sent>,
);
/// Sendable and shareable, with a reply that is not shareable.
struct Sent;
impl Command for Sent {
    type Reply = Vec<OnlySend>;
}
impl Query for Sent {
    type Reply = Vec<OnlySend>;
}
assert_impl_all!(bus::RequestFuture<'static, bus::Commands, OnlySend>: Send, Unpin);
assert_impl_all!(bus::Request<'static, bus::Queries, OnlySend>: Send);
assert_impl_all!(bus::RequestError<OnlySend>: Send, Unpin);
assert_impl_all!(Handle<'static, OnlySend>: Send);
assert_impl_all!(HandleError<OnlySend>: Send);
assert_impl_all!(<Handle<'static, OnlySend> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<HandleNamed<'static, 'static, Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
// What is handed on whole: replies, and what runs.
assert_impl_all!(Handled: Send, Unpin);
assert_impl_all!(Answer: Send, Unpin);
assert_impl_all!(Job: Send, Unpin);
// It is told from replies by that.
assert_impl_all!(Emits<u8, u8>: Send, Sync);
assert_not_impl_any!(Emits<u8, u8>: Unpin);

/// Those without a name.
fn buses_wait_on_any_thread(bus: &Bus, deps: &Deps, delivery: bus::Delivery) {
    fn is_sent(_: impl Send) {}
    is_sent(bus.idle());
    is_sent(bus.stopped());
    is_sent(bus.publish(Pinned(PhantomPinned)).join());
    is_sent(deps.get::<Pinned>());
    is_sent(delivery.join());
}

#[cfg(feature = "smol")]
handles!(fanfare::Smol);
#[cfg(feature = "tokio")]
sent!(fanfare::Tokio);
#[cfg(feature = "tracing")]
handles!(fanfare::dispatcher::Logged, fanfare::dispatcher::Level);

/// The futures that have no name.
fn hubs_wait_on_any_thread(
    hub: &Hub<Pinned>,
    subscriber: &Subscriber<Pinned>,
    throttled: &ThrottledPublisher<Pinned>,
    unlisten: Unlisten<Pinned>,
    listener: &Connection<Pattern>,
) {
    fn is_sent(_: impl Send) {}
    is_sent(hub.idle());
    is_sent(hub.publish("a", Pinned(PhantomPinned)).join());
    is_sent(subscriber.consume());
    is_sent(subscriber.remove_listener(listener));
    is_sent(subscriber.remove_all_listeners());
    is_sent(throttled.publish("a", Pinned(PhantomPinned)));
    is_sent(unlisten.and_wait());
}

fn routers_wait_on_any_thread(
    router: &Router<Pinned>,
    sender: &router::Sender<Pinned>,
    unlisten: router::Unlisten<Pinned>,
) {
    fn is_sent(_: impl Send) {}
    is_sent(router.idle());
    is_sent(sender.send("a", Pinned(PhantomPinned)).join());
    is_sent(unlisten.and_wait());
}

#[test]
fn it_compiles() {
    let _ = (hubs_wait_on_any_thread, routers_wait_on_any_thread);

    let _ = hubs_wait_on_any_thread;
    let _ = buses_wait_on_any_thread;
}

// The network, of payloads that leave the process.
#[cfg(feature = "net")]
mod net {
    use std::future::IntoFuture;
    use std::panic::{RefUnwindSafe, UnwindSafe};

    use fanfare::net::{
        Acl, CarrierError, ClientDrain, ClientRouter, ClientRouterBuilder, CloseReason, CodecError,
        Export, ExportBuilder, ExportError, Identity, Import, ImportBuilder, Limits, Link,
        LinkBuilder, LinkRequest, LinkStats, ListenError, PeerInfo, PeerView, Redialer,
        RemoteListen, RemoteRegister, RemoteRequest, RemoteSend, RemoteSender, RemoteSenderBuilder,
        RemoteSubscribe, RequestError, Rule, SendError, ServerInspection, ServerRouter,
        ServerRouterBuilder, StartError, Status, Stop, Unanswered, WeakClientRouter,
        WeakServerRouter, wire,
    };
    use static_assertions::assert_impl_all;

    use super::{OnlySend, Pinned};

    handles!(
        ServerRouter<Pinned>,
        WeakServerRouter<Pinned>,
        ClientRouter<Pinned>,
        WeakClientRouter<Pinned>,
        RemoteSender<Pinned>,
        Acl,
        Rule,
        Limits,
        Identity,
        PeerInfo,
        PeerView,
        ServerInspection,
        LinkStats,
        ListenError,
        ExportError,
        Unanswered,
        CodecError,
        wire::RemoteError,
        wire::Token,
    );
    sent!(
        ServerRouterBuilder<Pinned>,
        ClientRouterBuilder<Pinned>,
        RemoteListen<Pinned>,
        RemoteSubscribe<Pinned>,
        RemoteSenderBuilder<Pinned>,
        RemoteRegister<Pinned>,
        RemoteSend<'static, u8>,
        RemoteRequest<'static, u8>,
        Stop<Pinned>,
        ClientDrain<Pinned>,
        Export,
        Import<Pinned>,
        ImportBuilder<Pinned, (), u8, Pinned>,
        Link<Pinned>,
        LinkBuilder<Pinned>,
        LinkRequest<u8>,
        Redialer,
        Status,
        StartError,
        CloseReason,
        CarrierError,
        RequestError,
        SendError<u8>,
        wire::Call<u8>,
        wire::Message<u8>,
    );
    assert_impl_all!(Import<Pinned, OnlySend>: Send, Sync, Unpin);
    assert_impl_all!(ExportBuilder<'static, Pinned, OnlySend, u8, Pinned>: Send, Unpin);
    assert_impl_all!(<RemoteListen<Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
    assert_impl_all!(<RemoteSubscribe<Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
    assert_impl_all!(<RemoteRegister<Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
    assert_impl_all!(<RemoteSend<'static, u8> as IntoFuture>::IntoFuture: Send, Unpin);
    assert_impl_all!(<RemoteRequest<'static, u8> as IntoFuture>::IntoFuture: Send, Unpin);
    assert_impl_all!(<Stop<Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
    assert_impl_all!(<ClientDrain<Pinned> as IntoFuture>::IntoFuture: Send, Unpin);
    assert_impl_all!(<ImportBuilder<u8, (), u8, u8> as IntoFuture>::IntoFuture: Send, Unpin);
}
