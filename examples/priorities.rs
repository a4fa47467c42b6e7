//! Who comes first, and who comes at all: priorities and predicates.
//!
//! `cargo run --example priorities`

use fanfare::{Event, Signal};

#[derive(Clone, Default)]
struct Request {
    path: &'static str,
    bytes: usize,
}

fn is_upload(request: &Event<Request>) -> bool {
    request.bytes > 0
}

async fn run() {
    let requests = Signal::builder(Request::default()).reply::<&str>().build();

    // The higher the priority, the earlier. Who names none has 0.
    requests.connect_sync(|_| "route").await;
    requests.connect_sync(|_| "log").priority(-10).await;
    requests
        .connect_sync(|_| "authenticate")
        .priority(100)
        .await;
    // Equal ones come in the order in which they were connected. Async callbacks start in that order too, and then run
    // concurrently.
    requests.connect(|_| async { "compress" }).await;

    // Predicates look at the event. Where there are several, all must hold.
    requests
        .connect_sync(|_| "scan for viruses")
        .when(is_upload)
        .priority(50)
        .await;
    requests
        .connect_sync(|_| "refuse")
        .when(is_upload)
        .when(|request| request.bytes > 1_000_000)
        .priority(60)
        .await;
    // With a key, or a sender, it takes both: one that matches, and the predicate.
    requests
        .connect_sync(|_| "warn the admin")
        .key("admin")
        .when(|request| !request.path.starts_with("/admin"))
        .await;

    let report = requests.send().join().await;
    println!("a request: {:?}", report.replies());
    let usual = ["authenticate", "route", "compress", "log"];
    assert_eq!(report.replies(), usual);

    let upload = requests.send().update(|request| request.bytes = 10);
    let report = upload.join().await;
    println!("an upload: {:?}", report.replies());
    assert_eq!(report.replies()[..2], ["authenticate", "scan for viruses"]);
    assert_eq!(report.replies()[2..], usual[1..]);

    let huge = requests.send().update(|request| request.bytes = 10_000_000);
    let report = huge.join().await;
    println!("a huge upload: {:?}", report.replies());
    assert_eq!(report.replies()[..2], ["authenticate", "refuse"]);

    let admin = requests.send().key("admin");
    let astray = admin.update(|request| request.path = "/home");
    let report = astray.join().await;
    println!("an admin astray: {:?}", report.replies());
    assert!(report.replies().contains(&"warn the admin"));

    let admin = requests.send().key("admin");
    let at_work = admin.update(|request| request.path = "/admin/users");
    let report = at_work.join().await;
    println!("an admin at work: {:?}", report.replies());
    assert_eq!(report.replies(), usual);
}

fn main() {
    smol::block_on(run());
}
