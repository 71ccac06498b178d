//! What an exercise may use of the workbook.
//!
//! - [`Work`] stands for the work of a stage: `work.run(item).await`. It takes as long as the test decides,
//!   on the clock of the runtime, and it remembers who ran when.
//! - [`sync`] is the standard library's synchronisation under another name. When a primitive of yours is
//!   checked by loom, the same names are loom's, and every lock becomes a point where the model can switch
//!   threads. A task that needs it says so; elsewhere use what you like. [`model`] has the threads of such a model,
//!   for a task in which you write one.
//! - [`reorder`] is what a reorder buffer promises, for a task in which you test one.

pub mod model;
pub mod reorder;
pub mod sync;
mod work;

pub use work::{Peak, PlannedPanic, Record, Run, Work};
