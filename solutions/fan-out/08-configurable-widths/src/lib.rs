//! A pipeline of three stages, `fetch → parse → write`, whose widths come from the environment.
//!
//! - **Ordering**: none. A page leaves when it is written.
//! - **Errors**: a bad value is found before anything starts, and one error names all of them. A panic in the work
//!   loses its page and nothing else: the worker catches it, for where the width is 1, a lost worker is a lost stage.
//! - **Cancellation**: a stage learns at its next send that its receiver is gone, and so on to the front. What it
//!   loses is what was taken and not delivered.
//! - **Backpressure**: a worker whose page finds no room parks in `send`. Behind a stage there is one slot for each of
//!   its workers, so that all of them can end at one moment and go on; the producer, which does nothing that takes
//!   time, has one. So at most `2 × (fetch + parse + write + 1)` pages are taken and not read.
//! - **Shutdown**: a worker returns at the end of its input; the last of a stage ends the next stage's input.
//!
//! The widths are read once, where the program starts, and handed down as a value. Nothing below `main` knows that
//! there is an environment, so a test sets widths without one, and a running pipeline does not change under itself.

mod config;
mod pipeline;
mod simulation;

pub use config::{BadWidth, Config, ConfigError, MAX_WIDTH};
pub use pipeline::{Stages, pipeline};
pub use simulation::simulate;
