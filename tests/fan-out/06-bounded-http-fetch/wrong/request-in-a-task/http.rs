//! Caught by: what_is_cut_off_closes_its_connection (fail)
//!
//! "`spawn` makes it concurrent": the request runs in a task, and giving up the wait does not give up the task.

use crate::{Fetch, FetchError};
use async_trait::async_trait;
use reqwest::redirect::Policy;

pub const REDIRECTS: usize = 5;
pub const BODY_LIMIT: usize = 64 * 1024;

#[derive(Debug)]
pub struct HttpFetch {
    client: reqwest::Client,
}

impl HttpFetch {
    #[expect(clippy::new_without_default, reason = "a client is made once and shared, not whenever one is wanted")]
    pub fn new() -> HttpFetch {
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::limited(REDIRECTS)).build();
        HttpFetch { client: client.unwrap() }
    }
}

#[async_trait]
impl Fetch for HttpFetch {
    async fn fetch(&self, url: &str) -> Result<u16, FetchError> {
        let request = self.client.get(url).send();
        let task = tokio::spawn(async move {
            let mut response = request.await.map_err(failed)?;
            let mut read = 0;
            while let Some(chunk) = response.chunk().await.map_err(failed)? {
                read += chunk.len();
                if read >= BODY_LIMIT {
                    break;
                }
            }
            Ok(response.status().as_u16())
        });
        task.await.unwrap_or(Err(FetchError::Panicked))
    }
}

fn failed(error: reqwest::Error) -> FetchError {
    FetchError::Failed(error.to_string())
}
