//! A slow reader: who waits for it, how long, and how it looks from outside.

use harness::{Source, check, criterion, ms, numbers, pass, quiescent, received, watched};
use prometheus_parse::{Scrape, Value};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use task::{Metrics, Results, fill_rate, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// What may be taken and not read: the two queues, the workers, and three hands between them.
const HELD: u64 = 8 + 32 + 8 + 3;

/// The gauge, as its users know it.
const GAUGE: &str = "pipeline_queue_depth";

/// How long a scrape may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// `task::pipeline` with numbers of one type for all tests: it is compiled once.
fn pipeline(from: impl IntoIterator<Item = u64, IntoIter: Send + 'static>, work: Work) -> (Results, Metrics) {
    task::pipeline(numbers(from), work)
}

/// Work of 20 ms, as in most tests.
fn work() -> Work {
    Work::taking(ms(20))
}

fn doubles(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    numbers.map(|number| number * 2).collect()
}

async fn drain(results: &mut Results) -> Vec<u64> {
    let mut seen = Vec::new();
    while let Some(result) = received(results.recv()).await {
        seen.push(result);
    }
    seen
}

/// Lets time pass until `at`, counted from `start`. One result is read at each full 100 ms on the way.
async fn read_until(results: &mut Results, start: Instant, at: u64) {
    loop {
        let passed = start.elapsed().as_millis() as u64;
        let next_read = (passed / 100 + 1) * 100;
        if next_read > at {
            return pass(ms(at - passed)).await;
        }
        pass(ms(next_read - passed)).await;
        received(results.recv()).await;
        quiescent().await;
    }
}

/// The gauge of one queue, out of what Prometheus would scrape.
fn scraped(text: &str, queue: &str) -> Result<f64, String> {
    let lines = text.lines().map(|line| Ok::<_, io::Error>(line.to_owned()));
    let scrape = Scrape::parse(lines).map_err(|error| format!("what is rendered is no Prometheus text: {error}"))?;
    let sample =
        scrape.samples.iter().find(|sample| sample.metric == GAUGE && sample.labels.get("queue") == Some(queue));
    match sample.map(|sample| &sample.value) {
        None => Err(format!("no sample of {GAUGE} has the label queue=\"{queue}\": {text:?}")),
        Some(Value::Gauge(depth)) => Ok(*depth),
        Some(other) => Err(format!("{GAUGE} is no gauge, but {other:?}: {text:?}")),
    }
}

/// The depth of one queue in a rendered text, checked for its form.
fn depth_in(text: &str, queue: &str) -> u64 {
    let depth = scraped(text, queue);
    check::that(depth.is_ok(), depth.as_ref().err().cloned().unwrap_or_default()).usually(
        "a line `# TYPE pipeline_queue_depth gauge` is missing, or the name or the label differs from the brief's",
    );
    depth.unwrap_or_default() as u64
}

/// Both depths, input first, as they are rendered.
fn depths(metrics: &Metrics) -> [u64; 2] {
    let text = metrics.render();
    [depth_in(&text, "input"), depth_in(&text, "output")]
}

/// Both depths, input first, as they are sampled.
fn sampled(metrics: &Metrics) -> [u64; 2] {
    let sample = metrics.sample();
    [sample.input, sample.output]
}

/// The results are 2, 4, … 400, each once, in any order. Then they end and no task is left, while the metrics are kept.
#[criterion]
async fn every_number_doubled_once() {
    let work = work();
    let (mut results, metrics) = pipeline(1..=200, work.clone());
    let seen = drain(&mut results).await;
    check::same_items(&seen, &doubles(1..=200))
        .usually("a number dropped on the way, or a worker that stops before the input is empty");
    check::runs("numbers worked on", &work, 200).usually("`work.run` is not awaited once for each number");
    check::all_tasks_gone().await.or_fail();
    drop(metrics);
}

/// Of 100 numbers, read one each 100 ms: the output's depth is 0, 8, 16, 24 and 32 at 10, 30, 50, 70 and 90 ms. It stays
/// at 32 until 6.8 s, and then falls by one with each read, to 0 at 10 s.
#[criterion]
async fn the_gauge_follows_the_queue() {
    let (mut results, metrics) = pipeline(1..=100, work());
    let start = Instant::now();
    for (at, expected) in [(10, 0), (30, 8), (50, 16), (70, 24), (90, 32)] {
        read_until(&mut results, start, at).await;
        let [_, output] = depths(&metrics);
        check::equal(&format!("depth of the output at {at} ms, while it fills"), output, expected)
            .usually("the gauge counts something else than what is in the queue, or it is that of another queue");
    }
    for reads in 1..=100 {
        read_until(&mut results, start, reads * 100 + 50).await;
        let [_, output] = depths(&metrics);
        let (expected, phase) = if reads <= 68 { (32, "while it is full") } else { (100 - reads, "while it drains") };
        let cause = if output > 32 {
            "what waits for room is counted as if it were in the queue, the queue has no bound or a larger one, or a read is not \
             counted down"
        } else {
            "the gauge is set where items go in, and nobody corrects it where they come out; or it shows the room that is left"
        };
        check::equal(&format!("depth of the output after read {reads}, {phase}"), output, expected).usually(cause);
    }
}

/// The output fills at 400 results a second from 10 to 90 ms, at 0 from 1 to 6 s, and drains at 10 a second from 7 to 9 s.
/// Between two samples of one moment the rate is 0.
#[criterion]
async fn the_fill_rate_is_the_slope() {
    let (mut results, metrics) = pipeline(1..=100, work());
    let start = Instant::now();
    for (from, to, expected) in [(10, 90, 400.0), (1_050, 6_050, 0.0), (7_050, 9_050, -10.0)] {
        read_until(&mut results, start, from).await;
        let earlier = metrics.sample();
        read_until(&mut results, start, to).await;
        let rate = fill_rate(&earlier, &metrics.sample());
        check::that(
            (rate - expected).abs() < 1e-6,
            format!("fill rate from {from} to {to} ms: {rate}, expected {expected}"),
        )
        .usually("a depth that does not follow the queue, a unit other than seconds, or a sign that is lost");
    }
    let sample = metrics.sample();
    check::equal("fill rate within one moment", fill_rate(&sample, &sample), 0.0)
        .usually("a division by no time, which gives NaN");
}

/// The full queue stands before the slow stage. With a slow reader, 8 numbers and 32 results wait; with 44 numbers,
/// work of 1 s and a reader that takes results at once, no result, and 8 numbers after 1, 2 and 3 s, at most 4 after 4 s,
/// and none after 5 s.
#[criterion]
async fn the_full_queue_stands_before_the_slow_stage() {
    let (mut results, metrics) = pipeline(1..=100, work());
    read_until(&mut results, Instant::now(), 2_050).await;
    check::equal("input and output with a slow reader", depths(&metrics), [8, 32])
        .usually("a queue larger than the brief's, a queue that nobody fills, or a gauge that counts what is in hands");
    drop(results);
    let (mut results, metrics) = pipeline(1..=44, Work::taking(ms(1_000)));
    for (seconds, input) in [(1, [8, 8]), (2, [8, 8]), (3, [8, 8]), (4, [3, 4]), (5, [0, 0])] {
        timeout(ms(1_000), drain(&mut results)).await.ok();
        pass(ms(1)).await;
        while let Ok(Some(_)) = timeout(ms(0), results.recv()).await {}
        let [seen, output] = depths(&metrics);
        // A design may hold one number in a hand between the queue and the workers.
        check::that(
            input.contains(&seen) && output == 0,
            format!("input and output with slow work, after {seconds} s: [{seen}, {output}], expected [{}, 0]", input[1]),
        )
        .usually(
            "the gauge is set where items go in, and not corrected where they come out; or it shows another queue, or says \
             what is expected and not what is there",
        );
    }
    drain(&mut results).await;
}

/// Once the queues are full, everything upstream runs at the reader's rate: in 5 s, 50 results are read, 50 numbers are
/// taken, and the work on 50 begins, give or take the 8 that are at work at once. Never more than 8 are in flight.
#[criterion]
async fn everything_upstream_runs_at_the_readers_pace() {
    let source = Source::new(1..=5000);
    let taken = source.counter();
    let work = watched(work());
    let (mut results, _metrics) = pipeline(source, work.clone());
    let start = Instant::now();
    read_until(&mut results, start, 1_050).await;
    let before = (taken.count(), work.records().len());
    read_until(&mut results, start, 6_050).await;
    check::in_flight_at_most(&work, 8).usually("a task for each number, which nothing bounds");
    check::in_flight_reached(&work, 8)
        .usually("a lock on the input that is held through the work, or a worker too few");
    let (taken, begun) = (taken.count() - before.0, work.records().len() - before.1);
    check::that(
        (42..=58).contains(&taken),
        format!("numbers taken in 5 s, in which 50 results are read: {taken}, expected 50, give or take 8"),
    )
    .usually(
        "a queue without a bound somewhere before the reader, so that nobody waits for it; or results thrown away",
    );
    check::that((42..=58).contains(&begun), format!("numbers begun in 5 s, in which 50 results are read: {begun}"))
        .usually("workers that do not wait for room: a queue without a bound behind them, or results thrown away");
    drain(&mut results).await;
}

/// Between two reads nothing is polled. While nobody reads, nothing is polled either, and at most 51 numbers are taken:
/// 8 and 32 in the queues, 8 at work, 3 in hands. Nor is anything polled while a reader waits for work of 10 s.
#[criterion]
async fn what_waits_is_parked() {
    const PARKS: &str = "a loop around `try_send` or `try_recv` with a pause, or a task that looks at the queues from time to \
                         time; `send(…).await` parks the task, and a depth can be read when it is asked for";
    let source = Source::new(1..=100);
    let taken = source.counter();
    let (mut results, metrics) = pipeline(source, work());
    pass(ms(1_000)).await;
    check::at_most("numbers taken while nobody reads", taken.count(), HELD)
        .usually("a queue without a bound, or with a larger one than the brief's: nothing makes the front wait");
    check::parked_for(ms(10_000)).await.usually(PARKS);
    for _ in 0..3 {
        results.recv().await;
        pass(ms(30)).await;
        check::parked_for(ms(70)).await.usually(PARKS);
    }
    check::at_most("numbers taken but not read, after three reads", taken.count() - 3, HELD)
        .usually("a queue without a bound, or with a larger one than the brief's");
    drop((results, metrics));
    let (mut results, _metrics) = pipeline(1..=4, Work::taking(ms(10_000)));
    let reader = tokio::spawn(async move {
        for _ in 0..4 {
            results.recv().await;
        }
    });
    pass(ms(1_000)).await;
    check::parked_for(ms(5_000))
        .await
        .usually("a `recv` that looks into the queue every so often, instead of waiting for its channel");
    reader.await.ok();
}

/// 25 ms after the results are dropped, no task is left, whether the queues are filling or full, and both depths are 0.
#[criterion]
async fn dropping_the_results_stops_everything() {
    for before in [50, 1_000] {
        let (mut results, metrics) = pipeline(1.., work());
        pass(ms(before)).await;
        results.recv().await;
        drop(results);
        pass(ms(25)).await;
        check::all_tasks_gone().await.usually(
            "the error of `send` is ignored: it says that the reader is gone, and is the worker's sign to stop",
        );
        check::equal("input and output of a pipeline that is gone", sampled(&metrics), [0, 0])
            .usually("items that were dropped with their queue are still counted: nobody took them out");
    }
}

/// When the work on a number panics, the other 99 results arrive and end, no task is left, and both depths are 0.
#[criterion]
async fn a_panic_loses_its_number_alone() {
    let (mut results, metrics) = pipeline(1..=100, work().panicking(|number| number == 20));
    let seen = drain(&mut results).await;
    check::same_items(&seen, &doubles((1..=100).filter(|number| *number != 20)))
        .usually("the work of others is in the task that panics, and is lost with it");
    check::all_tasks_gone().await.or_fail();
    check::equal("input and output at the end", sampled(&metrics), [0, 0]).usually(
        "a number is counted from when it is taken until it is sent, and after the panic nobody counts it down; or the \
         gauge is not corrected where items come out",
    );
}

/// Two pipelines in one process have each their own depths: one whose results nobody reads says the same before and after
/// another one begins, whose 10 results wait.
#[criterion]
async fn each_pipeline_has_its_own_gauge() {
    let (stalled, stalled_metrics) = pipeline(1..=100, work());
    pass(ms(1_000)).await;
    let [_, before] = depths(&stalled_metrics);
    let (other, other_metrics) = pipeline(1..=10, work());
    pass(ms(1_000)).await;
    let ([_, after], [_, ten]) = (depths(&stalled_metrics), depths(&other_metrics));
    check::equal("outputs of a stalled pipeline and of another one with 10 results", (after, ten), (before, 10))
        .usually("a gauge in a static or in the default registry, which all pipelines of the process share");
    drop((stalled, other));
}

/// Over HTTP, `/metrics` has status 200, the content type of the text format and the depths of that moment: 20 while
/// nobody reads 20 results, 15 after five reads. Another path has status 404. A client that says nothing holds nobody up.
#[criterion(clock = "real", deadline = 30)]
async fn scraped_over_http() {
    let (mut results, metrics) = pipeline(1..=20, Work::taking(ms(1)));
    let endpoint = Endpoint::start(metrics).await;
    let silent = endpoint.connect().await;
    let began = Instant::now();
    let mut waiting = endpoint.scrape().await;
    while waiting != [0, 20] && began.elapsed() < PATIENCE {
        tokio::time::sleep(ms(5)).await;
        waiting = endpoint.scrape().await;
    }
    check::equal("input and output while nobody reads 20 results", waiting, [0, 20])
        .usually("the text is made once, and later scrapes get the same; or the gauge does not follow the queue");
    for _ in 0..5 {
        results.recv().await;
    }
    check::equal("input and output after five reads", endpoint.scrape().await, [0, 15])
        .usually("the gauge is set where items go in, and not corrected where they come out");
    for path in ["/other", "/metrics2"] {
        let status = endpoint.get(path).await.status;
        check::equal(&format!("status of {path}"), status, 404)
            .usually("every request is answered with the metrics, or every one whose path begins like theirs");
    }
    drop(silent);
    endpoint.abort();
}

/// When the token is cancelled, `serve` returns within 5 s, though one client keeps its connection after a scrape, another
/// one has said nothing, and two have stopped in the middle of a request. Then the port is closed, and no task is left.
#[criterion(clock = "real", deadline = 30)]
async fn the_endpoint_stops_with_its_token() {
    let (results, metrics) = pipeline(1..=20, Work::taking(ms(1)));
    let endpoint = Endpoint::start(metrics).await;
    let silent = endpoint.connect().await;
    let mut halves = Vec::new();
    for half in ["GET /met", "GET /metrics HTTP/1.1\r\nHost: localhost\r\n"] {
        let mut client = endpoint.connect().await;
        client.write_all(half.as_bytes()).await.ok();
        halves.push(client);
    }
    let mut kept = endpoint.connect().await;
    let reply = request(&mut kept, "/metrics", "keep-alive").await;
    check::equal("status of a scrape", reply.status, 200).usually("the path is not served");
    // So that the halves are read as well.
    tokio::time::sleep(ms(50)).await;
    let address = endpoint.address;
    check::that(endpoint.stop().await, "`serve` did not return Ok within 5 s of the cancel").usually(
        "the accept loop does not wait for the token, or the end waits for clients that have nothing more to say, or for the \
         rest of a request that never comes",
    );
    check::that(TcpStream::connect(address).await.is_err(), "a client can still connect after `serve` has returned")
        .usually("the listener lives on, in a task of its own");
    drop(results);
    check::all_tasks_gone().await.usually(
        "a task for each connection that nobody tells of the end: dropping the future of a server closes its port, and its \
         connections go on",
    );
    drop((silent, halves, kept));
}

/// A served endpoint on a port of its own.
struct Endpoint {
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

impl Endpoint {
    async fn start(metrics: Metrics) -> Endpoint {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, metrics, stop.clone()));
        Endpoint { address, stop, server }
    }

    async fn connect(&self) -> TcpStream {
        let connected = TcpStream::connect(self.address).await;
        let why = connected.as_ref().err().map(io::Error::kind);
        check::that(connected.is_ok(), format!("nobody listens on the port that `serve` was given: {why:?}"))
            .usually("`serve` returns at once, and the listener with it");
        connected.expect("checked above")
    }

    async fn get(&self, path: &str) -> Reply {
        request(&mut self.connect().await, path, "close").await
    }

    /// Scrapes `/metrics` and gives both depths, input first.
    async fn scrape(&self) -> [u64; 2] {
        let reply = self.get("/metrics").await;
        check::equal("status of /metrics", reply.status, 200).usually("the path is not served");
        let kind = reply.content_type;
        let right = kind.starts_with("text/plain") && kind.contains("version=0.0.4");
        check::that(right, format!("content type of /metrics: {kind:?}, expected text/plain with version=0.0.4"))
            .usually("the framework's default for a text: Prometheus goes by the header");
        [depth_in(&reply.body, "input"), depth_in(&reply.body, "output")]
    }

    /// Ends the server without a question how it ends.
    fn abort(self) {
        self.stop.cancel();
        self.server.abort();
    }

    /// Cancels the token. Whether `serve` returned `Ok` in time.
    async fn stop(self) -> bool {
        self.stop.cancel();
        matches!(timeout(PATIENCE, self.server).await, Ok(Ok(Ok(()))))
    }
}

