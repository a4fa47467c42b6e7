//! Where and with what it was measured.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// What a reader needs to know about the machine, a name and a value each.
pub(super) fn machine() -> Vec<(&'static str, String)> {
    let cpu = value_of("/proc/cpuinfo", "model name", ':');
    let os = value_of("/etc/os-release", "PRETTY_NAME", '=');
    let memory = value_of("/proc/meminfo", "MemTotal", ':');
    let memory = memory.and_then(|text| text.strip_suffix(" kB")?.parse::<f64>().ok());
    let cores = available_parallelism().map_or_else(|_| "unknown".into(), |n| n.to_string());
    vec![
        ("CPU", cpu.unwrap_or_else(|| "unknown".into())),
        ("cores", cores),
        (
            "memory",
            memory.map_or_else(
                || "unknown".into(),
                |kib| format!("{:.0} GiB", kib / 1024.0 / 1024.0),
            ),
        ),
        ("system", os.unwrap_or_else(|| std::env::consts::OS.into())),
        ("kernel", said("uname", &["-sr"])),
        ("compiler", said("rustc", &["--version"])),
    ]
}

/// The first line `name: value` of a file of such lines.
fn value_of(path: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(separator)?;
        (key.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|_| "unknown".into())
}

/// Crates whose version matters to a reader.
const NAMED: [&str; 13] = [
    "fanfare",
    "signals2",
    "mod-events",
    "jaeb",
    "tokio",
    "smol",
    "async-std",
    "async-broadcast",
    "event-listener",
    "arc-swap",
    "async-channel",
    "futures",
    "hashbrown",
];

/// Their versions, from a lock file. The newest, where there are several: that is the one asked for here.
pub(super) fn crates(lock: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for name in NAMED {
        let entry = format!("name = \"{name}\"\nversion = \"");
        let versions = lock.split(&entry).skip(1);
        let versions = versions.filter_map(|rest| Some(rest.split_once('"')?.0));
        let newest = versions.max_by_key(|version| {
            let parts = version.split('.').map(|part| part.parse().unwrap_or(0));
            parts.collect::<Vec<u64>>()
        });
        if let Some(version) = newest {
            found.push((name.to_owned(), version.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::crates;

    #[test]
    fn the_newest_version_counts() {
        let lock = "[[package]]\nname = \"event-listener\"\nversion = \"2.5.3\"\n\n\
            [[package]]\nname = \"event-listener\"\nversion = \"5.4.2\"\n";
        let found = crates(lock);
        assert_eq!(found, [("event-listener".to_owned(), "5.4.2".to_owned())]);
    }
}
