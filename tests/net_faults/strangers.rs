//! Who is not trusted, on either side, over TLS: the error says why, nobody is let in, and others are served.

use std::time::Duration;

use fanfare::net::{
    ClientRouter, ConnectError, Limits, ServerRouter, ServerRouterBuilder, StartError, Status, tls,
};
use fanfare::router::Router;
use rcgen::{CertificateParams, date_time_ymd};

use crate::authority::{ANY, Authority};
use crate::common::Log;
use crate::kit::{V, settled, until};
use crate::runtime::Runtime;

type ChangeCertificate = fn(&mut CertificateParams);

fn expired(params: &mut CertificateParams) {
    params.not_after = date_time_ymd(2020, 1, 1);
}

/// However slow the machine is.
fn patient() -> Limits {
    Limits::default().handshake(Duration::from_secs(60))
}

fn same(_: &mut CertificateParams) {}

/// A server, and the way to it.
struct Place {
    on: Runtime,
    server: ServerRouter<V>,
    address: String,
}

impl Place {
    async fn new(
        on: &Runtime,
        bind: tls::Bind,
        say: impl FnOnce(ServerRouterBuilder<V>) -> ServerRouterBuilder<V>,
    ) -> Self {
        let listener = bind.await.expect("it listens");
        let address = listener.local_addr().to_string();
        let server = ServerRouter::builder(Router::<V>::new()).spawner(on.spawner());
        let server = server.limits(patient()).listen(listener);
        let server = say(server).start().await;
        Self {
            on: on.clone(),
            server: server.expect("it listens"),
            address,
        }
    }

    /// Knows the server by this name.
    fn dialer(&self, trust: tls::Trust, name: &str) -> tls::TlsDialer {
        tls::dial(self.address.clone(), trust).server_name(name)
    }

    async fn start(
        &self,
        dialer: tls::TlsDialer,
        token: &str,
    ) -> Result<ClientRouter<V>, StartError> {
        let builder = ClientRouter::builder().spawner(self.on.spawner());
        let builder = builder.limits(patient());
        builder.connect(dialer).token(token).start().await
    }

    /// What it is told who starts, and who waits for the server, which goes on serving others.
    async fn refuses(
        &self,
        dialer: tls::TlsDialer,
        token: &str,
        words: &str,
        good: &ClientRouter<V>,
    ) {
        let error = self.start(dialer.clone(), token).await.unwrap_err();
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(error.connect_error().is_some());
        let builder = ClientRouter::<V>::builder().spawner(self.on.spawner());
        let builder = builder.connect(dialer).token(token).wait_for_server();
        let waits = builder.limits(patient()).start().await.expect("it waits");
        let told = Log::new();
        let log = told.clone();
        let status = waits.status();
        status
            .connect_sync(move |status| log.push(Status::clone(status)))
            .now();
        // The first may have failed before anybody listened.
        until(|| told.len() > 0).await;
        for status in told.take() {
            let Status::Failed { error, attempts } = status else {
                panic!("{words}: {status}");
            };
            assert!(error.to_string().contains(words), "{words}: {error}");
            assert!(attempts > 0 && !waits.is_connected());
        }
        drop(waits);
        settled(good).await;
        until(|| self.server.peers().len() == 1).await;
    }
}

async fn a_server_that_is_not_trusted_is_not_talked_to(on: Runtime) {
    let (authority, other) = (Authority::new("ca"), Authority::new("other"));
    let good = Place::new(&on, tls::bind(ANY, authority.credentials(same)), |s| s).await;
    let client = good
        .start(good.dialer(authority.trust(), "localhost"), "")
        .await
        .unwrap();
    let dialer = good.dialer(other.trust(), "localhost");
    good.refuses(dialer, "", "UnknownIssuer", &client).await;
    let dialer = good.dialer(authority.trust(), "example.org");
    good.refuses(dialer, "", "not valid for name", &client)
        .await;
    let bad = Place::new(&on, tls::bind(ANY, authority.credentials(expired)), |s| s).await;
    let dialer = bad.dialer(authority.trust(), "localhost");
    let error = bad.start(dialer, "").await.unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
    assert!(matches!(error.connect_error(), Some(ConnectError::Carrier(error)) if error.is_tls()));
    assert!(bad.server.peers().is_empty());
}

async fn a_client_that_proves_nothing_is_not_let_in(on: Runtime) {
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let bind = tls::bind(ANY, servers.credentials(same)).require_clients(clients.trust());
    let place = Place::new(&on, bind, |builder| builder).await;
    let dialer = place.dialer(servers.trust(), "localhost");
    let known = dialer.clone().credentials(clients.credentials(same));
    let client = place.start(known, "").await.unwrap();
    place
        .refuses(dialer.clone(), "", "ertificate", &client)
        .await;
    let cases: [(&Authority, ChangeCertificate, &str); 2] = [
        (&servers, same, "UnknownCA"),
        (&clients, expired, "CertificateExpired"),
    ];
    for (authority, change, words) in cases {
        let dialer = dialer.clone().credentials(authority.credentials(change));
        place.refuses(dialer, "", words, &client).await;
    }
}

async fn a_bad_token_lets_nobody_in(on: Runtime) {
    let authority = Authority::new("ca");
    let bind = tls::bind(ANY, authority.credentials(same));
    let place = Place::new(&on, bind, |builder| builder.token("open sesame", "ali")).await;
    let dialer = place.dialer(authority.trust(), "localhost");
    let client = place.start(dialer.clone(), "open sesame").await.unwrap();
    place
        .refuses(dialer, "open", "the token is not known", &client)
        .await;
    assert_eq!(place.server.peers().len(), 1);
}

on_each_runtime!(
    a_server_that_is_not_trusted_is_not_talked_to,
    a_client_that_proves_nothing_is_not_let_in,
    a_bad_token_lets_nobody_in,
);
