//! How many bytes tasks take: the future, and what `tokio::spawn` allocates for it.
//!
//! Clock: none; the compiler and the allocator count. The seed changes nothing. Another compiler may lay futures out
//! in another way. All stay below the 2 KiB from which a build without optimisation boxes a future before it spawns it.

use crate::allocations::during;
use crate::{Options, print, virtual_time};
use std::io::{self, Write};
use tokio::task::yield_now;

/// Reads a little and answers.
fn parse(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b',').count()
}

async fn nothing() {}

// ANCHOR: futures
async fn across() -> usize {
    let buffer = [0u8; 256];
    yield_now().await; // The buffer is used afterwards, so it is part of the future.
    parse(&buffer)
}

async fn in_a_block() -> usize {
    let found = {
        let buffer = [0u8; 256];
        parse(&buffer)
    };
    yield_now().await; // The buffer is gone.
    found
}

async fn dropped() -> usize {
    let buffer = [0u8; 256];
    let found = parse(&buffer);
    #[expect(dropping_copy_types, reason = "that it does nothing is the point")]
    drop(buffer);
    yield_now().await;
    found
}

async fn on_the_heap() -> usize {
    let buffer = vec![0u8; 256];
    yield_now().await;
    parse(&buffer)
}

async fn calls_two() -> usize {
    across().await + across().await // One after the other: they share a place.
}

async fn calls_two_at_once() -> usize {
    let (one, two) = tokio::join!(across(), across());
    one + two
}

async fn passes_it_on(inner: impl Future<Output = usize>) -> usize {
    inner.await
}

async fn calls_boxed() -> usize {
    Box::pin(across()).await
}
// ANCHOR_END: futures

/// The future's size, and the bytes that a spawn allocates.
fn row<F>(name: &str, make: impl Fn() -> F) -> Vec<String>
where
    F: Future<Output: Send> + Send + 'static,
{
    let future = make();
    let size = size_of_val(&future);
    let (task, spawned) = during(|| tokio::spawn(future));
    task.abort();
    vec![name.to_owned(), print::thousands(size), print::thousands(spawned.bytes)]
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rows = virtual_time::block_on(options, async {
        // The first task also makes the runtime's own things.
        tokio::spawn(nothing()).await.expect("no panic");
        [
            row("async {}", nothing),
            row("256 bytes across an await", across),
            row("256 bytes in a block before it", in_a_block),
            row("256 bytes dropped before it", dropped),
            row("256 bytes on the heap", on_the_heap),
            row("two such calls in turn", calls_two),
            row("two such calls, joined", calls_two_at_once),
            row("passed on once", || passes_it_on(across())),
            row("passed on twice", || passes_it_on(passes_it_on(across()))),
            row("the call in a Box", calls_boxed),
        ]
    });
    writeln!(out, "Bytes of a future, and bytes allocated when it is spawned")?;
    print::table(out, &["the future holds", "future", "spawned"], &rows)
}
