//! TLS: who is trusted, who is not and why, clients with certificates, and that nothing is ever said in the clear.

use fanfare::ThreadTimer;
use fanfare::net::{
    Carrier, CarrierError, CloseReason, ConnectError, Dialer, Framing, Limits, Listener,
    RequestError, tcp, tls,
};
use futures_lite::future::zip;
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType,
    date_time_ymd,
};
use smol::net::{TcpListener, TcpStream};
use std::sync::Arc;

use crate::carriers::{an_end_is_one_on_both_sides, frames_keep_their_order, made};
use crate::kit::{Peer, linked, request, value};
use crate::runtime::Runtime;

/// Somebody who vouches for others.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn trust(&self) -> tls::Trust {
        tls::Trust::from_pem(self.0.pem()).unwrap()
    }

    fn vouch(&self, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn credentials(&self, change: impl FnOnce(&mut CertificateParams)) -> tls::Credentials {
        let (certificate, key) = self.vouch(change);
        tls::Credentials::from_pem(certificate, key).unwrap()
    }
}

fn client(name: &str) -> impl FnOnce(&mut CertificateParams) {
    let name = name.to_owned();
    move |params| {
        params.subject_alt_names = vec![
            SanType::DnsName(Ia5String::try_from(name.clone()).unwrap()),
            SanType::URI(Ia5String::try_from(format!("spiffe://{name}")).unwrap()),
        ];
    }
}

const ANY: &str = "127.0.0.1:0";
const FRAMING: Framing = Framing::lengths();

/// What comes of a handshake, on both sides.
async fn handshake(
    listener: &tls::TlsListener,
    dialer: &tls::TlsDialer,
) -> [Result<Arc<dyn Carrier>, CarrierError>; 2] {
    let accepted = async {
        let handshake = listener.accept(FRAMING).await.unwrap();
        handshake.complete(&Limits::default(), &ThreadTimer).await
    };
    let (here, there) = zip(dialer.dial(FRAMING), accepted).await;
    [here, there]
}

async fn tls_carries_frames(_: Runtime) {
    let authority = Authority::new("ca");
    let listener = tls::bind(ANY, authority.credentials(|_| ())).await.unwrap();
    let dialer = tls::dial(listener.address(), authority.trust()).server_name("localhost");
    for framing in [Framing::objects(), Framing::lengths()] {
        frames_keep_their_order(&made(&listener, &dialer, framing).await).await;
        an_end_is_one_on_both_sides(made(&listener, &dialer, framing).await).await;
    }
}

async fn links_work_over_tls(on: Runtime) {
    let authority = Authority::new("ca");
    let listener = tls::bind(ANY, authority.credentials(|_| ())).await.unwrap();
    let port = listener.local_addr().port();
    let dialer = tls::dial(format!("localhost:{port}"), authority.trust());
    let (one, two) = (Peer::new(), Peer::new());
    let (client, server) = linked(&one.on(&on), &two.on(&on), &listener, &dialer).await;
    let large = "x".repeat(100_000);
    assert_eq!(
        value(client.request(request("echo", &*large)).await),
        *large
    );
    assert!(server.info().identity().is_none());
    client.close().await;
    assert!(server.closed().await.is_orderly());
}

async fn clients_prove_who_they_are(on: Runtime) {
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let bind = tls::bind(ANY, servers.credentials(|_| ()));
    let listener = bind.require_clients(clients.trust()).await.unwrap();
    let dialer = tls::dial(listener.address(), servers.trust()).server_name("localhost");
    let dialer = dialer.credentials(clients.credentials(client("meter-7.plant")));
    let (one, two) = (Peer::new(), Peer::new());
    let (client, server) = linked(&one.on(&on), &two.on(&on), &listener, &dialer).await;
    let identity = server
        .info()
        .identity()
        .expect("it has shown a certificate");
    assert_eq!(
        identity.names(),
        ["meter-7.plant", "spiffe://meter-7.plant"]
    );
    assert!(identity.is("meter-7.plant") && !identity.is("meter-8.plant"));
    assert!(identity.fingerprint().is_some());
    assert_eq!(value(client.request(request("echo", 1)).await), 1);
    client.close().await;
}

