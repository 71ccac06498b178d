//! Caught by: one_item_is_replayed_by_its_id (fail)
//!
//! "From here on": a replay runs the item and whatever was recorded.

use fan_out_20_solution::{
    Config, HttpDeliver, HttpFetch, Item, Journal, Metrics, Parse, Pipeline, Refused, Stage, serve,
};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

const GRACE: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
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
            Err(Refused::Full(item) | Refused::Stopped(item)) => println!("refused {}", item.id),
        }
    }
    finish(&pipeline, endpoint, token).await
}

async fn replay(config: Config, journal: &Path, sink: &str, id: u64) -> Result<ExitCode, Box<dyn Error>> {
    let wanted = id;
    let Some(item) = Journal::find(journal, id)? else {
        eprintln!("item {id} is not in the journal");
        return Ok(ExitCode::FAILURE);
    };
    let (token, endpoint) = (CancellationToken::new(), tokio::spawn(async { Ok(()) }));
    let pipeline = Pipeline::start(stages(config, sink), Metrics::new(), &token);
    pipeline.submit(item)?;
    for id in 1..=1000 {
        if let Some(item) = Journal::find(journal, id)?.filter(|item| item.id != wanted) {
            pipeline.submit(item)?;
        }
    }
    finish(&pipeline, endpoint, token).await
}

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

fn item(line: &str) -> Option<Item> {
    let mut words = line.split(' ');
    let id = words.next()?.parse().ok()?;
    let [tenant, correlation, url] = [words.next()?, words.next()?, words.next()?].map(str::to_owned);
    words.next().is_none().then_some(Item { id, tenant, correlation, url })
}
