//! Conversations with the original, as they were recorded: its client with our server, and our client with its server.
//!
//! `recorded/record.py` has recorded them, and says how to have the original itself say it all again. Each message is played as it was
//! recorded, but for ids, which each side makes up for itself.

use std::collections::HashMap;

use fanfare::net::{ClientRouter, ServerRouter, tcp};
use fanfare::router::{Call, HandlerError, RequestProblem, Router};
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};
use serde_json::{Value, json};
use smol::net::{TcpListener, TcpStream};

use crate::common::Log;
use crate::kit::{near, text, until, writes};
use crate::runtime::Runtime;

const RECORDED: &str = include_str!("recorded/conversation.jsonl");

/// The lines of one scene.
fn scene(name: &str) -> Vec<Value> {
    let lines = RECORDED.lines().map(serde_json::from_str::<Value>);
    let lines = lines.map(|line| line.expect("each line is JSON"));
    let scene: Vec<_> = lines.filter(|line| line["scene"] == name).collect();
    assert!(!scene.is_empty(), "{name}");
    scene
}

/// One end of a connection that a test plays.
struct Played {
    stream: TcpStream,
    /// What was recorded, and what it is now: ids of calls of the other side, and of listeners.
    ids: HashMap<String, Value>,
    /// The ids of calls of this side are kept.
    listeners: HashMap<String, Value>,
}

impl Played {
    fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            ids: HashMap::new(),
            listeners: HashMap::new(),
        }
    }

    /// As the original reads: all that comes with one read is one message, or it is lost.
    async fn read(&mut self) -> Value {
        let mut bytes = vec![0; 4096];
        let count = self.stream.read(&mut bytes).await.expect("a read");
        serde_json::from_slice(&bytes[..count]).expect("one message a read")
    }

    /// Says what was recorded of this side.
    async fn say(&mut self, recorded: &Value) {
        let mut message = recorded.clone();
        if message.get("status").is_some() {
            let id = &self.ids[&recorded["id"].to_string()];
            message["id"] = id.clone();
        }
        self.translate(&mut message["params"]);
        if message["params"].is_null() {
            message.as_object_mut().expect("a map").remove("params");
        }
        let bytes = message.to_string();
        self.stream
            .write_all(bytes.as_bytes())
            .await
            .expect("a write");
    }

    fn translate(&self, params: &mut Value) {
        if let Some(id) = params.get("listener_id") {
            if let Some(now) = self.listeners.get(&id.to_string()) {
                params["listener_id"] = now.clone();
            }
        }
    }

    /// Hears what was recorded of the other side.
    async fn hear(&mut self, recorded: &Value) {
        let message = self.read().await;
        if recorded.get("status").is_some() {
            assert_eq!(
                message["status"], recorded["status"],
                "{message} {recorded}"
            );
            assert_eq!(message["id"], recorded["id"], "{message} {recorded}");
            assert_eq!(
                message.get("exception").is_some(),
                recorded.get("exception").is_some()
            );
            let (given, before) = (&message["response"], &recorded["response"]);
            if let Some(id) = before.get("listener_id") {
                self.listeners
                    .insert(id.to_string(), given["listener_id"].clone());
            } else if !before.is_array() {
                assert_eq!(given, before);
            }
            return;
        }
        self.ids
            .insert(recorded["id"].to_string(), message["id"].clone());
        assert_eq!(
            message["method"], recorded["method"],
            "{message} {recorded}"
        );
        let mut params = recorded["params"].clone();
        self.translate(&mut params);
        assert_eq!(message["params"], params, "{message} {recorded}");
    }
}

fn fail(_: &Call<Value>) -> Result<Value, HandlerError> {
    Err("clock is out of order".into())
}

