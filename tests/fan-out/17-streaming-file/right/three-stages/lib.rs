//! Three stages: a task that reads, eight long blocking jobs around one queue, and a writer that awaits the results in
//! the order in which they were promised.

mod batches;

use batches::{Batch, Batches, Text};
use sha2::{Digest, Sha256};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
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
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin,
    F: Fn(&[u8]) -> Hash + Send + Sync + 'static,
{
    let (promises, mut promised) = mpsc::channel::<oneshot::Receiver<Text>>(2 * WORKERS);
    let (jobs, queue) = async_channel::bounded::<(Batch, oneshot::Sender<Text>)>(1);
    let mut stages = JoinSet::new();
    for _ in 0..WORKERS {
        let (queue, hash) = (queue.clone(), hash.clone());
        stages.spawn_blocking(move || {
            while let Ok((batch, result)) = queue.recv_blocking() {
                let _ = result.send(batch.hashed(&*hash));
            }
            Ok(())
        });
    }
    drop(queue);
    stages.spawn(async move {
        while let Some(batch) = input.next().await.map_err(Error::Read)? {
            let (result, place) = oneshot::channel();
            if promises.send(place).await.is_err() || jobs.send((batch, result)).await.is_err() {
                break;
            }
        }
        Ok(())
    });
    let mut lines = 0;
    loop {
        let next = async {
            match promised.recv().await {
                Some(place) => place.await.map(Some),
                None => Ok(None),
            }
        };
        let text = tokio::select! {
            biased;
            () = token.cancelled() => return Err(Error::Cancelled),
            text = next => text.map_err(|_| Error::Panicked)?,
        };
        let Some(text) = text else { break };
        output.write_all(&text.text).await.map_err(Error::Write)?;
        lines += text.lines;
    }
    while let Some(ended) = stages.join_next().await {
        ended.map_err(|_| Error::Panicked)??;
    }
    Ok(lines)
}
