//! Loops that write and read the same bytes.

use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender, bounded, unbounded};
use fanfare::net::Json;
use fanfare::net::wire::{Call, Message, Wire};
use fanfare::{Executor, Spawner};
use futures_lite::future::block_on;
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};

use super::ours::{event, question};
use super::sockets::{Kind, Stream};
use super::{executor, nanoseconds};

/// What the other side is to do.
enum Task {
    /// Reads so many lines, and says so.
    Count(u64),
    /// Reads so many lines, and tells of each when it was there.
    Tell(usize),
    /// Writes back so many lines.
    Echo(usize),
}

pub(super) struct Pair {
    on: Executor,
    stream: Option<Box<dyn Stream>>,
    tasks: Sender<Task>,
    done: Receiver<()>,
    came: Receiver<Instant>,
}

impl Pair {
    pub(super) fn new(kind: Kind) -> Self {
        let (stream, other) = block_on(kind.raw());
        let ((tasks, for_other), (done_to, done), (came_to, came)) =
            (bounded(1), bounded(1), unbounded());
        let (here, there) = (executor(), executor());
        there.spawn(Box::pin(reads(other, for_other, done_to, came_to)));
        Self {
            on: here,
            stream: Some(stream),
            tasks,
            done,
            came,
        }
    }

    fn run<T: Send + 'static, F>(
        &mut self,
        task: Task,
        work: impl FnOnce(Box<dyn Stream>) -> F,
    ) -> T
    where
        F: Future<Output = (Box<dyn Stream>, T)> + Send + 'static,
    {
        self.tasks.send_blocking(task).unwrap();
        let work = work(self.stream.take().expect("it is given back"));
        let (result_to, result) = bounded(1);
        self.on.spawn(Box::pin(async move {
            let _ = result_to.send(work.await).await;
        }));
        let (stream, result) = block_on(result.recv()).expect("it is run");
        self.stream = Some(stream);
        result
    }

    /// About so many bytes at a time, and one message at least.
    pub(super) fn send(&mut self, count: u64, at_a_time: usize) -> Duration {
        let line = line(event());
        let most = (at_a_time / line.len()).max(1) as u64;
        let batch = line.repeat(most as usize);
        let done = self.done.clone();
        self.run(Task::Count(count), move |mut stream| async move {
            let start = Instant::now();
            let mut missing = count;
            while missing > 0 {
                let now = missing.min(most);
                stream
                    .write_all(&batch[..line.len() * now as usize])
                    .await
                    .unwrap();
                missing -= now;
            }
            stream.flush().await.unwrap();
            done.recv().await.unwrap();
            (stream, start.elapsed())
        })
    }

    pub(super) fn latencies(&mut self, count: usize) -> Vec<f64> {
        let (line, came) = (line(event()), self.came.clone());
        self.run(Task::Tell(count), move |mut stream| async move {
            let mut taken = Vec::with_capacity(count);
            for _ in 0..count {
                let start = Instant::now();
                stream.write_all(&line).await.unwrap();
                stream.flush().await.unwrap();
                taken.push(nanoseconds(came.recv().await.unwrap() - start));
            }
            (stream, taken)
        })
    }

    pub(super) fn round_trips(&mut self, count: usize) -> Vec<f64> {
        let line = line(question());
        self.run(Task::Echo(count), move |mut stream| async move {
            let mut taken = Vec::with_capacity(count);
            let mut buffer = vec![0; 64 * 1024];
            for _ in 0..count {
                let start = Instant::now();
                stream.write_all(&line).await.unwrap();
                stream.flush().await.unwrap();
                read_line(&mut stream, &mut buffer).await;
                taken.push(nanoseconds(start.elapsed()));
            }
            (stream, taken)
        })
    }
}

fn line(call: Call<String>) -> Vec<u8> {
    let message = Message::Call {
        id: None,
        call,
        deadline: None,
    };
    let mut line = Wire::new(Json).encode(&message).unwrap();
    line.push(b'\n');
    line
}

async fn reads(
    mut stream: Box<dyn Stream>,
    tasks: Receiver<Task>,
    done: Sender<()>,
    came: Sender<Instant>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(task) = tasks.recv().await {
        match task {
            Task::Count(mut missing) => {
                while missing > 0 {
                    let read = stream.read(&mut buffer).await.unwrap();
                    missing -= buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
                }
                done.send(()).await.unwrap();
            }
            Task::Tell(count) => {
                for _ in 0..count {
                    read_line(&mut stream, &mut buffer).await;
                    came.send(Instant::now()).await.unwrap();
                }
            }
            Task::Echo(count) => {
                for _ in 0..count {
                    let read = read_line(&mut stream, &mut buffer).await;
                    stream.write_all(&buffer[..read]).await.unwrap();
                    stream.flush().await.unwrap();
                }
            }
        }
    }
}

/// Of one line that comes by itself.
async fn read_line(stream: &mut Box<dyn Stream>, buffer: &mut [u8]) -> usize {
    let mut read = 0;
    while read == 0 || buffer[read - 1] != b'\n' {
        read += stream.read(&mut buffer[read..]).await.unwrap();
    }
    read
}
