//! Caught by: a_body_without_an_end_is_left (fail)
//!
//! "A body ends": all of it is collected, however long it is.

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
        let response = self.client.get(url).send().await.map_err(failed)?;
        let status = response.status().as_u16();
        response.bytes().await.map_err(failed)?;
        Ok(status)
    }
}

fn failed(error: reqwest::Error) -> FetchError {
    FetchError::Failed(error.to_string())
}
