//! The hashes of a file's lines, computed by eight workers, in order and in flat memory.
//!
//! The input is cut into batches of whole lines (`batches`), for a line is too small a piece of work: to hand one to a
//! thread takes longer than to hash it. One future reads, hands over and writes; only the hashing is elsewhere.
//!
//! - **Ordering**: results leave in the order of the input. Up to [`WORKERS`] batches are at work, the oldest is
//!   written first, and a new one is begun when one has been written.
//! - **Errors**: a failed input ends the run after the batches before it; a failed output or a panic in `hash` ends it
//!   at once. Batches that are at work then are finished by their threads and thrown away.
//! - **Cancellation**: the token is looked at between two batches and while nothing can move, but never during a write,
//!   which would leave half a line. So a cancel waits until the reader has taken the batch that is being written: at
//!   most 65 KiB. Dropping the future does not wait, and may leave half a line.
//! - **Backpressure**: while a batch is being written, none is read. Memory is [`WORKERS`] batches and the input's buffer:
//!   under 2 MiB, whatever the input holds, because a batch is bounded in bytes and in lines.
//! - **Shutdown**: there is no task and no thread of one's own to stop. A batch at work cannot be aborted; it ends by
//!   itself within a millisecond.
//!
//! Hashing runs in `spawn_blocking`: work that computes for 0.1 ms at a time would hold up every other task of an async
//! thread. Eight batches at work keep eight cores busy; with fewer cores they cost memory, and no time.

mod batches;

use batches::{Batch, Batches, Text};
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use sha2::{Digest, Sha256};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;

/// How many lines are hashed at once, at most.
pub const WORKERS: usize = 8;

/// The longest line that is hashed, in bytes, without its ending.
pub const LONGEST_LINE: usize = 64 * 1024;

/// What is written in the place of the hash of a longer line.
pub const TOO_LONG: &str = "too long";

/// A SHA-256.
pub type Hash = [u8; 32];

/// Why [`hash_lines`] ended before its input.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input failed. The whole lines before that were written.
    #[error("the input cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The output failed.
    #[error("the output cannot be written: {0}")]
    Write(#[source] io::Error),
    /// The token was cancelled. The output ends with a whole line.
    #[error("cancelled")]
    Cancelled,
    /// `hash` panicked.
    #[error("the hash of a line panicked")]
    Panicked,
}

// ANCHOR: hash_line
/// The SHA-256 of a line, with `A` to `Z` folded to lower case.
///
/// # Examples
///
/// ```
/// use fan_out_17_solution::hash_line;
/// assert_eq!(hash_line(b"Straight ON"), hash_line(b"straight on"));
/// assert_ne!(hash_line("\u{c9}".as_bytes()), hash_line("\u{e9}".as_bytes())); // É is not ASCII.
/// ```
pub fn hash_line(line: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    let mut folded = [0; 512];
    for part in line.chunks(folded.len()) {
        let folded = &mut folded[..part.len()];
        folded.copy_from_slice(part);
        folded.make_ascii_lowercase();
        hasher.update(folded);
    }
    hasher.finalize().into()
}
// ANCHOR_END: hash_line

/// Writes the `hash` of each line of `input`, in order, and returns how many lines there were.
///
/// # Errors
///
/// An error of the input or of the output, a cancelled token, or a panic in `hash`. [`Error`] says what was written.
///
/// # Cancel safety
///
/// Dropping the future loses what was read and not written, and may end the output in the middle of a line. Cancel the
/// token instead.
pub async fn hash_lines<R, W, F>(input: R, mut output: W, hash: F, token: CancellationToken) -> Result<u64, Error>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
    F: Fn(&[u8]) -> Hash + Send + Sync + 'static,
{
    let result = stream(Batches::new(input), &mut output, Arc::new(hash), &token).await;
    let flushed = output.flush().await.map_err(Error::Write);
    result.and_then(|lines| flushed.map(|()| lines))
}

// ANCHOR: stream
async fn stream<R, W, F>(
    mut input: Batches<R>,
    output: &mut W,
    hash: Arc<F>,
    token: &CancellationToken,
) -> Result<u64, Error>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
    F: Fn(&[u8]) -> Hash + Send + Sync + 'static,
{
    let mut at_work: FuturesOrdered<JoinHandle<Text>> = FuturesOrdered::new();
    let mut lines = 0;
    let mut end = None;
    while end.is_none() || !at_work.is_empty() {
        tokio::select! {
            biased;
            () = token.cancelled() => return Err(Error::Cancelled),
            Some(hashed) = at_work.next() => {
                let hashed = hashed.map_err(|_| Error::Panicked)?;
                output.write_all(&hashed.text).await.map_err(Error::Write)?;
                lines += hashed.lines;
            }
            batch = input.next(), if end.is_none() && at_work.len() < WORKERS => match batch {
                Ok(Some(batch)) => at_work.push_back(spawn_hashing(batch, hash.clone())),
                Ok(None) => end = Some(Ok(())),
                Err(error) => end = Some(Err(Error::Read(error))),
            },
        }
    }
    end.unwrap_or(Ok(())).map(|()| lines)
}

fn spawn_hashing(batch: Batch, hash: Arc<impl Fn(&[u8]) -> Hash + Send + Sync + 'static>) -> JoinHandle<Text> {
    spawn_blocking(move || batch.hashed(&*hash))
}
// ANCHOR_END: stream