/// The original's client, and our server.
async fn play_the_client(on: &Runtime, name: &str) -> Vec<String> {
    let router = Router::<Value>::builder()
        .spawner(on.spawner())
        .announce()
        .build();
    let clock = router.sender("clock").events(["tick", "#alarm"]);
    let clock = clock.on_request_sync("time", |call: &Call<Value>| json!({"now": **call}));
    let clock = clock
        .on_request_sync("fail", fail)
        .register()
        .await
        .unwrap();
    let _silent = near(&router, "silent", &["x"]);
    let heard = Log::new();
    router
        .connect_sync(writes(&heard))
        .sender("thermometer")
        .await;
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr();
    let server = ServerRouter::builder(router.clone()).listen(listener);
    let server = server.spawner(on.spawner()).start().await.unwrap();
    let mut client = Played::new(TcpStream::connect(address).await.unwrap());
    let (replies, mut requests) = (Log::new(), 0);
    for line in scene(name) {
        let message = &line["message"];
        match (line["from"].as_str(), line["step"].as_str()) {
            (Some("client"), _) => client.say(message).await,
            (Some(_), _) => client.hear(message).await,
            (None, Some(step)) => {
                if let Some(sent) = step.strip_prefix("server sends ") {
                    let (event, data) = sent.split_once(' ').expect("an event and its data");
                    let data = serde_json::from_str(data).expect("JSON");
                    clock.send(event, data).await.unwrap();
                } else if let Some(asked) = step.strip_prefix("server requests ") {
                    let (method, params) =
                        asked.split_once(' ').expect("a method and its parameters");
                    let params = serde_json::from_str(&params.replace('\'', "\"")).expect("JSON");
                    let (router, method, replies) =
                        (router.clone(), method.to_owned(), replies.clone());
                    let number = requests;
                    requests += 1;
                    on.spawn(async move {
                        let reply = router.request("thermometer", method, params).await;
                        replies.push((number, reply.expect("it replies").to_string()));
                    });
                }
            }
            (None, None) => panic!("{line}"),
        }
    }
    until(|| replies.len() == requests).await;
    // It goes without a word, and takes all along.
    drop(client);
    until(|| server.peers().is_empty()).await;
    assert_eq!(router.senders().len(), 2);
    let mut told = heard.take();
    // Whoever asks writes down his reply when he has his turn.
    let mut replies = replies.take();
    replies.sort_unstable();
    told.extend(replies.into_iter().map(|(_, reply)| reply));
    told
}

async fn its_client_sends_and_replies(on: Runtime) {
    let told = play_the_client(&on, "sender").await;
    let declared = r##"{"events":["#connect","#disconnect","temperature","#alarm"],"requests":["read",null]}"##;
    let expected = [
        format!("thermometer #connect {declared}"),
        "thermometer temperature 21.5".to_owned(),
        "thermometer #alarm {\"limit\":20,\"why\":\"héét\"}".to_owned(),
        format!("thermometer #disconnect {declared}"),
        "21.5".to_owned(),
        r#"["dance",{"steps":[1,2]}]"#.to_owned(),
    ];
    assert_eq!(told, expected);
}

async fn its_client_listens(on: Runtime) {
    assert!(play_the_client(&on, "listener").await.is_empty());
}

async fn its_client_asks(on: Runtime) {
    assert!(play_the_client(&on, "request").await.is_empty());
    assert!(play_the_client(&on, "other").await.is_empty());
}

