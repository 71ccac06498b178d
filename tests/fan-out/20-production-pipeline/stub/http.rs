//! The three stages of the program: from a URL to a sink.

use crate::{Job, Stage, StageError};
use async_trait::async_trait;
use std::num::NonZeroUsize;

/// The header that carries the correlation id to other services.
pub const CORRELATION_HEADER: &str = "x-correlation-id";

/// The largest body that is taken for a payload.
pub const BODY_LIMIT: usize = 64 * 1024;

/// How many jobs of a tenant wait for the first stage.
const INTAKE: usize = 100;
/// How many wait between two stages.
const BETWEEN: usize = 4;

/// Gets the data of an item: `GET` of its URL.
#[derive(Debug)]
pub struct HttpFetch {}

impl HttpFetch {
    /// The stage, so wide, with a client of its own for all its requests.
    pub fn new(workers: NonZeroUsize) -> HttpFetch {
        let _ = workers;
        todo!("keep what it needs")
    }
}

#[async_trait]
impl Stage for HttpFetch {
    fn name(&self) -> &'static str {
        "fetch"
    }

    fn workers(&self) -> usize {
        todo!("what `new` was given")
    }

    fn buffer(&self) -> usize {
        INTAKE
    }

    async fn run(&self, job: Job) -> Result<Job, StageError> {
        let _ = job;
        todo!("get the body of the item's URL, up to BODY_LIMIT")
    }
}

/// Makes a text of the data: trimmed, and in lower case.
#[derive(Debug)]
pub struct Parse {}

impl Parse {
    /// The stage, so wide.
    pub fn new(workers: NonZeroUsize) -> Parse {
        let _ = workers;
        todo!("keep what it needs")
    }
}

#[async_trait]
impl Stage for Parse {
    fn name(&self) -> &'static str {
        "parse"
    }

    fn workers(&self) -> usize {
        todo!("what `new` was given")
    }

    fn buffer(&self) -> usize {
        BETWEEN
    }

    async fn run(&self, job: Job) -> Result<Job, StageError> {
        let _ = job;
        todo!("trim and lower the text, or fail")
    }
}

/// Hands the text over: `POST` to the sink.
#[derive(Debug)]
pub struct HttpDeliver {}

impl HttpDeliver {
    /// The stage, so wide, with a client of its own for all its requests.
    pub fn new(sink: String, workers: NonZeroUsize) -> HttpDeliver {
        let _ = (sink, workers);
        todo!("keep what it needs")
    }
}

#[async_trait]
impl Stage for HttpDeliver {
    fn name(&self) -> &'static str {
        "deliver"
    }

    fn workers(&self) -> usize {
        todo!("what `new` was given")
    }

    fn buffer(&self) -> usize {
        BETWEEN
    }

    async fn run(&self, job: Job) -> Result<Job, StageError> {
        let _ = job;
        todo!("post the payload, read the answer, and pass the job on")
    }
}
