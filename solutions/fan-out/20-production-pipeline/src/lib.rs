//! A pipeline as a team would ship it: three stages, a bulkhead for each tenant, metrics, logs, a journal, an end.
//!
//! - **Ordering**: none between items that are at work. Items of one tenant begin each stage in the order in which they
//!   came to it.
//! - **Errors**: the first error of an item, a timeout and a panic among them, ends that item and nothing else. It is
//!   counted once, in its stage, is in the log, and is the item's outcome. Nothing is tried again: an operator replays an
//!   item by its id, when the cause is gone.
//! - **Cancellation**: a cancel of the caller's token, and dropping the pipeline, give up everything at once. The outcome
//!   of each such item says so. What a stage has sent meanwhile is not undone.
//! - **Backpressure**: towards the caller it is a refusal, [`Refused::Full`], which never waits: an intake that waits for
//!   one tenant waits for all. Within the pipeline, a job keeps its worker until there is room in the next stage. It all
//!   happens in lanes of the tenant's own.
//! - **Shutdown**: nothing more is accepted, what was accepted runs to its end, and what has not ended when the grace is
//!   over is given up. Then no task is left.
//!
//! An item is one task, which walks from stage to stage. How many there are is bounded where they come in: of one tenant
//! at most 4 at work in each of three stages, and 100, 4 and 4 waiting, which is 120; of [`MAX_TENANTS`] tenants 7680.
//!
//! Sizes: [`TENANT_WORKERS`] is what a tenant's backend was promised, the widths of [`Config`] what the machine can bear.
//! As long as no more than two tenants are slow at once, the default widths leave the others theirs.

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
