//! The pipeline: from `submit` to an outcome, and its end.

use crate::{Item, Job, Metrics, Stage, StageError};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// What has become of an accepted item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has passed all stages, and this is what the last one made of it.
    Done(Job),
    /// It ended in this stage, with this error.
    Failed {
        /// The stage's name.
        stage: &'static str,
        /// Why.
        error: StageError,
    },
    /// It was given up before it had passed all stages.
    Cancelled,
}

/// Brings the outcome of one accepted item. Whoever does not care drops it; the item goes on.
pub type Ticket = oneshot::Receiver<Outcome>;

/// An item that was not accepted, and is given back.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// As many items of this tenant wait as may, or there are too many tenants.
    #[error("full")]
    Full(Item),
    /// The pipeline is shutting down or cancelled.
    #[error("stopped")]
    Stopped(Item),
}

/// What became of all that a pipeline accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many items were accepted: as many as the others together.
    pub accepted: u64,
    /// How many passed all stages.
    pub done: u64,
    /// How many ended with an error.
    pub failed: u64,
    /// How many were given up.
    pub cancelled: u64,
}

/// A running pipeline. Dropping it gives up everything that is in it.
pub struct Pipeline {}

impl Pipeline {
    /// A pipeline of these stages, first to last, that a cancel of the token ends at once.
    ///
    /// # Panics
    ///
    /// Without a stage.
    pub fn start(stages: Vec<Arc<dyn Stage>>, metrics: Metrics, token: &CancellationToken) -> Pipeline {
        let _ = (stages, metrics, token);
        todo!("wrap the stages, and take no item yet")
    }

    /// Accepts the item, or gives it back. It never waits.
    ///
    /// # Errors
    ///
    /// [`Refused::Full`] if the item's tenant has no place left, [`Refused::Stopped`] after a cancel or a shutdown.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn submit(&self, item: Item) -> Result<Ticket, Refused> {
        let _ = item;
        todo!("find the tenant's place in the first stage, or give the item back")
    }

    /// Accepts nothing more, waits until all that was accepted has its outcome, and after `grace` gives up the rest. When
    /// it returns, no task is left.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the pipeline closed to new items; what it has accepted goes on.
    pub async fn shutdown(&self, grace: Duration) -> Summary {
        let _ = grace;
        todo!("close the intake, wait, cancel what is left, and wait for that too")
    }
}
