//! A thermometer, and who cares: listeners that were there before it, a channel of alarms, requests, and that it comes and goes.
//!
//! `cargo run --example router`: prints what happens in a heated room.

use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fanfare::router::{
    CONNECT, Call, DISCONNECT, HandlerError, Message, RequestProblem, Router, SendProblem, Sender,
    SenderInfo, WeakRouter,
};

/// What goes around: of messages, of requests and of replies.
#[derive(Debug, Clone, PartialEq)]
enum Datum {
    Nothing,
    Degrees(f64),
    /// What a sender declares, with its `#connect` and `#disconnect`.
    Sender(SenderInfo),
}

impl From<SenderInfo> for Datum {
    fn from(info: SenderInfo) -> Self {
        Self::Sender(info)
    }
}

/// A device of which others know the name alone. It owns its sender, and its sender's handlers know it weakly.
struct Thermometer {
    state: Mutex<State>,
    sender: Mutex<Option<Sender<Datum>>>,
}

struct State {
    degrees: f64,
    limit: f64,
}

impl Thermometer {
    async fn plug_in(router: &Router<Datum>) -> Result<Arc<Self>, Box<dyn Error>> {
        let state = State {
            degrees: 18.0,
            limit: 25.0,
        };
        let this = Arc::new(Self {
            state: Mutex::new(state),
            sender: Mutex::new(None),
        });
        let sender = router
            .sender("thermometer")
            .events(["temperature", "#alarm"])
            .on_request_method("read", &this, Self::read)
            .on_request_method_sync("limit", &this, Self::set_limit)
            .on_any_request_sync(|call: &Call<Datum>| {
                Err::<Datum, _>(format!("a thermometer cannot {}", call.method()))
            })
            .register()
            .await?;
        *this.sender.lock().expect("nobody panics") = Some(sender);
        Ok(this)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics")
    }

    async fn read(self: Arc<Self>, _: Arc<Call<Datum>>) -> Datum {
        Datum::Degrees(self.state().degrees)
    }

    /// What goes wrong here reaches who asks.
    fn set_limit(&self, call: &Call<Datum>) -> Result<Datum, HandlerError> {
        let Datum::Degrees(limit) = **call else {
            return Err("a limit is a number of degrees".into());
        };
        let before = std::mem::replace(&mut self.state().limit, limit);
        Ok(Datum::Degrees(before))
    }

    async fn warm_up(&self, by: f64) -> Result<(), Box<dyn Error>> {
        let sender = self.sender.lock().expect("nobody panics").clone();
        let sender = sender.ok_or("it is not plugged in")?;
        let (degrees, is_too_hot) = {
            let mut state = self.state();
            state.degrees += by;
            (state.degrees, state.degrees > state.limit)
        };
        // In the task that warms it up: the listeners have run when this returns.
        let report = sender
            .send("temperature", Datum::Degrees(degrees))
            .join()
            .await?;
        assert!(report.is_ok());
        if is_too_hot {
            assert!(
                sender
                    .send("#alarm", Datum::Degrees(degrees))
                    .join()
                    .await?
                    .is_ok()
            );
        }
        Ok(())
    }
}

/// An async listener: one message at a time, in the order in which they were sent.
async fn on_temperature(m: Arc<Message<Datum>>) {
    println!("  panel: {} of {} is {:?}", m.event(), m.sender(), **m);
}

fn on_come_or_gone(m: &Message<Datum>) {
    if let Datum::Sender(info) = &**m {
        let events: Vec<_> = info.events().collect();
        let requests: Vec<_> = info.requests().into_iter().flatten().collect();
        println!(
            "  {} {}: sends {events:?}, replies to {requests:?}",
            m.event(),
            m.sender()
        );
    }
}

/// Turns the heating off, by asking whoever is called so.
async fn on_alarm(router: WeakRouter<Datum>, m: Arc<Message<Datum>>) {
    let Some(router) = router.upgrade() else {
        return;
    };
    let off = router
        .request("heating", "off", Datum::Nothing)
        .timeout(Duration::from_secs(1));
    match off.await {
        Ok(_) => println!("  guard: alarm of {}, the heating is off", m.sender()),
        Err(error) => println!("  guard: alarm of {}, and {error}", m.sender()),
    }
}

async fn a_day() -> Result<(), Box<dyn Error>> {
    let router = Router::<Datum>::builder().name("house").announce().build();

    println!("listeners, before there is anybody to listen to");
    router
        .connect(on_temperature)
        .sender("thermometer")
        .event("temperature")
        .await;
    router
        .connect_with(router.downgrade(), on_alarm)
        .channel("#alarm")
        .await;
    router
        .connect_sync(on_come_or_gone)
        .events([CONNECT, DISCONNECT])
        .await;
    let typo = router
        .connect_sync(|_| ())
        .sender("thermometer")
        .event("temprature")
        .await;
    let mut notices = router.notices();

    println!("a thermometer is plugged in");
    let thermometer = Thermometer::plug_in(&router).await?;
    assert!(!typo.is_connected(), "it will never send that");
    while let Ok(notice) = notices.try_recv() {
        println!("  notice: {notice}");
    }
    thermometer.warm_up(2.0).await?;

    println!("requests");
    let read = router
        .request("thermometer", "read", Datum::Nothing)
        .await?;
    assert_eq!(read, Datum::Degrees(20.0));
    let before = router
        .request("thermometer", "limit", Datum::Degrees(21.0))
        .await?;
    println!("  it was {read:?}, and the limit {before:?}");
    for (name, method) in [
        ("thermometer", "limit"),
        ("thermometer", "dance"),
        ("barometer", "read"),
    ] {
        let error = router
            .request(name, method, Datum::Nothing)
            .await
            .expect_err("none of these is possible");
        println!("  {error}");
        assert_eq!(
            error.problem() == RequestProblem::Failed,
            name == "thermometer"
        );
    }

    println!("it gets hot");
    thermometer.warm_up(3.0).await?;
    let heating = router
        .sender("heating")
        .on_request_sync("off", |_| Datum::Nothing);
    let heating = heating.register().await?;
    thermometer.warm_up(1.0).await?;

    println!("only what was declared can be sent");
    let error = heating
        .send("temperature", Datum::Degrees(60.0))
        .await
        .expect_err("it declared no events");
    assert_eq!(error.problem(), SendProblem::Undeclared);
    println!("  {error}");

    println!("both go");
    drop((heating, thermometer));
    assert!(router.senders().is_empty());
    router.drain().timeout(Duration::from_secs(5)).await?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    smol::block_on(a_day())
}
