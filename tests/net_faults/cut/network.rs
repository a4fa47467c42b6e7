//! Two network namespaces and a cable between them.

use std::process::{Command, id};

/// Which end of the cable.
pub(super) type End = usize;
pub(super) const SERVER: End = 0;
pub(super) const CLIENT: End = 1;

/// Where the server listens. Nobody else has these addresses: they are there in the namespaces alone.
pub(super) const ADDRESS: &str = "10.203.0.1:4333";
const ADDRESSES: [&str; 2] = ["10.203.0.1", "10.203.0.2"];

/// Whatever becomes of the test, it is taken away with this.
pub(super) struct Network;

fn space(end: End) -> String {
    format!("fanfare-{}-{end}", id())
}

fn cable(end: End) -> String {
    format!("ff{}e{end}", id())
}

fn ip(words: &str) -> Result<(), String> {
    let output = Command::new("ip").args(words.split(' ')).output();
    let output = output.map_err(|error| {
        format!("`ip` cannot be run ({error}): install iproute2, or leave this test out")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "`ip {words}` has failed, which needs root: {}",
        said.trim()
    ))
}

fn has_to(words: &str) {
    ip(words).unwrap_or_else(|error| panic!("{error}"));
}

impl Network {
    pub(super) fn new() -> Self {
        let network = Self;
        for end in [SERVER, CLIENT] {
            has_to(&format!("netns add {}", space(end)));
        }
        let ends = [SERVER, CLIENT].map(|end| format!("{} netns {}", cable(end), space(end)));
        has_to(&format!(
            "link add {} type veth peer name {}",
            ends[0], ends[1]
        ));
        for end in [SERVER, CLIENT] {
            let (space, cable, address) = (space(end), cable(end), ADDRESSES[end]);
            has_to(&format!("-n {space} address add {address}/24 dev {cable}"));
            has_to(&format!("-n {space} link set lo up"));
            has_to(&format!("-n {space} link set {cable} up"));
        }
        network
    }

    /// Runs the program there.
    pub(super) fn run_at(&self, end: End, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &space(end), program]);
        command
    }

    /// The cable is pulled, or put in again.
    pub(super) fn cut(&self, cut: bool) {
        let how = if cut { "down" } else { "up" };
        has_to(&format!(
            "-n {} link set {} {how}",
            space(SERVER),
            cable(SERVER)
        ));
    }

    /// What comes from this end goes to where nobody is, and what goes there comes; or all of it comes again.
    pub(super) fn cut_from(&self, end: End, cut: bool) {
        let (space, cable, to) = (space(end), cable(end), ADDRESSES[1 - end]);
        if cut {
            let nobody = "lladdr 02:00:00:00:00:99";
            has_to(&format!(
                "-n {space} neighbour replace {to} {nobody} dev {cable} nud permanent"
            ));
        } else {
            has_to(&format!("-n {space} neighbour del {to} dev {cable}"));
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for end in [SERVER, CLIENT] {
            // The cable goes with its namespace; where there is none, there is nothing to take away.
            let _ = ip(&format!("netns del {}", space(end)));
        }
    }
}