/// The original's server, and our client.
async fn play_the_server(on: &Runtime, name: &str) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = async {
        let (stream, _) = listener.accept().await.unwrap();
        let mut server = Played::new(stream);
        // What it does not know it says so of, as the recording shows.
        let hello = server.read().await;
        assert_eq!(hello["method"], "hello");
        let unknown = json!({"id": hello["id"], "status": -1}).to_string();
        server.stream.write_all(unknown.as_bytes()).await.unwrap();
        server
    };
    let builder = ClientRouter::<Value>::builder().spawner(on.spawner());
    let starting = builder.connect(tcp::dial(address.to_string())).start();
    let (client, mut server) = futures_lite::future::zip(starting, accepted).await;
    let client = client.expect("it is found out that it is plain");
    let told = Log::new();
    let mut sender = None;
    let mut listeners = Vec::new();
    let lines = scene(name);
    for (at, line) in lines.iter().enumerate() {
        let message = &line["message"];
        match (line["from"].as_str(), line["step"].as_str()) {
            (Some("server"), _) => server.say(message).await,
            (Some(_), _) => server.hear(message).await,
            (None, Some(step)) => {
                let next = lines
                    .get(at + 1)
                    .map_or(&Value::Null, |line| &line["message"]["params"]);
                let words: Vec<_> = step.split(' ').collect();
                match words[..2] {
                    ["client", "registers"] => {
                        let made = client
                            .sender("thermometer")
                            .events(["temperature", "#alarm"]);
                        let made = made.on_request_sync("read", |_| json!(21.5));
                        let made = made.on_any_request_sync(|call: &Call<Value>| {
                            json!([call.method(), **call])
                        });
                        sender = Some(made.register().now().unwrap());
                    }
                    ["client", "sends"] => {
                        let sender = sender.as_ref().expect("it was registered");
                        until(|| sender.is_connected()).await;
                        sender.send(words[2], next["data"].clone()).await.unwrap();
                    }
                    ["client", "removes"] => drop(sender.take()),
                    ["client", "listens"] => {
                        let (told, name) = (told.clone(), step.to_owned());
                        let listen =
                            client.connect_sync(move |m| told.push(format!("{name}: {}", text(m))));
                        let listen = match (next["sender"].as_str(), next["event"].as_str()) {
                            (Some(sender), Some(event)) => listen.sender(sender).event(event),
                            (Some(sender), None) => listen.sender(sender),
                            (None, Some(event)) => listen.event(event),
                            (None, None) => listen,
                        };
                        listeners.push(listen.now());
                    }
                    ["client", "ceases"] => drop(listeners[1].disconnect()),
                    ["client", "requests"] => {
                        let (client, told) = (client.clone(), told.clone());
                        let (to, method) = (words[4].to_owned(), words[2].to_owned());
                        let params = next["params"].clone();
                        on.spawn(async move {
                            let reply = client.request(to, method, params).await;
                            told.push(match reply {
                                Ok(reply) => reply.to_string(),
                                Err(error) => {
                                    assert_eq!(error.problem(), RequestProblem::Failed);
                                    error.to_string()
                                }
                            });
                        });
                    }
                    _ => {}
                }
            }
            (None, None) => panic!("{line}"),
        }
        if line["from"] == "server" && name == "request" {
            let replies = lines[..=at]
                .iter()
                .filter(|line| line["from"] == "server")
                .count();
            until(|| told.len() == replies).await;
        }
    }
    // In order: it says nothing more.
    client.drain().await.unwrap();
    let mut rest = Vec::new();
    server.stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!(String::from_utf8(rest).unwrap(), "");
    told.take()
}

async fn its_server_is_sent_to_and_asks(on: Runtime) {
    assert!(play_the_server(&on, "sender").await.is_empty());
}

/// It sends a message to each listener, and each of ours is called once.
async fn its_server_sends(on: Runtime) {
    let told = play_the_server(&on, "listener").await;
    let expected = [
        "client listens to any event of clock: clock tick 1",
        "client listens to tick of clock: clock tick 1",
        "client listens to any event of clock: clock #alarm [2]",
        "client listens to #alarm of any sender: clock #alarm [2]",
        "client listens to tick of clock: clock tick 3",
    ];
    assert_eq!(told, expected);
}

async fn its_server_replies(on: Runtime) {
    let told = play_the_server(&on, "request").await;
    let expected = [
        r#"{"now":[7]}"#,
        "no reply: `fail` of `clock` failed: clock is out of order",
        "no reply: `dance` of `clock` failed: method dance not found",
        "no reply: `time` of `silent` failed: requests not supported",
    ];
    assert_eq!(told, expected);
}

on_each_runtime!(
    its_client_sends_and_replies,
    its_client_listens,
    its_client_asks,
    its_server_is_sent_to_and_asks,
    its_server_sends,
    its_server_replies,
);
