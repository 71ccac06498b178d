//! # Reorder-buffer tests
//!
//! This time you write the tests, and they are judged: [`suite`] is run against right reorder buffers, which it must
//! pass, and against buffers with one fault each, which it must notice. [`ReorderBuffer`](workbook::reorder::ReorderBuffer)
//! is what a buffer promises; read it first. Each faulty buffer breaks one sentence of it.
//!
//! A suite fails as every test does, by a panic: `assert_eq!`, `unwrap`, `expect`. It is an `async` function, which runs
//! in a task on a paused clock as under `#[tokio::test(start_paused = true)]`, and makes as many buffers as it likes.
//!
//! What must hold of the suite:
//!
//! - It passes on right buffers, of more than one design. What the contract leaves open, it does not ask for.
//! - It puts 100 numbers through a buffer with a bound of 10: [`WORKERS`] workers take them in sequence and are done with
//!   them in another order. There are faults that show only then, and only if every tenth number or so is late enough
//!   for the other nine workers to overtake it.
//! - It notices, by a panic, each of these faults, on a bound of 10: the last of the 100 numbers never comes; one of
//!   them comes twice; numbers come out of sequence; values are mixed up; the buffer holds 11; the buffer holds no more
//!   than 9; the number that is next finds no place; what is in at the close is lost; the end never comes; the buffer is
//!   not empty at the end.
//! - It ends: within ten minutes of virtual time, with every buffer. A suite that waits for ever for what a faulty
//!   buffer never gives has not noticed it.
//! - When it returns, none of its tasks is left.
//!
//! What must hold of the [`model`], which loom runs in every interleaving of its threads:
//!
//! - With a right buffer it passes in each of them.
//! - It fails with a buffer that loses the wake-up of a waiting taker, with one that loses the wake-up of an inserter
//!   that waits for room, and with one whose taker can overlook the last number when the close comes at that moment.
//! - loom is through with it within 10 s, with at most two preemptions: two threads and two or three numbers are enough.
//!   It uses `workbook::model` and `workbook::sync` alone: loom sees neither `std::thread` nor Tokio.

mod model;

pub use model::model;

use workbook::reorder::Make;

/// How many numbers go through the buffer.
pub const NUMBERS: u64 = 100;

/// How many workers are at them.
pub const WORKERS: usize = 10;

/// How many numbers the buffer may hold.
pub const BOUND: usize = 10;

/// Tests the buffers that `make` makes.
///
/// # Panics
///
/// If they break their contract.
pub async fn suite(make: Make) {
    let _ = make;
    todo!("put numbers through make(BOUND) and assert what the contract promises")
}
