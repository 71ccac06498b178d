//! Task: fan-out/8
//! Expect: output, earns 9
//! Contained: memory does not grow with a program's output, in whichever process
//!
//! The output of a program is collected until it ends, and this one does not.

use futures::FutureExt;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

pub const MAX_WIDTH: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    pub fetch: NonZeroUsize,
    pub parse: NonZeroUsize,
    pub write: NonZeroUsize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadWidth {
    pub variable: &'static str,
    pub value: OsString,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub bad: Vec<BadWidth>,
}

impl Default for Config {
    fn default() -> Config {
        const fn width(workers: usize) -> NonZeroUsize {
            NonZeroUsize::new(workers).expect("a default is not 0")
        }
        const { Config { fetch: width(8), parse: width(4), write: width(2) } }
    }
}

impl Config {
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_env_with(|variable| std::env::var_os(variable))
    }

    pub fn from_env_with(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
        let default = Config::default();
        let mut bad = Vec::new();
        let mut read = |variable, default| match lookup(variable) {
            None => default,
            Some(value) => width(&value, default).unwrap_or_else(|| {
                bad.push(BadWidth { variable, value });
                default
            }),
        };
        let config = Config {
            fetch: read("FETCH_WORKERS", default.fetch),
            parse: read("PARSE_WORKERS", default.parse),
            write: read("WRITE_WORKERS", default.write),
        };
        if bad.is_empty() { Ok(config) } else { Err(ConfigError { bad }) }
    }
}

fn width(value: &OsStr, default: NonZeroUsize) -> Option<NonZeroUsize> {
    match value.to_str()?.trim() {
        "" => Some(default),
        text => text.parse().ok().filter(|width: &NonZeroUsize| width.get() <= MAX_WIDTH),
    }
}

impl fmt::Display for BadWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {:?}, expected a whole number from 1 to {MAX_WIDTH}", self.variable, self.value)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.bad.iter().map(BadWidth::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl Error for ConfigError {}

#[derive(Clone, Debug)]
pub struct Stages {
    pub fetch: Work,
    pub parse: Work,
    pub write: Work,
}

pub fn pipeline<I>(pages: I, config: Config, stages: Stages) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let fetched = stage(producer(pages), config.fetch, stages.fetch);
    let parsed = stage(fetched, config.parse, stages.parse);
    stage(parsed, config.write, stages.write)
}

fn producer<I>(pages: I) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(1);
    let pages = pages.into_iter();
    tokio::spawn(async move {
        for page in pages {
            if output.send(page).await.is_err() {
                return;
            }
        }
    });
    receiver
}

fn stage(input: Receiver<u64>, width: NonZeroUsize, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(width.get());
    let input = Arc::new(Mutex::new(input));
    for _ in 0..width.get() {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    receiver
}

async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    while let Some(page) = next(&input).await {
        let done = AssertUnwindSafe(work.run(page)).catch_unwind().await;
        if done.is_ok() && output.send(page).await.is_err() {
            return;
        }
    }
}

async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    input.lock().await.recv().await
}

pub async fn simulate(config: Config) -> String {
    let [fetch, parse, write] = [config.fetch, config.parse, config.write].map(|width| width.get() as u64);
    let work = |milliseconds| Work::taking(Duration::from_millis(milliseconds));
    let stages = Stages { fetch: work(1), parse: work(1 + parse), write: work((1 + parse) * (1 + write)) };
    let mut written = pipeline(1..=2 * (fetch + parse + write), config, stages.clone());
    while written.recv().await.is_some() {}
    let most = |work: &Work| work.peak().map_or(0, |peak| peak.in_flight);
    format!("fetch={} parse={} write={}", most(&stages.fetch), most(&stages.parse), most(&stages.write))
}
