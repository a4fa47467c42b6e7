//! Servers that are started again where one has stopped.

use fanfare::net::{ServerRouter, tcp};
use fanfare::router::Router;

use crate::kit::V;
use crate::runtime::Runtime;

/// As soon as it has stopped. Nobody else in this process has ports of that address.
async fn another_listens_where_one_has_stopped(on: Runtime) {
    let mut address = "127.0.0.7:0".to_owned();
    for round in 0..50 {
        let listener = tcp::bind(address).await;
        let listener = listener.unwrap_or_else(|error| panic!("round {round}: {error}"));
        address = listener.local_addr().to_string();
        let server = ServerRouter::builder(Router::<V>::new()).spawner(on.spawner());
        let server = server.listen(listener).start().await.unwrap();
        server.stop().await.unwrap();
    }
}

on_each_runtime!(another_listens_where_one_has_stopped);
