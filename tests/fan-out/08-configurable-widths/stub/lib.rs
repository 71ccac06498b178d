//! # Configurable widths
//!
//! Build a pipeline of three stages, `fetch → parse → write`, whose widths come from the environment, and the program
//! around it.
//!
//! - [`Config::from_env_with`] reads `FETCH_WORKERS`, `PARSE_WORKERS` and `WRITE_WORKERS` through a function that looks
//!   up a variable, and [`Config::from_env`] reads them from the environment of the process.
//! - [`pipeline`] runs each page through the three stages (`stages.fetch.run(page).await`, then `parse`, then `write`),
//!   each as wide as the [`Config`] says.
//! - `main` reads the environment and runs [`simulate`], which is given.
//!
//! What must hold of a value:
//!
//! - A whole decimal number from 1 to [`MAX_WIDTH`], which is 512, is the width. White space around it does not count:
//!   ` 8 ` is 8, as `str::trim` and `str::parse` have it.
//! - Not set, empty or only white space: the default, which is 8 for fetch, 4 for parse and 2 for write.
//! - Anything else is an error: `0`, `-1`, `4.5`, `many`, `8 8`, `0x10`, `513`, `99999999999999999999`, and what is not
//!   Unicode. The error's text names the variable and the value, or of a value that is not Unicode what can be shown
//!   of it. It names no variable that is right.
//! - If several values are bad, the one error names all of them.
//! - Each of the three variables is looked up exactly once, and no other. The pipeline goes by its `Config` alone.
//!
//! What must hold of the pipeline:
//!
//! - Width: never more pages are in flight in a stage than its width, and so many are whenever so many wait.
//! - Pace: every page comes out once, in any order. With widths of 4, 2 and 8 and work of 10, 20 and 10 ms, 100 pages take
//!   1020 ms: the narrowest stage sets the pace.
//! - Backpressure: when nobody reads, every task parks, and at most `3 × (fetch + parse + write + 1)` pages are taken:
//!   for each worker one in its hand, one before it and one behind it, and one more in the hand of each stage.
//! - Shutdown: 10 ms after the output is dropped, with 1 ms of work in each stage, no task is left.
//! - Errors: a panic in the work loses that page alone, in every stage, also where the width is 1.
//! - Clock: the pipeline is judged on virtual time, which threads of your own and `spawn_blocking` do not share. Tasks
//!   do the work.
//!
//! What must hold of the program:
//!
//! - It prints the line that [`simulate`] returns, such as `fetch=4 parse=2 write=8`, and ends with code 0.
//! - On a bad environment it says the error on standard error, prints nothing on standard output, and ends with code 2.

mod config;
mod pipeline;
mod simulation;

pub use config::{BadWidth, Config, ConfigError, MAX_WIDTH};
pub use pipeline::{Stages, pipeline};
pub use simulation::simulate;
