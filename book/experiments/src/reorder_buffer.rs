//! What a reorder buffer holds while one number is late, and who waits for room.
//!
//! The buffer is the right one that the judge of task 11 runs a learner's tests against. Four workers put twelve numbers
//! through it; one takes 45 ms, the others 10. Clock: virtual. The seed changes nothing.

use crate::drawing::{Drawing, Row, draw};
use crate::{Options, print, virtual_time};
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use workbook::reorder::Entry;

#[path = "../../../tests/fan-out/11-reorder-buffer-tests/buffers.rs"]
#[expect(dead_code, reason = "the faults are the judge's")]
mod buffers;

const NUMBERS: u64 = 12;
const WORKERS: usize = 4;
const BOUND: usize = 4;
const LATE: u64 = 2;

/// When a number was begun, done, put in and taken out, in milliseconds.
type Times = [u64; 4];

fn times(options: &Options) -> Vec<Times> {
    virtual_time::block_on(options, async {
        let (buffer, began) = (buffers::Locked::right(BOUND), Instant::now());
        let times = Arc::new(Mutex::new(vec![Times::default(); NUMBERS as usize]));
        let note = {
            let times = Arc::clone(&times);
            move |seq: u64, what: usize| {
                let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
                times[seq as usize][what] = began.elapsed().as_millis() as u64;
            }
        };
        let (next, mut workers) = (Arc::new(AtomicU64::new(0)), JoinSet::new());
        for _ in 0..WORKERS {
            let (buffer, next, note) = (Arc::clone(&buffer), Arc::clone(&next), note.clone());
            workers.spawn(async move {
                loop {
                    // Relaxed: the number is all that is handed over.
                    let seq = next.fetch_add(1, Relaxed);
                    if seq >= NUMBERS {
                        return;
                    }
                    note(seq, 0);
                    sleep(Duration::from_millis(if seq == LATE { 45 } else { 10 })).await;
                    note(seq, 1);
                    buffer.insert(Entry { seq, value: seq }).await;
                    note(seq, 2);
                }
            });
        }
        let taken = async {
            while let Some(entry) = buffer.next().await {
                note(entry.seq, 3);
            }
        };
        let filled = async {
            while workers.join_next().await.is_some() {}
            buffer.close();
        };
        tokio::join!(taken, filled);
        drop(note);
        let times = times.lock().unwrap_or_else(PoisonError::into_inner);
        times.clone()
    })
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Four workers, a bound of {BOUND}; times in ms")?;
    let row = |(seq, times): (usize, Times)| [vec![seq.to_string()], times.map(|at| at.to_string()).to_vec()].concat();
    let rows: Vec<_> = times(options).into_iter().enumerate().map(row).collect();
    print::table(out, &["number", "begun", "done", "put in", "taken out"], &rows)
}

pub(crate) fn picture(options: &Options) -> String {
    let row = |(seq, [begun, done, put_in, out]): (usize, Times)| Row {
        label: format!("number {seq}"),
        bars: vec![(begun, done, 0), (done, put_in, 1), (put_in, out, 2)],
    };
    let times = times(options);
    let until = times.iter().map(|times| times[3]).max().unwrap_or(0);
    draw(&Drawing {
        title: "Twelve numbers on their way through a reorder buffer",
        states: &["at work", "waits for room", "held by the buffer"],
        marks: vec![(times[LATE as usize][3], format!("{LATE} is done"))],
        rows: times.into_iter().enumerate().map(row).collect(),
        until,
    })
}
