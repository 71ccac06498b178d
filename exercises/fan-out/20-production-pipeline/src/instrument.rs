//! The wrapper round any stage: what it measures, logs and limits is the same for all.

use crate::{Job, Metrics, Stage, StageError};
use std::sync::Arc;
use std::time::Duration;

/// How long a stage may take for a job.
pub const STAGE_TIMEOUT: Duration = Duration::from_secs(5);

/// A stage that counts, times and logs what passes through it.
#[derive(Clone)]
pub struct Instrumented {}

impl Instrumented {
    /// Wraps a stage.
    pub fn new(stage: Arc<dyn Stage>, metrics: Metrics) -> Instrumented {
        let _ = (stage, metrics);
        todo!("keep both")
    }

    /// The job has come to the stage, and waits for it from now on.
    ///
    /// Dropping the visit, waiting or at work, counts the job as cancelled.
    pub fn arrive(&self, job: Job) -> Visit {
        let _ = job;
        todo!("count it in, and remember to count it out")
    }
}

/// A job at a stage: first it waits, then it is at work.
pub struct Visit {}

impl Visit {
    /// Runs the stage on the job. The wait for it ends here.
    ///
    /// # Errors
    ///
    /// What the stage says; [`StageError::TimedOut`] after [`STAGE_TIMEOUT`], and [`StageError::Panicked`] if it panics.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the stage's work, and counts the job as cancelled.
    pub async fn run(self) -> Result<Job, StageError> {
        todo!("run the stage in a span, under a timeout, and count and log how it ended")
    }
}
