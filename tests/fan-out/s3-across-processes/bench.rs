//! A producer, two processes of one group, and what they do together: with both alive, and with one killed midway.
//!
//! Every id is accounted for. `--full` sends a million items of 100 bytes.

use hdrhistogram::Histogram;
use measure::Bench;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use services::Kafka;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use task::{Item, PARTITIONS, Settings, consume, produce};
use tokio_util::sync::CancellationToken;

/// Set for a process of the group: brokers, topic.
const MEMBER: &str = "ACROSS_PROCESSES_MEMBER";
const SIZE: usize = 100;

/// Runs the benchmark, or a process of its group.
pub(crate) fn main() {
    if let Ok(member) = std::env::var(MEMBER) {
        return member_of_the_group(&member);
    }
    let mut bench = Bench::start();
    let items = if bench.full() { 1_000_000 } else { 50_000 };
    let kafka = match Kafka::start() {
        Ok(kafka) => kafka,
        Err(missing) => return bench.note(format!("not measured: {missing}; {}", missing.remedy)),
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut missing = 0;
    let mut topic = 0;
    let mut run = |killed: bool| {
        topic += 1;
        let figures = runtime.block_on(run(&kafka, &format!("items-{topic}"), items, killed));
        missing += figures.missing;
        [figures.rate, figures.p50, figures.p99, figures.twice]
    };
    let run = std::cell::RefCell::new(&mut run);
    let table = bench
        .table(&format!("{items} items of {SIZE} bytes, two processes with 8 workers each"))
        .column("throughput", "items/s")
        .column("p50 from sent to done", "ms")
        .column("p99", "ms")
        .column("done twice", "items")
        .alternative("both live", || (run.borrow_mut())(false))
        .alternative("one is killed", || (run.borrow_mut())(true))
        .against("both live")
        .rounds(3)
        .within(Duration::from_secs(40));
    table.measure();
    bench.note(format!("of all items of all rounds, {missing} were never done"));
    bench.note(
        "from the first item sent to the last one done, all sent as fast as the broker takes them: the time from sent to \
         done is mostly spent in the topic. After a kill come the session timeout of 6 s and a rebalance",
    );
}

/// What came of one run.
struct Figures {
    rate: f64,
    p50: f64,
    p99: f64,
    twice: f64,
    missing: usize,
}

async fn run(kafka: &Kafka, topic: &str, items: usize, killed: bool) -> Figures {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", kafka.brokers());
    let admin: AdminClient<DefaultClientContext> = config.create().expect("an admin client");
    let new = NewTopic::new(topic, PARTITIONS, TopicReplication::Fixed(1));
    admin.create_topics([&new], &AdminOptions::new()).await.expect("a topic");

    let done = Arc::new(Mutex::new(Done { times: vec![0; items], ..Done::default() }));
    let mut first = Member::start(kafka, topic, &done);
    let mut second = Member::start(kafka, topic, &done);
    // The group's first rebalances are no part of it: an item for each partition, until both processes do some.
    while lock(&done).members.len() < 2 {
        let probes = (0..PARTITIONS as usize).map(|partition| payload(items + partition));
        produce(kafka.brokers(), topic, probes).await.expect("the broker acknowledges");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let began = Instant::now();
    produce(kafka.brokers(), topic, (0..items).map(payload)).await.expect("the broker acknowledges");
    let mut still = (0, Instant::now());
    loop {
        let unique = lock(&done).unique;
        if unique == items || still.1.elapsed() > Duration::from_secs(30) {
            break;
        }
        if unique > still.0 {
            still = (unique, Instant::now());
        }
        if killed && unique > items / 3 {
            second.kill();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = began.elapsed();
    first.kill();
    second.kill();
    let done = lock(&done);
    let percentile = |quantile| done.latency.value_at_quantile(quantile) as f64 / 1e3;
    Figures {
        rate: done.unique as f64 / took.as_secs_f64(),
        p50: percentile(0.5),
        p99: percentile(0.99),
        twice: done.times.iter().map(|times| f64::from(times.saturating_sub(1))).sum(),
        missing: items - done.unique,
    }
}

fn payload(id: usize) -> Vec<u8> {
    let mut payload = format!("{id} {} ", now()).into_bytes();
    payload.resize(SIZE, b'.');
    payload
}

/// What the processes have reported.
struct Done {
    times: Vec<u32>,
    unique: usize,
    /// The processes that have partitions.
    members: BTreeSet<u32>,
    /// From sent to done for the first time, in microseconds.
    latency: Histogram<u64>,
}

impl Default for Done {
    fn default() -> Done {
        let latency = Histogram::new_with_bounds(1, 600_000_000, 3).expect("ten minutes, to three digits");
        Done { times: Vec::new(), unique: 0, members: BTreeSet::new(), latency }
    }
}

fn lock(done: &Mutex<Done>) -> std::sync::MutexGuard<'_, Done> {
    done.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process of the group, and the thread that reads what it has done. It is killed when dropped.
struct Member {
    child: Child,
    reader: Option<JoinHandle<()>>,
}

impl Member {
    fn start(kafka: &Kafka, topic: &str, done: &Arc<Mutex<Done>>) -> Member {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.env(MEMBER, format!("{} {topic}", kafka.brokers())).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts again");
        let mut reported = BufReader::new(child.stdout.take().expect("it is piped"));
        let (done, process) = (done.clone(), child.id());
        let reader = std::thread::spawn(move || {
            let mut report = [0; 16];
            while reported.read_exact(&mut report).is_ok() {
                let [id, latency] = [0, 8].map(|at| u64::from_le_bytes(report[at..at + 8].try_into().expect("eight")));
                let mut done = lock(&done);
                let Some(times) = done.times.get_mut(id as usize) else {
                    done.members.insert(process);
                    continue;
                };
                *times += 1;
                if *times == 1 {
                    done.unique += 1;
                    done.latency.saturating_record(latency);
                }
            }
        });
        Member { child, reader: Some(reader) }
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Consumes until it is killed, and reports every item that is done before it may be committed.
fn member_of_the_group(member: &str) {
    let (brokers, topic) = member.split_once(' ').expect("brokers and a topic");
    // Not through the standard library's buffer: what is in a buffer dies with the process.
    let report = File::from(std::io::stdout().as_fd().try_clone_to_owned().expect("standard output"));
    let report = Arc::new(report);
    let work = move |item: Item| {
        let report = report.clone();
        async move {
            let text = String::from_utf8_lossy(&item.payload);
            let mut numbers = text.split(' ').filter_map(|number| number.parse::<u64>().ok());
            let (id, sent) = (numbers.next().expect("an id"), numbers.next().expect("a time"));
            let line = [id.to_le_bytes(), now().saturating_sub(sent).to_le_bytes()].concat();
            (&*report).write_all(&line).expect("the benchmark reads");
        }
    };
    let settings = Settings {
        brokers: brokers.to_owned(),
        topic: topic.to_owned(),
        group: format!("group-of-{topic}"),
        session_timeout: Duration::from_secs(6),
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(consume(settings, work, CancellationToken::new())).expect("the group goes on");
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}
