//! Caught by: a_slow_line_holds_back_the_input_and_keeps_its_place (fail), errors_and_a_drop_end_it (fail), a_hundred_megabytes_through_the_program (fail)
//!
//! "Whoever is done is written": `buffer_unordered` gives results in the order in which they are ready.

use futures::StreamExt;
use futures::stream::try_unfold;
use sha2::{Digest, Sha256};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::task::spawn_blocking;
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
    let hash = Arc::new(hash);
    let stop = token.clone();
    let chunks = try_unfold((BufReader::with_capacity(1 << 16, input), None), move |(mut input, failed)| {
        let stop = stop.clone();
        async move {
            if let Some(error) = failed {
                return Err(error);
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => Err(Error::Cancelled),
                (chunk, failed) = chunk(&mut input) => match (chunk.is_empty(), failed) {
                    (true, None) => Ok(None),
                    (true, Some(error)) => Err(error),
                    (false, failed) => Ok(Some((chunk, (input, failed)))),
                }
            }
        }
    });
    let hashed = chunks.map(|chunk| {
        let hash = hash.clone();
        async move {
            let chunk = chunk?;
            spawn_blocking(move || (chunk.len() as u64, hashed(&chunk, &*hash))).await.map_err(|_| Error::Panicked)
        }
    });
    let mut hashed = std::pin::pin!(hashed.buffer_unordered(WORKERS));
    let mut lines = 0;
    let result = loop {
        let (count, text) = match hashed.next().await {
            Some(Ok(hashed)) => hashed,
            Some(Err(error)) => break Err(error),
            None => break Ok(()),
        };
        if token.is_cancelled() {
            break Err(Error::Cancelled);
        }
        if let Err(error) = output.write_all(text.as_bytes()).await {
            break Err(Error::Write(error));
        }
        lines += count;
    };
    let flushed = output.flush().await.map_err(Error::Write);
    result.and(flushed).map(|()| lines)
}

/// A line; `None` if it is too long.
type Line = Option<Vec<u8>>;

async fn chunk(input: &mut BufReader<impl AsyncRead + Unpin>) -> (Vec<Line>, Option<Error>) {
    let (mut chunk, mut size) = (Vec::new(), 0);
    while chunk.len() < 1024 && size < 1 << 18 {
        match line(input).await {
            Ok(Some(line)) => {
                size += line.as_ref().map_or(0, Vec::len);
                chunk.push(line);
            }
            Ok(None) => break,
            Err(error) => return (chunk, Some(Error::Read(error))),
        }
    }
    (chunk, None)
}

async fn line(input: &mut BufReader<impl AsyncRead + Unpin>) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    // Room for a line of the longest kind and its ending.
    (&mut *input).take(LONGEST_LINE as u64 + 2).read_until(b'\n', &mut line).await?;
    if line.is_empty() {
        return Ok(None);
    }
    let ended = line.ends_with(b"\n");
    if ended {
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
    }
    if line.len() <= LONGEST_LINE {
        return Ok(Some(Some(line)));
    }
    let mut skipped = ended;
    while !skipped {
        line.clear();
        skipped = (&mut *input).take(1 << 16).read_until(b'\n', &mut line).await? == 0 || line.ends_with(b"\n");
    }
    Ok(Some(None))
}

fn hashed(chunk: &[Line], hash: impl Fn(&[u8]) -> Hash) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for line in chunk {
        match line {
            Some(line) => hash(line).iter().for_each(|byte| {
                let _ = write!(text, "{byte:02x}");
            }),
            None => text += TOO_LONG,
        }
        text.push('\n');
    }
    text
}
