//! # Backpressure observed
//!
//! Build a fan-out behind which somebody reads slowly, and make visible what happens in it: the depth of its two queues,
//! as a gauge that Prometheus can scrape.
//!
//! - [`pipeline`] sends the numbers into an input queue of [`INPUT_CAPACITY`], from which [`WORKERS`] workers take them
//!   (`work.run(number).await`) and send their doubles into an output queue of [`OUTPUT_CAPACITY`]. The reader takes
//!   them with [`Results::recv`].
//! - [`Metrics`] knows how many items wait in each queue at this moment. [`Metrics::render`] says it in the Prometheus
//!   text format, [`Metrics::sample`] as numbers, and [`fill_rate`] how fast the output queue fills.
//! - [`serve`] answers `GET /metrics` over HTTP until its token is cancelled. With `axum` and `prometheus`, or by hand.
//!
//! What must hold of the pipeline:
//!
//! - Results: the double of every number, each once, in any order; then the results end, and no task is left, also while
//!   the [`Metrics`] are kept.
//! - Pace: work takes 20 ms, and a reader takes one result each 100 ms. Once the queues are full, everything upstream
//!   runs at the reader's rate: in 5 s, 50 results are read, 50 numbers are taken and 50 are begun, give or take the 8
//!   that are at work at once.
//! - Parking: what waits is not polled, between two reads, while nobody reads, and while a reader waits. While nobody
//!   reads, at most 51 numbers are taken: 8 and 32 in the queues, 8 at work, and 3 in hands between them. No task samples
//!   the queues from time to time.
//! - Shutdown: 25 ms after the [`Results`] are dropped, no task is left, with work of 20 ms.
//! - Errors: a panic in the work loses that number alone. The worker may be lost with it.
//!
//! What must hold of the gauge:
//!
//! - Its name is `pipeline_queue_depth`, its type `gauge`, and it has a label `queue`, which is `input` or `output`.
//! - It is the number of items in the queue at the moment of the call. What a worker holds that waits for room is not in
//!   the queue. With 100 numbers and the reader above, whose first read is at 100 ms, the output's depth is 0, 8, 16, 24
//!   and 32 at 10, 30, 50, 70 and 90 ms. It stays at 32 until the numbers run out, and falls by one with each read.
//! - The full queue stands before the slow stage: with a slow reader both are full (8 and 32), with slow work the input
//!   is full and the output empty, until the last numbers leave the input.
//! - At the end, after a panic and after the results are dropped, both depths are 0.
//! - The fill rate of that output is 400 a second from 10 to 90 ms, then 0, and −10 while the queue drains. Between two
//!   samples of one moment it is 0.
//! - Two pipelines in one process have each their own depths.
//!
//! What must hold of the endpoint:
//!
//! - `GET /metrics` has status 200, a content type of `text/plain` with `version=0.0.4`, and the depths of that moment;
//!   any other path, such as `/metrics2`, has status 404. A client that connects and says nothing holds nobody up.
//! - When the token is cancelled, [`serve`] closes the port and returns `Ok` within 5 s, whatever its clients do: one has
//!   said nothing, one keeps its connection after a scrape, others have stopped in the middle of a request. No task is
//!   left.
//!
//! The pipeline and the gauge are judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//! `src/main.rs` is given: `cargo run -p fan-out-09`, and scrape it.

mod metrics;
mod pipeline;
mod server;

pub use metrics::{Metrics, Sample, fill_rate};
pub use pipeline::{INPUT_CAPACITY, OUTPUT_CAPACITY, Results, WORKERS, pipeline};
pub use server::serve;
