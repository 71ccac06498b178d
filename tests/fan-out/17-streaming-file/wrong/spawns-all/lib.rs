//! Caught by: eight_lines_at_work (bound), a_slow_line_holds_back_the_input_and_keeps_its_place (bound), memory_is_flat (memory), a_cancel_leaves_whole_lines (bound), errors_and_a_drop_end_it (bound), a_hundred_megabytes_through_the_program (memory)
//!
//! "`spawn_blocking` has its own limit": every batch is handed out as soon as it is read.

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

pub const WORKERS: usize = 8;

pub const LONGEST_LINE: usize = 64 * 1024;

pub const TOO_LONG: &str = "too long";

pub type Hash = [u8; 32];

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the input cannot be read: {0}")]
    Read(#[source] io::Error),
    #[error("the output cannot be written: {0}")]
    Write(#[source] io::Error),
    #[error("cancelled")]
    Cancelled,
    #[error("the hash of a line panicked")]
    Panicked,
}

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
            Some(hashed) = at_work.next(), if end.is_some() => {
                let hashed = hashed.map_err(|_| Error::Panicked)?;
                output.write_all(&hashed.text).await.map_err(Error::Write)?;
                lines += hashed.lines;
            }
            batch = input.next(), if end.is_none() => match batch {
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
