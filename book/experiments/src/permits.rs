//! A semaphore is fair: who asks for much collects what comes back, and is not overtaken by who asks for little.
//!
//! Clock: virtual. The seed changes nothing.

use crate::{Options, print, virtual_time};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Who asks, when, for how many of four permits, and how long they are kept, in milliseconds.
const ASK: [(&str, u64, u32, u64); 5] =
    [("A", 0, 3, 10), ("B", 1, 4, 5), ("C", 2, 1, 5), ("D", 3, 1, 5), ("E", 4, 2, 5)];

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = virtual_time::block_on(options, async {
        let (permits, began) = (Arc::new(Semaphore::new(4)), Instant::now());
        let mut tasks = JoinSet::new();
        for (who, asks, many, keeps) in ASK {
            let permits = Arc::clone(&permits);
            tasks.spawn(async move {
                sleep(Duration::from_millis(asks)).await;
                let free = permits.available_permits();
                let permit = permits.acquire_many(many).await.expect("never closed");
                let got = began.elapsed().as_millis();
                sleep(Duration::from_millis(keeps)).await;
                drop(permit);
                vec![who.to_owned(), many.to_string(), asks.to_string(), free.to_string(), got.to_string()]
            });
        }
        tasks.join_all().await
    });
    rows.sort();
    writeln!(out, "Four permits; times in ms")?;
    print::table(out, &["who", "asks for", "at", "free then", "has them at"], &rows)
}
