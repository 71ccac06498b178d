//! A bounded fetch: the URLs of a list, eight at a time, under one deadline and one token.
//!
//! - **Ordering**: results are in the order of the URLs. They are gathered as they come, each into the place of its
//!   URL, so that nobody waits for a neighbour.
//! - **Errors**: one result per URL, always. An HTTP status is a result, whatever it says. A request that fails, or
//!   panics, is an error of its URL alone.
//! - **Cancellation**: token and deadline stop everything at once. What is finished keeps its result; what is not,
//!   begun or not, says which of the two it was. The requests are futures inside this one, not tasks, so they are
//!   gone, and their connections closed, before [`fetch_all`] returns, or when its future is dropped.
//! - **Backpressure**: a slot is taken before a request begins, and [`CONCURRENCY`] slots are all there are. Eight is
//!   what one host can be asked for at once without a word with its owner; the machine itself would bear more. One
//!   result is held for each URL, and of a body never more than a chunk.
//! - **Shutdown**: nothing is left but the client's idle connections, which end with the client.

mod all;
mod http;

pub use all::{CONCURRENCY, DEADLINE, fetch_all};
pub use http::{BODY_LIMIT, HttpFetch, REDIRECTS};

use async_trait::async_trait;
use thiserror::Error;

/// Fetches a URL.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// The HTTP status that the URL is answered with, once its body has been read.
    ///
    /// # Errors
    ///
    /// [`FetchError::Failed`] if there is no complete answer. Any status is an answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the request up and closes its connection.
    async fn fetch(&self, url: &str) -> Result<u16, FetchError>;
}

/// What has become of a URL: either a status or an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchResult {
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<FetchError>,
}

/// Why a URL has no status.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FetchError {
    /// The time for the whole list was over before there was an answer.
    #[error("the deadline for all URLs was exceeded")]
    DeadlineExceeded,
    /// The caller's token was cancelled before there was an answer.
    #[error("cancelled")]
    Cancelled,
    /// The fetch panicked.
    #[error("the fetch panicked")]
    Panicked,
    /// There was no complete answer, with the reason.
    #[error("{0}")]
    Failed(String),
}
