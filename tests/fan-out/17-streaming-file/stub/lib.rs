//! # Streaming file
//!
//! Hash every line of a file, on eight threads, in flat memory: a library, and a program around it.
//!
//! - [`hash_line`] is the work: it folds the case of a line and hashes it.
//! - [`hash_lines`] reads `input` to its end and calls `hash` with every line. For each line it writes 64 hexadecimal
//!   digits, lower case, and `\n`, in the order of the input. The tests pass [`hash_line`], or a function of their own
//!   that sees who calls it and when.
//! - The program, `src/main.rs`, does this for the file that is its one argument, with standard output.
//!
//! What is a line:
//!
//! - Bytes up to `\n` or `\r\n`; `hash` gets them without this ending, case unfolded. A `\r` that no `\n` follows is
//!   part of its line. So is every other byte: the input need not be UTF-8.
//! - An empty line is a line. The last one need not end in `\n`; after a last `\n` no further line begins, and an
//!   empty input has none.
//! - Case folding is ASCII's: `A` to `Z` become `a` to `z`, all other bytes stay. The hash is SHA-256.
//! - A line of more than [`LONGEST_LINE`] bytes is not hashed: [`TOO_LONG`] stands in its place, and `hash` is not
//!   called. The lines around it are not affected, and it counts as a line.
//!
//! What must hold:
//!
//! - Width: eight calls of `hash` run at once whenever 4 MiB of lines wait, and never more.
//! - Off the runtime: `hash` computes, so it never runs on a thread that drives the runtime. Everything also works on a
//!   current-thread runtime, where `block_in_place` does not.
//! - Order: while `hash` is busy with one line, others are begun behind it, but at most 4 MiB of the input are taken
//!   beyond it. Then everything is written in order.
//! - Memory: at most 8 MiB are allocated at one moment, however long the input is, even if every line is empty (a line
//!   of one byte makes 65 bytes of output), and even if the whole input is one line. The resident memory of the program is
//!   at 100 MB of input at most 16 MiB above what it is at 1 MB.
//! - Speed: the program is through with 100 MB of lines of about 200 bytes in less than a minute. A line is too small a
//!   piece of work to be handed to a thread by itself.
//! - Cancellation: when the token is cancelled, [`hash_lines`] goes on writing at most to the end of what it is about to
//!   write, which is 1 MiB or less, so that the output ends with a whole line. Then it returns [`Error::Cancelled`].
//!   While it waits for input, it does so at once.
//! - Dropped, it leaves nothing running: no task, no thread, no blocking work that begins something new.
//! - Errors: when the input fails, the whole lines before are written first. When the output fails, or `hash` panics,
//!   it ends at once; whole lines, and only from before that panic, have been written. The output is flushed before
//!   [`hash_lines`] returns.
//! - The program ends with code 0. At Ctrl-C (SIGINT) it stops as described and ends with 130. A file that cannot be
//!   opened or read: code 1, and a message on standard error that holds the path. Not exactly one argument: code 2 and
//!   a message. When standard output is closed by its reader (`… | head`), code 0 and not a word on standard error; when it
//!   fails otherwise, as on a full disk, code 1 and a message.

use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
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

/// The SHA-256 of a line, with `A` to `Z` folded to lower case.
pub fn hash_line(line: &[u8]) -> Hash {
    let _ = line;
    todo!("fold the line's ASCII letters and hash it; a line may be long, but need not be copied as a whole")
}

/// Writes the `hash` of each line of `input`, in order, and returns how many lines there were.
///
/// # Errors
///
/// An error of the input or of the output, a cancelled token, or a panic in `hash`. [`Error`] says what was written.
pub async fn hash_lines<R, W, F>(input: R, output: W, hash: F, token: CancellationToken) -> Result<u64, Error>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
    F: Fn(&[u8]) -> Hash + Send + Sync + 'static,
{
    let _ = (input, output, hash, token);
    todo!(
        "cut the input into batches of whole lines, hash eight of them at a time off the runtime, write them in order"
    )
}
