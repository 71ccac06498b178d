//! Caught by: every_number_doubled_once (leak), dropping_the_output_stops_everything (leak), a_panic_costs_its_number_alone (leak)
//!
//! "The controller sees at its next tick that it is over": it runs beside the stage, for up to a second longer.

//! come back pay first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
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

struct Shared {
    permits: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    width: usize,
    debt: usize,
    at_work: usize,
    all_used: bool,
    latencies: Vec<Duration>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end_of_interval(&self, limits: Limits) -> usize {
        let mut state = self.state();
        let mut latencies = std::mem::take(&mut state.latencies);
        latencies.sort_unstable();
        let all_used = state.all_used;
        if let Some(median) = latencies.get(latencies.len() / 2) {
            if *median > limits.target {
                let less = state.width - (state.width / 2).max(limits.min);
                state.width -= less;
                state.debt += less - self.permits.forget_permits(less);
            } else if all_used && state.width < limits.max {
                state.width += 1;
                if state.debt > 0 {
                    state.debt -= 1;
                } else {
                    self.permits.add_permits(1);
                }
            }
        }
        state.all_used = state.at_work >= state.width;
        state.width
    }
}

/// A part of the width.
struct Part {
    permit: Option<OwnedSemaphorePermit>,
    shared: Arc<Shared>,
}

impl Drop for Part {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if state.debt > 0
            && let Some(permit) = self.permit.take()
        {
            state.debt -= 1;
            permit.forget();
        }
    }
}

/// One more at work.
struct AtWork(Arc<Shared>);

impl AtWork {
    fn new(shared: &Arc<Shared>) -> AtWork {
        let mut state = shared.state();
        state.at_work += 1;
        state.all_used |= state.at_work >= state.width;
        AtWork(shared.clone())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.state().at_work -= 1;
    }
}

pub fn fan_out(input: Receiver<u64>, work: Work, limits: Limits) -> (Receiver<u64>, watch::Receiver<usize>) {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let (gauge, width) = watch::channel(limits.start);
    let state = State { width: limits.start, ..State::default() };
    let shared = Arc::new(Shared { permits: Arc::new(Semaphore::new(limits.start)), state: Mutex::new(state) });
    tokio::spawn(async move {
        let (adjusted, limited, watched) = (shared.clone(), limits, output.downgrade());
        tokio::spawn(async move {
            let mut end = Instant::now();
            loop {
                end += INTERVAL;
                tokio::time::sleep_until(end).await;
                if watched.upgrade().is_none_or(|output| output.is_closed()) {
                    return;
                }
                gauge.send_replace(adjusted.end_of_interval(limited));
            }
        });
        tokio::select! {
            biased;
            () = dispatch(input, work, output.clone(), &shared) => {}
            () = output.closed() => {}
        }
    });
    (receiver, width)
}

async fn dispatch(mut input: Receiver<u64>, work: Work, output: Sender<u64>, shared: &Arc<Shared>) {
    let mut running = JoinSet::new();
    loop {
        let permit = shared.permits.clone().acquire_owned().await.expect("it is never closed");
        let part = Part { permit: Some(permit), shared: shared.clone() };
        let Some(number) = input.recv().await else { break };
        while running.try_join_next().is_some() {}
        let (work, output) = (work.clone(), output.clone());
        running.spawn(async move {
            let part = part;
            let began = Instant::now();
            let at_work = AtWork::new(&part.shared);
            work.run(number).await;
            drop(at_work);
            part.shared.state().latencies.push(began.elapsed());
            output.send(number * 2).await.ok();
        });
    }
    while running.join_next().await.is_some() {}
}
