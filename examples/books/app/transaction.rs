//! A transaction around each command: a dispatcher begins it before the handler is called, and commits it if the handler has succeeded.

use std::sync::{Arc, Mutex, PoisonError};

use async_lock::MutexGuardArc;
use fanfare::BoxFuture;
use fanfare::bus::{Answer, Message, MessageKind};
use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver};
use rusqlite::Connection;

use super::store::{Store, StoreError};

/// A transaction that is open until it is committed. Dropped before that, it is rolled back, and nothing in it has happened.
#[derive(Clone)]
pub(crate) struct Transaction(Arc<Mutex<Open>>);

/// The connection, until the transaction has ended.
struct Open(Option<MutexGuardArc<Connection>>);

impl Transaction {
    pub(crate) async fn begin(store: &Store) -> Result<Self, StoreError> {
        let connection = store.hold().await;
        smol::unblock(move || {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            Ok(Self(Arc::new(Mutex::new(Open(Some(connection))))))
        })
        .await
    }

    /// Does something in it, on a thread for what blocks.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let this = self.clone();
        smol::unblock(move || {
            let open = this.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &open.0 {
                Some(connection) => work(connection),
                None => unreachable!("a handler has it while its command is under way"),
            }
        })
        .await
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.run(|connection| Ok(connection.execute_batch("COMMIT")?))
            .await?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = None;
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            // There is nobody to tell, and SQLite rolls back by itself what it cannot.
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
}

/// Puts a transaction around each command.
pub(crate) struct Transactions {
    store: Store,
}

impl Transactions {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Dispatcher for Transactions {
    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let message = |cx: &Context| cx.payload_as::<Message>().map(|it| it.info().kind());
        if message(cx) != Some(MessageKind::Command) {
            return receiver.call();
        }
        let (store, cx) = (self.store.clone(), cx.clone());
        Box::pin(async move {
            let transaction = match Transaction::begin(&store).await {
                Ok(transaction) => transaction,
                Err(error) => return receiver.fail(error).await,
            };
            if let Some(message) = cx.payload_as::<Message>() {
                message.extend(transaction.clone());
            }
            let outcome = receiver.call().await;
            if let Some(message) = cx.payload_as::<Message>() {
                message.take_extension::<Transaction>();
            }
            if !Answer::is_ok_in(&outcome) {
                return outcome;
            }
            match transaction.commit().await {
                Ok(()) => outcome,
                Err(error) => Outcome::failed(error),
            }
        })
    }
}
