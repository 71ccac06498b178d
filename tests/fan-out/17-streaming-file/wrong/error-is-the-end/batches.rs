//! Caught by: errors_and_a_drop_end_it (fail), the_program_ends_as_a_tool_does (fail)
//!
//! "No more bytes, no more lines": an error of the input is taken for its end.

use crate::{Hash, LONGEST_LINE, TOO_LONG};
use memchr::memchr_iter;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

const READ: usize = 64 * 1024;

const LINES: usize = 1024;

#[derive(Debug)]
pub(crate) enum Batch {
    Lines(Vec<u8>),
    TooLong,
}

#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: Vec<u8>,
    pub(crate) lines: u64,
}

impl Batch {
    pub(crate) fn hashed(&self, hash: impl Fn(&[u8]) -> Hash) -> Text {
        let Batch::Lines(input) = self else {
            return Text { text: format!("{TOO_LONG}\n").into_bytes(), lines: 1 };
        };
        let mut output = Text { text: Vec::new(), lines: 0 };
        let mut from = 0;
        let last = (!input.ends_with(b"\n")).then_some(input.len());
        for end in memchr_iter(b'\n', input).map(|at| at + 1).chain(last) {
            let mut row = [b'\n'; 2 * size_of::<Hash>() + 1];
            for (digits, byte) in row.chunks_exact_mut(2).zip(hash(without_ending(&input[from..end]))) {
                digits.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            }
            output.text.extend_from_slice(&row);
            output.lines += 1;
            from = end;
        }
        output
    }
}

fn without_ending(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn digit(nibble: u8) -> u8 {
    b"0123456789abcdef"[usize::from(nibble)]
}

#[derive(Debug)]
pub(crate) struct Batches<R> {
    input: R,
    buffer: Vec<u8>,
    skipping: bool,
    ended: bool,
}

impl<R: AsyncRead + Unpin> Batches<R> {
    pub(crate) fn new(input: R) -> Batches<R> {
        Batches { input, buffer: Vec::new(), skipping: false, ended: false }
    }

    pub(crate) async fn next(&mut self) -> io::Result<Option<Batch>> {
        loop {
            if let Some(batch) = self.cut() {
                return Ok(Some(batch));
            }
            if self.ended {
                return Ok(None);
            }
            self.buffer.reserve(READ);
            self.ended = matches!(self.input.read_buf(&mut self.buffer).await, Ok(0) | Err(_));
        }
    }

    fn cut(&mut self) -> Option<Batch> {
        if self.skipping {
            let end = memchr::memchr(b'\n', &self.buffer);
            self.buffer.drain(..end.map_or(self.buffer.len(), |end| end + 1));
            self.skipping = end.is_none();
        }
        let mut whole = 0;
        for end in memchr_iter(b'\n', &self.buffer).take(LINES) {
            if without_ending(&self.buffer[whole..=end]).len() > LONGEST_LINE {
                if whole == 0 {
                    self.buffer.drain(..=end);
                    return Some(Batch::TooLong);
                }
                break;
            }
            whole = end + 1;
        }
        if whole > 0 {
            let rest = self.buffer.split_off(whole);
            return Some(Batch::Lines(std::mem::replace(&mut self.buffer, rest)));
        }
        // No `\n`: the line goes on, or it is the last one. A `\r` at its end may turn out to belong to the ending.
        let begun = if self.ended { &self.buffer } else { self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer) };
        if begun.len() > LONGEST_LINE {
            self.buffer.clear();
            self.skipping = !self.ended;
            return Some(Batch::TooLong);
        }
        (self.ended && !self.buffer.is_empty()).then(|| Batch::Lines(std::mem::take(&mut self.buffer)))
    }
}
