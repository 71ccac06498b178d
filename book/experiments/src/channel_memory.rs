//! What channels allocate: when they are made, when 1000 messages wait in them, and while messages pass through.
//!
//! Clock: none; the allocator counts. The seed changes nothing.

use crate::allocations::{Counted, during};
use crate::{Options, print, virtual_time};
use std::io::{self, Write};
use tokio::sync::{broadcast, mpsc};

/// A message of 64 bytes.
type Message = [u64; 8];

const WAITING: usize = 1000;
const PASSING: usize = 100_000;

fn bytes(counted: Counted) -> String {
    print::thousands(counted.bytes)
}

/// A line about a channel: made, filled, emptied, and used with one message at a time.
fn row<S, R>(name: &str, make: impl Fn() -> (S, R), send: impl Fn(&S, Message), take: impl Fn(&mut R)) -> Vec<String> {
    let ((sender, mut receiver), made) = during(&make);
    let (_, filled) = during(|| (0..WAITING).for_each(|_| send(&sender, [0; 8])));
    (0..WAITING).for_each(|_| take(&mut receiver));
    let (sender, mut receiver) = make();
    let (_, passed) = during(|| {
        for _ in 0..PASSING {
            send(&sender, [0; 8]);
            take(&mut receiver);
        }
    });
    vec![name.to_owned(), bytes(made), bytes(filled), print::thousands(passed.allocations)]
}

fn mpsc_row(capacity: usize) -> Vec<String> {
    row(
        &format!("tokio mpsc, {}", print::thousands(capacity)),
        || mpsc::channel::<Message>(capacity),
        |sender, message| sender.try_send(message).expect("there is room"),
        |receiver| assert!(receiver.try_recv().is_ok()),
    )
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rows = virtual_time::block_on(options, async {
        [
            mpsc_row(1000),
            mpsc_row(1_000_000),
            row(
                "tokio broadcast, 1 024",
                || broadcast::channel::<Message>(1024),
                |sender, message| drop(sender.send(message)),
                |receiver| assert!(receiver.try_recv().is_ok()),
            ),
            row(
                "async-channel, 1 000",
                || async_channel::bounded::<Message>(1000),
                |sender, message| sender.try_send(message).expect("there is room"),
                |receiver| assert!(receiver.try_recv().is_ok()),
            ),
            row(
                "async-channel, 1 000 000",
                || async_channel::bounded::<Message>(1_000_000),
                |sender, message| sender.try_send(message).expect("there is room"),
                |receiver| assert!(receiver.try_recv().is_ok()),
            ),
        ]
    });
    writeln!(out, "Messages of 64 bytes: bytes to make it, more for 1000 that wait, and how many")?;
    writeln!(out, "allocations for 100 000 that pass one at a time")?;
    print::table(out, &["channel, capacity", "made", "1000 wait", "pass"], &rows)
}
