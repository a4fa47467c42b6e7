//! What this machine is doing, as a stream of readings under topics: one program reads `/proc`, others listen to what they
//! want of it.
//!
//! `cargo run --example sensors`: shows a table that refreshes a few times, and ends by itself.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{IsTerminal, Write, stdout};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare::ThreadTimer;
use fanfare::Timer;
use fanfare::hub::{Hub, Message, Notice, Publisher};

const ROUNDS: usize = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// How much, of what the last part of the topic says.
#[derive(Debug, Clone, Copy)]
struct Reading {
    value: f64,
    unit: &'static str,
}

/// What the kernel counts in each column of a line about a CPU.
const STATES: [&str; 4] = ["user", "nice", "system", "idle"];

/// The ticks of each CPU so far, by its number.
fn ticks(stat: &str) -> BTreeMap<String, Vec<u64>> {
    let lines = stat.lines().filter_map(|line| line.strip_prefix("cpu"));
    let of_one = lines.filter(|line| !line.starts_with(' '));
    let each = of_one.filter_map(|line| {
        let mut columns = line.split_whitespace();
        let number = columns.next()?.to_owned();
        Some((
            number,
            columns.filter_map(|ticks| ticks.parse().ok()).collect(),
        ))
    });
    each.collect()
}

/// `cpu.0.user` and so on: how much of the time since the last look each CPU has spent there.
async fn publish_cpus(
    host: &Publisher<Reading>,
    before: &BTreeMap<String, Vec<u64>>,
    now: &BTreeMap<String, Vec<u64>>,
) -> Result<usize, Box<dyn Error>> {
    let mut published = 0;
    for (cpu, now) in now {
        let before = before.get(cpu).map_or(&[][..], Vec::as_slice);
        let since = |at: usize| {
            let then = before.get(at).copied().unwrap_or(0);
            now.get(at).map_or(0, |now| now.saturating_sub(then))
        };
        let all: u64 = (0..now.len()).map(since).sum();
        let cpu = host.publisher(["cpu", cpu])?;
        for (at, state) in STATES.iter().enumerate() {
            let value = if all == 0 {
                0.0
            } else {
                100.0 * since(at) as f64 / all as f64
            };
            cpu.publish([state], Reading { value, unit: "%" }).await?;
            published += 1;
        }
    }
    Ok(published)
}

/// `memory.total`, `memory.available`.
async fn publish_memory(host: &Publisher<Reading>, text: &str) -> Result<usize, Box<dyn Error>> {
    let memory = host.publisher("memory")?;
    let mut published = 0;
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(name), Some(Ok(kibibytes))) = (words.next(), words.next().map(str::parse::<f64>))
        else {
            continue;
        };
        let topic = match name {
            "MemTotal:" => "total",
            "MemAvailable:" => "available",
            _ => continue,
        };
        let value = kibibytes / 1024.0;
        memory
            .publish(topic, Reading { value, unit: "MiB" })
            .await?;
        published += 1;
    }
    Ok(published)
}

/// `load.1`, `load.5`, `load.15`: for so many minutes.
async fn publish_load(host: &Publisher<Reading>, text: &str) -> Result<usize, Box<dyn Error>> {
    let loads = text.split_whitespace().map_while(|word| word.parse().ok());
    let mut published = 0;
    for (minutes, value) in ["1", "5", "15"].into_iter().zip(loads) {
        host.publish(["load", minutes], Reading { value, unit: "" })
            .await?;
        published += 1;
    }
    Ok(published)
}

/// The last reading of each topic.
#[derive(Default)]
struct Table(Mutex<BTreeMap<String, Reading>>);

impl Table {
    fn put(&self, m: &Message<Reading>) {
        let mut rows = self.0.lock().expect("nobody panics here");
        rows.insert(m.topic().to_string(), ***m);
    }

    fn rows(&self) -> usize {
        self.0.lock().expect("nobody panics here").len()
    }

    /// Over the one before, where somebody is looking.
    fn show(&self, is_first: bool) {
        let mut out = stdout();
        if !is_first && out.is_terminal() {
            let _ = write!(out, "\x1b[{}A", self.rows() + 1);
        }
        let _ = writeln!(out, "{:<28} {:>10}", "topic", "reading");
        for (topic, Reading { value, unit }) in &*self.0.lock().expect("nobody panics here") {
            let _ = writeln!(out, "{topic:<28} {value:>10.2} {unit:<3}");
        }
    }
}

/// Shows what is read, as often as it is.
async fn watch(timer: impl Timer) -> Result<(), Box<dyn Error>> {
    let hub = Hub::<Reading>::new();
    let mut notices = hub.notices();
    let table = Arc::new(Table::default());
    let screen = hub.subscriber("screen");
    screen
        .connect_method_sync(&table, Table::put)
        .topics([
            "host.memory.*",
            "host.load.1",
            "host.cpu.*.user",
            "host.cpu.*.idle",
        ])
        .await?;

    // The busiest moment of any CPU, on a queue of its own.
    let alarms = hub.subscriber("alarms");
    alarms.subscribe("host.cpu.*.user").await?;
    alarms.subscribe("host.cpu.*.system").await?;

    let heard = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&heard);
    let all = hub
        .connect_sync(move |_| _ = counts.fetch_add(1, Ordering::Relaxed))
        .topic("host.*")
        .await?;

    let host = hub.publisher("host")?;
    let mut published = 0;
    let mut before = ticks(&fs::read_to_string("/proc/stat")?);
    for round in 0..ROUNDS {
        timer.sleep(PAUSE).await;
        let now = ticks(&fs::read_to_string("/proc/stat")?);
        published += publish_cpus(&host, &before, &now).await?;
        published += publish_memory(&host, &fs::read_to_string("/proc/meminfo")?).await?;
        published += publish_load(&host, &fs::read_to_string("/proc/loadavg")?).await?;
        before = now;
        table.show(round == 0);
    }

    let waiting: usize = alarms.queue_sizes().into_iter().map(|(_, size)| size).sum();
    let mut busiest = None;
    for _ in 0..waiting {
        let reading = alarms.consume().await?;
        let value = reading.value;
        assert!((0.0..=100.0).contains(&value), "{reading:?}");
        if busiest.as_ref().is_none_or(|(known, _)| value > *known) {
            busiest = Some((value, reading.topic().clone()));
        }
    }
    if let Some((value, topic)) = busiest {
        println!("busiest: {topic}, {value:.0} %");
    }

    // Each reading was heard once, the table has those it asked for, and everybody was told of who listens.
    assert_eq!(heard.load(Ordering::Relaxed), published);
    assert!(published > 0 && table.rows() < published);
    assert!(
        table
            .0
            .lock()
            .expect("nobody panics here")
            .keys()
            .all(|topic| !topic.ends_with("nice"))
    );
    assert!(all.disconnect());
    drop((screen, alarms));
    assert!(!hub.has_subscribers("*")?);
    let mut coming_and_going = 0i32;
    while let Ok(notice) = notices.try_recv() {
        coming_and_going += if matches!(**notice, Notice::Added { .. }) {
            1
        } else {
            -1
        };
    }
    assert_eq!(coming_and_going, 0);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    if fs::metadata("/proc/stat").is_err() {
        println!("there is no /proc/stat here: nothing to read");
        return Ok(());
    }
    smol::block_on(watch(ThreadTimer))
}
