//! Caught by: an_error_ends_its_item_alone (fail), the_wrapper_counts_any_stage (fail), the_figures_add_up_under_chaos (fail), shutdown_finishes_what_was_accepted (fail)
//!
//! "An error is counted where it is found": and what success takes back, an error leaves.

use crate::metrics::Series;
use crate::{Job, Metrics, Stage, StageError};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tracing::{Instrument, Span, error_span, info, warn};

pub const STAGE_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Instrumented {
    stage: Arc<dyn Stage>,
    metrics: Metrics,
}

impl Instrumented {
    pub fn new(stage: Arc<dyn Stage>, metrics: Metrics) -> Instrumented {
        Instrumented { stage, metrics }
    }

    pub fn arrive(&self, job: Job) -> Visit {
        let (stage, item) = (self.stage.name(), &job.item);
        let span = error_span!("visit", stage, tenant = %item.tenant, id = item.id, correlation = %item.correlation);
        let account = Account::open(self.metrics.series(stage, &item.tenant), span);
        Visit { stage: self.stage.clone(), job, account }
    }
}

pub struct Visit {
    stage: Arc<dyn Stage>,
    job: Job,
    account: Account,
}

impl Visit {
    pub async fn run(self) -> Result<Job, StageError> {
        let Visit { stage, job, mut account } = self;
        account.begin();
        let run = async { stage.run(job).await }.instrument(account.span.clone());
        let result = match timeout(STAGE_TIMEOUT, AssertUnwindSafe(run).catch_unwind()).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(StageError::Panicked),
            Err(_) => Err(StageError::TimedOut),
        };
        account.end(result.as_ref().err());
        result
    }
}

struct Account {
    series: Series,
    span: Span,
    since: Instant,
    state: State,
}

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
        self.series.process_seconds.observe(self.since.elapsed().as_secs_f64());
        self.state = State::Ended;
        self.span.in_scope(|| match error {
            None => {
                self.series.inflight.dec();
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
