//! A broker, a topic, and the learner's program as the processes of a group.

use harness::{check, program};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Message, TopicPartitionList};
use services::Kafka;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use task::PARTITIONS;

/// The group of every test.
pub(crate) const GROUP: &str = "workers";
/// What the broker is asked to answer within.
const ANSWER: Duration = Duration::from_secs(5);

/// A broker with one topic.
pub(crate) struct Cluster {
    kafka: Kafka,
    pub(crate) topic: String,
}

/// What a process wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) done: bool,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) id: u64,
}

impl Cluster {
    pub(crate) async fn start() -> Cluster {
        let kafka = Kafka::start().unwrap_or_else(|missing| missing.not_judged());
        // A broker that runs already keeps what earlier tests left in it.
        let topic = format!("items-{}", std::process::id());
        let admin: AdminClient<DefaultClientContext> = config(&kafka).create().expect("an admin client");
        let new = NewTopic::new(&topic, PARTITIONS, TopicReplication::Fixed(1));
        let options = AdminOptions::new().request_timeout(Some(ANSWER)).operation_timeout(Some(ANSWER));
        let made = admin.create_topics([&new], &options).await.map(|made| made.into_iter().all(|one| one.is_ok()));
        assert_infra(made.is_ok_and(|made| made), "the broker does not create a topic");
        Cluster { kafka, topic }
    }

    pub(crate) fn brokers(&self) -> &str {
        self.kafka.brokers()
    }

    /// Sends items that take so long, item `n` to partition `n % PARTITIONS`, and waits for all acknowledgements.
    pub(crate) fn send(&self, items: impl IntoIterator<Item = (u64, Duration)>) {
        let producer: BaseProducer = config(&self.kafka).create().expect("a producer");
        for (id, takes) in items {
            let payload = format!("{id} {} 0", takes.as_micros());
            let partition = (id % PARTITIONS as u64) as i32;
            let record = BaseRecord::<(), _>::to(&self.topic).partition(partition).payload(&payload);
            assert_infra(producer.send(record).is_ok(), "the test's own producer is refused");
        }
        assert_infra(producer.flush(ANSWER).is_ok(), "the broker does not acknowledge what the test sends");
    }

    /// What each partition holds: the numbers of its items, in order. Reads on for a moment after it has found as
    /// many as are expected, and longer while some are missing; a broker's own account of how many it holds may lag.
    pub(crate) async fn contents(&self, expected: usize) -> BTreeMap<i32, Vec<u64>> {
        let (config, topic) = (config(&self.kafka), self.topic.clone());
        let read = tokio::task::spawn_blocking(move || contents(config, &topic, expected)).await;
        read.expect("reading does not panic")
    }

    /// The group's committed offsets; 0 where none is.
    pub(crate) fn committed(&self) -> BTreeMap<i32, i64> {
        let consumer: BaseConsumer = config(&self.kafka).set("group.id", GROUP).create().expect("a consumer");
        let mut list = TopicPartitionList::new();
        list.add_partition_range(&self.topic, 0, PARTITIONS - 1);
        let committed = consumer.committed_offsets(list, ANSWER).expect("the broker answers");
        committed.elements().iter().map(|one| (one.partition(), one.offset().to_raw().unwrap_or(0).max(0))).collect()
    }

    /// Starts the program as a process of the group.
    pub(crate) fn process(&self, session: Duration) -> Process {
        let mut command = program!();
        command.args(["consume", self.brokers(), &self.topic, GROUP, &session.as_millis().to_string()]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child_ref = child.as_mut().expect("the program was built beside this test");
        let (stdout, stderr) = (child_ref.stdout.take(), child_ref.stderr.take());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let reader = {
            let lines = lines.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stdout.expect("it is piped")).lines().map_while(Result::ok) {
                    lines.lock().unwrap_or_else(PoisonError::into_inner).extend(parsed(&line));
                }
            })
        };
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.expect("it is piped").take(1 << 16).read_to_string(&mut text);
            text
        });
        Process { child: child.expect("it was started"), lines, reader: Some(reader), errors: Some(errors) }
    }
}

