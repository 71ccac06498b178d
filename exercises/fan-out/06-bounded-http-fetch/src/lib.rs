//! # Bounded HTTP fetch
//!
//! Fetch the URLs of a list, eight at a time, under one deadline and one token. Write two things:
//!
//! - [`fetch_all`], in `all.rs`: it knows of HTTP only what the trait [`Fetch`] says, so that it can be judged with a
//!   scripted one on virtual time.
//! - [`HttpFetch`], in `http.rs`: the `Fetch` of the real network, with `reqwest`. It is judged against a server on the
//!   loopback.
//!
//! What must hold of `fetch_all`:
//!
//! - Results: one for each URL, in the order of the URLs, with a status or an error and never both. A URL whose fetch
//!   fails has that error; all others are fetched as if nothing had happened. No URLs give no results.
//! - Width: never more than [`CONCURRENCY`] = 8 fetches are in flight, and 8 are whenever so many wait. Twenty URLs of
//!   1 s take 3 s.
//! - No waiting for each other: whoever is done makes room for the next URL. While one URL takes 4 s, forty of 500 ms
//!   are fetched beside it, all in 4 s. While all wait for the network, nothing is polled.
//! - Deadline: `deadline` is the time for the whole list, and [`DEADLINE`] is 5 s. When it is over, `fetch_all`
//!   returns at that moment. What is finished keeps its result; every other URL, begun or not, has the error
//!   `DeadlineExceeded`. No fetch begins after it.
//! - Cancellation: at most 5 ms after the token is cancelled, `fetch_all` returns. What is finished keeps its result;
//!   every other URL has the error `Cancelled`. With a token that is cancelled before the start, no fetch begins. The
//!   token is the caller's: `fetch_all` never cancels it.
//! - Nothing goes on behind it: when `fetch_all` has returned, and when its future is dropped, no fetch is in flight and
//!   no task is left. (Tasks that you have aborted end a moment later, at the same instant of the clock. That is fine.)
//! - Panics: a URL whose fetch panics has the error `Panicked`, and is otherwise like one whose fetch fails.
//!
//! What must hold of `HttpFetch`:
//!
//! - Any status is a status: 404 and 503 are results, not errors. Redirects are followed, up to [`REDIRECTS`] = 5 of
//!   them; the last status counts, and a longer chain is an error. So is a refused connection, one that is closed without
//!   an answer or in the middle of one, and what is no HTTP: all of them are `Failed`, with a text of your choice.
//! - A body is read to its end and thrown away, and only then is the fetch done. But of a body that is longer than
//!   [`BODY_LIMIT`] = 64 KiB, or has no end, no more than the limit is waited for (and whatever comes with it), not even
//!   one byte more: the connection is closed, and the status is the result.
//! - What is cut off is closed: when `fetch_all` gives up a request, by its token or its deadline, the server sees the
//!   connection close, whether it is late with its headers or with its body.
//! - One client: connections are used again. Ten requests, one after the other, use at most 5 connections.
//! - URLs are fetched directly: `no_proxy()`.
//!
//! `fetch_all` is judged on virtual time, which threads of your own and `spawn_blocking` do not share. Its future must be
//! `Send`.

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
