//! The real client.

use crate::{Fetch, FetchError};
use async_trait::async_trait;
use reqwest::redirect::Policy;
use std::error::Error;

/// How many redirects are followed, at most.
pub const REDIRECTS: usize = 5;

/// How many bytes of a body are read, at most; what comes after them is not waited for.
///
/// To read the rest of a body is to get the connection back, which saves a handshake. Beyond 64 KiB a new connection
/// is the cheaper of the two.
pub const BODY_LIMIT: usize = 64 * 1024;

// ANCHOR: http_fetch
/// Fetches over HTTP, with one client and its pool of connections for all requests.
///
/// It has no timeout of its own: how long a request may take is its caller's to say, who drops it.
#[derive(Clone, Debug)]
pub struct HttpFetch {
    client: reqwest::Client,
}

impl HttpFetch {
    /// A client without connections. URLs are fetched directly, not through a proxy of the environment.
    ///
    /// # Panics
    ///
    /// If the client cannot be built, which only TLS could be a reason for.
    #[expect(clippy::new_without_default, reason = "a client is made once and shared, not whenever one is wanted")]
    pub fn new() -> HttpFetch {
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::limited(REDIRECTS)).build();
        HttpFetch { client: client.expect("a client without TLS can be built") }
    }
}

#[async_trait]
impl Fetch for HttpFetch {
    async fn fetch(&self, url: &str) -> Result<u16, FetchError> {
        let mut response = self.client.get(url).send().await.map_err(failed)?;
        let mut read = 0;
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            read += chunk.len();
            if read >= BODY_LIMIT {
                break; // Dropping the response closes the connection.
            }
        }
        Ok(response.status().as_u16())
    }
}
// ANCHOR_END: http_fetch

/// The error with its causes: reqwest's own text ends before the reason, such as `connection refused`.
fn failed(error: reqwest::Error) -> FetchError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    FetchError::Failed(text)
}
