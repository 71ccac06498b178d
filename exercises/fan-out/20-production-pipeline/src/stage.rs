//! What flows through the pipeline, and what a stage is.

use async_trait::async_trait;
use thiserror::Error;

/// Something to do for a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// The caller's number for it, by which it is replayed.
    pub id: u64,
    /// For whom.
    pub tenant: String,
    /// What joins everything that is logged and sent about it, here and elsewhere.
    pub correlation: String,
    /// Where its data is.
    pub url: String,
}

/// An item on its way through the stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Whose job it is.
    pub item: Item,
    /// What the stages before this one have made of it; empty before the first.
    pub payload: Vec<u8>,
}

/// One step of the pipeline. All stages are alike to it.
#[async_trait]
pub trait Stage: Send + Sync + 'static {
    /// The name in metrics and logs, not the same for two stages of a pipeline.
    fn name(&self) -> &'static str;

    /// How many jobs it runs at a time, of all tenants together; at least 1.
    fn workers(&self) -> usize;

    /// How many jobs of one tenant wait for it, at most; at least 1.
    fn buffer(&self) -> usize;

    /// Does the work of this stage.
    ///
    /// # Errors
    ///
    /// [`StageError::Failed`] or [`StageError::Status`]: the job ends here. The others are not a stage's to give.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the work up. Nothing goes on behind it.
    async fn run(&self, job: Job) -> Result<Job, StageError>;
}

/// Why a stage has no result for a job.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StageError {
    /// It could not be done, with the reason.
    #[error("{0}")]
    Failed(String),
    /// A server answered with this status, which is none of 200 to 299.
    #[error("status {0}")]
    Status(u16),
    /// It took longer than [`STAGE_TIMEOUT`](crate::STAGE_TIMEOUT).
    #[error("timed out")]
    TimedOut,
    /// It panicked.
    #[error("panicked")]
    Panicked,
}
