//! Caught by: a_slow_number_holds_up_nobody (fail), results_stream (fail), a_reader_that_stops_holds_back_the_input (bound)
//!
//! "First all the work, then the results": they are gathered in a list, and the list is sent.

use futures::StreamExt;
use tokio::sync::mpsc::{self, Receiver};
use tokio_stream::wrappers::ReceiverStream;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let running = ReceiverStream::new(input).map(move |number| {
        let work = work.clone();
        tokio::spawn(async move {
            work.run(number).await;
            number * 2
        })
    });
    tokio::spawn(async move {
        let results: Vec<_> = running.buffer_unordered(WORKERS).collect().await;
        for result in results.into_iter().flatten() {
            if output.send(result).await.is_err() {
                return;
            }
        }
    });
    receiver
}
