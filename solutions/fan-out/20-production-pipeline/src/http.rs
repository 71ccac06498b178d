//! The three stages of the program: from a URL to a sink.

use crate::{Item, Job, Stage, StageError};
use async_trait::async_trait;
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response};
use std::error::Error;
use std::num::NonZeroUsize;

/// The header that carries the correlation id to other services.
pub const CORRELATION_HEADER: &str = "x-correlation-id";

/// The largest body that is taken for a payload.
//
// Should all 7680 jobs that the pipeline can hold be of this size, it is 480 MiB.
pub const BODY_LIMIT: usize = 64 * 1024;

/// How many jobs of a tenant wait for the first stage: a burst that four workers get through in 25 rounds.
const INTAKE: usize = 100;
/// How many wait between two stages: one for each of the tenant's workers, so that all of them can end at one moment.
const BETWEEN: usize = 4;

/// A client without connections, which goes directly to where it is sent, and nowhere else.
///
/// It follows no redirect: a delivery would arrive as a `GET` without the payload, and be a success.
/// It has no timeout of its own: two clocks for one limit would give two errors.
///
/// # Panics
///
/// If the client cannot be built, which only TLS could be a reason for.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client without TLS can be built")
}

// ANCHOR: send
/// Sends a request that says whose it is, and takes an answer from 200 to 299.
async fn send(request: RequestBuilder, item: &Item) -> Result<Response, StageError> {
    let response = request.header(CORRELATION_HEADER, &item.correlation).send().await.map_err(failed)?;
    match response.status() {
        status if status.is_success() => Ok(response),
        status => Err(StageError::Status(status.as_u16())),
    }
}

/// The body, if it is no longer than the limit.
async fn body(mut response: Response) -> Result<Vec<u8>, StageError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            // The response is dropped, and with it the connection.
            return Err(StageError::Failed(format!("a body of more than {BODY_LIMIT} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
// ANCHOR_END: send

/// Gets the data of an item: `GET` of its URL.
///
/// - **Ordering**: none.
/// - **Errors**: no answer, half of one, and a body beyond [`BODY_LIMIT`] are `Failed`; a status other than 200 to 299 is
///   `Status`. Nothing is tried again: the item can be replayed.
/// - **Cancellation**: closes the connection.
#[derive(Debug)]
pub struct HttpFetch {
    client: reqwest::Client,
    workers: NonZeroUsize,
}

impl HttpFetch {
    /// The stage, so wide, with a client of its own for all its requests.
    pub fn new(workers: NonZeroUsize) -> HttpFetch {
        HttpFetch { client: client(), workers }
    }
}

#[async_trait]
impl Stage for HttpFetch {
    fn name(&self) -> &'static str {
        "fetch"
    }

    fn workers(&self) -> usize {
        self.workers.get()
    }

    fn buffer(&self) -> usize {
        INTAKE
    }

    async fn run(&self, job: Job) -> Result<Job, StageError> {
        let response = send(self.client.get(&job.item.url), &job.item).await?;
        Ok(Job { payload: body(response).await?, ..job })
    }
}

/// Makes a text of the data: trimmed, and in lower case.
///
/// - **Ordering**: none.
/// - **Errors**: what is not UTF-8, and what is empty once trimmed, is `Failed`.
/// - **Cancellation**: has nothing to wait for. 64 KiB take less than a millisecond, so it needs no thread of its own.
#[derive(Debug)]
pub struct Parse {
    workers: NonZeroUsize,
}

impl Parse {
    /// The stage, so wide.
    pub fn new(workers: NonZeroUsize) -> Parse {
        Parse { workers }
    }
}

#[async_trait]
impl Stage for Parse {
    fn name(&self) -> &'static str {
        "parse"
    }

    fn workers(&self) -> usize {
        self.workers.get()
    }

    fn buffer(&self) -> usize {
        BETWEEN
    }

    async fn run(&self, job: Job) -> Result<Job, StageError> {
        let text = std::str::from_utf8(&job.payload).map_err(|error| StageError::Failed(error.to_string()))?;
        match text.trim() {
            "" => Err(StageError::Failed("an empty text".to_owned())),
            text => Ok(Job { payload: text.to_lowercase().into_bytes(), ..job }),
        }
    }
}

/// Hands the text over: `POST` to the sink.
///
/// - **Ordering**: none.
/// - **Errors**: as those of [`HttpFetch`]. What the sink made of a request without an answer is not known: it may get
///   an item twice, and tells by the correlation id.
/// - **Cancellation**: closes the connection; the same holds.
#[derive(Debug)]
pub struct HttpDeliver {
    client: reqwest::Client,
    sink: String,
    workers: NonZeroUsize,
}

impl HttpDeliver {
    /// The stage, so wide, with a client of its own for all its requests.
    pub fn new(sink: String, workers: NonZeroUsize) -> HttpDeliver {
        HttpDeliver { client: client(), sink, workers }
    }
}

#[async_trait]
impl Stage for HttpDeliver {
    fn name(&self) -> &'static str {
        "deliver"
    }

    fn workers(&self) -> usize {
        self.workers.get()
    }

    fn buffer(&self) -> usize {
        BETWEEN
    }

    async fn run(&self, job: Job) -> Result<Job, StageError> {
        let response = send(self.client.post(&self.sink).body(job.payload.clone()), &job.item).await?;
        body(response).await?; // Read to its end, so that the connection can be used again.
        Ok(job)
    }
}

/// The error with its causes: reqwest's own text ends before the reason, such as `connection refused`.
fn failed(error: reqwest::Error) -> StageError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    StageError::Failed(text)
}
