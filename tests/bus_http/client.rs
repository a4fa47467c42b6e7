//! A server on a thread of its own, and who asks it.

use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use axum::Router;
use fanfare::Bus;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// An application that is served, until its bus is stopped.
pub(crate) struct Served {
    address: SocketAddr,
    pub(crate) bus: Bus,
    server: Option<thread::JoinHandle<()>>,
    agent: ureq::Agent,
}

/// What the server answered: its status and its text.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Served {
    /// Starts the bus on the server's runtime, and serves it on a port that is free.
    pub(crate) fn new<F>(
        start: impl FnOnce() -> F + Send + 'static,
        routes: fn(Bus) -> Router,
    ) -> Self
    where
        F: Future<Output = Bus>,
    {
        let (sender, receiver) = channel();
        let server = thread::spawn(move || {
            let runtime = Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let bus = start().await;
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                let address = listener.local_addr().expect("it is bound");
                sender.send((address, bus.clone())).expect("somebody waits");
                let stopping = bus.clone();
                let stopped = async move { drop(stopping.stopped().await) };
                let served = axum::serve(listener, routes(bus)).with_graceful_shutdown(stopped);
                served.await.expect("it is served");
            });
        });
        let (address, bus) = receiver.recv().expect("the server has started");
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self {
            address,
            bus,
            server: Some(server),
            agent: config.into(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer(self.agent.get(self.at(path)).call())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.agent.post(self.at(path)).send_json(body))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        answer(self.agent.put(self.at(path)).send_json(body))
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops the bus, and waits until the server has ended.
    pub(crate) fn stop(mut self) {
        futures_lite::future::block_on(self.bus.stop(Duration::from_secs(60)))
            .expect("everything is finished in a minute");
        // Its connections are kept open for more: they end with their client.
        self.agent = ureq::Agent::new_with_defaults();
        if let Some(server) = self.server.take() {
            server.join().expect("the server has ended well");
        }
    }
}

#[track_caller]
fn answer(answered: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answered = answered.expect("the server answers");
    Answer {
        status: answered.status().as_u16(),
        text: answered.body_mut().read_to_string().expect("text"),
    }
}
