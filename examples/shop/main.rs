//! A shop behind HTTP: each endpoint is a command or a query on a bus.
//!
//! `cargo run --example shop` serves itself a few requests and ends; `cargo run --example shop -- 127.0.0.1:8080` serves until Ctrl-C or
//! SIGTERM, and then finishes what it has accepted:
//!
//! ```sh
//! curl -X PUT  http://127.0.0.1:8080/stock/tea -H 'content-type: application/json' -d '{"count": 3}'
//! curl -X POST http://127.0.0.1:8080/orders -H 'content-type: application/json' -d '{"customer": "Ada", "item": "tea", "count": 2}'
//! curl http://127.0.0.1:8080/orders/1
//! curl http://127.0.0.1:8080/mail/Ada
//! ```

mod app;

use std::env;
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use fanfare::Bus;
use serde_json::json;
use tokio::net::TcpListener;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

async fn serve(bus: Bus, listener: TcpListener) -> Result<()> {
    let stopping = bus.clone();
    let shutdown = async move {
        if let Err(unfinished) = stopping.stopped().await {
            eprintln!("{unfinished}");
        }
    };
    let served = axum::serve(listener, app::http::routes(bus));
    Ok(served.with_graceful_shutdown(shutdown).await?)
}

/// What somebody else would ask for.
fn ask(address: SocketAddr) -> Result<()> {
    let at = |path: &str| format!("http://{address}{path}");
    ureq::put(at("/stock/tea")).send_json(json!({ "count": 3 }))?;
    let order = json!({ "customer": "Ada", "item": "tea", "count": 2 });
    let placed = ureq::post(at("/orders")).send_json(&order)?;
    println!(
        "{}: {}",
        placed.status(),
        placed.into_body().read_to_string()?
    );
    let refused = ureq::post(at("/orders"))
        .config()
        .http_status_as_error(false)
        .build()
        .send_json(json!({ "customer": "Eve", "item": "tea", "count": 9 }))?;
    println!(
        "{}: {}",
        refused.status(),
        refused.into_body().read_to_string()?
    );
    for path in ["/orders/1", "/stock/tea", "/inspect"] {
        let got = ureq::get(at(path)).call()?;
        println!("{}: {}", got.status(), got.into_body().read_to_string()?);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let address = env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let here = listener.local_addr()?;
    println!("listening on http://{here}");
    let bus = app::start().await?;
    let serving = tokio::spawn(serve(bus.clone(), listener));
    if address.is_none() {
        tokio::task::spawn_blocking(move || ask(here)).await??;
        bus.stop(Duration::from_secs(5)).await?;
    }
    serving.await?
}
