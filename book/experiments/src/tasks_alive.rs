//! Which tasks are alive when a test returns, and which a second later.
//!
//! A fan-out of a producer and eight workers is sound; a ninth task was spawned beside it, and nobody keeps its handle.
//! The test reads one result and returns. The runtime's hooks tell who was alive when. Clock: virtual. The seed changes
//! nothing.

use crate::drawing::{Drawing, Row, draw};
use crate::{Options, print};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::task::{self, Id};
use tokio::time::{Instant, sleep};

const WORKERS: u64 = 8;
const GRACE: u64 = 1000;

struct Seen {
    /// Each task's name, and when it ended, in order of their spawns.
    tasks: Vec<(String, Option<u64>)>,
    returned: u64,
}

type Ends = Arc<Mutex<BTreeMap<Id, Option<Instant>>>>;

fn seen() -> Seen {
    let ends: Ends = Arc::default();
    let (spawned, ended) = (Arc::clone(&ends), Arc::clone(&ends));
    let note = |ends: &Ends, id, at| {
        let _ = ends.lock().unwrap_or_else(PoisonError::into_inner).insert(id, at);
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .on_task_spawn(move |task| note(&spawned, task.id(), None))
        .on_task_terminate(move |task| note(&ended, task.id(), Some(Instant::now())))
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let began = Instant::now();
        let names = the_test().await;
        let returned = began.elapsed().as_millis() as u64;
        sleep(Duration::from_millis(GRACE)).await;
        let ends = ends.lock().unwrap_or_else(PoisonError::into_inner);
        let end = |id| ends.get(&id).copied().flatten().map(|at| at.duration_since(began).as_millis() as u64);
        Seen { tasks: names.into_iter().map(|(name, id)| (name, end(id))).collect(), returned }
    })
}

/// What a test would do; it gives back who was spawned.
async fn the_test() -> Vec<(String, Id)> {
    let mut names = Vec::new();
    let (jobs, input) = mpsc::channel(1);
    let (output, mut results) = mpsc::channel(1);
    let producer = tokio::spawn(async move {
        let mut job = 0;
        while jobs.send(job).await.is_ok() {
            job += 1;
        }
    });
    names.push(("producer".to_owned(), producer.id()));
    let input = Arc::new(tokio::sync::Mutex::new(input));
    for worker in 1..=WORKERS {
        let (input, output) = (Arc::clone(&input), output.clone());
        let working = tokio::spawn(async move {
            while let Some(job) = { input.lock().await.recv().await } {
                sleep(Duration::from_millis(100 + 25 * worker)).await;
                let sent: Result<(), mpsc::error::SendError<i32>> = output.send(job).await;
                if sent.is_err() {
                    break;
                }
            }
        });
        names.push((format!("worker {worker}"), working.id()));
    }
    let forgotten = tokio::spawn(async {
        loop {
            sleep(Duration::from_millis(400)).await;
            task::yield_now().await;
        }
    });
    names.push(("refresher".to_owned(), forgotten.id()));
    drop(output);
    results.recv().await;
    names
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let Seen { tasks, returned } = seen();
    let alive = |at: u64| tasks.iter().filter(|(_, end)| end.is_none_or(|end| end > at)).count();
    let row = |what: &str, at: u64| vec![what.to_owned(), at.to_string(), alive(at).to_string()];
    let last = tasks.iter().filter_map(|(_, end)| *end).max().unwrap_or(0);
    let rows = [
        row("the test returns", returned),
        row("the last sound task has ended", last),
        row("the check looks", returned + GRACE),
    ];
    print::table(out, &["", "at, ms", "tasks alive"], &rows)
}

pub(crate) fn picture(_: &Options) -> String {
    let Seen { tasks, returned } = seen();
    let looks = returned + GRACE;
    let row = |(label, end): (String, Option<u64>)| {
        let bars = match end {
            Some(end) => vec![(0, end, 0)],
            None => vec![(0, looks, 1)],
        };
        Row { label, bars }
    };
    draw(&Drawing {
        title: "The tasks that a test has spawned, until a second after its return",
        states: &["alive, and ends", "leaked"],
        rows: tasks.into_iter().map(row).collect(),
        marks: vec![(returned, "the test returns".into()), (looks, "the check looks".into())],
        until: looks,
    })
}
