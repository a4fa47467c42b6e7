//! Who plays: processes, or in a test the same as tasks, each with what is typed to it and what it prints.

use std::env;
use std::process::Stdio;

use futures_lite::io::BufReader;
use futures_lite::{AsyncBufReadExt, AsyncWriteExt, StreamExt};
use smol::Task;
use smol::channel::{self, Receiver, Sender};
use smol::process::Command;

use crate::Failed;

pub(crate) struct Actor {
    pub(crate) name: &'static str,
    input: Sender<String>,
    output: Receiver<String>,
    task: Task<Result<(), Failed>>,
}

/// This program with these arguments, in a process of its own.
pub(crate) fn process(name: &'static str, arguments: &[&str]) -> Result<Actor, Failed> {
    let mut child = Command::new(env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdin = child.stdin.take();
    let stdout = child.stdout.take().ok_or("it was to have an output")?;
    let (input, typed) = channel::unbounded::<String>();
    let (print, output) = channel::unbounded();
    let typing = smol::spawn(async move {
        let mut stdin = stdin.ok_or("it was to have an input")?;
        while let Ok(line) = typed.recv().await {
            stdin.write_all(format!("{line}\n").as_bytes()).await?;
            stdin.flush().await?;
        }
        Ok::<_, Failed>(())
    });
    let task = smol::spawn(async move {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next().await {
            print.send(line?).await?;
        }
        typing.cancel().await;
        let status = child.status().await?;
        if status.success() {
            Ok(())
        } else {
            Err(status.to_string().into())
        }
    });
    Ok(Actor {
        name,
        input,
        output,
        task,
    })
}

/// The same as a task.
#[cfg(test)]
pub(crate) fn task(name: &'static str, arguments: &[&str]) -> Result<Actor, Failed> {
    let command = crate::args::parse(arguments)?;
    let (input, typed) = channel::unbounded();
    let (print, output) = channel::unbounded();
    let task = smol::spawn(async move {
        let print = std::sync::Arc::new(move |line| _ = print.try_send(line));
        crate::run(command, typed.map(Ok).boxed(), print).await
    });
    Ok(Actor {
        name,
        input,
        output,
        task,
    })
}

impl Actor {
    pub(crate) fn is_told(&self, line: &str) -> Result<(), Failed> {
        Ok(self.input.try_send(line.to_owned())?)
    }

    /// What it prints next.
    pub(crate) async fn next(&self) -> Result<String, Failed> {
        let line = self.output.recv().await;
        line.map_err(|_| format!("{} has ended", self.name).into())
    }

    /// Nothing more is typed; waits for the end.
    pub(crate) async fn ended(self) -> Result<(), Failed> {
        drop(self.input);
        self.task.await
    }
}
