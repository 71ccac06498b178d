//! # Production pipeline
//!
//! Build the pipeline that a team would ship: items of many tenants through three stages, fetch, parse and deliver, with
//! everything that somebody needs who has to operate it. The trait [`Stage`] and `main.rs` are given. Write, a file each:
//!
//! - `config.rs`: the widths from the environment.
//! - `metrics.rs`, `instrument.rs`: the figures, and the wrapper round any stage that counts, times, limits and logs.
//! - `bulkhead.rs`, `pipeline.rs`: lanes of a tenant's own, from [`Pipeline::submit`] to an [`Outcome`], and the end.
//! - `http.rs`, `server.rs`, `journal.rs`: the real stages, the endpoint that is scraped, and the record of items by which
//!   one of them is replayed.
//!
//! What must hold of the widths:
//!
//! - `FETCH_WORKERS`, `PARSE_WORKERS` and `DELIVER_WORKERS` are looked up once each. A whole number from 1 to 512, trimmed,
//!   is the width; not set, empty or white space is the default, which is 8, 4 and 8. Anything else is an error (`0`, `-1`,
//!   `4.5`, `many`, `513`, what is not Unicode) that names every bad variable and its value, and no good variable.
//!
//! What must hold of the pipeline:
//!
//! - Every accepted item passes the stages once, first to last, and its [`Ticket`] brings its outcome, also if it is
//!   cancelled. A ticket that is dropped changes nothing. There is no order between items.
//! - Width: a stage is at work on as many jobs as its `workers` says, if so many wait, and on [`TENANT_WORKERS`] = 4 of one
//!   tenant; never on more. 40 items of one tenant with 10 ms in each of three stages take 120 ms.
//! - Bulkhead: a tenant's queues and workers are its own in each stage. Tenant B's 100 items of 10 ms take 250 ms beside
//!   the items of A and C of 1 s, whether these are slow in the first stage or in the last, where that stage is 12 wide and
//!   the others 8. So a job that waits for room in the next stage takes up none of the stage's `workers`.
//! - Full: a tenant's burst is accepted up to the `buffer` of the first stage, and at most 5 more; the rest comes back as
//!   [`Refused::Full`] from `submit`, which never waits. So does the first item of a 65th tenant ([`MAX_TENANTS`] = 64).
//! - Backpressure: of one tenant, a stage holds at most its `buffer`, 4 at work and 2 on the way. What waits is not polled.
//! - Errors: an error, a panic ([`StageError::Panicked`]) and a run of more than [`STAGE_TIMEOUT`] = 5 s
//!   ([`StageError::TimedOut`]) end the item in that stage: the outcome names both, no later stage sees it, and it costs
//!   nobody a worker.
//! - Cancellation: 5 ms after the token is cancelled or the pipeline is dropped, no task is left, nothing is at work, and
//!   every ticket has an outcome, which of what was given up is [`Outcome::Cancelled`]. After a cancel `submit` answers
//!   [`Refused::Stopped`]. The token is the caller's: the pipeline never cancels it.
//! - Shutdown: from then on `submit` answers `Stopped`; what was accepted is finished; what has not ended after the grace
//!   is given up. [`Pipeline::shutdown`] returns as soon as no task is left, and in its [`Summary`] accepted = done +
//!   failed + cancelled, of all items since the start. Dropping its future gives up nothing.
//!
//! What must hold of the figures, all with the labels `stage` and `tenant`:
//!
//! - Counters `items_in_total`, `items_out_total`, `errors_total`, `cancelled_total`; gauges `inflight`, `queue_depth`;
//!   histograms `process_seconds`, `queue_seconds`. In Prometheus text, names escaped, on one's own registry: two `Metrics`
//!   share nothing.
//! - A job is in the queue from [`Instrumented::arrive`] on, in flight from the first poll of [`Visit::run`] to its end, and
//!   then out or an error: an error, a panic or a timeout is one error, of that stage alone. A visit that is dropped,
//!   waiting or at work, is cancelled. A refused item is counted nowhere. Out of one stage is in at the next, at the same
//!   moment. So four that wait for room may count as queued, and four that a worker has taken but not begun: a tenant's
//!   `queue_depth` is at most `buffer` + 8.
//! - At every moment at which nothing moves, for each stage and tenant: in = out + errors + cancelled + in flight + queue
//!   depth, and no gauge is below 0. When all is over, both gauges are 0, and the figures say what the outcomes say.
//! - `queue_seconds` has one observation for each job whose run has begun, `process_seconds` one for each that was done
//!   or an error; both by Tokio's clock.
//!
//! What must hold of the log, which is written with `tracing`:
//!
//! - The end of a job at a stage is one line with the fields `stage`, `tenant`, `id`, `correlation` and `outcome`, which is
//!   `ok`, `error` or `cancelled`. The fields are the line's or its span's.
//! - What a stage itself logs while it runs has the `correlation` of its item, too. So has every other line.
//!
//! What must hold over the network:
//!
//! - [`HttpFetch`] gets the item's URL, and the body, at most [`BODY_LIMIT`] = 64 KiB, is the payload. [`Parse`] makes a
//!   trimmed lower-case text of it; what is not UTF-8 or then empty is `Failed`. [`HttpDeliver`] posts the payload
//!   to the sink, and passes the job on unchanged. Both send the correlation id as `x-correlation-id`.
//! - A status from 200 to 299 is a success, any other is `Status`: no redirect is followed. No answer, half of one and a body
//!   beyond the limit are `Failed`, with a text of your choice; nothing is read beyond the limit. Both read the answer's body
//!   to its end. A dropped run closes its connection; ten runs, one after the other, use at most 5 connections. `no_proxy()`.
//! - [`serve`] answers `GET /metrics` with 200 and a content type of `text/plain` with `version=0.0.4`, any other path with
//!   404. When the token is cancelled it closes the port and returns `Ok` within 5 s, also if a client is connected
//!   and silent, and no task is left.
//! - The program, at SIGTERM or SIGINT, finishes what it has accepted and ends with code 0; at a bad width, with 2.
//!
//! What must hold of the journal:
//!
//! - A recorded item outlives a SIGKILL. [`Journal::find`] gives its last record, passes over a line without its end, and
//!   finds what is recorded after one. A tab or a line break in an item is `InvalidInput`.
//! - `replay` of the program runs the item of this id, and nothing else, under its old correlation id.
//!
//! All but the network, the program and the journal is judged on virtual time with scripted stages. Threads of your own and
//! `spawn_blocking` do not share it: tasks do the work.

mod bulkhead;
mod config;
mod http;
mod instrument;
mod journal;
mod metrics;
mod pipeline;
mod server;
mod stage;

pub use bulkhead::{MAX_TENANTS, TENANT_WORKERS};
pub use config::{BadWidth, Config, ConfigError, MAX_WIDTH};
pub use http::{BODY_LIMIT, CORRELATION_HEADER, HttpDeliver, HttpFetch, Parse};
pub use instrument::{Instrumented, STAGE_TIMEOUT, Visit};
pub use journal::Journal;
pub use metrics::Metrics;
pub use pipeline::{Outcome, Pipeline, Refused, Summary, Ticket};
pub use server::serve;
pub use stage::{Item, Job, Stage, StageError};
