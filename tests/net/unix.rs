//! Unix sockets: what is left over of others, who may connect, and that a link works over one.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener as StdListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::net::{Dialer, Framing, Listener, unix};

use crate::carriers::{an_end_is_one_on_both_sides, frames_keep_their_order, made};
use crate::kit::{Peer, linked, request, value};
use crate::runtime::Runtime;

/// A path of its own, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        let number = LAST.fetch_add(1, Ordering::SeqCst);
        let name = format!("fanfare-test-{}-{number}.sock", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

async fn unix_sockets_carry_frames(_: Runtime) {
    let place = Place::new();
    let (listener, dialer) = (unix::bind(&place.0).await.unwrap(), unix::dial(&place.0));
    for framing in [Framing::objects(), Framing::lengths()] {
        frames_keep_their_order(&made(&listener, &dialer, framing).await).await;
        an_end_is_one_on_both_sides(made(&listener, &dialer, framing).await).await;
    }
}

async fn links_work_over_unix_sockets(on: Runtime) {
    let place = Place::new();
    let (listener, dialer) = (unix::bind(&place.0).await.unwrap(), unix::dial(&place.0));
    let (one, two) = (Peer::new(), Peer::new());
    let (client, server) = linked(&one.on(&on), &two.on(&on), &listener, &dialer).await;
    assert_eq!(value(client.request(request("echo", 5)).await), 5);
    assert!(server.info().peer().contains(&*place.0.to_string_lossy()));
    client.close().await;
    assert!(server.closed().await.is_orderly());
}

async fn a_socket_that_is_left_over_is_replaced(_: Runtime) {
    let place = Place::new();
    // It does not remove its file.
    drop(StdListener::bind(&place.0).unwrap());
    assert!(place.0.exists());
    let listener = unix::bind(&place.0).await.unwrap();
    assert!(unix::dial(&place.0).dial(Framing::objects()).await.is_ok());
    drop(listener);
    assert!(!place.0.exists(), "ours does");
}

async fn a_socket_that_somebody_listens_at_is_left_alone(_: Runtime) {
    let place = Place::new();
    let listener = unix::bind(&place.0).await.unwrap();
    let error = unix::bind(&place.0).await.unwrap_err();
    let kind = error.io_error().map(io::Error::kind);
    assert_eq!(kind, Some(io::ErrorKind::AddrInUse), "{error}");
    assert!(unix::dial(&place.0).dial(Framing::objects()).await.is_ok());
    drop(listener);
}

async fn a_file_that_is_no_socket_is_left_alone(_: Runtime) {
    let place = Place::new();
    fs::write(&place.0, "precious").unwrap();
    let error = unix::bind(&place.0).await.unwrap_err();
    assert!(
        error.is_refused() && error.to_string().contains("no socket"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&place.0).unwrap(), "precious");
}

async fn what_has_come_to_its_place_is_left_alone(_: Runtime) {
    let place = Place::new();
    let listener = unix::bind(&place.0).await.unwrap();
    fs::remove_file(&place.0).unwrap();
    let other = unix::bind(&place.0).await.unwrap();
    drop(listener);
    assert!(unix::dial(&place.0).dial(Framing::objects()).await.is_ok());
    drop(other);
}

async fn permissions_say_who_may_connect(_: Runtime) {
    let place = Place::new();
    let _listener = unix::bind(&place.0).mode(0o600).await.unwrap();
    let mode = fs::metadata(&place.0).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

async fn nobody_is_there(_: Runtime) {
    let place = Place::new();
    let error = unix::dial(&place.0)
        .dial(Framing::objects())
        .await
        .err()
        .unwrap();
    let kind = error.io_error().map(io::Error::kind);
    assert_eq!(kind, Some(io::ErrorKind::NotFound), "{error}");
    let error = unix::bind("/no/such/directory/socket").await.unwrap_err();
    assert!(error.to_string().contains("/no/such/directory"), "{error}");
}

on_each_runtime!(
    unix_sockets_carry_frames,
    links_work_over_unix_sockets,
    a_socket_that_is_left_over_is_replaced,
    a_socket_that_somebody_listens_at_is_left_alone,
    a_file_that_is_no_socket_is_left_alone,
    what_has_come_to_its_place_is_left_alone,
    permissions_say_who_may_connect,
    nobody_is_there,
);

#[test]
fn a_listener_has_an_address() {
    smol::block_on(async {
        let place = Place::new();
        let listener = unix::bind(&place.0).await.unwrap();
        assert_eq!(listener.address(), place.0.to_string_lossy());
    });
}
