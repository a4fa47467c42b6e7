//! Clients whose server dies at each step of what they do.

use std::future::Future;
use std::pin::pin;

use fanfare::net::{ClientRouter, ClientRouterBuilder, Status};
use fanfare::router::{RequestProblem, SendError, SendProblem};
use serde_json::{Value, json};

use crate::common::Log;
use crate::kit::{ByHand, Heard, V, says, writes};
use crate::played::{Death, Plan, Played};

/// What a client has seen of it.
#[derive(Debug, Default)]
pub(crate) struct Life {
    /// Whether it was let in.
    pub(crate) began: bool,
    /// Events that it was told are on their way.
    pub(crate) accepted: u64,
    /// Events of which it was told that they may not have arrived.
    pub(crate) doubtful: u64,
    pub(crate) errors: Vec<String>,
}

impl Life {
    pub(crate) fn add_doubts(&mut self, told: &[Status]) {
        for status in told {
            if let Status::Disconnected { unconfirmed, .. } = status {
                self.doubtful += unconfirmed;
            }
        }
    }

    fn sent(&mut self, sent: Result<(), SendError<V>>, payload: &Value) {
        let Err(error) = sent else {
            self.accepted += 1;
            return;
        };
        self.errors.push(error.to_string());
        let is_told = matches!(
            error.problem(),
            SendProblem::Offline | SendProblem::Lost | SendProblem::TimedOut
        );
        assert!(is_told, "{error}");
        assert_eq!(error.into_payload().as_ref(), Some(payload));
    }
}

/// All that a client does, whatever becomes of it; each step has to come to an end.
pub(crate) async fn lives(client: ClientRouterBuilder<V>, told: Log<Status>, waits: bool) -> Life {
    let mut life = Life::default();
    let client = match client.start().await {
        Ok(client) => client,
        Err(error) => {
            life.errors.push(error.to_string());
            return life;
        }
    };
    life.began = true;
    client
        .status()
        .connect_sync(move |status| told.push(Status::clone(status)))
        .now();
    let heard = Heard::new();
    let sender = client
        .sender("far")
        .event("a")
        .on_request_sync("read", says);
    let sender = sender.register().await;
    let listens = client
        .connect_sync(writes(&heard))
        .sender("near")
        .event("a")
        .await;
    match &sender {
        Ok(sender) => {
            for n in 0..3 {
                life.sent(sender.send("a", json!(n)).await, &json!(n));
            }
            life.sent(sender.send("a", json!(3)).join().await, &json!(3));
            life.sent(sender.send("a", json!(4)).now(), &json!(4));
        }
        Err(error) => life.errors.push(error.to_string()),
    }
    match client.request("near", "read", json!(5)).await {
        Ok(reply) => assert_eq!(reply, 5),
        Err(error) => {
            life.errors.push(error.to_string());
            match error.problem() {
                RequestProblem::Lost | RequestProblem::TimedOut => {}
                RequestProblem::Offline => assert_eq!(error.into_payload(), Some(json!(5))),
                other => panic!("{other:?}"),
            }
        }
    }
    if let Err(error) = client.server_version().await {
        life.errors.push(error.to_string());
    }
    if let (true, Ok(sender)) = (waits, &sender) {
        // As long as it takes, the sender is there again.
        while sender.send("a", json!(6)).join().await.is_err() {
            assert!(client.connected().await);
        }
        life.accepted += 1;
        assert!(client.connected().await && client.get_sender("far").is_some());
    }
    match listens {
        Ok(connection) => assert!(connection.disconnect()),
        Err(error) => life.errors.push(error.to_string()),
    }
    if let Err(error) = client.senders().await {
        life.errors.push(error.to_string());
    }
    drop(sender);
    ends(&client).await;
    life
}

async fn ends(client: &ClientRouter<V>) {
    client.drain().await.expect("nothing is under way here");
    assert!(!client.connected().await && !client.is_connected());
}

