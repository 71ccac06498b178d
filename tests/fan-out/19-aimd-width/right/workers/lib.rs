//! Right: as many workers as the maximum, all of which wait at one gate; a notification tells them when it opens.

use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use workbook::Work;

pub const INTERVAL: Duration = Duration::from_secs(1);
pub const OUTPUT_CAPACITY: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub min: usize,
    pub max: usize,
    pub start: usize,
    pub target: Duration,
}

struct Gate {
    limits: Limits,
    state: StdMutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    width: usize,
    inside: usize,
    at_work: usize,
    all_used: bool,
    latencies: Vec<Duration>,
}

struct Inside<'a>(&'a Gate);

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn enter(&self) -> Inside<'_> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.state();
                if state.inside < state.width {
                    state.inside += 1;
                    return Inside(self);
                }
            }
            changed.await;
        }
    }

    fn work(&self, more: bool) {
        let mut state = self.state();
        state.at_work = if more { state.at_work + 1 } else { state.at_work - 1 };
        state.all_used |= state.at_work >= state.width;
    }

    fn end_of_interval(&self) -> usize {
        let Limits { min, max, target, .. } = self.limits;
        let mut state = self.state();
        let mut latencies = std::mem::take(&mut state.latencies);
        latencies.sort_unstable();
        if let Some(median) = latencies.get(latencies.len() / 2) {
            if *median > target {
                state.width = (state.width / 2).max(min);
            } else if state.all_used {
                state.width = (state.width + 1).min(max);
                self.changed.notify_one();
            }
        }
        state.all_used = state.at_work >= state.width;
        state.width
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
        self.0.changed.notify_one();
    }
}

pub fn fan_out(input: Receiver<u64>, work: Work, limits: Limits) -> (Receiver<u64>, watch::Receiver<usize>) {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let (gauge, width) = watch::channel(limits.start);
    let state = StdMutex::new(State { width: limits.start, ..State::default() });
    let gate = Arc::new(Gate { limits, state, changed: Notify::new() });
    let input = Arc::new(Mutex::new(input));
    tokio::spawn(async move {
        let mut workers = JoinSet::new();
        for _ in 0..limits.max {
            workers.spawn(worker(input.clone(), work.clone(), output.clone(), gate.clone()));
        }
        drop(input);
        let adjust = async {
            let mut end = Instant::now();
            loop {
                end += INTERVAL;
                sleep_until(end).await;
                gauge.send_replace(gate.end_of_interval());
            }
        };
        tokio::select! {
            biased;
            () = adjust => {}
            () = output.closed() => {}
            () = async { while workers.join_next().await.is_some() {} } => {}
        }
    });
    (receiver, width)
}

async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>, gate: Arc<Gate>) {
    loop {
        let inside = gate.enter().await;
        let next = input.lock().await.recv().await;
        let Some(number) = next else { return };
        let began = Instant::now();
        gate.work(true);
        let ended = AssertUnwindSafe(work.run(number)).catch_unwind().await;
        gate.work(false);
        if ended.is_ok() {
            gate.state().latencies.push(began.elapsed());
            if output.send(number * 2).await.is_err() {
                return;
            }
        }
        drop(inside);
    }
}
