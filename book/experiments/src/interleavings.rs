//! What loom explores, what it finds, and what it cannot see.
//!
//! Clock: none, it counts. Seed: none; loom goes through all interleavings in a fixed order.

use crate::Options;
use crate::print::{table, thousands};
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize as Plain, Ordering as PlainOrdering};

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    // A model that fails panics: here that is a finding, and says nothing.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let models: [(&str, fn()); 7] = [
        ("fetch_add, 2 threads", || counted(2, add)),
        ("fetch_add, 3 threads", || counted(3, add)),
        ("load, then store, 2 threads", || counted(2, load_then_store)),
        ("the same on a std atomic", unseen),
        ("a flag, Release and Acquire", || flag(Ordering::Release, Ordering::Acquire)),
        ("a flag, Relaxed", || flag(Ordering::Relaxed, Ordering::Relaxed)),
        ("queue of 1, 2 producers", queue),
    ];
    let rows: Vec<Vec<String>> = models
        .into_iter()
        .map(|(name, model)| {
            let bounds = [Some(1), Some(2), Some(3), None];
            [name.into()].into_iter().chain(bounds.map(|bound| explored(bound, model))).collect()
        })
        .collect();
    writeln!(out, "Interleavings, by how many preemptions there may be")?;
    table(out, &["", "1", "2", "3", "any"], &rows)?;
    std::panic::set_hook(hook);
    Ok(())
}

/// How many interleavings there were, or in which of them an assertion failed.
fn explored(bound: Option<usize>, model: fn()) -> String {
    static COUNT: Plain = Plain::new(0);
    COUNT.store(0, PlainOrdering::Relaxed);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = bound;
    // What loom would take from the environment: a search that is cut short passes.
    builder.max_duration = None;
    builder.max_permutations = None;
    let passed = catch_unwind(AssertUnwindSafe(|| {
        builder.check(move || {
            COUNT.fetch_add(1, PlainOrdering::Relaxed);
            model();
        });
    }));
    let count = COUNT.load(PlainOrdering::Relaxed);
    if passed.is_ok() { thousands(count) } else { format!("no. {count} fails") }
}

fn counted(threads: usize, add: fn(&AtomicUsize)) {
    let counter = Arc::new(AtomicUsize::new(0));
    let others: Vec<_> = (1..threads)
        .map(|_| {
            let counter = counter.clone();
            thread::spawn(move || add(&counter))
        })
        .collect();
    add(&counter);
    others.into_iter().for_each(|other| other.join().unwrap());
    assert_eq!(counter.load(Ordering::Relaxed), threads);
}

fn add(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn load_then_store(counter: &AtomicUsize) {
    let old = counter.load(Ordering::Relaxed);
    counter.store(old + 1, Ordering::Relaxed);
}

// ANCHOR: unseen
/// The same mistake on an atomic that loom does not know of.
fn unseen() {
    let counter = std::sync::Arc::new(Plain::new(0));
    let other = counter.clone();
    let add = |counter: &Plain| {
        let old = counter.load(PlainOrdering::Relaxed);
        counter.store(old + 1, PlainOrdering::Relaxed);
    };
    let thread = thread::spawn(move || add(&other));
    add(&counter);
    thread.join().unwrap();
    assert_eq!(counter.load(PlainOrdering::Relaxed), 2);
}
// ANCHOR_END: unseen

// ANCHOR: flag
fn flag(publish: Ordering, see: Ordering) {
    let cell = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let other = cell.clone();
    let writer = thread::spawn(move || {
        other.0.store(42, Ordering::Relaxed);
        other.1.store(1, publish);
    });
    if cell.1.load(see) == 1 {
        assert_eq!(cell.0.load(Ordering::Relaxed), 42);
    }
    writer.join().unwrap();
}
// ANCHOR_END: flag

/// Two producers, one consumer, one place, one condition variable for both directions.
fn queue() {
    let shared = Arc::new((Mutex::new(None), Condvar::new()));
    let producers: Vec<_> = [1, 2]
        .map(|item| {
            let shared = shared.clone();
            thread::spawn(move || {
                let (place, changed) = &*shared;
                let mut guard = place.lock().unwrap();
                while guard.is_some() {
                    guard = changed.wait(guard).unwrap();
                }
                *guard = Some(item);
                changed.notify_all();
            })
        })
        .into();
    let mut sum = 0;
    for _ in 0..2 {
        let (place, changed) = &*shared;
        let mut guard = place.lock().unwrap();
        while guard.is_none() {
            guard = changed.wait(guard).unwrap();
        }
        sum += guard.take().unwrap_or(0);
        changed.notify_all();
    }
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    assert_eq!(sum, 3);
}
