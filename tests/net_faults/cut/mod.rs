//! A network that is cut, in both directions and in each alone: a server and a client in network namespaces of their own, each a process.
//!
//! Run by `bash tests/run.sh`, as root.

mod actor;
mod network;
mod part;

use std::time::Duration;

use actor::Actor;
use network::{CLIENT, Network, SERVER};

const WHY: &str = "nothing is told of a cut by TCP itself in less than minutes";

/// What is cut, and whether.
type Cut = fn(&Network, bool);

/// Both have something under way, the network is cut, both find out, it is whole again, and all is as it was.
fn goes_through(network: &Network, server: &mut Actor, client: &mut Actor, what: &str, cut: Cut) {
    println!("{what}");
    works(server, client, 1);
    server.forget();
    client.forget();
    client.say("ask");
    server.hears("waits");
    server.say("ask");
    client.hears("waits");
    cut(network, true);
    client.say("send 2");
    client.hears("sent 2");
    // In whichever order.
    client.hears_all(&["disconnected", "not replied: Lost"]);
    server.hears_all(&["#disconnect of far", "not replied: Failed"]);
    // It tries, and does not succeed.
    client.hears("failed");
    client.say("send 3");
    client.hears("not sent 3: Offline");
    cut(network, false);
    let resumed = client.hears("resumed");
    let gap: u64 = resumed
        .rsplit(' ')
        .next()
        .and_then(|gap| gap.parse().ok())
        .expect("a gap");
    assert!(gap > 0, "{WHY}: {resumed}");
    server.hears("#connect of far");
    works(server, client, 4);
}

/// Events and requests, each way.
fn works(server: &mut Actor, client: &mut Actor, n: u8) {
    client.say(&format!("send {n}"));
    server.hears(&format!("heard far a {n}"));
    server.say(&format!("send {n}"));
    client.hears(&format!("heard near a {n}"));
    for actor in [&mut *client, &mut *server] {
        actor.say("read");
        actor.hears("replied 21.5");
    }
}

#[test]
#[ignore = "needs root and ip: bash tests/run.sh runs it"]
fn both_sides_find_out_and_come_back() {
    let network = Network::new();
    let mut server = Actor::new(&network, SERVER, "server");
    server.hears("listens");
    let mut client = Actor::new(&network, CLIENT, "client");
    client.hears("ready");
    server.hears("#connect of far");
    let from_server: Cut = |network, cut| network.cut_from(SERVER, cut);
    let from_client: Cut = |network, cut| network.cut_from(CLIENT, cut);
    let cuts: [(&str, Cut); 3] = [
        ("in both directions", Network::cut),
        ("from the server to the client", from_server),
        ("from the client to the server", from_client),
    ];
    for (what, cut) in cuts {
        goes_through(&network, &mut server, &mut client, what, cut);
    }
    client.ends();
    server.hears("#disconnect of far");
    server.ends();
}

/// Far more than anything here takes on any machine, and less than it takes TCP to find out.
const PATIENCE: Duration = Duration::from_secs(60);