/// Clients without a certificate, or with one of somebody else, are not let in; they find out at the first word.
async fn clients_that_prove_nothing_are_not_let_in(on: Runtime) {
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let bind = tls::bind(ANY, servers.credentials(|_| ()));
    let listener = bind.require_clients(clients.trust()).await.unwrap();
    let dialer = tls::dial(listener.address(), servers.trust()).server_name("localhost");
    let stranger = Authority::new("strangers").credentials(client("meter-7.plant"));
    let expired = clients.credentials(|params| params.not_after = date_time_ymd(2020, 1, 1));
    for (dialer, words) in [
        (dialer.clone(), "no certificate"),
        (dialer.clone().credentials(stranger), "UnknownIssuer"),
        (dialer.clone().credentials(expired), "expired"),
    ] {
        let [here, there] = handshake(&listener, &dialer).await;
        let error = there.err().expect("it is not let in");
        assert!(
            error.is_tls() && error.to_string().contains(words),
            "{words}: {error}"
        );
        let carrier = here.expect("it does not know yet");
        let connected = Peer::new().on(&on).connect(carrier).await;
        match connected.unwrap_err() {
            ConnectError::Failed(
                RequestError::Closed(CloseReason::Lost(_)) | RequestError::NotSent(_),
            ) => {}
            other => panic!("{other}"),
        }
    }
}

