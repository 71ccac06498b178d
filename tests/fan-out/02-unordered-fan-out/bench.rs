//! What an item costs in the task's fan-out and in other designs, and what the designs make of unequal work.
//!
//! The work only waits, and a timer of the machine's clock waits a millisecond at least: beside that, no design costs
//! anything. So the first table is measured on a paused clock, where waiting takes no time and what is left is the
//! processor's share. A paused clock has one thread.

use futures::StreamExt;
use futures::future::join_all;
use measure::processor_time;
use std::time::{Duration, Instant};
use task::fan_out;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use workbook::Work;

const WORKERS: usize = 8;
const CAPACITY: usize = 8;
const MILLISECOND: Duration = Duration::from_millis(1);
/// What everything is compared with.
const YOURS: &str = "fan_out";

type Design = fn(Receiver<u64>, Work) -> Receiver<u64>;

const DESIGNS: [(&str, Design); 7] = [
    (YOURS, fan_out),
    ("buffer_unordered", stream),
    ("buffer_unordered, tasks", stream_over_tasks),
    ("JoinSet", join_set),
    ("async-channel, room for 8", many_receivers::<8>),
    ("async-channel, room for 1", many_receivers::<1>),
    ("a channel each", channel_each),
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
         which remembers each run, is here {:.0} % of what `{YOURS}` costs.",
        alone.median * 100.0
    ));

    let (items, rounds) = if bench.full() { (4000, 9) } else { (400, 7) };
    let runtime = &Runtime::new().expect("a runtime");
    let mut comparison = bench
        .table("All cores, the machine's clock: every eighth item takes 8 ms, the others 1 ms")
        .column("throughput", "items/s")
        .rounds(rounds)
        .without_warm_up()
        .within(Duration::from_secs(within));
    for (name, design) in DESIGNS {
        comparison = comparison.alternative(name, move || {
            let work = Work::varying(|item| if item % 8 == 0 { 8 * MILLISECOND } else { MILLISECOND });
            let input = filled(items);
            runtime.block_on(async {
                let began = Instant::now();
                assert_eq!(drain(design(input, work)).await, items * (items - 1), "each number's double, once");
                items as f64 / began.elapsed().as_secs_f64()
            })
        });
    }
    comparison.against(YOURS).measure();
    bench.note(
        "Whoever is free takes the next item, in all designs but the last: there, items are dealt in turn, and every slow \
         one goes to the same worker. The first table does not show that.",
    );
}

/// What an item costs the processor, in microseconds.
fn cost(items: u64, time: Duration, run: impl AsyncFnOnce(Receiver<u64>, Work) -> u64) -> f64 {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let (input, work) = (filled(items), Work::taking(time));
    runtime.block_on(async {
        let began = processor_time();
        assert_eq!(run(input, work).await, items * (items - 1), "each number's double, once");
        (processor_time() - began).as_secs_f64() * 1e6 / items as f64
    })
}

/// An input that never has to be waited for.
fn filled(items: u64) -> Receiver<u64> {
    let (sender, input) = mpsc::channel(items as usize);
    (0..items).for_each(|item| sender.try_send(item).expect("there is room for all"));
    input
}

async fn drain(mut results: Receiver<u64>) -> u64 {
    let mut sum = 0;
    while let Some(result) = results.recv().await {
        sum += result;
    }
    sum
}

/// The same work, eight at a time, and nothing else.
async fn bare(input: Receiver<u64>, work: Work) -> u64 {
    let (items, work) = (input.len() as u64, &work);
    let sums = (0..WORKERS as u64).map(|first| async move {
        let mut sum = 0;
        for item in (first..items).step_by(WORKERS) {
            sum += double(item, work).await;
        }
        sum
    });
    join_all(sums).await.into_iter().sum()
}

async fn double(number: u64, work: &Work) -> u64 {
    work.run(number).await;
    number * 2
}

/// `buffer_unordered`: one task drives eight futures.
fn stream(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, results) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let mut doubles = ReceiverStream::new(input).map(|number| double(number, &work)).buffer_unordered(WORKERS);
        while let Some(double) = doubles.next().await {
            if output.send(double).await.is_err() {
                return;
            }
        }
    });
    results
}

/// `buffer_unordered` over a task for each number.
fn stream_over_tasks(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, results) = mpsc::channel(CAPACITY);
    let spawned = move |number| {
        let work = work.clone();
        tokio::spawn(async move { double(number, &work).await })
    };
    tokio::spawn(async move {
        let mut doubles = ReceiverStream::new(input).map(spawned).buffer_unordered(WORKERS);
        while let Some(Ok(double)) = doubles.next().await {
            if output.send(double).await.is_err() {
                return;
            }
        }
    });
    results
}

/// A task for each number, eight in the set.
fn join_set(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, results) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let mut running = JoinSet::new();
        let mut open = true;
        while open || !running.is_empty() {
            tokio::select! {
                number = input.recv(), if open && running.len() < WORKERS => match number {
                    Some(number) => {
                        let work = work.clone();
                        running.spawn(async move { double(number, &work).await });
                    }
                    None => open = false,
                },
                Some(Ok(double)) = running.join_next() => {
                    if output.send(double).await.is_err() {
                        return;
                    }
                }
            }
        }
    });
    results
}

/// Eight workers, as in the reference, on a channel that has many receivers. The input has one: a task hands over.
fn many_receivers<const ROOM: usize>(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, results) = mpsc::channel(CAPACITY);
    let (queue, numbers) = async_channel::bounded(ROOM);
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            if queue.send(number).await.is_err() {
                return;
            }
        }
    });
    for _ in 0..WORKERS {
        let (numbers, work, output) = (numbers.clone(), work.clone(), output.clone());
        tokio::spawn(async move {
            while let Ok(number) = numbers.recv().await {
                if output.send(double(number, &work).await).await.is_err() {
                    return;
                }
            }
        });
    }
    results
}

/// Eight workers with a channel each, dealt to in turn.
fn channel_each(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, results) = mpsc::channel(CAPACITY);
    let workers: Vec<mpsc::Sender<u64>> = (0..WORKERS)
        .map(|_| {
            let (sender, mut numbers) = mpsc::channel(1);
            let (work, output) = (work.clone(), output.clone());
            tokio::spawn(async move {
                while let Some(number) = numbers.recv().await {
                    if output.send(double(number, &work).await).await.is_err() {
                        return;
                    }
                }
            });
            sender
        })
        .collect();
    tokio::spawn(async move {
        for worker in workers.iter().cycle() {
            let Some(number) = input.recv().await else { return };
            if worker.send(number).await.is_err() {
                return;
            }
        }
    });
    results
}
