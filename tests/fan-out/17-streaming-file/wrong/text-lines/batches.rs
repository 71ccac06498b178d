//! Caught by: lines_and_case_are_as_briefed (fail), a_line_over_the_limit_has_its_place (memory)
//!
//! "A line is a `String`": bytes that are not UTF-8 are an error, and a line may be as long as it likes.

use crate::{Hash, LONGEST_LINE, TOO_LONG};
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

#[derive(Debug)]
pub(crate) struct Batch(Vec<String>);

#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: Vec<u8>,
    pub(crate) lines: u64,
}

impl Batch {
    pub(crate) fn hashed(&self, hash: impl Fn(&[u8]) -> Hash) -> Text {
        let mut text = String::new();
        for line in &self.0 {
            if line.len() > LONGEST_LINE {
                text += TOO_LONG;
            } else {
                text.extend(hash(line.as_bytes()).map(|byte| format!("{byte:02x}")));
            }
            text += "\n";
        }
        Text { text: text.into_bytes(), lines: self.0.len() as u64 }
    }
}

#[derive(Debug)]
pub(crate) struct Batches<R> {
    lines: tokio::io::Lines<BufReader<R>>,
    batch: Vec<String>,
    ended: Option<io::Result<()>>,
}

impl<R: AsyncRead + Unpin> Batches<R> {
    pub(crate) fn new(input: R) -> Batches<R> {
        Batches { lines: BufReader::new(input).lines(), batch: Vec::new(), ended: None }
    }

    pub(crate) async fn next(&mut self) -> io::Result<Option<Batch>> {
        while self.ended.is_none() && self.batch.len() < 256 {
            match self.lines.next_line().await {
                Ok(Some(line)) => self.batch.push(line),
                Ok(None) => self.ended = Some(Ok(())),
                Err(error) => self.ended = Some(Err(error)),
            }
        }
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return self.ended.take().unwrap_or(Ok(())).map(|()| None);
        }
        Ok(Some(Batch(batch)))
    }
}
