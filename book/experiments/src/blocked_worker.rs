//! A task wakes others and then computes for 20 ms without an await, while the other worker has nothing to do. When
//! do the others run?
//!
//! Clock: the machine's. Two workers. The seed changes nothing.

use crate::{Options, print};
use measure::Bench;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// How long the task computes.
const COMPUTES: Duration = Duration::from_millis(20);

fn compute() {
    let began = Instant::now();
    while began.elapsed() < COMPUTES {
        std::hint::spin_loop();
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Whom the computing task wakes, in this order.
#[derive(Clone, Copy)]
enum Wakes {
    Observer,
    ObserverAndAnother,
    ObserverThenBlocksInPlace,
    ObserverThenSpawnsBlocking,
}

/// How long the observer waits, in milliseconds, from its wake-up to its first line.
fn waited(runtime: &Runtime, wakes: Wakes) -> f64 {
    runtime.block_on(async move {
        let (wake, woken) = oneshot::channel::<Instant>();
        let (wake_another, another) = oneshot::channel::<()>();
        let observer = tokio::spawn(async move { woken.await.map(|at| at.elapsed()) });
        let another = tokio::spawn(async move { another.await.is_ok() });
        // Both are parked, and so is the other worker.
        tokio::time::sleep(Duration::from_millis(3)).await;
        let computing = tokio::spawn(async move {
            // ANCHOR: wakes
            let _ = wake.send(Instant::now()); // The observer is in the LIFO slot.
            match wakes {
                Wakes::Observer => compute(),
                Wakes::ObserverAndAnother => {
                    let _ = wake_another.send(()); // The slot is another's; the observer is in the queue.
                    compute();
                }
                Wakes::ObserverThenBlocksInPlace => tokio::task::block_in_place(compute),
                Wakes::ObserverThenSpawnsBlocking => tokio::task::spawn_blocking(compute).await.expect("no panic"),
            }
            // ANCHOR_END: wakes
        });
        computing.await.expect("no panic");
        let waited = observer.await.expect("no panic").expect("it was woken");
        let _ = another.await;
        waited.as_secs_f64() * 1e3
    })
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let runtime = runtime();
    let mut bench = Bench::unrecorded();
    let table = bench
        .table("From wake-up to running; the waker computes 20 ms")
        .column("waits", "ms")
        .rounds(25)
        .within(Duration::from_secs(4))
        .alternative("woken last", || waited(&runtime, Wakes::Observer))
        .alternative("woken last but one", || waited(&runtime, Wakes::ObserverAndAnother))
        .alternative("woken last, then block_in_place", || waited(&runtime, Wakes::ObserverThenBlocksInPlace))
        .alternative("woken last, then spawn_blocking", || waited(&runtime, Wakes::ObserverThenSpawnsBlocking))
        .measure();
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| {
            let waits = row.values[0];
            vec![row.name.clone(), print::figure(waits.median), print::figure(waits.least)]
        })
        .collect();
    writeln!(out, "{}; {} rounds, in ms", table.title, table.rounds)?;
    print::table(out, &["", "median", "least"], &rows)
}
