//! Caught by: the_width_gates_the_work (fail), one_more_each_second_and_half_when_late (fail), it_converges_and_follows_the_capacity (fail), a_spike_halves_the_width_within_one_interval (fail), noise_does_not_move_it (fail), the_width_stays_within_its_bounds (fail), no_news_is_no_good_news (fail), an_interval_begins_with_those_at_work (fail)
//!
//! "One more for each quick call, half for each slow one": the width changes at each result, and not once in an interval.

mod control;

pub use control::Limits;

use control::Control;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};
use workbook::Work;

pub const INTERVAL: Duration = Duration::from_secs(1);

pub const OUTPUT_CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work, limits: Limits) -> (Receiver<u64>, watch::Receiver<usize>) {
    let control = Control::new(limits);
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let (gauge, width) = watch::channel(control.width());
    tokio::spawn(stage(input, work, control, output, gauge));
    (receiver, width)
}

async fn stage(
    mut input: Receiver<u64>,
    work: Work,
    mut control: Control,
    output: Sender<u64>,
    gauge: watch::Sender<usize>,
) {
    let mut at_work = JoinSet::new();
    let mut done = VecDeque::new();
    let mut open = true;
    let mut ends = interval_at(Instant::now() + INTERVAL, INTERVAL);
    while open || !at_work.is_empty() || !done.is_empty() {
        tokio::select! {
            biased;
            () = output.closed() => return,
            _ = ends.tick() => {
                control.end_of_interval(at_work.len());
                gauge.send_replace(control.width());
            }
            Some(ended) = at_work.join_next() => {
                if let Ok((double, latency)) = ended {
                    control.sample(latency);
                    control.end_of_interval(at_work.len() + 1);
                    gauge.send_replace(control.width());
                    done.push_back(double);
                }
            }
            Ok(room) = output.reserve(), if !done.is_empty() => {
                if let Some(double) = done.pop_front() {
                    room.send(double);
                }
            }
            number = input.recv(), if open && at_work.len() + done.len() < control.width() => {
                let Some(number) = number else {
                    open = false;
                    continue;
                };
                at_work.spawn(timed(work.clone(), number));
                control.at_work(at_work.len());
            }
        }
    }
}

async fn timed(work: Work, number: u64) -> (u64, Duration) {
    let began = Instant::now();
    work.run(number).await;
    (number * 2, began.elapsed())
}
