//! Caught by: connections_are_used_again (bound)
//!
//! "A client is made for a request": each brings a pool of its own, and takes it along.

use crate::{Fetch, FetchError};
use async_trait::async_trait;
use reqwest::redirect::Policy;

pub const REDIRECTS: usize = 5;
pub const BODY_LIMIT: usize = 64 * 1024;

#[derive(Debug)]
pub struct HttpFetch {}

impl HttpFetch {
    #[expect(clippy::new_without_default, reason = "a client is made once and shared, not whenever one is wanted")]
    pub fn new() -> HttpFetch {
        HttpFetch {}
    }
}

#[async_trait]
impl Fetch for HttpFetch {
    async fn fetch(&self, url: &str) -> Result<u16, FetchError> {
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::limited(REDIRECTS)).build();
        let mut response = client.unwrap().get(url).send().await.map_err(failed)?;
        let mut read = 0;
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            read += chunk.len();
            if read >= BODY_LIMIT {
                break;
            }
        }
        Ok(response.status().as_u16())
    }
}

fn failed(error: reqwest::Error) -> FetchError {
    FetchError::Failed(error.to_string())
}
