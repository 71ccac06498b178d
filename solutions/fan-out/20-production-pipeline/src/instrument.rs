//! The wrapper round any stage: what it measures, logs and limits is the same for all.

use crate::metrics::Series;
use crate::{Job, Metrics, Stage, StageError};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tracing::{Instrument, Span, error_span, info, warn};

/// How long a stage may take for a job.
///
/// Without it, a partition costs a tenant its workers for as long as the other side says nothing, which may be for ever.
pub const STAGE_TIMEOUT: Duration = Duration::from_secs(5);

/// A stage that counts, times and logs what passes through it.
#[derive(Clone)]
pub struct Instrumented {
    stage: Arc<dyn Stage>,
    metrics: Metrics,
}

impl Instrumented {
    /// Wraps a stage.
    pub fn new(stage: Arc<dyn Stage>, metrics: Metrics) -> Instrumented {
        Instrumented { stage, metrics }
    }

    // ANCHOR: arrive
    /// The job has come to the stage, and waits for it from now on.
    ///
    /// Dropping the visit, waiting or at work, counts the job as cancelled.
    pub fn arrive(&self, job: Job) -> Visit {
        let (stage, item) = (self.stage.name(), &job.item);
        // A span of the level `error` is there whenever one of its lines is: a filter that lets warnings through would
        // take the correlation id off them if the span were an `info_span!`.
        let span = error_span!("visit", stage, tenant = %item.tenant, id = item.id, correlation = %item.correlation);
        let account = Account::open(self.metrics.series(stage, &item.tenant), span);
        Visit { stage: self.stage.clone(), job, account }
    }
    // ANCHOR_END: arrive
}

/// A job at a stage: first it waits, then it is at work.
pub struct Visit {
    stage: Arc<dyn Stage>,
    job: Job,
    account: Account,
}

impl Visit {
    // ANCHOR: run
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
        let Visit { stage, job, mut account } = self;
        account.begin();
        // In the span, so that what the stage itself logs has the correlation id too.
        let run = async { stage.run(job).await }.instrument(account.span.clone());
        let result = match timeout(STAGE_TIMEOUT, AssertUnwindSafe(run).catch_unwind()).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(StageError::Panicked),
            Err(_) => Err(StageError::TimedOut),
        };
        account.end(result.as_ref().err());
        result
    }
    // ANCHOR_END: run
}

// ANCHOR: account
/// Where a job is counted. Whatever happens to it, it is counted out of there once.
struct Account {
    series: Series,
    span: Span,
    since: Instant,
    state: State,
}

/// `Waiting → Working` in [`Account::begin`], `Working → Ended` in [`Account::end`]; a drop before `Ended` cancels.
#[derive(PartialEq)]
enum State {
    Waiting,
    Working,
    Ended,
}

impl Account {
    fn open(series: Series, span: Span) -> Account {
        series.items_in.inc();
        series.queue_depth.inc();
        Account { series, span, since: Instant::now(), state: State::Waiting }
    }

    fn begin(&mut self) {
        self.series.queue_depth.dec();
        self.series.queue_seconds.observe(self.since.elapsed().as_secs_f64());
        self.series.inflight.inc();
        (self.since, self.state) = (Instant::now(), State::Working);
    }

    fn end(&mut self, error: Option<&StageError>) {
        self.series.inflight.dec();
        self.series.process_seconds.observe(self.since.elapsed().as_secs_f64());
        self.state = State::Ended;
        self.span.in_scope(|| match error {
            None => {
                self.series.items_out.inc();
                info!(outcome = "ok");
            }
            Some(error) => {
                self.series.errors.inc();
                warn!(outcome = "error", %error);
            }
        });
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        match self.state {
            State::Waiting => self.series.queue_depth.dec(),
            State::Working => self.series.inflight.dec(),
            State::Ended => return,
        }
        self.series.cancelled.inc();
        self.span.in_scope(|| warn!(outcome = "cancelled"));
    }
}
// ANCHOR_END: account
