//! The real client.

use crate::{Fetch, FetchError};
use async_trait::async_trait;

/// How many redirects are followed, at most.
pub const REDIRECTS: usize = 5;

/// How many bytes of a body are read, at most; what comes after them is not waited for.
pub const BODY_LIMIT: usize = 64 * 1024;

/// Fetches over HTTP, with one client and its pool of connections for all requests.
#[derive(Debug)]
pub struct HttpFetch {
    // What is shared by all requests.
}

impl HttpFetch {
    /// A client without connections. URLs are fetched directly, not through a proxy of the environment.
    #[expect(clippy::new_without_default, reason = "a client is made once and shared, not whenever one is wanted")]
    pub fn new() -> HttpFetch {
        todo!("build the client")
    }
}

#[async_trait]
impl Fetch for HttpFetch {
    async fn fetch(&self, url: &str) -> Result<u16, FetchError> {
        let _ = url;
        todo!("send the request, read the body up to BODY_LIMIT, and return the status")
    }
}
