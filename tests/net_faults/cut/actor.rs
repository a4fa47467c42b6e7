//! A process in a namespace, which is told what to do, and says what has happened.

use std::env::current_exe;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::PATIENCE;
use super::network::{End, Network};
use super::part::{PART, SAYS};

/// This program, once more: with its part in the environment, one of its tests plays it.
pub(super) struct Actor {
    name: &'static str,
    child: Child,
    lines: Receiver<String>,
    /// What it has said and was not waited for yet.
    said: Vec<String>,
}

impl Actor {
    pub(super) fn new(network: &Network, end: End, name: &'static str) -> Self {
        let program = current_exe().expect("this program");
        let mut command = network.run_at(end, program.to_str().expect("a path of text"));
        let command = command
            .args([
                "--ignored",
                "--exact",
                "cut::part::is_played",
                "--nocapture",
            ])
            .env(PART, name)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("`ip` is there by now");
        let stderr = child.stderr.take().expect("a pipe");
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                println!("{name}: {line}");
                if let Some(line) = line.strip_prefix(SAYS) {
                    if sender.send(line.to_owned()).is_err() {
                        return;
                    }
                }
            }
        });
        Self {
            name,
            child,
            lines,
            said: Vec::new(),
        }
    }

    pub(super) fn say(&mut self, command: &str) {
        let stdin = self.child.stdin.as_mut().expect("a pipe");
        writeln!(stdin, "{command}").expect("it reads");
    }

    /// What it has said until now is of no account any more.
    pub(super) fn forget(&mut self) {
        self.said.clear();
    }

    /// Waits until it says something that begins so, whatever else it says before.
    pub(super) fn hears(&mut self, beginning: &str) -> String {
        loop {
            let at = self
                .said
                .iter()
                .position(|line| line.starts_with(beginning));
            if let Some(at) = at {
                return self.said.remove(at);
            }
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.said.push(line),
                Err(_) => panic!(
                    "{} has not said {beginning:?}, but {:?}",
                    self.name, self.said
                ),
            }
        }
    }

    pub(super) fn hears_all(&mut self, beginnings: &[&str]) {
        for beginning in beginnings {
            self.hears(beginning);
        }
    }

    /// In order.
    pub(super) fn ends(mut self) {
        drop(self.child.stdin.take());
        let status = self.child.wait().expect("it is ours");
        assert!(status.success(), "{}: {status}", self.name);
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        // Unless it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
