//! A band with a dispatcher: the `LoggingDispatcher` of the documentation of `bands`, which logs a line before each message.
//!
//! With the feature `tracing` there is `fanfare::dispatcher::Logged`, which does the same and more through `tracing`.

use std::sync::{Arc, Mutex};

use fanfare::dispatcher::{Context, Dispatcher, Results};
use fanfare::{Band, Event};

/// Logs under a name. Here the log is a list of lines, so that the example can show it.
#[derive(Clone)]
struct LoggingDispatcher {
    name: &'static str,
    log: Arc<Mutex<Vec<String>>>,
}

impl LoggingDispatcher {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            log: Arc::default(),
        }
    }

    fn debug(&self, line: &str) {
        let line = format!("DEBUG:{}:{line}", self.name);
        println!("{line}");
        self.log.lock().unwrap().push(line);
    }
}

impl Dispatcher for LoggingDispatcher {
    fn before(&self, cx: &Context) {
        self.debug(&format!("Sending {}", cx.identifier()));
    }

    fn after(&self, cx: &Context, results: &Results<'_>) {
        let replies: Vec<&String> = results.replies().collect();
        self.debug(&format!("{} was answered {replies:?}", cx.identifier()));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    smol::block_on(async {
        let logging = LoggingDispatcher::new("my_band");
        let my_band = Band::builder().dispatcher(logging.clone()).build();

        let one = my_band.channel::<String, String>("one")?;
        one.connect_sync(|message: &Event<String>| message.to_uppercase())
            .await;
        let replies = one.send("hello".to_owned()).join().await.into_replies();
        assert_eq!(replies, ["HELLO"]);

        // Sends by name go through it as well, also where nobody has declared the name.
        my_band.send("one", "again".to_owned()).await?;
        my_band.send("two", "anybody?".to_owned()).await?;

        let log = logging.log.lock().unwrap();
        assert_eq!(
            *log,
            [
                "DEBUG:my_band:Sending one",
                "DEBUG:my_band:one was answered [\"HELLO\"]",
                "DEBUG:my_band:Sending one",
                "DEBUG:my_band:one was answered [\"AGAIN\"]",
                "DEBUG:my_band:Sending two",
                "DEBUG:my_band:two was answered []",
            ]
        );
        Ok(())
    })
}
