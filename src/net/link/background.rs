//! Where the tasks of a link run that was given no spawner.

use crate::spawn::Spawner;
use crate::sync::Arc;

/// What signals use, where that can run several tasks at a time.
#[cfg(feature = "smol")]
pub(in crate::net) fn spawner() -> Arc<dyn Spawner> {
    crate::spawn::here()
}

/// The runtime this is called in, or a thread that all links share: where signals run their callbacks inline, links cannot.
#[cfg(not(feature = "smol"))]
pub(in crate::net) fn spawner() -> Arc<dyn Spawner> {
    use crate::spawn::Executor;
    use crate::sync::OnceLock;

    #[cfg(feature = "tokio")]
    if let Some(tokio) = crate::spawn::Tokio::current() {
        return Arc::new(tokio);
    }
    static SHARED: OnceLock<Executor> = OnceLock::new();
    let shared = SHARED.get_or_init(|| {
        let executor = Executor::new();
        let running = executor.clone();
        let run = move || futures_lite::future::block_on(running.run(std::future::pending::<()>()));
        let spawned = std::thread::Builder::new()
            .name("fanfare-links".into())
            .spawn(run);
        spawned.expect("a program that cannot have another thread cannot have links");
        executor
    });
    Arc::new(shared.clone())
}