/// As long as it takes, by the clock; `None` if nothing that happens in an hour ends it.
pub(crate) fn in_time<T>(by_hand: &ByHand, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let hour = std::time::Duration::from_secs(3_600);
    while by_hand.clock.elapsed() < hour {
        if let Some(output) = by_hand.until(future.as_mut()) {
            return Some(output);
        }
        by_hand.clock.advance_to_next()?;
    }
    None
}

/// How many messages a client sends in all of its life.
const MESSAGES: usize = 15;

fn lived(seed: u64, plans: &[Plan], waits: bool) -> (Life, Played, Vec<Status>) {
    let by_hand = ByHand {
        executor: fanfare::testing::SeededExecutor::new(seed),
        ..ByHand::new()
    };
    let server = Played::new(&by_hand.executor, plans.iter().copied());
    let told = Log::new();
    let when = format!("{plans:?}, seed {seed}");
    let client = by_hand.builder(server.clone());
    let life = in_time(&by_hand, lives(client, told.clone(), waits));
    let mut life = life.unwrap_or_else(|| panic!("{when}: it does not end"));
    in_time(&by_hand, std::future::pending::<()>());
    assert!(by_hand.executor.is_empty(), "{when}: tasks are left");
    let told = told.take();
    life.add_doubts(&told);
    (life, server, told)
}

/// The events that have arrived, and whether the message at which the first server died wants a reply.
fn read(server: &Played, last: usize) -> (u64, bool) {
    let got = server.got.take();
    let events = got
        .iter()
        .filter(|(_, message)| message["method"] == "signal");
    let mut of_first = got.iter().filter(|(number, _)| *number == 1);
    let last = of_first.nth(last - 1).map(|(_, message)| message);
    let wants = |message: &Value| message.get("method").is_some() && message.get("id").is_some();
    (events.count() as u64, last.is_some_and(wants))
}

#[test]
fn a_client_whose_server_lives_has_no_errors() {
    for seed in 0..10 {
        let (life, server, told) = lived(seed, &[None], false);
        assert_eq!(life.errors, [""; 0]);
        assert_eq!((life.accepted, life.doubtful), (5, 0));
        assert!(matches!(told[..], [Status::Closed]), "{told:?}");
        // Whether the server is told that a listener has gone just before all of it goes is a matter of chance.
        let count = server.got.len();
        assert!(count == MESSAGES || count == MESSAGES - 1, "{count}");
        assert_eq!(read(&server, 1), (5, true));
    }
}

/// It is never there again.
#[test]
fn a_client_whose_server_dies_at_any_step_is_told() {
    for seed in 0..6 {
        for last in 1..=MESSAGES {
            for death in [Death::Before, Death::After, Death::Silent] {
                let (life, server, told) = lived(seed, &[Some((last, death))], false);
                let when = format!("message {last}, {death:?}, seed {seed}: {life:?}, {told:?}");
                let (arrived, wants_reply) = read(&server, last);
                let gives_none = wants_reply && death != Death::After;
                assert!(!gives_none || !life.errors.is_empty(), "{when}");
                assert!(life.accepted <= arrived + life.doubtful, "{when}");
                assert!(
                    !life.began || matches!(told.last(), Some(Status::Closed)),
                    "{when}"
                );
            }
        }
    }
}

/// Another one takes its place.
#[test]
fn a_client_whose_server_is_replaced_goes_on() {
    for seed in 0..6 {
        for last in 1..=MESSAGES {
            for death in [Death::Before, Death::After, Death::Silent] {
                let (life, server, told) = lived(seed, &[Some((last, death)), None], true);
                let when = format!("message {last}, {death:?}, seed {seed}: {life:?}, {told:?}");
                let (arrived, _) = read(&server, last);
                assert!(life.accepted <= arrived + life.doubtful, "{when}");
                let losses = told
                    .iter()
                    .filter(|s| matches!(s, Status::Disconnected { .. }));
                let gains = told.iter().filter(|s| matches!(s, Status::Resumed { .. }));
                let (losses, gains) = (losses.count(), gains.count());
                assert!(losses <= 1 && gains <= losses, "{when}");
                // It may have been closed before it was connected again.
                assert!(server.connections() - 1 <= losses, "{when}");
            }
        }
    }
}
