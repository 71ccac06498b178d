//! The pipeline as a program. It is given.
//!
//! `run JOURNAL SINK` takes items from standard input, a line each: id, tenant, correlation id and URL, with a space
//! between them. It records each in the journal, fetches its URL and delivers to the sink, until the input ends or it is
//! told to stop by SIGTERM or SIGINT; then it finishes what it has accepted. `replay JOURNAL SINK ID` runs one recorded item
//! again.
//!
//! Standard output has the address of the metrics first, then a line for each item that was refused, and a summary last.
//! Standard error has the log, in JSON. Exit codes: 0 if everything accepted has run to its end, 1 if something was cut
//! off or an item is not in the journal, 2 if arguments or environment are bad.

use fan_out_20::{Config, HttpDeliver, HttpFetch, Item, Journal, Metrics, Parse, Pipeline, Refused, Stage, serve};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long the program finishes what it has accepted. An orchestrator waits a little longer, often 30 s, before it kills.
const GRACE: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    // By hand, and not dropped at the end: a read of standard input is a thread that nobody can stop, and a dropped runtime
    // would wait for it.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let code = runtime.map_err(Into::into).and_then(|runtime| {
        let code = runtime.block_on(program());
        runtime.shutdown_background();
        code
    });
    code.unwrap_or_else(|error: Box<dyn Error>| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

async fn program() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error}");
            return Ok(ExitCode::from(2));
        }
    };
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    match arguments[..] {
        ["run", journal, sink] => run(config, Path::new(journal), sink).await,
        ["replay", journal, sink, id] => replay(config, Path::new(journal), sink, id.parse()?).await,
        _ => {
            eprintln!("usage: run JOURNAL SINK, or replay JOURNAL SINK ID");
            Ok(ExitCode::from(2))
        }
    }
}

fn stages(config: Config, sink: &str) -> Vec<Arc<dyn Stage>> {
    vec![
        Arc::new(HttpFetch::new(config.fetch)),
        Arc::new(Parse::new(config.parse)),
        Arc::new(HttpDeliver::new(sink.to_owned(), config.deliver)),
    ]
}

async fn run(config: Config, journal: &Path, sink: &str) -> Result<ExitCode, Box<dyn Error>> {
    // Before the first item is taken: a signal that comes before its handler kills.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let journal = Journal::open(journal)?;
    let (metrics, token) = (Metrics::new(), CancellationToken::new());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("metrics http://{}/metrics", listener.local_addr()?);
    let endpoint = tokio::spawn(serve(listener, metrics.clone(), token.clone()));
    let pipeline = Pipeline::start(stages(config, sink), metrics, &token);

    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        let line = tokio::select! {
            biased;
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            line = lines.next_line() => line?,
        };
        let Some(line) = line else { break };
        let Some(item) = item(&line) else {
            println!("bad {line}");
            continue;
        };
        journal.record(&item)?;
        match pipeline.submit(item) {
            Ok(_) => {}
            // It is in the journal, and can be replayed.
            Err(Refused::Full(item) | Refused::Stopped(item)) => println!("refused {}", item.id),
        }
    }
    finish(&pipeline, endpoint, token).await
}

async fn replay(config: Config, journal: &Path, sink: &str, id: u64) -> Result<ExitCode, Box<dyn Error>> {
    let Some(item) = Journal::find(journal, id)? else {
        eprintln!("item {id} is not in the journal");
        return Ok(ExitCode::FAILURE);
    };
    let (token, endpoint) = (CancellationToken::new(), tokio::spawn(async { Ok(()) }));
    let pipeline = Pipeline::start(stages(config, sink), Metrics::new(), &token);
    pipeline.submit(item)?;
    finish(&pipeline, endpoint, token).await
}

/// Lets the pipeline end, then the endpoint, which tells of it until then.
async fn finish(
    pipeline: &Pipeline,
    endpoint: tokio::task::JoinHandle<std::io::Result<()>>,
    token: CancellationToken,
) -> Result<ExitCode, Box<dyn Error>> {
    let summary = pipeline.shutdown(GRACE).await;
    token.cancel();
    endpoint.await??;
    let (accepted, done, failed) = (summary.accepted, summary.done, summary.failed);
    println!("accepted={accepted} done={done} failed={failed} cancelled={}", summary.cancelled);
    Ok(if summary.cancelled == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The item in a line, if it is one.
fn item(line: &str) -> Option<Item> {
    let mut words = line.split(' ');
    let id = words.next()?.parse().ok()?;
    let [tenant, correlation, url] = [words.next()?, words.next()?, words.next()?].map(str::to_owned);
    words.next().is_none().then_some(Item { id, tenant, correlation, url })
}
