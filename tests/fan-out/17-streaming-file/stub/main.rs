//! The hashes of a file's lines, on standard output.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    todo!(
        "hash the lines of the file that is the one argument; turn Ctrl-C into a cancelled token, and results into codes"
    )
}
