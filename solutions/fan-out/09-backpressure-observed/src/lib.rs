//! A fan-out whose queues can be watched: eight workers between two bounded queues, and their depths on `/metrics`.
//!
//! - **Ordering**: none. A result leaves when its work is done.
//! - **Errors**: a panic in the work ends its worker and loses the number in its hand; the other workers go on.
//! - **Cancellation**: dropping the [`Results`] fails the workers' sends, and the last worker's end fails the
//!   producer's. What is in the queues and in hands is lost. The endpoint has a token of its own, for it outlives
//!   pipelines.
//! - **Backpressure**: a worker whose result finds no room parks in `send`, and so does the producer: nothing else
//!   slows anybody down. The input holds one number a worker, so that none waits for the producer's wake-up. The
//!   output holds 32, which is 3.2 s of a reader that takes ten a second: it takes up a burst, and every result waits
//!   as much longer.
//! - **Shutdown**: workers return at the end of the input; the last of them ends the results. [`serve`] stops accepting and
//!   listening to its clients, so that none of them can hold it up, not even in the middle of a request. A scrape is
//!   answered as soon as it is read, so none is cut off in between.
//!
//! A depth is kept where items go in and out, and read when somebody asks. No task samples it: the metrics cost nothing
//! while nobody scrapes, and what is scraped is never old.

mod metrics;
mod pipeline;
mod queue;
mod server;

pub use metrics::{Metrics, Sample, fill_rate};
pub use pipeline::{INPUT_CAPACITY, OUTPUT_CAPACITY, Results, WORKERS, pipeline};
pub use server::serve;
