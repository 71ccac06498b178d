//! Where an item's time goes, by spans: in queues and in work.
//!
//! Clock: virtual. Seed: none is needed, nothing is random.
//!
//! Two stages: `fetch`, two wide, 20 ms; `store`, one wide, 10 ms, but 100 ms for item 2. Queues of 4.

use crate::Options;
use crate::sim::on_virtual_time;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, sleep};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Instrument, Span, Subscriber, info_span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let times = Times::default();
    let subscriber = tracing_subscriber::registry().with(times.clone());
    tracing::subscriber::with_default(subscriber, || on_virtual_time(0, pipeline()));
    writeln!(out, "        fetch              store")?;
    writeln!(out, "item    queued   worked    queued   worked    in all, ms")?;
    let times = times.0.lock().expect("nobody panics with the lock");
    for (item, spans) in times.iter() {
        let of = |name: &str| spans.iter().find(|span| span.0 == name).map_or(0, |span| span.1.as_millis());
        let parts = [of("fetch.queued"), of("fetch"), of("store.queued"), of("store")];
        let [a, b, c, d] = parts;
        writeln!(out, "{item:>4}{a:>10}{b:>9}{c:>10}{d:>9}{:>14}", of("item"))?;
    }
    Ok(())
}

// ANCHOR: job
/// What travels through the queues: the item, its own span, and the span of the wait that it is in.
struct Job {
    item: u64,
    span: Span,
    queued: Span,
}

impl Job {
    fn new(item: u64) -> Job {
        let span = info_span!("item", item);
        let queued = info_span!(parent: &span, "fetch.queued");
        Job { item, span, queued }
    }
}

async fn fetch(mut job: Job) -> Job {
    // The wait ends here: replacing the span drops it, and the last handle closes a span.
    job.queued = Span::none();
    let span = info_span!(parent: &job.span, "fetch");
    sleep(Duration::from_millis(20)).instrument(span).await;
    // The next wait begins before `send`, so that waiting for room in the queue is part of it.
    job.queued = info_span!(parent: &job.span, "store.queued");
    job
}
// ANCHOR_END: job

async fn store(mut job: Job) {
    job.queued = Span::none();
    let span = info_span!(parent: &job.span, "store");
    sleep(Duration::from_millis(if job.item == 2 { 100 } else { 10 })).instrument(span).await;
}

async fn pipeline() {
    let (submit, jobs) = channel(4);
    let (fetched, to_store) = channel(4);
    let jobs = Arc::new(tokio::sync::Mutex::new(jobs));
    for _ in 0..2 {
        let (jobs, fetched) = (jobs.clone(), fetched.clone());
        tokio::spawn(async move {
            while let Some(job) = { jobs.lock().await.recv().await } {
                if fetched.send(fetch(job).await).await.is_err() {
                    break;
                }
            }
        });
    }
    drop(fetched);
    tokio::spawn(async move {
        for item in 0..10 {
            if submit.send(Job::new(item)).await.is_err() {
                break;
            }
        }
    });
    sink(to_store).await;
}

async fn sink(mut jobs: Receiver<Job>) {
    while let Some(job) = jobs.recv().await {
        store(job).await;
    }
}

/// A span's name, and how long it was open.
type Closed = (&'static str, Duration);

/// The spans of each item.
#[derive(Clone, Default)]
struct Times(Arc<Mutex<BTreeMap<u64, Vec<Closed>>>>);

struct Opened(Instant, u64);

// ANCHOR: layer
impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Times {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        // The item is a field of the root; the others inherit it.
        let mut item = Item(span.parent().and_then(|parent| Some(parent.extensions().get::<Opened>()?.1)));
        attributes.record(&mut item);
        span.extensions_mut().insert(Opened(Instant::now(), item.0.unwrap_or_default()));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(&Opened(since, item)) = span.extensions().get() else { return };
        let mut times = self.0.lock().expect("nobody panics with the lock");
        times.entry(item).or_default().push((span.name(), since.elapsed()));
    }
}
// ANCHOR_END: layer

struct Item(Option<u64>);

impl Visit for Item {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "item" {
            self.0 = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
