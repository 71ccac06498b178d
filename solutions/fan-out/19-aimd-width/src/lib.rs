//! A fan-out whose width follows its downstream: additive increase while the work is quick enough, multiplicative
//! decrease when it is not.
//!
//! - **Ordering**: none. A result leaves when its work is done; numbers are begun in the order of the input.
//! - **Errors**: a panic in the work loses that number alone. It says nothing about latency, so it is no sample.
//! - **Cancellation**: dropping the output drops the stage's task, and that aborts all work: what was taken is lost.
//!   A change of the width cancels nothing. After a decrease no number begins until enough others have ended.
//! - **Backpressure**: a number counts against the width until its double is in the output. A reader that stops parks
//!   the stage with [`OUTPUT_CAPACITY`] results and at most the width besides. The time for which a result waits is not
//!   in its latency: it is the reader's, and no reason to ask less of the downstream.
//! - **Shutdown**: at the end of the input the stage works off what it has, then it returns and closes output and gauge.
//!
//! Why the median: a downstream with too many calls slows all of them down, so the median moves as far as any other
//! quantile. What moves only the tail, such as a lost packet, is no sign of overload: a mean or a 95th percentile halves
//! the width for it. And after a decrease the calls that began under the old width still end: they are the slow ones,
//! and fewer than half of all as long as a call takes less than about a third of the interval. The price: an overload
//! that begins in the middle of an interval may not be seen before the end of the next.
//!
//! Sizes: the interval is some five calls long, so that a change shows in it, and short enough to halve twice within two
//! seconds. The samples of an interval are at most the width × [`INTERVAL`] / latency: 11 × 1 s / 198 ms is 56, of 16 bytes.
//! For calls of microseconds, keep a histogram instead. The output holds eight, so that a reader need not be woken for
//! each result.

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

/// How often the width is looked at.
pub const INTERVAL: Duration = Duration::from_secs(1);

/// How many results wait to be read, at most.
pub const OUTPUT_CAPACITY: usize = 8;

/// Works on each number, as many at a time as the width allows, and sends its double; ends when `input` does, and at
/// once when the output is dropped. The second value is the width as it changes.
///
/// # Panics
///
/// Unless 1 ≤ `min` ≤ `start` ≤ `max`.
pub fn fan_out(input: Receiver<u64>, work: Work, limits: Limits) -> (Receiver<u64>, watch::Receiver<usize>) {
    let control = Control::new(limits);
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let (gauge, width) = watch::channel(control.width());
    tokio::spawn(stage(input, work, control, output, gauge));
    (receiver, width)
}

// ANCHOR: stage
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
// ANCHOR_END: stage
