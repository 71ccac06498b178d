//! A buffer of 64 KiB for each item: new, new and zeroed, reused, from a pool. And an item of 100 short strings: each
//! in an allocation of its own, or all in one.
//!
//! Clock: the processor's, on one thread: what else the machine does counts little. The seed changes nothing.

use crate::{Options, print};
use measure::{Bench, processor_time};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;

const SIZE: usize = 64 * 1024;
/// What is written of it, as if a read had been short.
const USED: usize = 4096;
const ITEMS: usize = 20_000;
const FIELDS: usize = 100;
const RECORDS: usize = 5_000;

fn fill(buffer: &mut Vec<u8>) {
    buffer.extend(std::iter::repeat_n(7, USED));
    black_box(buffer.as_slice());
}

fn each(items: usize, mut work: impl FnMut()) -> f64 {
    let before = processor_time();
    (0..items).for_each(|_| work());
    (processor_time() - before).as_nanos() as f64 / items as f64
}

// ANCHOR: pool
/// Buffers that nobody uses at the moment, at most so many.
struct Pool {
    free: Mutex<Vec<Vec<u8>>>,
    most: usize,
}

impl Pool {
    fn take(&self) -> Vec<u8> {
        let free = self.free.lock().expect("no panic under the lock").pop();
        free.unwrap_or_else(|| Vec::with_capacity(SIZE))
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut free = self.free.lock().expect("no panic under the lock");
        // A buffer that grew, or one too many, goes to the allocator.
        if free.len() < self.most && buffer.capacity() <= SIZE {
            free.push(buffer);
        }
    }
}
// ANCHOR_END: pool

// ANCHOR: arena
/// All fields of a record one after the other, and where each lies.
#[derive(Default)]
struct Record {
    text: String,
    fields: Vec<Range<usize>>,
}

impl Record {
    fn push(&mut self, field: usize) {
        let start = self.text.len();
        let _ = write!(self.text, "field {field}");
        self.fields.push(start..self.text.len());
    }

    fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
    }
}
// ANCHOR_END: arena

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let pool = Pool { free: Mutex::default(), most: 8 };
    let mut kept = Vec::with_capacity(SIZE);
    let mut bench = Bench::unrecorded();
    let table = bench
        .table("A buffer of 64 KiB, 4 KiB of it used")
        .column("time", "ns an item")
        .within(Duration::from_secs(4))
        .alternative("vec![0; 64 KiB]", || {
            each(ITEMS, || {
                let mut buffer = vec![0u8; SIZE];
                buffer[..USED].fill(7);
                black_box(buffer.as_slice());
            })
        })
        .alternative("Vec::with_capacity", || each(ITEMS, || fill(&mut Vec::with_capacity(SIZE))))
        .alternative("a pool behind a lock", || {
            each(ITEMS, || {
                let mut buffer = pool.take();
                fill(&mut buffer);
                pool.give_back(buffer);
            })
        })
        .alternative("the worker's own, cleared", || {
            each(ITEMS, || {
                kept.clear();
                fill(&mut kept);
            })
        })
        .against("the worker's own, cleared")
        .measure();
    print::measured(out, &table)?;
    writeln!(out)?;
    let mut record = Record::default();
    let table = bench
        .table("A record of 100 short strings")
        .column("time", "ns an item")
        .within(Duration::from_secs(4))
        .alternative("Vec<String>", || {
            each(RECORDS, || {
                let fields: Vec<String> = (0..FIELDS).map(|field| format!("field {field}")).collect();
                black_box(fields.as_slice());
            })
        })
        .alternative("one String and ranges", || {
            each(RECORDS, || {
                let mut record = Record::default();
                (0..FIELDS).for_each(|field| record.push(field));
                black_box((record.text.as_str(), record.fields.as_slice()));
            })
        })
        .alternative("the same, kept and cleared", || {
            each(RECORDS, || {
                record.clear();
                (0..FIELDS).for_each(|field| record.push(field));
                black_box((record.text.as_str(), record.fields.as_slice()));
            })
        })
        .against("the same, kept and cleared")
        .measure();
    print::measured(out, &table)
}