#[derive(Default)]
struct Reply {
    status: u16,
    content_type: String,
    body: String,
}

/// One request and its reply, or a finding if none comes.
async fn request(stream: &mut TcpStream, path: &str, connection: &str) -> Reply {
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n");
    let exchange = async {
        stream.write_all(head.as_bytes()).await?;
        reply(stream).await
    };
    let reply = timeout(PATIENCE, exchange).await;
    let seen = match &reply {
        Err(_) => format!("no reply to GET {path} within 5 s"),
        Ok(Err(error)) => format!("no whole reply to GET {path}: {error}"),
        Ok(Ok(_)) => String::new(),
    };
    check::that(seen.is_empty(), seen).usually(
        "one connection is served after the other, and the first client says nothing; or the reply's length is not what its \
         header says",
    );
    reply.ok().and_then(Result::ok).unwrap_or_default()
}

/// Reads a reply whose body has a length, comes in chunks, or ends with the connection.
async fn reply(stream: &mut TcpStream) -> io::Result<Reply> {
    let mut bytes = Vec::new();
    let body_at = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8_lossy(&bytes[..body_at]).to_lowercase();
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map_or(String::new(), |value| value.trim().to_owned())
    };
    let chunked = header("transfer-encoding") == "chunked";
    let length: Option<usize> = header("content-length").parse().ok();
    let whole = |body: &[u8]| match length {
        Some(length) => body.len() >= length,
        None => chunked && body.ends_with(b"0\r\n\r\n"),
    };
    while !whole(&bytes[body_at..]) {
        if stream.read_buf(&mut bytes).await? == 0 {
            if length.is_some() || chunked {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            break;
        }
    }
    let body = String::from_utf8_lossy(&bytes[body_at..]).into_owned();
    Ok(Reply {
        status: head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default(),
        content_type: header("content-type"),
        body: if chunked { unchunked(&body) } else { body },
    })
}

/// The text in a body of chunks, each behind a line with its length.
fn unchunked(mut body: &str) -> String {
    let mut text = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length.trim(), 16).unwrap_or_default();
        let Some(chunk) = rest.get(..length).filter(|chunk| !chunk.is_empty()) else { break };
        text += chunk;
        body = rest[length..].trim_start_matches("\r\n");
    }
    text
}
