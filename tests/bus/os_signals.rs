//! Signals of the system, sent to a process that runs this very test.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use fanfare::Bus;
use fanfare::bus::Dep;
use futures_lite::future::block_on;

use crate::common::Gate;
use crate::kit::{Do, Told};

/// Says what the child is to do.
const ROLE: &str = "FANFARE_TEST_OF_SIGNALS";

/// A child that runs the test of this name, in this role, and what it says.
struct Process(Child, BufReader<ChildStdout>);

impl Process {
    fn new(test: &str, role: &str) -> Self {
        let program = env::current_exe().expect("it runs");
        let mut child = Command::new(program)
            .args(["--exact", "--nocapture", "--test-threads", "1"])
            .arg(format!("os_signals::{test}"))
            .env(ROLE, role)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let said = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut process = Self(child, said);
        process.wait_for("ready");
        process
    }

    /// Reads on until it says this.
    fn wait_for(&mut self, word: &str) {
        let mut line = String::new();
        while !line.ends_with(&format!("[{word}]\n")) {
            line.clear();
            let read = self.1.read_line(&mut line).expect("it says something");
            assert!(read > 0, "it has ended, and never said {word}");
        }
    }

    fn send(&self, signal: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(self.0.id().to_string())
            .status();
        assert!(sent.expect("it can be sent").success());
    }

    fn has_succeeded(mut self) -> bool {
        // It may have more to say.
        let mut rest = String::new();
        while self.1.read_line(&mut rest).is_ok_and(|read| read > 0) {}
        self.0.wait().expect("it ends").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn say(word: &str) {
    println!("[{word}]");
}

/// The child: handles a command until it is told of the stop, and then as its role says.
fn child(role: &str) {
    let gate = Gate::new();
    let shut = gate.clone();
    let bus = Bus::builder()
        .stop_on_signals(Duration::from_secs(3_600))
        .provide(shut)
        .command(async |command: Do, bus: Bus, gate: Dep<Gate>| {
            say("ready");
            gate.wait().await;
            // What follows is part of it.
            assert!(bus.publish(Told(command.0)).join().await.unwrap().is_ok());
            command.0
        })
        .event(async |_: Told| say("followed"));
    let bus = bus.start().now().unwrap();
    bus.execute(Do(1)).key("k").detached();
    let watched = bus.clone();
    let opens = role == "drains";
    let watcher = std::thread::spawn(move || {
        while !watched.is_closed() {
            std::thread::yield_now();
        }
        say("closed");
        if opens {
            gate.open();
        }
    });
    let stopped = block_on(bus.stopped());
    watcher.join().unwrap();
    match role {
        "drains" => assert!(stopped.is_ok()),
        _ => {
            let unfinished = stopped.unwrap_err();
            assert_eq!(unfinished.messages.len(), 1);
        }
    }
    assert!(
        block_on(bus.execute(Do(2)).into_future())
            .unwrap_err()
            .is_stopped()
    );
    say("done");
}

/// Whether this is the child, which has done its work then.
fn is_child() -> bool {
    let role = env::var(ROLE);
    role.map(|role| child(&role)).is_ok()
}

#[test]
fn a_signal_drains() {
    if is_child() {
        return;
    }
    for signal in ["TERM", "INT"] {
        let mut process = Process::new("a_signal_drains", "drains");
        process.send(signal);
        for word in ["closed", "followed", "done"] {
            process.wait_for(word);
        }
        assert!(process.has_succeeded(), "{signal}");
    }
}

/// The second one does not wait.
#[test]
fn a_second_signal_cuts_off() {
    if is_child() {
        return;
    }
    let mut process = Process::new("a_second_signal_cuts_off", "is cut off");
    process.send("TERM");
    process.wait_for("closed");
    process.send("INT");
    process.wait_for("done");
    assert!(process.has_succeeded());
}

/// A bus that has ended listens no more, and one that is dropped neither.
#[test]
fn nobody_listens_after_the_end() {
    let bus = Bus::builder()
        .stop_on_signals(Duration::ZERO)
        .start()
        .now()
        .unwrap();
    assert!(block_on(bus.stop(Duration::MAX)).is_ok());
    let weak = bus.downgrade();
    drop(bus);
    assert!(weak.upgrade().is_none(), "the listener does not keep it");
    let bus = Bus::builder()
        .stop_on_signals(Duration::ZERO)
        .start()
        .now()
        .unwrap();
    let weak = bus.downgrade();
    drop(bus);
    assert!(weak.upgrade().is_none());
}
