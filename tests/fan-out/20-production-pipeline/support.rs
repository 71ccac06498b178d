//! Scripted stages, and the figures as Prometheus would see them.

use async_trait::async_trait;
use harness::check;
use prometheus_parse::{Scrape, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use task::{Item, Job, Metrics, Outcome, Pipeline, Refused, Stage, StageError, Ticket};
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// The tenants of the tests. A thousand numbers are each one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tenant {
    Acme,
    Bolt,
    Cord,
    Dune,
    Echo,
}

impl Tenant {
    pub(crate) const ALL: [Tenant; 5] = [Tenant::Acme, Tenant::Bolt, Tenant::Cord, Tenant::Dune, Tenant::Echo];

    /// Whose this number is.
    pub(crate) fn of(id: u64) -> Tenant {
        Tenant::ALL[(id / 1000) as usize % Tenant::ALL.len()]
    }

    pub(crate) fn name(self) -> &'static str {
        ["acme", "bolt", "cord", "dune", "echo"][self as usize]
    }

    /// Its first `count` numbers.
    pub(crate) fn ids(self, count: u64) -> Vec<u64> {
        (1..=count).map(|number| self as u64 * 1000 + number).collect()
    }
}

/// The item of a number.
pub(crate) fn item(id: u64) -> Item {
    let tenant = Tenant::of(id).name().to_owned();
    Item { id, tenant, correlation: format!("c-{id}"), url: format!("http://127.0.0.1/{id}") }
}

type Fails = dyn Fn(u64) -> Option<StageError> + Send + Sync;

/// A stage that takes as long, panics and fails as the test says, and signs the payload. Clones are the same stage.
#[derive(Clone)]
pub(crate) struct Scripted {
    name: &'static str,
    workers: usize,
    buffer: usize,
    work: Work,
    tenants: [Work; 5],
    fails: Arc<Fails>,
}

impl Scripted {
    pub(crate) fn new(
        name: &'static str,
        workers: usize,
        buffer: usize,
        takes: impl Fn(u64) -> Duration + Send + Sync + 'static,
    ) -> Scripted {
        let takes: Arc<dyn Fn(u64) -> Duration + Send + Sync> = Arc::new(takes);
        let work = |_| {
            let takes = takes.clone();
            Work::varying(move |id| takes(id))
        };
        Scripted {
            name,
            workers,
            buffer,
            work: work(Tenant::Acme).named(name),
            tenants: Tenant::ALL.map(work),
            fails: Arc::new(|_| None),
        }
    }

    /// Fetch, parse and deliver. `takes` is asked with the place of the stage and the number of the item.
    pub(crate) fn three(
        workers: [usize; 3],
        buffers: [usize; 3],
        takes: impl Fn(usize, u64) -> Duration + Send + Sync + 'static,
    ) -> [Scripted; 3] {
        let takes: Arc<dyn Fn(usize, u64) -> Duration + Send + Sync> = Arc::new(takes);
        [0, 1, 2].map(|place| {
            let takes = takes.clone();
            let name = ["fetch", "parse", "deliver"][place];
            Scripted::new(name, workers[place], buffers[place], move |id| takes(place, id))
        })
    }

    /// The numbers at which the stage panics, when its work is over.
    pub(crate) fn panic_at(&mut self, panics: impl Fn(u64) -> bool + Send + Sync + 'static) {
        let work = std::mem::replace(&mut self.work, Work::taking(Duration::ZERO));
        self.work = work.panicking(panics);
    }

    /// The numbers at which the stage fails, when its work is over.
    pub(crate) fn fail_at(&mut self, fails: impl Fn(u64) -> Option<StageError> + Send + Sync + 'static) {
        self.fails = Arc::new(fails);
    }

    /// What it has worked on.
    pub(crate) fn work(&self) -> &Work {
        &self.work
    }

    /// What it has worked on for one tenant.
    pub(crate) fn of(&self, tenant: Tenant) -> Work {
        self.tenants[tenant as usize].clone()
    }

    pub(crate) fn shared(&self) -> Arc<dyn Stage> {
        Arc::new(self.clone())
    }
}

#[async_trait]
impl Stage for Scripted {
    fn name(&self) -> &'static str {
        self.name
    }

    fn workers(&self) -> usize {
        self.workers
    }

    fn buffer(&self) -> usize {
        self.buffer
    }

    async fn run(&self, mut job: Job) -> Result<Job, StageError> {
        let id = job.item.id;
        tracing::info!(worked = id, "begins");
        tokio::join!(self.work.run(id), self.tenants[Tenant::of(id) as usize].run(id));
        tracing::info!(worked = id, "ends");
        if let Some(error) = (self.fails)(id) {
            return Err(error);
        }
        job.payload.extend_from_slice(format!("{}>", self.name).as_bytes());
        Ok(job)
    }
}

/// Drops a value of the subject's, whose type may have no `Drop` yet.
pub(crate) fn let_go<T>(_: T) {}

/// A pipeline of the three stages, with metrics and a token of its own.
pub(crate) fn start(stages: &[Scripted; 3]) -> (Pipeline, Metrics, CancellationToken) {
    let (metrics, token) = (Metrics::new(), CancellationToken::new());
    let pipeline = Pipeline::start(stages.iter().map(Scripted::shared).collect(), metrics.clone(), &token);
    (pipeline, metrics, token)
}

/// Submits the items, for which there is room.
pub(crate) fn accepted(pipeline: &Pipeline, ids: &[u64]) -> Vec<Ticket> {
    let submit = |id: &u64| match pipeline.submit(item(*id)) {
        Ok(ticket) => Some(ticket),
        Err(refused) => {
            check::that(false, format!("item {id} was refused as {}, and there is room", refusal(&refused)))
                .usually("a queue that all tenants share, fewer places than the stage's `buffer`, or places that are not given back");
            None
        }
    };
    ids.iter().filter_map(submit).collect()
}