async fn servers_that_are_not_trusted_are_not_talked_to(_: Runtime) {
    let (authority, other) = (Authority::new("ca"), Authority::new("other"));
    let expired = |params: &mut CertificateParams| params.not_after = date_time_ymd(2020, 1, 1);
    let to_come = |params: &mut CertificateParams| params.not_before = date_time_ymd(3000, 1, 1);
    for (credentials, trust, name, words) in [
        (
            authority.credentials(|_| ()),
            other.trust(),
            "localhost",
            "UnknownIssuer",
        ),
        (
            authority.credentials(|_| ()),
            authority.trust(),
            "example.org",
            "not valid for name",
        ),
        (
            authority.credentials(expired),
            authority.trust(),
            "localhost",
            "expired",
        ),
        (
            authority.credentials(to_come),
            authority.trust(),
            "localhost",
            "not valid yet",
        ),
    ] {
        let listener = tls::bind(ANY, credentials).await.unwrap();
        let dialer = tls::dial(listener.address(), trust).server_name(name);
        let [here, there] = handshake(&listener, &dialer).await;
        let error = here.err().expect("it is not trusted");
        assert!(error.is_tls(), "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        let error = there.err().expect("it was hung up on");
        assert!(error.is_tls(), "{error}");
    }
    // By its address, it is no host of that name.
    let listener = tls::bind(ANY, authority.credentials(|_| ())).await.unwrap();
    let dialer = tls::dial(listener.address(), authority.trust());
    let [here, _] = handshake(&listener, &dialer).await;
    assert!(
        here.err()
            .expect("127.0.0.1 is not in the certificate")
            .is_tls()
    );
}

/// Neither side falls back to plain text, whatever the other does.
async fn nothing_is_said_in_the_clear(_: Runtime) {
    let authority = Authority::new("ca");
    // A client that speaks plain text, to a server that does not.
    let listener = tls::bind(ANY, authority.credentials(|_| ())).await.unwrap();
    let mut plain = TcpStream::connect(listener.local_addr()).await.unwrap();
    plain
        .write_all(br#"{"id":1,"method":"get_version"}"#)
        .await
        .unwrap();
    let handshake = listener.accept(Framing::detect()).await.unwrap();
    let error = handshake
        .complete(&Limits::default(), &ThreadTimer)
        .await
        .err()
        .expect("no TLS");
    assert!(
        error.is_tls() && error.to_string().contains("speaks no TLS"),
        "{error}"
    );
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said).await;
    assert!(!said.contains(&b'{'), "{}", said.escape_ascii());

    // A server that speaks plain text, to a client that does not.
    let server = TcpListener::bind(ANY).await.unwrap();
    let dialer = tls::dial(server.local_addr().unwrap().to_string(), authority.trust());
    let plain = async {
        let (mut stream, _) = server.accept().await.unwrap();
        let mut heard = vec![0; 4096];
        let count = stream.read(&mut heard).await.unwrap();
        stream.write_all(br#"{"id":1,"status":-1}"#).await.unwrap();
        heard.truncate(count);
        heard
    };
    let (dialed, heard) = zip(dialer.dial(FRAMING), plain).await;
    let error = dialed.err().expect("no TLS");
    assert!(
        error.is_tls() && error.to_string().contains("speaks no TLS"),
        "{error}"
    );
    // The beginning of a handshake.
    assert_eq!(heard[..2], [0x16, 0x03]);

    // A link that asks for a plain carrier where TLS is spoken.
    let dialer = tcp::dial(listener.address());
    let builder = Peer::new().builder();
    let carrier = dialer.dial(builder.connect_framing()).await.unwrap();
    let accepted = async {
        let handshake = listener.accept(Framing::detect()).await.unwrap();
        handshake
            .complete(&Limits::default(), &ThreadTimer)
            .await
            .err()
    };
    let (connected, refused) = zip(builder.connect(carrier), accepted).await;
    assert!(connected.is_err() && refused.is_some());
}

/// Who hangs up in the middle.
async fn a_handshake_that_breaks_off_is_an_error(_: Runtime) {
    let authority = Authority::new("ca");
    let listener = tls::bind(ANY, authority.credentials(|_| ())).await.unwrap();
    for said in [&b""[..], b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = TcpStream::connect(listener.local_addr()).await.unwrap();
        stream.write_all(said).await.unwrap();
        drop(stream);
        let handshake = listener.accept(FRAMING).await.unwrap();
        let error = handshake
            .complete(&Limits::default(), &ThreadTimer)
            .await
            .err()
            .expect("no TLS");
        assert!(error.is_tls(), "{error}");
    }
}

on_each_runtime!(
    tls_carries_frames,
    links_work_over_tls,
    clients_prove_who_they_are,
    clients_that_prove_nothing_are_not_let_in,
    servers_that_are_not_trusted_are_not_talked_to,
    nothing_is_said_in_the_clear,
    a_handshake_that_breaks_off_is_an_error,
);

/// A client that begins a handshake and goes no further holds up nobody, and not for long.
#[test]
fn a_slow_handshake_has_its_time() {
    use fanfare::testing::ManualClock;
    use std::time::Duration;
    smol::block_on(async {
        let authority = Authority::new("ca");
        let listener = tls::bind(ANY, authority.credentials(|_| ())).await.unwrap();
        let mut slow = TcpStream::connect(listener.local_addr()).await.unwrap();
        slow.write_all(b"\x16\x03").await.unwrap();
        let clock = ManualClock::new();
        let limits = Limits::default();
        let handshake = listener.accept(FRAMING).await.unwrap();
        let mut completing = Box::pin(handshake.complete(&limits, &clock));
        assert!(crate::common::poll(&mut completing).is_pending());
        // Another one comes by meanwhile.
        let dialer = tls::dial(listener.address(), authority.trust()).server_name("localhost");
        let [here, there] = self::handshake(&listener, &dialer).await;
        assert!(here.is_ok() && there.is_ok());
        clock.advance(Duration::from_secs(5));
        let error = completing.await.err().expect("its time is up");
        assert!(error.is_timed_out(), "{error}");
    });
}

#[test]
fn what_is_no_certificate_is_said_so() {
    let (certificate, key) = Authority::new("ca").vouch(|_| ());
    for (certificate, key, words) in [
        ("", &*key, "no certificate"),
        (&*key, &*key, "no certificate"),
        (&*certificate, "", "no private key"),
        (&*certificate, &*certificate, "no private key"),
        (
            "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            &*key,
            "no certificate",
        ),
    ] {
        let error = tls::Credentials::from_pem(certificate, key).unwrap_err();
        assert!(
            error.is_refused() && error.to_string().contains(words),
            "{error}"
        );
    }
    assert!(tls::Trust::from_pem("nothing").unwrap_err().is_refused());
    let garbage = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    assert!(tls::Trust::from_pem(garbage).unwrap_err().is_refused());
    let error = tls::Trust::from_file("/no/such/file.pem").unwrap_err();
    assert!(error.to_string().contains("/no/such/file.pem"), "{error}");
    // The key of another.
    let (_, other) = Authority::new("ca").vouch(|_| ());
    let credentials = tls::Credentials::from_pem(certificate, other).unwrap();
    let error = smol::block_on(async { tls::bind(ANY, credentials).await }).unwrap_err();
    assert!(error.is_refused(), "{error}");
    let trust = Authority::new("ca").trust();
    let dialer = tls::dial("host with spaces:1", trust);
    let error = smol::block_on(dialer.dial(FRAMING)).err().unwrap();
    assert!(
        error.is_refused() && error.to_string().contains("server_name"),
        "{error}"
    );
}

#[test]
fn keys_are_not_shown() {
    let (certificate, key) = Authority::new("ca").vouch(|_| ());
    let shown = format!(
        "{:?}",
        tls::Credentials::from_pem(certificate, &key).unwrap()
    );
    assert_eq!(shown, "Credentials { certificates: 1, .. }");
}
