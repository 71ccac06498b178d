//! Caught by: the_real_stages_speak_http (fail), one_item_is_replayed_by_its_id (fail)
//!
//! "The log has the correlation id": the sink has not.

use crate::{Job, Stage, StageError};
use async_trait::async_trait;
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response};
use std::error::Error;
use std::num::NonZeroUsize;

pub const CORRELATION_HEADER: &str = "x-correlation-id";

pub const BODY_LIMIT: usize = 64 * 1024;

const INTAKE: usize = 100;
const BETWEEN: usize = 4;

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client without TLS can be built")
}

async fn send(request: RequestBuilder) -> Result<Response, StageError> {
    let response = request.send().await.map_err(failed)?;
    match response.status() {
        status if status.is_success() => Ok(response),
        status => Err(StageError::Status(status.as_u16())),
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, StageError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(StageError::Failed(format!("a body of more than {BODY_LIMIT} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[derive(Debug)]
pub struct HttpFetch {
    client: reqwest::Client,
    workers: NonZeroUsize,
}

impl HttpFetch {
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
        let response = send(self.client.get(&job.item.url).header(CORRELATION_HEADER, &job.item.correlation)).await?;
        Ok(Job { payload: body(response).await?, ..job })
    }
}

#[derive(Debug)]
pub struct Parse {
    workers: NonZeroUsize,
}

impl Parse {
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

#[derive(Debug)]
pub struct HttpDeliver {
    client: reqwest::Client,
    sink: String,
    workers: NonZeroUsize,
}

impl HttpDeliver {
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
        let response = send(self.client.post(&self.sink).body(job.payload.clone())).await?;
        body(response).await?; // Read to its end, so that the connection can be used again.
        Ok(job)
    }
}

fn failed(error: reqwest::Error) -> StageError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    StageError::Failed(text)
}
