//! What order costs: the task's fan-out against `buffered`, in processor time and in waiting.
//!
//! A timer of the machine's clock waits a millisecond at least, beside which no design costs anything. So the first
//! table is measured on a paused clock, where waiting takes no time and what is left is the processor's share. A paused
//! clock has one thread.

use futures::future::join_all;
use futures::stream::{self, Stream, StreamExt};
use measure::processor_time;
use std::sync::Arc;
use std::time::{Duration, Instant};
use task::{Missing, Tagged, ordered_doubler};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

const WORKERS: usize = 8;
const WINDOW: usize = 32;
const OUTPUT_CAPACITY: usize = 4;
const MILLISECOND: Duration = Duration::from_millis(1);
/// What everything is compared with.
const YOURS: &str = "ordered_doubler";

type Input = Receiver<Tagged<u64>>;
type Output = Receiver<Result<Tagged<u64>, Missing>>;
type Design = fn(Input, Work) -> Output;

const DESIGNS: [(&str, Design); 5] = [
    (YOURS, ordered_doubler),
    ("buffered(8)", buffered_8),
    ("buffered(8), tasks", buffered_8_over_tasks),
    ("buffered(32)", buffered_32),
    ("buffered(32), tasks", buffered_32_over_tasks),
];

/// Measures.
pub(crate) fn main() {
    let mut bench = measure::Bench::start();
    let (items, within) = if bench.full() { (200_000, 60) } else { (50_000, 9) };
    let mut comparison = bench
        .table("Processor time an item, on one thread with a paused clock")
        .column("waits", "µs")
        .column("ready", "µs")
        .rounds(11)
        .within(Duration::from_secs(within));
    for (name, design) in DESIGNS {
        comparison = comparison.alternative(name, move || {
            [MILLISECOND, Duration::ZERO]
                .map(|time| cost(items, time, async |input, work| drain(design(input, work)).await))
        });
    }
    let table = comparison
        .alternative("the work alone", move || [MILLISECOND, Duration::ZERO].map(|time| cost(items, time, bare)))
        .against(YOURS)
        .measure();
    let alone = table.ratio("the work alone").expect("it was measured");
    bench.note(format!(
        "An item waits 1 ms of the paused clock, which is a timer and a wake-up, or is ready at once. The ratio is of those \
         that wait: less is better. The work alone is eight loops in one task, without a channel: what the probe costs, \
         which remembers each run, is here {:.0} % of what `{YOURS}` costs. The \
         others neither catch a panic nor report a number that is missing.",
        alone.median * 100.0
    ));

    let (items, rounds) = if bench.full() { (4000, 9) } else { (400, 7) };
    let runtime = &Runtime::new().expect("a runtime");
    let mut comparison = bench
        .table("All cores, the machine's clock: an item takes 0 to 8 ms")
        .column("throughput", "items/s")
        .rounds(rounds)
        .without_warm_up()
        .within(Duration::from_secs(within));
    for (name, design) in DESIGNS {
        comparison = comparison.alternative(name, move || {
            let (input, work) = (filled(items), Work::varying(|item| MILLISECOND * scattered(item)));
            runtime.block_on(async {
                let began = Instant::now();
                assert_eq!(drain(design(input, work)).await, items, "each number's double, in its place");
                items as f64 / began.elapsed().as_secs_f64()
            })
        });
    }
    comparison.against(YOURS).measure();
    bench.note(
        "All work on eight at once. `buffered(8)` counts a result that waits among its eight; `buffered(32)` has a \
         semaphore of 8 around the work, and so a window of 32, as the task demands.",
    );
}

/// 0 to 8, without a pattern that a design could profit from.
fn scattered(item: u64) -> u32 {
    (item.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32 % 9
}

/// What an item costs the processor, in microseconds.
fn cost(items: u64, time: Duration, run: impl AsyncFnOnce(Input, Work) -> u64) -> f64 {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let (input, work) = (filled(items), Work::taking(time));
    runtime.block_on(async {
        let began = processor_time();
        assert_eq!(run(input, work).await, items, "each number's double, in its place");
        (processor_time() - began).as_secs_f64() * 1e6 / items as f64
    })
}

/// An input that never has to be waited for.
fn filled(items: u64) -> Input {
    let (sender, input) = mpsc::channel(items as usize);
    (0..items).for_each(|seq| sender.try_send(Tagged { seq, value: seq }).expect("there is room for all"));
    input
}

/// How many results came, each in its place.
async fn drain(mut results: Output) -> u64 {
    let mut place = 0;
    while let Some(result) = results.recv().await {
        assert_eq!(result, Ok(Tagged { seq: place, value: place * 2 }));
        place += 1;
    }
    place
}

/// The same work, eight at a time, and nothing else.
async fn bare(input: Input, work: Work) -> u64 {
    let (items, work) = (input.len() as u64, &work);
    let counts = (0..WORKERS as u64).map(|first| async move {
        let mut count = 0;
        for seq in (first..items).step_by(WORKERS) {
            double(Tagged { seq, value: seq }, work).await;
            count += 1;
        }
        count
    });
    join_all(counts).await.into_iter().sum()
}

async fn double(item: Tagged<u64>, work: &Work) -> Tagged<u64> {
    work.run(item.value).await;
    Tagged { value: item.value * 2, ..item }
}

/// Eight futures in one task, results that wait among them.
fn buffered_8(input: Input, work: Work) -> Output {
    let doubled = move |item| {
        let work = work.clone();
        async move { double(item, &work).await }
    };
    forward(stream_of(input).map(doubled).buffered(WORKERS))
}

/// The same over a task for each item.
fn buffered_8_over_tasks(input: Input, work: Work) -> Output {
    let spawned = move |item| {
        let work = work.clone();
        tokio::spawn(async move { double(item, &work).await })
    };
    forward(stream_of(input).map(spawned).buffered(WORKERS).map(|ended| ended.expect("the work does not panic")))
}

/// 32 futures in one task, of which eight work.
fn buffered_32(input: Input, work: Work) -> Output {
    let shared = Arc::new((work, Semaphore::new(WORKERS)));
    forward(stream_of(input).map(move |item| limited(item, shared.clone())).buffered(WINDOW))
}

/// The same over a task for each item.
fn buffered_32_over_tasks(input: Input, work: Work) -> Output {
    let shared = Arc::new((work, Semaphore::new(WORKERS)));
    let spawned = move |item| tokio::spawn(limited(item, shared.clone()));
    forward(stream_of(input).map(spawned).buffered(WINDOW).map(|ended| ended.expect("the work does not panic")))
}

async fn limited(item: Tagged<u64>, shared: Arc<(Work, Semaphore)>) -> Tagged<u64> {
    let (work, slots) = &*shared;
    let _slot = slots.acquire().await.expect("it is never closed");
    double(item, work).await
}

fn stream_of(input: Input) -> impl Stream<Item = Tagged<u64>> + Send {
    stream::unfold(input, |mut input| async { input.recv().await.map(|item| (item, input)) })
}

/// Sends what the stream has.
fn forward(results: impl Stream<Item = Tagged<u64>> + Send + 'static) -> Output {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        let mut results = std::pin::pin!(results);
        while let Some(result) = results.next().await {
            if output.send(Ok(result)).await.is_err() {
                return;
            }
        }
    });
    receiver
}