fn contents(mut config: ClientConfig, topic: &str, expected: usize) -> BTreeMap<i32, Vec<u64>> {
    let consumer: BaseConsumer = config.set("group.id", "reader").create().expect("a consumer");
    let mut list = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        let added = list.add_partition_offset(topic, partition, rdkafka::Offset::Beginning);
        added.expect("a topic's name");
    }
    consumer.assign(&list).expect("an assignment");
    let mut contents: BTreeMap<i32, Vec<u64>> = (0..PARTITIONS).map(|partition| (partition, Vec::new())).collect();
    let mut found = 0;
    let mut last = Instant::now();
    while last.elapsed() < if found < expected { ANSWER } else { Duration::from_millis(300) } {
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(50)) {
            let text = String::from_utf8_lossy(message.payload().unwrap_or_default()).into_owned();
            let id = text.split(' ').next().and_then(|id| id.parse().ok()).unwrap_or(u64::MAX);
            contents.entry(message.partition()).or_default().push(id);
            (found, last) = (found + 1, Instant::now());
        }
    }
    contents
}

/// `begin PARTITION OFFSET ID` or `done PARTITION OFFSET ID LATENCY_US`.
fn parsed(line: &str) -> Option<Line> {
    let mut words = line.split(' ');
    let done = match words.next()? {
        "begin" => false,
        "done" => true,
        _ => return None,
    };
    let partition = words.next()?.parse().ok()?;
    Some(Line { done, partition, offset: words.next()?.parse().ok()?, id: words.next()?.parse().ok()? })
}

fn config(kafka: &Kafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", kafka.brokers());
    config
}

fn assert_infra(holds: bool, seen: &str) {
    if !holds {
        std::panic::panic_any(verdict::Verdict::new(verdict::Kind::Infra, seen.to_owned()));
    }
}

/// One process of the group, killed when dropped.
pub(crate) struct Process {
    child: Child,
    lines: Arc<Mutex<Vec<Line>>>,
    reader: Option<JoinHandle<()>>,
    errors: Option<JoinHandle<String>>,
}

impl Process {
    /// What it wrote until now.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many items it began, or has done.
    pub(crate) fn count(&self, done: bool) -> usize {
        self.lines().iter().filter(|line| line.done == done).count()
    }

    /// The signal that nothing can catch.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        self.ended();
    }

    /// Asks it to end, and waits.
    pub(crate) async fn terminate(&mut self) {
        let id = nix::unistd::Pid::from_raw(self.child.id() as i32);
        let _ = nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM);
        let told = Instant::now();
        while self.alive().is_none() && told.elapsed() < Duration::from_secs(20) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        check::that(self.alive().is_some(), "20 s after SIGTERM, the process still runs")
            .usually("a task or a thread that does not hear of the stop");
        let status = self.ended();
        check::that(status.code() == Some(0), format!("a process that was told to end did so with {status}"))
            .usually("an error at the end: the group was left before the last commit");
    }

    /// Whether this test killed it.
    pub(crate) fn killed(&self) -> bool {
        self.reader.is_none()
    }

    fn alive(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits for the end of a process that was told to, and of the threads that read it.
    fn ended(&mut self) -> ExitStatus {
        let status = self.child.wait().expect("it was started");
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        status
    }

    /// Fails when the process has ended by itself, with what it wrote to standard error.
    pub(crate) fn still_runs(&mut self) {
        if let Some(status) = self.alive() {
            self.ended();
            let stderr = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default().into_bytes();
            let run = std::process::Output { status, stdout: Vec::new(), stderr };
            check::goes_on(&run).usually("an error that `consume` returns although it can be mended");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if let Some(errors) = self.errors.take() {
            let _ = errors.join();
        }
    }
}

/// Waits for something that the processes bring about, half a minute at most, for as long as they run.
pub(crate) async fn until(
    processes: &mut [&mut Process],
    what: &str,
    happened: impl Fn(&[&mut Process]) -> bool,
) -> check::Outcome {
    let began = Instant::now();
    while !happened(processes) && began.elapsed() < Duration::from_secs(30) {
        for process in processes.iter_mut() {
            process.still_runs();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    check::that(happened(processes), format!("not within 30 s: {what}"))
}
