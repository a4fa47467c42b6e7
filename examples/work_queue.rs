//! A work queue: jobs under topics, workers that share them, failures that are tried again or set aside, and somebody who
//! follows how far it is.
//!
//! `cargo run --example work_queue`

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use fanfare::hub::{Hub, Message, Pattern, Subscriber, Topic};
use fanfare::{Cause, Connection};
use smol::future::yield_now;

/// Something to be done. Its topic says what: `jobs.mail`, `jobs.resize.large`.
#[derive(Debug, Clone)]
struct Job {
    number: u32,
    /// How often it has failed.
    failures: u32,
    /// Who has done it.
    by: Option<&'static str>,
}

const JOBS: u32 = 90;
/// A job that has failed this often is set aside.
const PATIENCE: u32 = 3;

/// What the jobs are: some are harmless, one in ten fails at first, one in thirty always.
fn what_is_wrong(job: &Job) -> Option<&'static str> {
    match job.number {
        number if number % 30 == 29 => Some("there is no such file"),
        number if number % 10 == 4 && job.failures < 2 => Some("the server is busy"),
        _ => None,
    }
}

/// What a worker does with a job. A call of an async listener comes after the one before it: who is still at work has the next
/// jobs wait, and the group gives them to somebody who has less to do.
async fn work((name, hub): (&'static str, Hub<Job>), job: Arc<Message<Job>>) {
    // Some take longer than others.
    let steps = if job.topic().last() == "large" { 20 } else { 1 };
    for _ in 0..steps {
        yield_now().await;
    }
    if let Some(wrong) = what_is_wrong(&job) {
        panic!("{wrong}"); // which is how a listener fails
    }
    let mut done = Job::clone(&job);
    done.by = Some(name);
    report(&hub, "done", &job, done).await;
}

/// Publishes what came of a job, under the topic of the job: `done.jobs.mail`.
async fn report(hub: &Hub<Job>, outcome: &str, message: &Message<Job>, job: Job) {
    let publisher = hub.publisher(outcome).expect("the outcome is a topic");
    let published = publisher.publish(message.topic(), job).await;
    published.expect("the hub is closed when all is done");
}

/// One more member of the group, for the jobs that match.
async fn hire(
    staff: &Subscriber<Job>,
    hub: &Hub<Job>,
    name: &'static str,
    pattern: &str,
) -> Connection<Pattern> {
    let worker = staff.connect_with((name, hub.clone()), work).topic(pattern);
    worker.group("workers").name(name).await.expect("a pattern")
}

async fn work_queue() -> Result<(), Box<dyn Error>> {
    let hub = Hub::<Job>::new();

    // Whatever fails comes here: with the message, and why. It is published again, for whoever is free, or set aside.
    let failures = hub.failures();
    let again = failures.connect_with(hub.clone(), |hub, failed| async move {
        let message = failed.event().expect("a job was called for");
        let mut job = Job::clone(message);
        println!("job {:>2}: {}", job.number, **failed);
        // A worker that leaves has not failed: what waited for it is told as aborted.
        if !matches!(failed.cause(), Cause::Aborted) {
            job.failures += 1;
        }
        if job.failures < PATIENCE {
            let published = hub.publish(message.topic(), job).await;
            published.expect("the hub is closed when all is done");
        } else {
            report(&hub, "aside", message, job).await;
        }
    });
    let _again = again.await.scoped();

    // Whoever wants to know how far it is subscribes to what is reported. There is room for all of it, so that nobody waits.
    let office = hub.subscriber("office");
    for outcome in ["done.*", "aside.*"] {
        office
            .subscribe(outcome)
            .capacity(2 * JOBS as usize)
            .await?;
    }

    // Two who do everything, one who only writes mails, one for large pictures. Of those who can do a job, one gets it.
    let staff = hub.subscriber("staff");
    hire(&staff, &hub, "Ada", "jobs.*").await;
    let ben = hire(&staff, &hub, "Ben", "jobs.*").await;
    hire(&staff, &hub, "Cleo", "jobs.mail").await;
    hire(&staff, &hub, "Dora", "jobs.*.large").await;

    let jobs = hub.publisher("jobs")?;
    for number in 0..JOBS {
        let (failures, by) = (0, None);
        let job = Job {
            number,
            failures,
            by,
        };
        let topic = ["mail", "resize.small", "resize.large"][number as usize % 3];
        let delivery = jobs.publish(topic, job).await?;
        assert_eq!(delivery.count(), 1, "one member of the group");
    }
    // Ben leaves in the middle of it. He ends what he is at; what waits for him comes to others.
    staff.remove_listener(&ben).await;
    println!("Ben has left");

    let (mut done, mut aside) = (Vec::new(), Vec::new());
    while done.len() + aside.len() < JOBS as usize {
        let message = office.consume().await?;
        match message.topic().first() {
            "done" => done.push((message.topic().clone(), Job::clone(&message))),
            _ => aside.push(message.number),
        }
        if (done.len() + aside.len()) % 30 == 0 {
            println!("{} of {JOBS}", done.len() + aside.len());
        }
    }
    // Nothing is under way any more, and nothing more has been reported.
    hub.idle().await;
    assert_eq!(office.queue_sizes(), [("default".to_owned(), 0)]);
    staff.remove_all_listeners().await;
    hub.close();

    account(&done, aside);
    Ok(())
}

/// Each job was done or set aside, and none of them twice.
fn account(done: &[(Topic, Job)], mut aside: Vec<u32>) {
    let mut by_worker = BTreeMap::<_, usize>::new();
    for (topic, job) in done {
        let name = job.by.expect("somebody has done it");
        *by_worker.entry(name).or_default() += 1;
        // Everybody did what they can do, and what failed twice was done at the third attempt.
        assert!(name != "Cleo" || topic.last() == "mail");
        assert!(name != "Dora" || topic.last() == "large");
        assert_eq!(job.failures, if job.number % 10 == 4 { 2 } else { 0 });
    }
    for (name, count) in by_worker {
        println!("{name} has done {count}");
    }
    aside.sort_unstable();
    println!("set aside: {aside:?}");
    assert_eq!(aside, [29, 59, 89]);
    let done = done.iter().map(|(_, job)| job.number);
    let mut all: Vec<_> = done.chain(aside).collect();
    all.sort_unstable();
    assert_eq!(all, (0..JOBS).collect::<Vec<_>>());
}

fn main() -> Result<(), Box<dyn Error>> {
    // What fails is told by the hub: panics need not be written as well. The main thread has its own to tell.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() == Some("main") {
            usual(info);
        }
    }));
    smol::block_on(work_queue())
}