/// What each ticket says, in a word, when it says it.
pub(crate) async fn outcomes(tickets: impl IntoIterator<Item = Ticket>) -> Vec<String> {
    let mut words = Vec::new();
    for ticket in tickets {
        words.push(ticket.await.as_ref().map_or("a ticket that is closed without an outcome".to_owned(), said));
    }
    words
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(job) => format!("done: {}", String::from_utf8_lossy(&job.payload)),
        Outcome::Failed { stage, error: why } => format!("failed in {stage}: {}", error(why)),
        Outcome::Cancelled => "cancelled".to_owned(),
    }
}

pub(crate) fn error(error: &StageError) -> String {
    match error {
        StageError::Failed(reason) => format!("Failed({reason})"),
        StageError::Status(status) => format!("Status({status})"),
        StageError::TimedOut => "TimedOut".to_owned(),
        StageError::Panicked => "Panicked".to_owned(),
    }
}

/// A refusal, with the number of the item that came back.
pub(crate) fn refusal(refused: &Refused) -> String {
    match refused {
        Refused::Full(item) => format!("Full({})", item.id),
        Refused::Stopped(item) => format!("Stopped({})", item.id),
    }
}

/// The value of a field in a line of the log, without quotes; `None` if it is not there.
pub(crate) fn field(line: &str, name: &str) -> Option<String> {
    let pattern = format!("{name}=");
    let begins = |at: &usize| !line[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
    let at = line.match_indices(&pattern).map(|(at, _)| at).find(begins)?;
    let value = line[at + pattern.len()..].split([' ', '}', ',']).next()?;
    Some(value.trim_matches('"').to_owned())
}

/// Every figure of a scrape, by name, stage and tenant.
pub(crate) struct Figures(BTreeMap<(String, String, String), f64>);

impl Figures {
    pub(crate) fn of(metrics: &Metrics) -> Figures {
        Figures::parsed(&metrics.render())
    }

    pub(crate) fn parsed(text: &str) -> Figures {
        let lines = text.lines().map(|line| Ok::<_, io::Error>(line.to_owned()));
        let scrape = Scrape::parse(lines);
        check::that(scrape.is_ok(), format!("what is rendered is no Prometheus text: {:?}", scrape.as_ref().err()))
            .usually("a text that is put together by hand, with a label that is not in quotes");
        let samples = scrape.map(|scrape| scrape.samples).unwrap_or_default();
        let label =
            |sample: &prometheus_parse::Sample, name: &str| sample.labels.get(name).unwrap_or("none").to_owned();
        let figure = |sample: prometheus_parse::Sample| {
            let (stage, tenant) = (label(&sample, "stage"), label(&sample, "tenant"));
            match sample.value {
                Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => {
                    Some(((sample.metric, stage, tenant), value))
                }
                // What is in all buckets.
                Value::Histogram(buckets) => {
                    let last = buckets.iter().find(|bucket| bucket.less_than.is_infinite())?;
                    Some(((format!("{}_bucket", sample.metric), stage, tenant), last.count))
                }
                Value::Summary(_) => None,
            }
        };
        Figures(samples.into_iter().filter_map(figure).collect())
    }

    /// A figure; 0 if there is no sample of it.
    pub(crate) fn get(&self, name: &str, stage: &str, tenant: &str) -> f64 {
        self.0.get(&(name.to_owned(), stage.to_owned(), tenant.to_owned())).copied().unwrap_or_default()
    }

    /// A figure of all stages and tenants together.
    pub(crate) fn sum(&self, name: &str) -> f64 {
        self.0.iter().filter(|((known, ..), _)| known == name).map(|(_, value)| value).sum()
    }

    /// Every stage and tenant of which there is a figure.
    fn places(&self) -> BTreeSet<(&str, &str)> {
        self.0.keys().map(|(_, stage, tenant)| (stage.as_str(), tenant.as_str())).collect()
    }

    /// In = out + errors + cancelled + in flight + queued, for each stage and tenant, and no gauge is below 0.
    pub(crate) fn add_up(&self, when: &str) {
        for (stage, tenant) in self.places() {
            let [all, out, errors, cancelled, inflight, depth] =
                ["items_in_total", "items_out_total", "errors_total", "cancelled_total", "inflight", "queue_depth"]
                    .map(|name| self.get(name, stage, tenant));
            let sum = out + errors + cancelled + inflight + depth;
            check::that(
                all == sum && inflight >= 0.0 && depth >= 0.0,
                format!(
                    "{when}, stage {stage}, tenant {tenant}: {all} in, but {out} out + {errors} errors + {cancelled} cancelled \
                     + {inflight} in flight + {depth} queued = {sum}"
                ),
            )
            .usually(
                "a way out on which a figure is not taken back, or is taken back twice: an error, a panic, a timeout, a drop \
                 while waiting or at work",
            );
        }
    }

    /// Nothing waits and nothing is at work.
    pub(crate) fn gauges_are_zero(&self, when: &str) {
        for name in ["inflight", "queue_depth"] {
            let left = self.0.iter().find(|((known, ..), value)| known == name && **value != 0.0);
            let seen = left.map(|((_, stage, tenant), value)| {
                format!("{when}, {name} of stage {stage}, tenant {tenant} is {value}")
            });
            check::that(seen.is_none(), seen.as_deref().unwrap_or_default()).usually(
                "a gauge that is taken back by a line that an error, a panic or a drop does not come to: let a value do it, \
                 in its `drop`",
            );
        }
    }
}
